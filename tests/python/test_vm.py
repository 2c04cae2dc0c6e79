"""The VM tier inside CPython: what it serves is what rez gives, whole definitions included."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import corpus
import pytest
from oracle import Oracle
from test_definition import check, oracle  # noqa: F401  (a fixture)

import rezload

pytestmark = pytest.mark.vm


def write(folder: Path, body: str) -> Path:
    path = folder / "package.py"
    path.write_text(f"name = 'a'\nversion = '1'\n{body}\n")
    return path


def test_whole_definitions_of_fixtures(oracle: Oracle) -> None:
    assert check(corpus.fixtures().items(), oracle) > 400


def resident() -> int:
    """Bytes of memory of this process."""
    found = re.search(r"VmRSS:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found.group(1)) << 10


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
@pytest.mark.parametrize(
    "body",
    [
        # what an import imports isn't a change
        "import functools, os\nclass A: pass\nA.x = 1\ndel A",
        # costs an interpreter, and the first time only
        "import configparser as c\ndict.update(c.RawConfigParser.BOOLEAN_STATES, x=1)\ndel c",
    ],
)
def test_memory_of_loads_stays(body: str, tmp_path: Path) -> None:
    path, loads = write(tmp_path, body), 60
    for load in range(loads + 5):
        if load == 5:
            before = resident()
        try:
            rezload.load(path, fallback=None)
        except rezload.Declined as declined:
            assert declined.code == "sandbox"
    # an interpreter takes 6 MB
    assert resident() - before < (loads << 20)


def test_facts_are_this_interpreter_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import platform
    import sys

    monkeypatch.setenv("REZLOAD_TEST_VARIABLE", "value")
    body = """
import os, platform, sys
facts = [platform.system(), platform.machine(), sys.executable, list(sys.version_info[:3]),
         os.environ["REZLOAD_TEST_VARIABLE"], os.getcwd()]
"""
    path = write(tmp_path, body)
    assert rezload.load(path, fallback=None).tier == "vm"
    facts = rezload.definition(path, fallback=None)["facts"]
    here = [platform.system(), platform.machine(), sys.executable, list(sys.version_info[:3])]
    assert facts == [*here, "value", str(Path.cwd())]


def test_a_loop_without_end_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(rezload.Declined) as raised:
        rezload.load(write(tmp_path, "while True: pass"), fallback=None)
    assert raised.value.code == "time-limit"
    assert rezload.load(write(tmp_path, "x = [1] * 2"), fallback=None).name == "a"


def test_acts_are_refused(tmp_path: Path) -> None:
    target = tmp_path / "written"
    for act in (f"open({str(target)!r}, 'w')", f"import os; os.mkdir({str(target)!r})"):
        with pytest.raises(rezload.Declined) as raised:
            rezload.load(write(tmp_path, act), fallback=None)
        assert raised.value.code == "sandbox"
        assert not target.exists()
