"""`rezload diff` with real rez: everything served is equal, and what is planted is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rez")

FIXTURES = Path(__file__).parents[1] / "fixtures"
COMMAND = os.environ.get("REZLOAD_COMMAND")

#: What stands for a rez that answers otherwise: it is imported before rez is used.
PLANT = """
import rez.serialise as serialise

load = serialise.load_from_file

def planted(filepath, *args, **kwargs):
    data = load(filepath, *args, **kwargs)
    if data["name"] == "planted":
        data["requires"] = ["other-1"]
        data["description"] = "planted"
    if data["name"] == "refused":
        raise serialise.ResourceError("planted")
    return data

serialise.load_from_file = planted
"""


def diff(*args: object, env: dict[str, str] | None = None) -> tuple[int, list[Any]]:
    command = [COMMAND] if COMMAND else [sys.executable, "-m", "rezload"]
    rez_python = os.environ.get("REZLOAD_REZ_PYTHON", sys.executable)
    done = subprocess.run(
        [*command, "diff", "--json", "--python", rez_python, *map(str, args)],
        stdout=subprocess.PIPE,
        env={**os.environ, **(env or {})},
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def package(root: Path, name: str) -> None:
    path = root / name / "1" / "package.py"
    path.parent.mkdir(parents=True)
    path.write_text(f"name = {name!r}\nversion = '1'\nrequires = ['b>=1']\n")


@pytest.mark.parametrize("scope", [[], ["--definition"]], ids=["fields", "definition"])
@pytest.mark.parametrize("folder", ["static", "dynamic", "api"])
def test_what_is_served_is_what_rez_gives(folder: str, scope: list[str]) -> None:
    status, lines = diff("--name", "*.py", *scope, FIXTURES / folder)
    wrong = [line for line in lines if line["outcome"] not in ("match", "declined")]
    assert not wrong
    assert status == 0
    if folder == "static":
        # not everything declines
        assert sum(line["outcome"] == "match" for line in lines) > len(lines) / 2


def test_what_is_planted_is_found(tmp_path: Path) -> None:
    packages, patch = tmp_path / "packages", tmp_path / "patch"
    for name in ("planted", "refused", "same"):
        package(packages, name)
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(PLANT)
    status, lines = diff(packages, env={"PYTHONPATH": str(patch)})
    assert status == 1
    planted, refused, same = lines
    assert same["outcome"] == "match"
    assert planted["outcome"] == "mismatch"
    assert planted["differences"] == [
        {"field": "requires", "rezload": ["b-1+"], "rez": ["other-1"]}
    ]
    assert refused["outcome"] == "refused"
    assert "planted" in refused["error"]
    status, lines = diff(packages, "--definition", env={"PYTHONPATH": str(patch)})
    assert status == 1
    fields = [difference["field"] for difference in lines[0]["differences"]]
    assert fields == ["requires", "description"]


def test_the_studio_s_configuration_holds(tmp_path: Path) -> None:
    """rez reads the configuration that the environment names, in this comparison as elsewhere."""
    package(tmp_path / "packages", "a")
    (tmp_path / "rezconfig.py").write_text("raise RuntimeError('read')\n")
    status, lines = diff(
        tmp_path / "packages", env={"REZ_CONFIG_FILE": str(tmp_path / "rezconfig.py")}
    )
    assert (status, lines) == (2, []) or lines[0]["outcome"] == "unanswered"
