"""rez's own tests, run by rez's own tool, with rezload and without: the same outcomes."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path

import pytest

pytest.importorskip("rez")

from production_rez import ProductionRez  # noqa: E402


@pytest.fixture(scope="module")
def rez(tmp_path_factory: pytest.TempPathFactory) -> ProductionRez:
    return ProductionRez(tmp_path_factory.mktemp("rez"))


def run_selftest(
    rez: ProductionRez, folder: Path, env: dict[str, str], modules: Iterable[str] = ()
) -> dict[str, str]:
    """`module.class::test` to `passed`, `failed: message` or `skipped: message`, of all of rez's
    test modules or of these.
    """
    folder.mkdir()
    report = folder / "report.xml"
    arguments = [f"--{module}" for module in modules]
    arguments += ["--", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    done = rez.run("rez-selftest", *arguments, env=env, cwd=folder)
    assert report.exists(), done.stdout + done.stderr
    outcomes = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        outcome = "passed"
        for child in case:
            if child.tag in ("failure", "error", "skipped"):
                # without the addresses and temporary folders of a long message
                outcome = f"{child.tag}: {(child.get('message') or '')[:60]}"
        outcomes[f"{case.get('classname')}::{case.get('name')}"] = outcome
    return outcomes


@pytest.fixture(scope="module")
def without(rez: ProductionRez, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    outcomes = run_selftest(rez, tmp_path_factory.mktemp("rez") / "without", {})
    assert sum(outcome == "passed" for outcome in outcomes.values()) > 250, outcomes
    return outcomes


@pytest.mark.parametrize("vm", ["0", "1"], ids=["static", "vm"])
def test_rez_own_tests_have_the_same_outcomes(
    vm: str, rez: ProductionRez, without: dict[str, str], tmp_path: Path
) -> None:
    stats = tmp_path / "stats"
    switched_on = {"REZLOAD": "1", "REZLOAD_VM": vm, "REZLOAD_STATS": str(stats)}
    outcomes = run_selftest(rez, tmp_path / "with", switched_on)
    assert outcomes.keys() == without.keys()

    # Some of rez's tests wait some seconds for another process, and fail on a busy machine
    # (test_package_cache.py, `test_caching_on_resolve`). Those that differ have to agree when
    # their modules are run alone; what rezload breaks stays broken.
    different = [name for name in without if outcomes[name] != without[name]]
    modules = {name.split("::")[0].split(".test_")[1].split(".")[0] for name in different}
    for module in modules:
        again = run_selftest(rez, tmp_path / f"{module}-with", switched_on, [module])
        assert again == run_selftest(rez, tmp_path / f"{module}-without", {}, [module])

    # it wasn't rez that was tested twice
    processes = [json.loads(line) for line in stats.read_text().splitlines()]
    served = sum(sum(process["served"].values()) for process in processes)
    handed_over = sum(sum(process["handed_over"].values()) for process in processes)
    assert served > 500, processes
    assert any("vm" in process["served"] for process in processes) == (vm == "1")
    print(f"rezload served {served} of {served + handed_over} definitions")
