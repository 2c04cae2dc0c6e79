"""The wheel's `rezload` command and `python -m rezload`; tests/cli.rs tests the rest."""

from __future__ import annotations

import json
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
    done = subprocess.run([*command, "explain", api / "computed"], capture_output=True)
    assert (done.returncode, done.stderr) == (1, b"")
    done = subprocess.run([*command, "no-such-command"], capture_output=True)
    assert (done.returncode, done.stdout) == (2, b"")


def test_the_version_is_the_module_s(command: list[str]) -> None:
    done = subprocess.run([*command, "--version"], capture_output=True, check=True)
    assert done.stdout.decode().split() == ["rezload", rezload.__version__]
