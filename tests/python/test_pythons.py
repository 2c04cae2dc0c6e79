"""The module in every CPython of this machine: there is one build of it for all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import oracle
import pytest

import rezload

EXAMPLES = Path(__file__).parents[2] / "examples"
PYTHONS = oracle.find_pythons()

JOB = """\
import importlib, json, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import rezload

modules = []
for module in pkgutil.iter_modules(rezload.__path__, "rezload."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        # rez isn't in this Python
        assert error.name.split(".")[0] == "rez", error
    else:
        modules.append(module.name)

def fields(package):
    return [package.name, package.version, package.requires, package.variants, package.tier]

def load(path):
    try:
        return fields(rezload.load(path, fallback=None))
    except rezload.Declined as declined:
        return str(declined)

scanned = [fields(package) for package in rezload.scan(sys.argv[2], fallback=None)]
loaded = [load(path) for path in sys.argv[3:]]
json.dump({"modules": len(modules), "scanned": scanned, "loaded": loaded}, sys.stdout)
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rezload alone: what else this Python has isn't the others'."""
    folder = tmp_path_factory.mktemp("module")
    shutil.copytree(rezload.__path__[0], folder / "rezload")
    return folder


@pytest.mark.skipif(not PYTHONS, reason="no CPython here goes by its version")
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.vm
def test_each_python_loads_alike(python: str, module: Path) -> None:
    installed = EXAMPLES / "packages"
    files = sorted(map(str, [*installed.glob("*/*/package.py"), *EXAMPLES.glob("computed/*/package.py")]))
    command = ["-I", "-c", JOB, str(module), str(installed), *files]
    answers = []
    for executable in (sys.executable, python):
        done = subprocess.run([executable, *command], stdout=subprocess.PIPE, check=True, timeout=60)
        answers.append(json.loads(done.stdout))
    ours, theirs = answers
    assert theirs["modules"] >= 10
    assert len(theirs["loaded"]) == len(files) > len(theirs["scanned"]) > 0
    assert {answer[-1] for answer in theirs["loaded"]} >= {"static", "vm"}
    for what in ("scanned", "loaded"):
        assert theirs[what] == ours[what]
