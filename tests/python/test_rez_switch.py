"""rez's own tools, as a studio installs them, switched to rezload without touching code."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rez")

from production_rez import ProductionRez  # noqa: E402

FAMILIES = {"one": "requires = ['two-1']", "two": "", "three": "requires = ['two-2']"}


@pytest.fixture(scope="module")
def rez(tmp_path_factory: pytest.TempPathFactory) -> ProductionRez:
    return ProductionRez(tmp_path_factory.mktemp("rez"))


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    root = tmp_path / "packages"
    for name, line in FAMILIES.items():
        folder = root / name / "1"
        folder.mkdir(parents=True)
        (folder / "package.py").write_text(f"name = '{name}'\nversion = '1'\n{line}\n")
    return root


def search(
    rez: ProductionRez, packages: Path, **env: str
) -> subprocess.CompletedProcess[str]:
    """A tool that loads all packages, and prints what their files say."""
    arguments = ["--paths", str(packages), "--format", "{qualified_name} {requires}"]
    return rez.run("rez-search", "--type", "package", *arguments, env=env)


def stats_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


EXPECTED = "one-1 two-1\nthree-1 two-2\ntwo-1 \n"


@pytest.mark.parametrize("off", [{}, {"REZLOAD": ""}, {"REZLOAD": "0"}, {"REZLOAD": "off"}])
def test_it_is_off_unless_it_is_switched_on(
    off: dict[str, str], rez: ProductionRez, packages: Path, tmp_path: Path
) -> None:
    stats = tmp_path / "stats"
    done = search(rez, packages, REZLOAD_STATS=str(stats), **off)
    assert (done.stdout, done.stderr, done.returncode) == (EXPECTED, "", 0)
    assert stats_of(stats) == []


@pytest.mark.parametrize("on", ["1", "on", "True"])
def test_a_variable_switches_it_on(
    on: str, rez: ProductionRez, packages: Path, tmp_path: Path
) -> None:
    stats = tmp_path / "stats"
    done = search(rez, packages, REZLOAD=on, REZLOAD_STATS=str(stats))
    assert (done.stdout, done.stderr, done.returncode) == (EXPECTED, "", 0)
    [process] = stats_of(stats)
    assert process["served"] == {"static": 3}
    assert process["handed_over"] == {}
    assert "rez-search" in process["argv"][0]


def test_a_line_of_rezconfig_switches_it_on(
    rez: ProductionRez, packages: Path, tmp_path: Path
) -> None:
    config = tmp_path / "rezconfig.py"
    config.write_text("import os; os.environ.setdefault('REZLOAD', '1')\n")
    stats = tmp_path / "stats"
    env = {"REZ_CONFIG_FILE": str(config), "REZLOAD_STATS": str(stats)}
    assert search(rez, packages, **env).stdout == EXPECTED
    [process] = stats_of(stats)
    assert process["served"] == {"static": 3}
    # and the variable still switches it off
    assert search(rez, packages, REZLOAD="0", **env).stdout == EXPECTED
    assert stats_of(stats) == [process]


def test_rez_says_what_it_gained_when_it_is_asked_to(
    rez: ProductionRez, packages: Path
) -> None:
    done = search(rez, packages, REZLOAD="1", REZLOAD_STATS="1", REZLOAD_VALIDATE="1")
    assert done.stdout == EXPECTED
    assert "rezload served 3 of 3 definitions (static 3)" in done.stderr
    assert "validated 3, 0 different" in done.stderr


def test_a_tool_that_builds_is_switched_too(
    rez: ProductionRez, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    text = "name = 'built'\nversion = '1'\nbuild_command = False\n"
    (source / "package.py").write_text(text)
    env = {
        "REZLOAD": "1",
        "REZLOAD_STATS": str(tmp_path / "stats"),
        "REZ_PACKAGES_PATH": str(tmp_path / "packages"),
        "REZ_LOCAL_PACKAGES_PATH": str(tmp_path / "packages"),
        "REZ_IMPLICIT_PACKAGES_JSON": "[]",
    }
    done = rez.run("rez-build", "--install", env=env, cwd=source)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "packages" / "built" / "1" / "package.py").exists()
    [process] = stats_of(tmp_path / "stats")
    assert process["served"]["static"] >= 2


@pytest.mark.parametrize("value", ["2", "maybe"])
def test_a_word_that_is_neither_yes_nor_no_is_a_warning(
    value: str, rez: ProductionRez, packages: Path
) -> None:
    done = search(rez, packages, REZLOAD=value)
    assert done.stdout == EXPECTED
    [line] = done.stderr.splitlines()
    assert "WARNING" in line and "rezload is off" in line and f"REZLOAD must be 0 or 1, not '{value}'" in line


def test_rez_goes_on_without_a_compiled_part(tmp_path: Path, packages: Path) -> None:
    broken = ProductionRez(tmp_path / "broken")
    installed = broken.site_packages / "rezload"
    original = installed.resolve()
    installed.unlink()
    shutil.copytree(original, installed, ignore=shutil.ignore_patterns("*.so", "*.pyd"))
    for library in (*original.glob("*.so"), *original.glob("*.pyd")):
        # as after a copy from another platform
        (installed / library.name).write_bytes(b"\xcf\xfa\xed\xfe")
    done = search(broken, packages, REZLOAD="1")
    assert (done.stdout, done.returncode) == (EXPECTED, 0)
    [line] = done.stderr.splitlines()
    assert "WARNING" in line and "rezload is off, and rez goes on without it" in line
    # nothing is imported, and so nothing said, where it isn't wanted
    assert search(broken, packages).stderr == ""


def test_rez_goes_on_when_rezload_is_gone(tmp_path: Path, packages: Path) -> None:
    """`REZLOAD=1` stays in many environments for a while."""
    gone = ProductionRez(tmp_path / "gone", others=False)
    (gone.site_packages / "rezload").unlink()
    done = search(gone, packages, REZLOAD="1")
    assert (done.stdout, done.stderr, done.returncode) == (EXPECTED, "", 0)


def test_nothing_of_rezload_is_imported_unless_it_is_wanted(
    rez: ProductionRez, packages: Path
) -> None:
    job = (
        "import sys; from rez.packages import iter_packages;"
        f"assert list(iter_packages('one', paths=[{str(packages)!r}]));"
        "assert 'rezplugins.package_repository.rezload_switch' in sys.modules;"
        "assert not [m for m in sys.modules if m.split('.')[0] == 'rezload']"
    )
    done = rez.run("rez-python", "-c", job)
    assert done.returncode == 0, done.stderr


def test_rezconfig_can_t_install_it_by_hand(
    rez: ProductionRez, packages: Path, tmp_path: Path
) -> None:
    """rez reads its configuration in the middle of its own imports; the error says so."""
    config = tmp_path / "rezconfig.py"
    config.write_text("import rezload; rezload.install()\n")
    done = search(rez, packages, REZ_CONFIG_FILE=str(config))
    assert done.returncode != 0
    assert "os.environ.setdefault('REZLOAD', '1')" in done.stderr
