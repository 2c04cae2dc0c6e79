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


def package(root: Path, name: str, more: str = "") -> Path:
    path = root / name / "1" / "package.py"
    path.parent.mkdir(parents=True)
    path.write_text(f"{more}name = {name!r}\nversion = '1'\nrequires = ['b>=1']\n")
    return path


@pytest.mark.vm
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
    if folder == "dynamic":
        assert {line.get("tier") for line in lines} >= {"static", "vm"}


@pytest.mark.vm
def test_rez_refuses_the_declined_files_that_it_refused_before() -> None:
    lines = (FIXTURES / "expected.json").read_text("utf-8")
    expected = json.loads(lines)
    status, outcomes = diff("--name", "*.py", "--declined", FIXTURES / "declined")
    assert status == 0
    found = {Path(line["path"]).name: line for line in outcomes if line["outcome"] == "declined"}
    assert len(found) > 500
    wrong = {
        name: (line["rez"], line.get("error"))
        for name, line in found.items()
        if (line["rez"] == "loads") != (expected["declined/" + name]["view"] is not None)
        # what depends on the Python that asks
        and "loads_in" not in expected["declined/" + name]
    }
    assert not wrong


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


@pytest.mark.vm
def test_what_is_planted_is_found_in_the_vm_tier(tmp_path: Path) -> None:
    packages, patch = tmp_path / "packages", tmp_path / "patch"
    for name in ("planted", "same"):
        package(packages, name, "if 1:\n    description = 'd'\n")
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(PLANT)
    status, lines = diff(packages, env={"PYTHONPATH": str(patch)})
    assert status == 1
    assert [(line["outcome"], line["tier"]) for line in lines] == [
        ("mismatch", "vm"),
        ("match", "vm"),
    ]


@pytest.mark.vm
def test_rez_has_the_studio_s_settings(tmp_path: Path) -> None:
    """Of a configuration file and of the environment, and so has the VM tier of this Python."""
    path = package(tmp_path / "packages", "a", "from rez.config import config\n")
    with path.open("a") as file:
        file.write("requires = [p.strip('/').replace('/', '_') for p in config.packages_path]\n")
    (tmp_path / "rezconfig.py").write_text("packages_path = ['/sw/one']\n")
    file_env = {"REZ_CONFIG_FILE": str(tmp_path / "rezconfig.py")}
    for env, expected in (
        (file_env, ["sw_one"]),
        ({**file_env, "REZ_PACKAGES_PATH": "/sw/two"}, ["sw_two"]),
    ):
        status, lines = diff(path.parent, env=env)
        assert (status, lines[0]["outcome"]) == (0, "match"), lines
        if COMMAND is None:
            assert lines[0]["tier"] == "vm"
        command = [sys.executable, "-m", "rezload", "load", "--json", str(path)]
        shown = subprocess.run(command, stdout=subprocess.PIPE, env={**os.environ, **env})
        assert json.loads(shown.stdout)["requires"] == expected


@pytest.mark.vm
def test_rez_finds_the_studio_s_modules(tmp_path: Path) -> None:
    path = package(tmp_path / "packages", "a", "import studio_a1b2\ndescription = studio_a1b2.text\n")
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "studio_a1b2.py").write_text("text = 'of the studio'\n")
    config = tmp_path / "rezconfig.py"
    config.write_text("")
    env = {"REZ_CONFIG_FILE": str(config)}
    _, lines = diff(path, "--declined", env=env)
    assert (lines[0]["outcome"], lines[0]["rez"]) == ("declined", "refuses")
    config.write_text(f"package_definition_build_python_paths = [{str(modules)!r}]\n")
    _, lines = diff(path, "--declined", env=env)
    assert (lines[0]["outcome"], lines[0]["rez"]) == ("declined", "loads")


def test_outcomes_under_another_configuration_are_found_anew(tmp_path: Path) -> None:
    package(tmp_path / "packages", "a")
    config, state = tmp_path / "rezconfig.py", tmp_path / "state"
    env = {"REZ_CONFIG_FILE": str(config)}
    headers = []
    for text in ("", "", "packages_path = ['/sw/one']\n"):
        config.write_text(text)
        assert diff(tmp_path / "packages", "--state", state, env=env)[0] == 0
        headers.append(state.read_text().splitlines()[0])
    assert headers[0] == headers[1] != headers[2]


def test_the_studio_s_configuration_holds(tmp_path: Path) -> None:
    """rez reads the configuration that the environment names, in this comparison as elsewhere."""
    package(tmp_path / "packages", "a")
    (tmp_path / "rezconfig.py").write_text("raise RuntimeError('read')\n")
    status, lines = diff(
        tmp_path / "packages", env={"REZ_CONFIG_FILE": str(tmp_path / "rezconfig.py")}
    )
    assert (status, lines) == (2, []) or lines[0]["outcome"] == "unanswered"
