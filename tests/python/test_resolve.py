"""`examples/resolve.rs`, a solver of another project on rezload's packages, against rez.

    REZLOAD_RESOLVES=188 pytest tests/python/test_resolve.py    # all of rez's requests
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("rez")

ROOT = Path(__file__).parents[2]


def built() -> Path:
    """The example, which `cargo test` builds."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    for profile in ["release", "debug"]:
        path = target / profile / "examples" / ("resolve.exe" if os.name == "nt" else "resolve")
        if path.exists():
            return path
    pytest.skip("`cargo build --all-features --example resolve` hasn't been run")


def by_rez(request: list[str], repository: Path) -> str:
    from rez.resolved_context import ResolvedContext

    context = ResolvedContext(
        request, package_paths=[str(repository)], add_implicit_packages=False
    )
    if not context.success:
        return "failed"
    names = []
    for variant in context.resolved_packages or ():
        index = "" if variant.index is None else variant.index
        names.append(f"{variant.name}-{variant.version}[{index}]")
    return " ".join(sorted(names))


def test_what_is_resolved_is_what_rez_resolves(bundled: Path) -> None:
    import rez

    path = Path(rez.__path__[0]) / "data" / "benchmarking" / "requests.json"
    requests = json.loads(path.read_text())[: int(os.environ.get("REZLOAD_RESOLVES", "40"))]
    lines = "".join(" ".join(request) + "\n" for request in requests)
    done = subprocess.run(
        [built(), bundled], input=lines.encode(), stdout=subprocess.PIPE, check=True
    )
    resolved = done.stdout.decode().splitlines()
    assert len(resolved) == len(requests)
    for request, found in zip(requests, resolved):
        assert found == by_rez(request, bundled), request


def test_a_package_that_is_not_served_stops_a_resolve(tmp_path: Path) -> None:
    version = tmp_path / "fam" / "1"
    version.mkdir(parents=True)
    (version / "package.py").write_text("requires = [x for x in 'ab']\n")
    done = subprocess.run([built(), tmp_path, "fam"], stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert b"package.py:1:13" in done.stderr
