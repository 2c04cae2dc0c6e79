"""rez running on rezload: installing, handing over, validating, removing."""

from __future__ import annotations

import functools
import io
import json
import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable

import pytest

import rezload
from rezload import _native, rez_hook, validation
from rezload.definition_diff import difference
from rezload.environment import Settings, settings

pytest.importorskip("rez")

from rez import serialise as rez_serialise  # noqa: E402
from rez.exceptions import ResourceError  # noqa: E402

serialise: Any = rez_serialise
PY = serialise.FileFormat.py

LITERAL = """\
name = 'lut_tools'
version = '1.4.0'
requires = ['python-3.9+', '~maya-2025']
tools = ['lut']

with scope('config') as c:
    c.release_packages_path = '/packages'

def commands():
    # in front
    env.PATH.append('{root}/bin')
"""
EARLY = """\
name = 'early'
version = '1'

@early()
def requires():
    return ['building'] if building else []
"""
# no tier but rez tells the process that it runs in
REZ_ONLY = "import os\nprocess = os.getpid()\n" + EARLY


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.startswith("REZLOAD_"):
            monkeypatch.delenv(name)
    before = serialise.load_functions[PY]
    yield
    rezload.uninstall()
    assert serialise.load_functions[PY] is before


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What rezload has logged."""
    # rez keeps its log from the root logger, where pytest listens
    monkeypatch.setattr(logging.getLogger("rez"), "propagate", True)
    return lambda: [r.getMessage() for r in caplog.records if r.name == "rez.rezload"]


@pytest.fixture
def literal(tmp_path: Path) -> str:
    return write(tmp_path, LITERAL)


def write(folder: Path, text: str) -> str:
    folder.mkdir(exist_ok=True)
    path = folder / "package.py"
    path.write_text(text)
    return os.path.realpath(path)


def load(path: str) -> Any:
    return serialise.load_from_file(path, PY, disable_memcache=True)


def pretend(monkeypatch: pytest.MonkeyPatch, answer: Callable[..., Any]) -> None:
    """Puts `answer` where the compiled tiers are."""
    monkeypatch.setattr(_native, "serve_definition", answer)


def pretend_to_serve(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Has every file served; gives whether only literal ones were asked for, of each."""
    asked: list[bool] = []

    def answer(path: str, *, literal: bool) -> Any:
        asked.append(literal)
        return {}, "static"

    pretend(monkeypatch, answer)
    return asked


def counts() -> tuple[int, dict[str, int]]:
    stats = rezload.stats()
    return sum(stats.served.values()), stats.handed_over


class Counted:
    """How many definitions are served, and handed over for which reasons, meanwhile."""

    def __enter__(self) -> Counted:
        self._before = counts()
        return self

    def __exit__(self, *_: object) -> None:
        served, handed_over = counts()
        self.served = served - self._before[0]
        self.handed_over = {
            reason: count - self._before[1].get(reason, 0)
            for reason, count in handed_over.items()
            if count != self._before[1].get(reason, 0)
        }


# ---- installing and removing


def test_rez_is_as_it_was_after_uninstalling() -> None:
    before = serialise.load_functions[PY]
    assert not rezload.is_installed()
    rezload.install()
    assert rezload.is_installed()
    assert serialise.load_functions[PY] is not before
    assert rezload.uninstall()
    assert serialise.load_functions[PY] is before
    assert not rezload.is_installed()
    assert rezload.uninstall()


def test_installing_twice_is_installing_once(literal: str) -> None:
    before = serialise.load_functions[PY]
    rezload.install()
    loader = serialise.load_functions[PY]
    rezload.install()
    assert serialise.load_functions[PY] is loader
    with Counted() as counted:
        load(literal)
    assert counted.served == 1
    rezload.uninstall()
    assert serialise.load_functions[PY] is before


def test_a_literal_definition_is_served_as_rez_gives_it(literal: str) -> None:
    by_rez = load(literal)
    rezload.install()
    with Counted() as counted:
        served = load(literal)
    assert (counted.served, counted.handed_over) == (1, {})
    assert difference(served, by_rez) is None
    assert served["commands"].source == by_rez["commands"].source


def test_what_the_tiers_decline_comes_from_rez(tmp_path: Path) -> None:
    path = write(tmp_path, REZ_ONLY)
    by_rez = load(path)
    rezload.install()
    with Counted() as counted:
        assert load(path) == by_rez
    assert counted.served == 0
    assert sum(counted.handed_over.values()) == 1


