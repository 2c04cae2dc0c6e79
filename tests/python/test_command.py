"""The wheel's `rezload` command and `python -m rezload`; tests/cli.rs tests the rest."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import rezload


SCRIPT = shutil.which("rezload", path=sysconfig.get_path("scripts"))


@pytest.fixture(params=["script", "module"])
def command(request: pytest.FixtureRequest) -> list[str]:
    if request.param == "module":
        return [sys.executable, "-m", "rezload"]
    assert SCRIPT is not None
    return [SCRIPT]


def test_load_prints_json(command: list[str], api: Path) -> None:
    path = str(api / "literal" / "package.py")
    done = subprocess.run([*command, "load", "--json", path], capture_output=True, check=True)
    line = json.loads(done.stdout)
    package = rezload.load(path)
    for field in ("name", "version", "requires", "variants", "tier", "path"):
        assert line[field] == getattr(package, field)


def test_the_exit_status_arrives(command: list[str], api: Path) -> None:
    arguments = ["explain", "--fallback", "none", api / "computed"]
    done = subprocess.run([*command, *arguments], capture_output=True)
    assert (done.returncode, done.stderr) == (1, b"")
    done = subprocess.run([*command, "no-such-command"], capture_output=True)
    assert (done.returncode, done.stdout) == (2, b"")


def test_its_own_python_has_rez(command: list[str], api: Path) -> None:
    pytest.importorskip("rez")
    environ = {**os.environ, "PATH": "", "REZLOAD_PYTHON": ""}
    arguments = ["load", "--json", api / "computed"]
    done = subprocess.run([*command, *arguments], capture_output=True, env=environ)
    assert json.loads(done.stdout)["tier"] == "rez"


def test_the_version_is_the_module_s(command: list[str]) -> None:
    done = subprocess.run([*command, "--version"], capture_output=True, check=True)
    assert done.stdout.decode().split() == ["rezload", rezload.__version__]
