"""What a definition that the `rezload` command runs itself is told of its Python: what the one that
has rez would say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


pytestmark = pytest.mark.skipif(os.name == "nt", reason="the other Pythons are shell scripts")

# the other tests have it off
VM = {"REZLOAD_VM": "1"}

ASKING = """\
import sys
name = "asking"
version = "%d.%d.%d" % sys.version_info[:3]
"""


@pytest.fixture
def asking(tmp_path: Path) -> Path:
    path = tmp_path / "package.py"
    path.write_text(ASKING)
    return path


def other_python(folder: Path, script: str) -> Path:
    """A command that is no Python, but is asked as one."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\necho $$ >> {folder}/started\n{script}\n")
    path.chmod(0o755)
    return path


def load(path: Path, *arguments: object, **variables: str) -> dict[str, object]:
    environ = {**os.environ, "PATH": "/usr/bin:/bin", "REZLOAD_PYTHON": "", **VM, **variables}
    command = [sys.executable, "-m", "rezload", "load", "--json", "--fallback", "none"]
    done = subprocess.run(
        [*command, *map(str, arguments), str(path)], capture_output=True, env=environ
    )
    line: dict[str, object] = json.loads(done.stdout)
    return line


def facts(version: str) -> str:
    return f"printf 'rezload-facts\\tcpython {version}\\tQueue\\t3.4.0\\n'"


def test_this_python_answers(asking: Path) -> None:
    line = load(asking)
    assert (line["tier"], line["version"]) == ("vm", "%d.%d.%d" % sys.version_info[:3])


def test_the_python_that_is_named_answers(asking: Path, tmp_path: Path) -> None:
    other = other_python(tmp_path, facts("3 9 5"))
    for line in [load(asking, "--python", other), load(asking, REZLOAD_PYTHON=str(other))]:
        assert (line["tier"], line["version"]) == ("vm", "3.9.5")


def test_the_python_of_rez_on_path_answers(asking: Path, tmp_path: Path) -> None:
    if "rez" in sys.modules or _has_rez():
        pytest.skip("the command's own Python has rez, which goes before PATH")
    other = other_python(tmp_path, facts("3 9 5"))
    rez = tmp_path / "rez"
    rez.write_text(f"#!{other} -E\n")
    rez.chmod(0o755)
    line = load(asking, PATH=f"{tmp_path}:/usr/bin:/bin")
    assert (line["tier"], line["version"]) == ("vm", "3.9.5")


def _has_rez() -> bool:
    return subprocess.run([sys.executable, "-c", "import rez"], capture_output=True).returncode == 0


def test_it_is_asked_once_and_only_for_what_runs(asking: Path, tmp_path: Path) -> None:
    other = other_python(tmp_path, facts("3 9 5"))
    literal = tmp_path / "literal.py"
    literal.write_text('name = "literal"\nversion = "1"\n')
    load(literal, "--python", other)
    assert not (tmp_path / "started").exists()
    command = [sys.executable, "-m", "rezload", "load", "--json", "--fallback", "none"]
    environ = {**os.environ, **VM, "REZLOAD_PYTHON": str(other)}
    done = subprocess.run([*command, *[str(asking)] * 50], capture_output=True, env=environ)
    assert len(done.stdout.splitlines()) == 50
    assert len((tmp_path / "started").read_text().split()) == 1


def test_a_real_python_says_what_it_is(asking: Path) -> None:
    line = load(asking, "--python", os.path.realpath(sys.executable))
    assert (line["tier"], line["version"]) == ("vm", "%d.%d.%d" % sys.version_info[:3])


def test_the_version_can_be_said(asking: Path, tmp_path: Path) -> None:
    other = other_python(tmp_path, facts("3 9 5"))
    line = load(asking, "--python", other, "--python-version", "3.12.1")
    assert (line["tier"], line["version"]) == ("vm", "3.12.1")
    assert load(asking, "--python-version", "3.8")["version"] == "3.8.0"
    assert not (tmp_path / "started").exists()
    for version in ["3.7.1", "2.7.18", "3.15.0", "x", "3", ""]:
        command = [sys.executable, "-m", "rezload", "load", "--python-version", version, str(asking)]
        assert subprocess.run(command, capture_output=True).returncode == 2, version


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3", "would not start"),
        ("echo nonsense", "didn't say what it was asked"),
        (facts("3 7 9"), "CPython 3.7"),
        (facts("3 15 0"), "CPython 3.15"),
        ("printf 'rezload-facts\\tpypy 3 10 14\\t\\t3.4.0\\n'", "pypy"),
        ("yes | head -c 100000; " + facts("x y z"), "doesn't say its version"),
    ],
)
def test_a_python_that_says_nothing_useful_runs_nothing(
    asking: Path, tmp_path: Path, script: str, reason: str
) -> None:
    line = load(asking, "--python", other_python(tmp_path, script))
    declined = line["declined"]
    assert isinstance(declined, list)
    assert declined[-1]["code"] == "vm-unavailable", line
    assert reason in declined[-1]["detail"], line


def test_what_a_site_prints_is_passed_over(asking: Path, tmp_path: Path) -> None:
    other = other_python(tmp_path, "printf 'welcome'; echo; " + facts("3 9 5"))
    assert load(asking, "--python", other)["version"] == "3.9.5"


def test_modules_are_those_of_that_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a configuration may have modules elsewhere
    monkeypatch.delenv("REZ_CONFIG_FILE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "package.py"
    path.write_text(
        "name = 'old'\nversion = '1'\n"
        "try:\n    import Queue\n    requires = ['python-2']\n"
        "except ImportError:\n    requires = ['python-3']\n"
    )
    missing = load(path, "--python", other_python(tmp_path, facts("3 9 5")))
    assert missing["requires"] == ["python-3"]
    # a Python that may have such a module
    other = other_python(tmp_path, facts("3 9 5").replace("Queue", ""))
    there = load(path, "--python", other)
    declined = there["declined"]
    assert isinstance(declined, list) and declined[-1]["tier"] == "vm", there