def test_a_definition_that_computes_is_what_rez_gives(tmp_path: Path) -> None:
    path = write(tmp_path, "import os\nhome = os.environ.get('HOME')\n" + EARLY)
    by_rez = load(path)
    for vm in (False, True):
        rezload.install(vm=vm)
        assert difference(load(path), by_rez) is None


def test_an_error_is_rez_own(tmp_path: Path) -> None:
    path = write(tmp_path, "name = 'broken'\nversion = 1 / 0\n")
    with pytest.raises(ResourceError) as by_rez:
        load(path)
    rezload.install()
    with pytest.raises(ResourceError) as with_rezload:
        load(path)
    assert str(with_rezload.value) == str(by_rez.value)


# ---- rez's own layers


def test_a_file_that_rez_has_just_written_is_read_from_its_copy(tmp_path: Path) -> None:
    path = str(tmp_path / "package.py")
    with serialise.open_file_for_write(path) as stream:
        stream.write(LITERAL)
    by_rez = load(path)
    assert by_rez["commands"].filepath != path
    rezload.install()
    with Counted() as counted:
        served = load(path)
    assert counted.served == 1
    assert difference(served, by_rez) is None


def test_a_callback_updates_what_is_served(literal: str) -> None:
    rezload.install()
    seen = []

    def update(format_: Any, data: dict[str, Any]) -> dict[str, Any]:
        seen.append(format_)
        return {**data, "more": 1}

    with Counted() as counted:
        data = serialise.load_from_file(literal, PY, update, disable_memcache=True)
    assert data["more"] == 1
    assert seen == [PY]
    assert counted.served == 1


def test_what_is_served_goes_through_memcached(literal: str) -> None:
    job = """
        import pickle, sys
        import rez.vendor.memcache.memcache as memcache

        cache = {}

        class Client:
            def __init__(self, servers): pass
            def set(self, key, val, time, min_compress_len): cache[key] = pickle.dumps(val)
            def get(self, key): return key in cache and pickle.loads(cache[key])
            def disconnect_all(self): pass

        memcache.Client = Client
        import rezload
        from rez.serialise import load_from_file
        from rezload.definition_diff import difference

        by_rez = load_from_file(sys.argv[1], disable_memcache=True)
        rezload.install()
        for _ in range(3):
            data = load_from_file(sys.argv[1])
            assert difference(data, by_rez) is None, data
        assert len(cache) == 1
        assert sum(rezload.stats().served.values()) == 1, rezload.stats()
    """
    run_python(job, literal, REZ_MEMCACHED_URI="localhost:1")


def test_a_debugged_load_says_which_tier_it_was(literal: str) -> None:
    job = """
        import sys
        import rezload
        from rez.serialise import load_from_file

        rezload.install()
        load_from_file(sys.argv[1])
    """
    shown = run_python(job, literal, REZ_DEBUG_FILE_LOADS="1")
    assert f"Loading file: {literal}" in shown
    assert f"Loaded by rezload (static): {literal}" in shown
    assert run_python(job, literal) == ""


# ---- what only rez can know


