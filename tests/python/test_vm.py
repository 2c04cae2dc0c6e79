"""The VM tier inside CPython: what it serves is what rez gives, whole definitions included."""

from __future__ import annotations

import re
import subprocess
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


FACTS = """
import getpass, locale, multiprocessing, os, platform, sys, tempfile
from rez.system import system
from rez.utils.platform_ import name as own_name, platform_
facts = [platform.system(), platform.node(), os.cpu_count(), multiprocessing.cpu_count(),
         getpass.getuser(), sys.executable, tempfile.gettempdir(), platform_.tmpdir, own_name,
         system.user, system.home, system.hostname, system.arch, system.os, system.platform]
del system, platform_
"""


@pytest.mark.parametrize(
    ("thing", "value"),
    [
        ("platform.system", lambda: "Windows"),
        ("platform.node", lambda: "elsewhere"),
        ("os.cpu_count", lambda: 77),
        ("sys.executable", "/opt/python"),
        ("tempfile.tempdir", "/opt/tmp"),
        ("os.environ", {"HOME": "/opt/home", "USER": "somebody"}),
    ],
)
def test_facts_are_those_of_the_moment(
    thing: str, value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test puts others there for a while, and rez's own objects keep what they have seen."""
    from rez.serialise import FileFormat, load_from_file

    path = write(tmp_path, FACTS)

    def facts() -> tuple[object, object]:
        data = load_from_file(str(path), FileFormat.py, disable_memcache=True)
        mine = rezload.definition(path, fallback=None)["facts"]
        assert rezload.load(path, fallback=None).tier == "vm"
        return mine, data["facts"]

    before, expected = facts()
    assert before == expected
    with monkeypatch.context() as context:
        context.setattr(thing, value)
        changed, expected = facts()
        assert changed == expected != before
    after, expected = facts()
    assert after == expected == before


@pytest.mark.parametrize(("thing", "value"), [("sys.platform", "win32"), ("os.name", "nt")])
def test_what_the_vm_takes_for_constant_may_change(
    thing: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name = thing.split(".")
    path = write(tmp_path, f"import {module}\nrequires = ['x-' + {thing}]")
    root = tmp_path / "root"
    (root / "a" / "1").mkdir(parents=True)
    path = path.rename(root / "a" / "1" / "package.py")

    def loads() -> tuple[list[str], str, list[str], str]:
        package = rezload.load(path)
        (scanned,) = rezload.scan(root)
        assert isinstance(scanned, rezload.RepositoryPackage)
        return package.requires, package.tier, scanned.requires, scanned.tier

    here = ["x-" + getattr(sys.modules[module], name)]
    assert loads() == (here, "vm", here, "vm")
    with monkeypatch.context() as context:
        context.setattr(thing, value)
        assert loads() == (["x-" + value], "rez", ["x-" + value], "rez")
    assert loads() == (here, "vm", here, "vm")


def test_definitions_run_as_in_a_build(tmp_path: Path) -> None:
    from rez.serialise import set_objects

    body = "@early()\ndef requires():\n    return ['b'] if building else ['c']"
    path = write(tmp_path, body)
    assert (rezload.load(path).requires, rezload.load(path).tier) == (["c"], "vm")
    with set_objects({"building": True}):
        assert (rezload.load(path).requires, rezload.load(path).tier) == (["b"], "rez")
        with pytest.raises(rezload.Declined):
            rezload.load(path, fallback=None)
    assert rezload.load(path).tier == "vm"


@pytest.mark.parametrize("flags", [[], ["-O"], ["-OO"], ["-bb"]])
def test_options_that_change_python_leave_the_vm_out(flags: list[str], tmp_path: Path) -> None:
    body = """
try:
    assert 1 == 2
    requires = ["optimised"]
except AssertionError:
    requires = ["debug"]
"""
    path = write(tmp_path, body)
    job = "import rezload, sys; p = rezload.load(sys.argv[1]); print(p.tier, *p.requires)"
    done = subprocess.run(
        [sys.executable, *flags, "-c", job, path], stdout=subprocess.PIPE, check=True
    )
    optimised = flags and flags[0].startswith("-O")
    tier = b"rez" if flags else b"vm"
    assert done.stdout.split() == [tier, b"optimised" if optimised else b"debug"]


@pytest.mark.skipif(sys.platform != "linux", reason="arguments are text elsewhere")
def test_an_argument_that_is_not_utf_8_makes_no_noise(tmp_path: Path) -> None:
    path = write(tmp_path, "import os\nos.getcwd()")
    job = "import rezload, sys; print(rezload.load(sys.argv[1]).tier)"
    done = subprocess.run(
        [sys.executable, "-c", job, path, b"caf\xe9"], capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"rez\n", b"")


def test_the_definition_s_file(tmp_path: Path) -> None:
    """rez gives definitions no `__file__`; some ask a function where it is from."""
    body = """
import inspect
__file__ = inspect.getsourcefile(lambda: None)
__dir__ = __file__.rpartition("/")[0]
data = [__dir__, inspect.getfile(inspect.currentframe())]

@early()
def tools():
    return [inspect.getsourcefile(lambda: None), __file__]
"""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    real = str(write(tmp_path / "real", body).resolve())
    path = tmp_path / "link" / "package.py"
    assert rezload.load(path, fallback=None).tier == "vm"
    definition = rezload.definition(path, fallback=None)
    assert definition["data"] == [real.rpartition("/")[0], real]
    assert definition["tools"] == [real, real]
    assert "__dir__" not in definition


@pytest.mark.parametrize("word", ["0", "off", "No", "FALSE", "", "00", "nonsense"])
def test_what_is_no_word_for_yes_switches_it_off(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "x = [1] * 2\nimport os\nos.getcwd()")
    assert rezload.load(path, fallback=None).tier == "vm"
    monkeypatch.setenv("REZLOAD_VM", word)
    with pytest.raises(rezload.Declined):
        rezload.load(path, fallback=None)
    monkeypatch.setenv("REZLOAD_VM", "Yes")
    assert rezload.load(path, fallback=None).tier == "vm"


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