def test_the_variables_of_a_build_leave_only_literal_definitions_to_rezload(
    literal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = pretend_to_serve(monkeypatch)
    rezload.install(vm=True)
    load(literal)
    with serialise.set_objects({"building": False}):
        load(literal)
    with serialise.set_objects({"building": True}):
        load(literal)
    with serialise.set_objects({"other": 1}):
        load(literal)
    paths = ["/studio/python"]
    monkeypatch.setitem(
        vars(serialise.config), "package_definition_build_python_paths", paths
    )
    load(literal)
    assert asked == [False, False, True, True, True]


def test_the_vm_is_asked_only_where_it_is_wanted(
    literal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = pretend_to_serve(monkeypatch)
    rezload.install()
    load(literal)
    rezload.install(vm=True)
    load(literal)
    monkeypatch.setenv("REZLOAD_VM", "1")
    rezload.install()
    load(literal)
    rezload.install(vm=False)
    load(literal)
    assert asked == [True, False, False, True]


def test_an_early_function_sees_the_variables_of_a_build(tmp_path: Path) -> None:
    path = write(tmp_path, EARLY)
    rezload.install(vm=True)
    assert load(path)["requires"] == []
    with serialise.set_objects({"building": True}):
        assert load(path)["requires"] == ["building"]
    assert load(path)["requires"] == []


def test_a_definition_imports_from_the_configured_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "studio_rezload_test.py").write_text("VERSION = '7'\n")
    path = write(
        tmp_path / "package", "import studio_rezload_test as s\nname = 'x'\nversion = s.VERSION\n"
    )
    rezload.install(vm=True)
    with pytest.raises(ResourceError, match="No module named"):
        load(path)
    monkeypatch.setitem(
        vars(serialise.config), "package_definition_build_python_paths", [str(tmp_path)]
    )
    assert load(path)["version"] == "7"


def test_the_environment_configures_rez_as_ever(tmp_path: Path) -> None:
    """`REZ_*` variables and a rezconfig.py, which rez reads when it is first asked."""
    (tmp_path / "studio_rezload_test.py").write_text("VERSION = '7'\n")
    path = write(
        tmp_path / "package", "import studio_rezload_test as s\nname = 'x'\nversion = s.VERSION\n"
    )
    config = tmp_path / "rezconfig.py"
    config.write_text(f"package_definition_build_python_paths = [{str(tmp_path)!r}]\n")
    job = """
        import sys
        import rezload
        from rez.serialise import load_from_file

        rezload.install(vm=True)
        assert load_from_file(sys.argv[1])["version"] == "7"
    """
    run_python(job, path, REZ_PACKAGE_DEFINITION_BUILD_PYTHON_PATHS=str(tmp_path))
    run_python(job, path, REZ_CONFIG_FILE=str(config))


def test_a_stream_without_a_file_is_left_to_rez() -> None:
    with pytest.raises(ResourceError) as by_rez:
        serialise.load_py(io.StringIO("name = 'x'"))
    rezload.install()
    with Counted() as counted, pytest.raises(ResourceError) as with_rezload:
        serialise.load_functions[PY](io.StringIO("name = 'x'"))
    assert str(with_rezload.value) == str(by_rez.value)
    assert counted.handed_over == {"no-file": 1}


def test_a_file_that_is_gone_is_left_to_rez(tmp_path: Path) -> None:
    path = str(tmp_path / "package.py")
    rezload.install()
    with Counted() as counted, pytest.raises(ResourceError, match="No such file"):
        serialise.load_functions[PY](io.StringIO(), filepath=path)
    assert counted.handed_over == {"unreadable": 1}


class Panic(BaseException):
    """What PyO3 makes of a panic is no `Exception` either."""


@pytest.mark.parametrize("error", [RuntimeError("out of order"), Panic("out of order")])
def test_rez_goes_on_when_the_compiled_part_fails(
    error: BaseException,
    literal: str,
    logged: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_rez = load(literal)

    def fail(path: str, *, literal: bool) -> Any:
        raise error

    pretend(monkeypatch, fail)
    rezload.install()
    with Counted() as counted:
        assert load(literal) == by_rez
        assert load(literal) == by_rez
    assert counted.handed_over == {"rezload-failed": 2}
    assert len(logged()) == 1
    assert literal in logged()[0] and "out of order" in logged()[0]


def test_an_interrupt_passes(literal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(path: str, *, literal: bool) -> Any:
        raise KeyboardInterrupt

    pretend(monkeypatch, interrupt)
    rezload.install()
    with pytest.raises(KeyboardInterrupt):
        load(literal)


# ---- other people's loaders in the same place


def wrapped(load_py: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(stream: Any, filepath: str | None = None) -> Any:
        return {**load_py(stream, filepath=filepath), "studio": True}

    return wrapper


def test_a_loader_that_was_there_before_stays_on_top(literal: str) -> None:
    original = serialise.load_functions[PY]
    before = dict(vars(serialise))
    theirs = serialise.load_functions[PY] = wrapped(original)
    try:
        rezload.install()
        assert serialise.load_functions[PY] is theirs
        with Counted() as counted:
            assert load(literal)["studio"]
        assert counted.served == 1
        assert rezload.uninstall()
        assert serialise.load_functions[PY] is theirs
        assert vars(serialise) == before
        with Counted() as counted:
            assert load(literal)["studio"]
        assert counted.served == 0
    finally:
        serialise.load_functions[PY] = original


def test_a_loader_that_came_after_stays_and_is_told(
    literal: str, logged: Callable[[], list[str]]
) -> None:
    original = serialise.load_functions[PY]
    rezload.install()
    theirs = serialise.load_functions[PY] = wrapped(serialise.load_functions[PY])
    try:
        with Counted() as counted:
            assert load(literal)["studio"]
        assert counted.served == 1
        assert not rezload.uninstall()
        assert "wrapped.<locals>.wrapper" in logged()[-1]
        assert serialise.load_functions[PY] is theirs
        with Counted() as counted:
            assert load(literal)["studio"]
        assert (counted.served, counted.handed_over) == (0, {})
        # and again, below it
        rezload.install()
        with Counted() as counted:
            assert load(literal)["studio"]
        assert counted.served == 1
        assert rezload.uninstall()
    finally:
        serialise.load_functions[PY] = original


def test_rez_that_is_patched_afterwards_loads_by_itself(
    literal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rezload.install()
    process = serialise.process_python_objects
    monkeypatch.setattr(
        serialise,
        "process_python_objects",
        lambda data, filepath=None: {**process(data, filepath), "patched": 1},
    )
    with Counted() as counted:
        assert load(literal)["patched"]
    assert counted.handed_over == {"patched-rez": 1}


@pytest.mark.parametrize("name", ["SourceCode", "ScopeContext", "early", "package_rex_keys"])
def test_what_values_are_made_with_is_rez_s(
    name: str, literal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = getattr(serialise, name)
    if isinstance(part, type):
        another: Any = type(name, (part,), {})
    elif isinstance(part, tuple):
        another = (*part, "studio_commands")
    else:
        another = functools.partial(part)
        another.__module__ = __name__
    with monkeypatch.context() as patched:
        patched.setattr(serialise, name, another)
        with pytest.raises(rezload.InstallError):
            rezload.install()
    rezload.install()
    with monkeypatch.context() as patched, Counted() as counted:
        patched.setattr(serialise, name, another)
        load(literal)
    assert counted.handed_over == {"patched-rez": 1}
    serialise.clear_file_caches()
    with Counted() as counted:
        load(literal)
    assert not counted.handed_over


def test_rez_that_is_patched_before_isn_t_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serialise, "process_python_objects", lambda data, filepath=None: data)
    with pytest.raises(rezload.InstallError, match="process_python_objects"):
        rezload.install()
    assert not rezload.is_installed()


def test_a_rez_with_other_commands_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    import rez.package_resources

    keys = (*rez.package_resources.package_rex_keys, "studio_commands")
    monkeypatch.setattr(rez.package_resources, "package_rex_keys", keys)
    with pytest.raises(rezload.InstallError, match="commands"):
        rezload.install()


def test_an_unknown_rez_is_used_only_with_full_validation(
    literal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rez_hook._SOURCES, "rez.utils.scope", "0" * 64)
    for sample in (None, 0.5):
        with pytest.raises(rezload.InstallError, match=r"rez 3.*`rez\.utils\.scope`"):
            rezload.install(sample=sample)
        assert not rezload.is_installed()
    rezload.install(validate=True)
    assert load(literal)["name"] == "lut_tools"


# ---- validation


def test_equal_definitions_are_served_and_nothing_is_said(
    literal: str, logged: Callable[[], list[str]]
) -> None:
    rezload.install(validate=True)
    before = rezload.stats()
    assert load(literal)["name"] == "lut_tools"
    after = rezload.stats()
    assert after.validated == before.validated + 1
    assert after.different == before.different
    assert after.validated_rez_seconds > before.validated_rez_seconds
    assert logged() == []


def test_a_difference_is_reported_and_rez_is_right(
    literal: str,
    tmp_path: Path,
    logged: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_rez = load(literal)

    def wrong(path: str, *, literal: bool) -> Any:
        return {**by_rez, "requires": ["python-3.9+", "maya"]}, "vm"

    pretend(monkeypatch, wrong)
    rezload.install(validate=True, reports=tmp_path / "reports")
    before = rezload.stats()
    for _ in range(2):
        assert load(literal)["requires"] == ["python-3.9+", "~maya-2025"]
    assert rezload.stats().different == before.different + 2

    # once for a file and a key, however often it is loaded
    [message] = logged()
    for part in (literal, "requires[1]", "'maya'", "'~maya-2025'", "vm tier", "-m rezload.validation"):
        assert part in message
    [report] = (tmp_path / "reports").iterdir()
    (tmp_path / "plain").touch()
    assert report.stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert str(report) in message
    found = json.loads(report.read_text())
    assert (found["path"], found["key"], found["kind"]) == (literal, "requires[1]", "value")
    assert found["by_rezload"] == "str 'maya'"
    assert found["by_rez"] == "str '~maya-2025'"
    assert found["rez"] == "3.4.0"
    assert found["rezload"] == rezload.__version__
    assert found["tier"] == "vm"


def test_reports_that_can_t_be_written_don_t_stop_rez(
    literal: str, logged: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, lambda path, literal: ({}, "static"))
    rezload.install(validate=True, reports=literal)
    assert load(literal)["name"] == "lut_tools"
    [message] = logged()
    assert "can't be written" in message


def test_a_report_that_another_user_wrote_is_written(
    literal: str,
    tmp_path: Path,
    logged: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a folder such as /tmp nobody may replace what is someone else's."""
    pretend(monkeypatch, lambda path, literal: ({}, "static"))
    reports = tmp_path / "reports"

    def refuse(source: str, target: str) -> None:
        raise PermissionError(1, "Operation not permitted", source, None, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        rezload.install(validate=True, reports=reports)
        load(literal)
        assert list(reports.iterdir()) == []
    rezload.uninstall()
    rezload.install(validate=True, reports=reports)
    load(literal)
    [report] = reports.iterdir()
    monkeypatch.setattr(os, "replace", refuse)
    rezload.uninstall()
    rezload.install(validate=True, reports=reports)
    load(literal)
    assert list(reports.iterdir()) == [report]
    first, second, third = logged()
    assert "can't be written: [Errno 1]" in first
    assert f"written to {report}" in second and f"written to {report}" in third


def test_reports_stay_where_they_began(
    literal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, lambda path, literal: ({}, "static"))
    monkeypatch.chdir(tmp_path)
    rezload.install(validate=True, reports="reports")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    load(literal)
    assert len(list((tmp_path / "reports").iterdir())) == 1


def test_what_rez_refuses_is_refused(
    tmp_path: Path, logged: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "name = 'x'\nversion = 1 / 0\n")
    pretend(monkeypatch, lambda path, literal: ({"name": "x"}, "static"))
    rezload.install(validate=True)
    with pytest.raises(ResourceError, match="division by zero"):
        load(path)
    [message] = logged()
    assert "exception" in message and "division by zero" in message


@pytest.mark.parametrize("share", [0.0, 0.01, 0.25, 1.0])
def test_a_share_is_validated(share: float) -> None:
    validator = validation.Validator(Settings(share, None, False))
    chosen = sum(validator.chooses() for _ in range(1000))
    assert abs(chosen - share * 1000) <= 1


def test_short_processes_are_sampled_too() -> None:
    first = sum(validation.Validator(Settings(0.25, None, False)).chooses() for _ in range(2000))
    # a binomial distribution whose standard deviation is below 20
    assert 300 < first < 700


def test_a_share_of_the_loads_is_validated(literal: str) -> None:
    rezload.install(sample=0.5)
    before = rezload.stats()
    for _ in range(10):
        load(literal)
    assert rezload.stats().validated - before.validated == 5


def test_settings_change_on_the_way(literal: str) -> None:
    rezload.install(validate=True)
    rezload.install(validate=False)
    before = rezload.stats()
    load(literal)
    assert rezload.stats().validated == before.validated


def test_the_command_compares_files(literal: str, tmp_path: Path) -> None:
    early = write(tmp_path / "early", REZ_ONLY)
    command = [sys.executable, "-m", "rezload.validation", literal]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == f"{literal}: equal\n"
    command += [early, str(tmp_path / "absent")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert len(lines) == 3 and lines[1].startswith(f"{early}: not served by the ")


# ---- settings


@pytest.mark.parametrize(
    ("variable", "arguments", "share"),
    [
        (None, {}, 0.0),
        ("", {}, 0.0),
        ("0", {}, 0.0),
        ("off", {}, 0.0),
        ("1", {}, 1.0),
        ("True", {}, 1.0),
        ("0.01", {}, 0.01),
        ("0.01", {"validate": False}, 0.0),
        ("0.01", {"validate": True}, 1.0),
        ("0.01", {"sample": 0.5}, 0.5),
        (None, {"validate": True}, 1.0),
        (None, {"sample": 0.5}, 0.5),
        (None, {"validate": True, "sample": 0.5}, 0.5),
        (None, {"validate": False, "sample": 0.5}, 0.0),
    ],
)
def test_the_share_comes_from_arguments_or_the_environment(
    variable: str | None,
    arguments: dict[str, Any],
    share: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if variable is not None:
        monkeypatch.setenv("REZLOAD_VALIDATE", variable)
    assert settings(**arguments).share == share


@pytest.mark.parametrize("variable", ["2", "-1", "many", "nan", "1%"])
def test_a_share_that_is_none_is_an_error(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REZLOAD_VALIDATE", variable)
    with pytest.raises(ValueError, match=f"REZLOAD_VALIDATE .* not '{variable}'"):
        rezload.install()
    assert not rezload.is_installed()


@pytest.mark.parametrize("sample", ["x", "0.5", 2, -0.1, float("nan")])
def test_a_sample_that_is_no_share_is_an_error(sample: Any) -> None:
    with pytest.raises(ValueError, match="sample must be a share from 0 to 1, not"):
        rezload.install(sample=sample)
    assert not rezload.is_installed()


# ---- threads and forks


@pytest.mark.parametrize(
    "shared",
    ["requires = tools = ['x']", "_base = ['x']\nrequires = _base\ntools = _base"],
)
def test_what_is_one_object_in_rez_is_left_to_rez(shared: str, tmp_path: Path) -> None:
    """A studio's preprocessing may change it."""
    path = write(tmp_path, f"name = 'a'\nversion = '1'\n{shared}\n")
    rezload.install()
    with Counted() as counted:
        data = load(path)
    assert data["requires"] is data["tools"]
    assert dict(counted.handed_over) == {"shared-value": 1}


def test_threads_load_side_by_side(tmp_path: Path) -> None:
    paths = [write(tmp_path / str(i), f"name = 'p{i}'\nversion = '{i}'\n") for i in range(50)]
    paths += [write(tmp_path / f"early{i}", REZ_ONLY) for i in range(10)]
    names = [*(f"p{i}" for i in range(50)), *["early"] * 10]
    rezload.install(sample=0.3)
    with Counted() as counted, ThreadPoolExecutor(8) as pool:
        assert [data["name"] for data in pool.map(load, paths * 5)] == names * 5
    assert counted.served == 250
    assert sum(counted.handed_over.values()) == 50


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_goes_on_and_counts_anew(literal: str, tmp_path: Path) -> None:
    early = write(tmp_path / "early", EARLY)
    job = """
        import os, sys, threading
        import rezload
        from rez.serialise import load_from_file

        rezload.install(vm=True)
        load_from_file(sys.argv[1])
        load_from_file(sys.argv[2])

        # threads that hold rezload's locks for most of the time
        done = threading.Event()
        def churn():
            while not done.is_set():
                rezload.install(vm=True)
                load_from_file(sys.argv[1])
                load_from_file(sys.argv[2])
        threads = [threading.Thread(target=churn, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(50):
            child = os.fork()
            if not child:
                data = load_from_file(sys.argv[1])
                rezload.install(validate=True, vm=True)
                assert load_from_file(sys.argv[1])["name"] == data["name"] == "lut_tools"
                assert rezload.stats().served["static"] == 2
                assert load_from_file(sys.argv[2])["requires"] == []
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        done.set()
        for thread in threads:
            thread.join()
        assert sum(rezload.stats().served.values()) > 1
    """
    run_python(job, literal, early)


def run_python(job: str, *args: str, **env: str) -> str:
    """Runs `job` in a fresh interpreter, without any configuration but `env`; its stderr."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("REZ_", "REZLOAD"))}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(job), *args],
        env={**clean, "REZ_CONFIG_FILE": os.devnull, **env},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        _, errors = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        # with the children that it waits for
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        raise
    assert process.returncode == 0, errors
    return errors


def test_a_thread_that_installs_finds_one_that_has(literal: str) -> None:
    barrier = threading.Barrier(8)

    def install(_: int) -> Any:
        barrier.wait()
        rezload.install()
        return serialise.load_functions[PY]

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(install, range(8)))) == 1
