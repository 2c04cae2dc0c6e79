"""The standalone loader's rez tier, with real rez: tests/rez_tier.rs has helpers that are none.

The command line is run as the binary runs it: without a Python of its own to fall back on.
"""

from __future__ import annotations

import json
import math
import os
import pickle
import re
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from pathlib import Path
from typing import Any, Callable, Iterator
from unittest.mock import ANY

import pytest

import rezload
from rezload import LoadError, RepositoryPackage

pytest.importorskip("rez")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")

STANDALONE = (
    "import signal, sys; from rezload._native import run_cli;"
    "signal.signal(signal.SIGINT, signal.SIG_DFL);"
    "sys.exit(run_cli(['rezload', *sys.argv[1:]]))"
)
FIXTURES = Path(__file__).parents[1] / "fixtures"
PATIENCE = 5
"""Seconds for one file; some never end."""
LOOP = "for _ in ():\n    pass\n"
"""Top-level code that the compiled tiers leave to rez."""


class Command:
    """The command line, in processes that can be found again."""

    def __init__(self) -> None:
        self.mark = f"REZLOAD_TEST={uuid.uuid4()}"
        name, _, value = self.mark.partition("=")
        self.environ = dict(os.environ, **{name: value})
        self.environ.pop("REZLOAD_PYTHON", None)

    def start(self, *args: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", STANDALONE, *map(str, args)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environ,
        )

    def run(self, *args: object) -> list[dict[str, Any]]:
        """The lines of JSON; nothing is left running."""
        process = self.start(*args, "--json")
        out, err = process.communicate(timeout=300)
        assert process.returncode in (0, 1), err
        assert err == b""
        assert self.left() == []
        return [json.loads(line) for line in out.splitlines()]

    def load(self, *args: object) -> list[dict[str, Any]]:
        return self.run("load", "--python", sys.executable, *args)

    def processes(self) -> dict[int, str]:
        """The command's processes, zombies aside, by their number."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if self.mark.encode() in (entry / "environ").read_bytes():
                    found[int(entry.name)] = (entry / "cmdline").read_text()
            except OSError:
                pass
        return found

    def left(self) -> list[str]:
        """What is still running, once all had time to end."""
        deadline = time.monotonic() + 20
        while processes := self.processes():
            if time.monotonic() > deadline:
                return list(processes.values())
            time.sleep(0.01)
        return []

    def helper(self) -> int:
        """The number of the one helper, once its child runs a file."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            helpers = [pid for pid, line in self.processes().items() if "# rezload:" in line]
            if len(helpers) == 2:
                return min(helpers)
            time.sleep(0.01)
        raise AssertionError("no helper has come")


@pytest.fixture
def command() -> Iterator[Command]:
    command = Command()
    yield command
    for pid in command.processes():
        os.kill(pid, signal.SIGKILL)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text))
    return path


def good(folder: Path, name: str) -> Path:
    return write(folder / f"{name}.py", f"name = '{name}'\nversion = '1'\n{LOOP}")


def comparable(message: str) -> str:
    """A message without addresses and the depth of a recursion."""
    return re.sub(r"0x[0-9a-f]+|repeated \d+ more times", "...", message)


def outcome(line: dict[str, Any]) -> Any:
    """What rez says, out of a line of JSON."""
    if "error" not in line:
        return [line[field] for field in ("name", "version", "requires", "variants")]
    error = line["error"]
    if error["kind"] == "refused":
        return error["class"], comparable(error["reason"]), error["line"]
    return error.get("code", error["kind"])


def in_process(paths: list[Path], load: Callable[[Path], Any] | None = None) -> list[Any]:
    """What `load`, or `rezload.load`, says of the first of `paths`, in a forked child that gets
    so far.
    """
    source, sink = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(source)
            null = os.open(os.devnull, os.O_RDWR)
            for file in (0, 1, 2):
                os.dup2(null, file)
            # not those of the tests
            sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
            with os.fdopen(sink, "wb") as answers:
                for path in paths:
                    signal.alarm(PATIENCE)
                    pickle.dump((load or loaded)(path), answers)
                    answers.flush()
        finally:
            os._exit(0)
    os.close(sink)
    found = []
    with os.fdopen(source, "rb") as answered:
        while True:
            try:
                found.append(pickle.load(answered))
            except EOFError:
                break
    _, status = os.waitpid(child, 0)
    if len(found) < len(paths):
        timed_out = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
        found.append("timed-out" if timed_out else "died")
    return found


def loaded(path: Path) -> Any:
    from rezload import rez_resource

    try:
        package = rezload.load(path)
    except rezload.Refused as error:
        return class_of(error), comparable(error.reason), error.line
    except KeyboardInterrupt as interrupt:
        # in process it passes through
        return "KeyboardInterrupt", "KeyboardInterrupt", rez_resource.line_of(str(path), interrupt)
    except rezload.ReadError:
        return "read"
    except rezload.Declined as error:
        return error.code
    return [package.name, package.version, package.requires, package.variants]


def class_of(error: LoadError) -> str:
    cause = type(error.__cause__)
    return f"{cause.__module__}.{cause.__qualname__}".replace("builtins.", "")


@pytest.mark.parametrize("folder", ["api", "dynamic", "declined", "hostile"])
def test_the_outcome_of_every_file_is_rez_s(command: Command, folder: str) -> None:
    paths = sorted((FIXTURES / folder).rglob("*.py"))
    expected = json.loads((FIXTURES / "expected.json").read_text())
    lines = command.load("--timeout", PATIENCE, *paths)
    assert [line["path"] for line in lines] == [str(path) for path in paths]
    asked = []
    for path, line in zip(paths, lines):
        if outcome(line) in ("timed-out", "died"):
            # rez in process hangs and dies, too
            assert expected[path.relative_to(FIXTURES).as_posix()]["view"] is None
        elif line.get("tier") != "static":
            asked.append(line)
    assert asked
    answers: list[Any] = []
    while len(answers) < len(asked):
        answers += in_process([Path(line["path"]) for line in asked[len(answers) :]])
    for line, answer in zip(asked, answers):
        path = Path(line["path"])
        # alone in a process, in case an earlier file changed something there
        assert outcome(line) == answer or [outcome(line)] == in_process([path]), path


def test_a_batch_of_everything_that_goes_wrong(command: Command, tmp_path: Path) -> None:
    bad = {
        "prints": ("print('x' * 10_000_000)\n", ["prints", "1", [], []]),
        "json": ('print(\'{"id": 1, "fields": []}\', flush=True)\n', ["json", "1", [], []]),
        "reads": ("import sys\nassert sys.stdin.read() == ''\n", ["reads", "1", [], []]),
        "exits": ("import sys\nsys.exit(4)\n", ("SystemExit", "4", 4)),
        "interrupts": ("raise KeyboardInterrupt\n", ("KeyboardInterrupt", "KeyboardInterrupt", 3)),
        "vanishes": ("import os\nos._exit(3)\n", "died"),
        "crashes": ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "died"),
        "sleeps": ("import time\ntime.sleep(1000)\n", "timed-out"),
        "loops": ("while True: pass\n", "timed-out"),
        "forks": ("import os\nos.fork()\n", ["forks", "1", [], []]),
        "leaves": (
            "import os, time\nif not os.fork(): time.sleep(1000)\n",
            ["leaves", "1", [], []],
        ),
        "detaches": (
            "import subprocess\nsubprocess.Popen(['setsid', 'sleep', '1000'])\n",
            ["detaches", "1", [], []],
        ),
        "waits": ("import subprocess\nsubprocess.run(['sleep', '1000'])\n", "timed-out"),
        "closes": ("import os\nos.close(1)\n", ["closes", "1", [], []]),
        "closes_all": ("import os\nos.closerange(0, 1000)\n", None),
        "patches": (
            "import rez.version\nrez.version.Version.__str__ = lambda self: 'no'\n",
            ["patches", "no", [], []],
        ),
        "wanders": (
            "import os, sys\nos.chdir('/')\nos.environ.clear()\nsys.path.clear()\n",
            ["wanders", "1", [], []],
        ),
        "strange": (
            "class E(Exception):\n    def __str__(self): raise E\nraise E\n",
            None,
        ),
        "kills_parent": ("import os\nos.kill(os.getppid(), 9)\n", "died"),
        "kills_group": ("import os\nos.killpg(0, 9)\n", "died"),
        "stops_parent": ("import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\n", "timed-out"),
    }
    paths, expected = [], []
    for name, (code, answer) in bad.items():
        paths.append(write(tmp_path / f"{name}.py", f"name = '{name}'\nversion = '1'\n{code}"))
        paths.append(good(tmp_path, f"after_{name}"))
        expected += [answer, [f"after_{name}", "1", [], []]]
    lines = command.load("--helpers", 1, "--timeout", 2, *paths)
    for path, line, answer in zip(paths, lines, expected):
        if answer is None:
            assert outcome(line), path
        else:
            assert outcome(line) == answer, path


def test_what_a_file_says_before_it_dies_is_kept(command: Command, tmp_path: Path) -> None:
    code = "import os\nprint('to the end', flush=True)\nos._exit(3)\n"
    (line,) = command.load(write(tmp_path / "package.py", code))
    assert line["error"]["stderr"] == "to the end"
    assert line["error"]["reason"].endswith("exit status 3")


def test_one_process_for_all_files(command: Command, tmp_path: Path) -> None:
    codes = {
        "remembers": "import sys\nsys.remembered = True\n",
        "wanders": "import os\nos.chdir('/')\nos.environ['REZLOAD_MARK'] = '1'\n",
        "is_told": "import os, sys\nassert sys.remembered\nassert 'REZLOAD_MARK' not in os.environ\n",
        "exits": "import sys\nsys.exit(4)\n",
        "vanishes": "import os\nos._exit(3)\n",
        "sleeps": "import time\ntime.sleep(1000)\n",
        "forks": "import os\nos.fork()\n",
        "detaches": "import subprocess\nsubprocess.Popen(['setsid', 'sleep', '1000'])\n",
        # the answer goes to a file of its own, which a file may happen to write to
        "garbles": "import os\nfor file in range(3, 9):\n"
        "    try: os.write(file, b'x\\n')\n    except OSError: pass\n",
    }
    # files in their order
    command.environ["RAYON_NUM_THREADS"] = "1"
    paths = []
    for name, code in codes.items():
        paths += [write(tmp_path / f"{name}.py", f"name = '{name}'\n{code}"), good(tmp_path, "a")]
    lines = command.load("--no-isolation", "--helpers", 1, "--timeout", 3, *paths)
    assert all(outcome(line) == ["a", "1", [], []] for line in lines[1::2])
    bad = {
        "exits": ("SystemExit", "4", 3),
        "vanishes": "died",
        "sleeps": "timed-out",
        "garbles": "bad-reply",
    }
    for name, line in zip(codes, lines[::2]):
        assert outcome(line) == bad.get(name, [name, "", [], []])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
def test_a_helper_that_is_killed_or_stopped(
    command: Command, tmp_path: Path, number: signal.Signals
) -> None:
    slow = write(tmp_path / "slow.py", "import time\ntime.sleep(2)\nname = 'slow'\n")
    paths = [good(tmp_path, "before"), slow, *(good(tmp_path, f"after{i}") for i in range(20))]
    process = command.start(
        *("load", "--json", "--python", sys.executable, "--helpers", 1, "--timeout", 3),
        *paths,
    )
    os.kill(command.helper(), number)
    out, err = process.communicate(timeout=120)
    assert err == b""
    lines = [json.loads(line) for line in out.splitlines()]
    wrong = [line for line in lines if "error" in line]
    # which file the helper had is up to the threads
    assert len(lines) == len(paths)
    assert [outcome(line) for line in wrong] == ["timed-out" if number == signal.SIGSTOP else "died"]
    assert {line["name"] for line in lines if "error" not in line} >= {"before", "after19"} - {
        Path(line["path"]).stem for line in wrong
    }
    assert command.left() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("mode", [[], ["--no-isolation"]], ids=["isolated", "shared"])
def test_nothing_survives_the_command(
    command: Command, tmp_path: Path, number: signal.Signals, mode: list[str]
) -> None:
    started = tmp_path / "started"
    code = f"""\
        import subprocess, time
        subprocess.Popen(["sleep", "1000"])
        subprocess.Popen(["setsid", "sleep", "1000"])
        open({str(started)!r}, "w").close()
        time.sleep(1000)
        """
    path = write(tmp_path / "package.py", code)
    process = command.start("load", "--python", sys.executable, *mode, path)
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == -number
    assert command.left() == []


class TestInterpreter:
    def served(self, command: Command, path: Path, *args: object) -> bool:
        (line,) = command.run("load", path, *args)
        if line.get("tier") == "rez":
            return True
        assert line["error"]["kind"] == "declined"
        return False

    def test_the_variable_names_it(self, command: Command, tmp_path: Path) -> None:
        path = good(tmp_path, "a")
        command.environ["PATH"] = ""
        assert not self.served(command, path)
        command.environ["REZLOAD_PYTHON"] = sys.executable
        assert self.served(command, path)
        # and the argument counts before it
        command.environ["REZLOAD_PYTHON"] = "/no/such/python"
        assert self.served(command, path, "--python", sys.executable)

    def test_a_production_install_on_path(self, command: Command, tmp_path: Path) -> None:
        path = good(tmp_path, "a")
        directory = tmp_path / "bin" / "rez"
        rez = write(directory / "rez", f"#!{sys.executable} -E\nimport sys\n")
        rez.chmod(0o755)
        write(directory / ".rez_production_install", "3.4.0")
        command.environ["PATH"] = str(directory)
        # with -E this isn't seen
        poison = write(tmp_path / "poison" / "rez" / "__init__.py", "raise ImportError\n")
        command.environ["PYTHONPATH"] = str(poison.parents[1])
        assert self.served(command, path)
        assert not self.served(command, path, "--python", sys.executable)

    def test_the_working_directory_has_no_modules(
        self, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("rez", "json", "importlib", "gc"):
            write(tmp_path / f"{name}.py", "raise ImportError\n")
        path = good(tmp_path / "package", "a")
        # the command's own Python has it on its path
        command.environ["PYTHONSAFEPATH"] = "1"
        program = f"import os, sys; sys.path.remove('') if '' in sys.path else None; {STANDALONE}"
        done = subprocess.run(
            [sys.executable, "-c", program, "load", path, "--python", sys.executable],
            cwd=tmp_path,
            env=command.environ,
            capture_output=True,
        )
        assert (done.returncode, done.stderr) == (0, b"")

    def test_one_without_rez(self, command: Command, tmp_path: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "v"], check=True)
        python = tmp_path / "v" / "bin" / "python"
        (line,) = command.run("load", good(tmp_path, "a"), "--python", python)
        assert line["error"]["kind"] == "declined"
        assert line["error"]["rez"]["code"] == "rez-missing"
        assert "No module named 'rez'" in line["error"]["rez"]["reason"]

    def test_a_configuration_that_rez_refuses(self, command: Command, tmp_path: Path) -> None:
        write(tmp_path / "sitecustomize.py", "import os\nprint('to stderr', flush=True)\n")
        config = write(tmp_path / "rezconfig.py", "raise RuntimeError('broken')\n")
        command.environ["REZ_CONFIG_FILE"] = str(config)
        (line,) = command.load(good(tmp_path, "a"))
        # at the start or with the file, whenever rez looks at it
        assert "broken" in json.dumps(line["error"])


class TestTrust:
    def test_files_elsewhere_are_not_run(self, command: Command, tmp_path: Path) -> None:
        marker = tmp_path / "ran"
        elsewhere = write(tmp_path / "b" / "b.py", f"open({str(marker)!r}, 'w')\nname = 'b'\n")
        inside = good(tmp_path / "a", "a")
        first, second = command.load("--trust", tmp_path / "a", inside, elsewhere)
        assert outcome(first) == ["a", "1", [], []]
        assert outcome(second) == "untrusted"
        assert [declined["tier"] for declined in second["declined"]] == ["static", "rez"]
        assert not marker.exists()

    def test_a_family_with_versions_elsewhere(self, command: Command, tmp_path: Path) -> None:
        """A `family.py` that declines has rez list all versions of the name."""
        marker = tmp_path / "ran"
        code = f"open({str(marker)!r}, 'w')\n"
        write(tmp_path / "a" / "fam.py", f"import os\nversions = ['1.0', '3.0']\n{LOOP}")
        write(tmp_path / "b" / "fam" / "2.0" / "package.py", code)
        paths = [tmp_path / "a", tmp_path / "b"]
        lines = command.run(
            *("scan", "--python", sys.executable, "--trust", paths[0], *paths),
        )
        assert [(line["version"], "error" in line) for line in lines] == [
            ("1.0", False),
            ("2.0", True),
            ("3.0", False),
        ]
        assert lines[1]["declined"][-1]["code"] == "untrusted"
        assert not marker.exists()
        in_python = list(rezload.scan(paths, trusted=[paths[0]]))
        assert [type(item).__name__ for item in in_python] == [
            "RepositoryPackage",
            "Declined",
            "RepositoryPackage",
        ]
        assert not marker.exists()

    def test_a_file_beside_the_one_that_is_found(self, command: Command, tmp_path: Path) -> None:
        """rez, without the scan's settings, finds none there, and a family's file beside it."""
        marker = tmp_path / "ran"
        root = tmp_path / "root"
        write(root / "fam.py", f"open({str(marker)!r}, 'w')\nrequires = ['wrong']\n")
        path = write(root / "fam" / "1.0" / "spec.py", f"requires = ['right']\n{LOOP}")
        scan = ["scan", "--python", sys.executable, "--package-filename", "spec", root]
        (line,) = command.run(*scan, "--trust", root / "fam")
        assert (line["tier"], line["requires"]) == ("rez", ["right"])
        assert (line["uri"], line["path"]) == (str(path), str(path))
        (item,) = rezload.Repositories(
            root, package_filenames=["spec"], trusted=[root / "fam"]
        ).scan()
        assert isinstance(item, rezload.RepositoryPackage)
        assert (item.tier, item.requires, item.uri) == ("rez", ["right"], str(path))
        (line,) = command.run(*scan, "--trust", tmp_path / "other")
        assert line["declined"][-1]["code"] == "untrusted"
        assert not marker.exists()

    def test_modules_in_the_working_directory_are_not_imported(
        self, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By the scripts that ask a Python, too, with `--fallback none` and `--trust`."""
        marker = tmp_path / "ran"
        here = tmp_path / "here"
        names = "bisect glob hashlib importlib inspect json os platform re rez threading typing"
        for name in names.split():
            write(here / f"{name}.py", f"open({str(marker)!r}, 'a').write({name!r})\n")
        path = good(tmp_path / "a", "a")
        command.environ.pop("REZLOAD_VM", None)
        monkeypatch.chdir(here)
        python = ("--python", sys.executable)
        # itself it takes nothing from there
        start = [sys.executable, "-I", "-c", STANDALONE]
        for arguments in [
            ("load", "--fallback", "none", path, *python),
            ("load", path, *python),
            ("diff", "--trust", tmp_path / "a", path, *python),
            ("bench", "--rounds", "2", "--cold", "off", path, *python, "-o", tmp_path / "out"),
        ]:
            done = subprocess.run(
                [*start, *map(str, arguments)], env=command.environ, capture_output=True
            )
            assert done.returncode in (0, 1), done.stderr
            assert not marker.exists(), (arguments, marker.read_text())

    def test_bench_takes_no_flag_that_it_does_not_heed(
        self, command: Command, tmp_path: Path
    ) -> None:
        marker = tmp_path / "ran"
        path = write(tmp_path / "b" / "b.py", f"open({str(marker)!r}, 'w')\nname = 'b'\n")
        for flags in [("--trust", tmp_path), ("--timeout", "1"), ("--no-isolation",)]:
            with command.start("bench", path, "--python", sys.executable, *flags) as process:
                _, err = process.communicate()
            assert process.returncode == 2 and b"unexpected argument" in err
        assert not marker.exists()

    def test_in_python(self, tmp_path: Path) -> None:
        marker = tmp_path / "ran"
        elsewhere = write(tmp_path / "b" / "b.py", f"open({str(marker)!r}, 'w')\nname = 'b'\n")
        link = tmp_path / "a" / "link.py"
        inside = good(tmp_path / "a", "a")
        link.symlink_to(elsewhere)
        assert rezload.load(inside, trusted=[tmp_path / "a"]).tier == "rez"
        for path in (elsewhere, link, tmp_path / "a" / ".." / "b" / "b.py"):
            with pytest.raises(rezload.Declined) as caught:
                rezload.load(path, trusted=[tmp_path / "a", tmp_path / "c"])
            assert caught.value.code == "untrusted"
            assert [declined.tier for declined in caught.value.declined] == ["static", "rez"]
        with pytest.raises(rezload.Declined):
            rezload.load(inside, trusted=[])
        assert not marker.exists()
        with pytest.raises(TypeError):
            rezload.load(inside, trusted=str(tmp_path))
        with pytest.raises(ValueError):
            rezload.load(inside, trusted=[""])


def scanned(item: RepositoryPackage | LoadError) -> Any:
    if isinstance(item, RepositoryPackage):
        return item.uri, item.requires, item.variants, item.repository
    if isinstance(item, rezload.Refused):
        return class_of(item), item.reason
    return item.code


def scanned_line(line: dict[str, Any]) -> Any:
    if "error" not in line:
        return line["uri"], line["requires"], line["variants"], line["repository"]
    error = line["error"]
    return (error["class"], error["reason"]) if error["kind"] == "refused" else error["kind"]


def test_a_scan_is_the_one_in_python(command: Command, tmp_path: Path) -> None:
    import rez

    data = Path(rez.__path__[0]) / "data" / "tests"
    write(tmp_path / "fam.py", f"versions = ['1.0', '2.0']\nrequires = ['a-1'] + []\n{LOOP}")
    write(tmp_path / "computed" / "1.0" / "package.py", f"name = 'x'\nrequires = ['b']\n{LOOP}")
    write(tmp_path / "broken" / "1.0" / "package.py", "1 / 0\n")
    paths = [tmp_path, *(data / "packages" / name for name in ("py_packages", "yaml_packages"))]
    lines = command.run("scan", "--python", sys.executable, *paths)
    items = list(rezload.scan(paths))
    assert [scanned_line(line) for line in lines] == [scanned(item) for item in items]
    assert {line.get("tier") for line in lines} == {"static", "rez", None}
    # and a family at a time
    lines = command.run("scan", "--python", sys.executable, "--range", "2+", "--family", "fam", *paths)
    assert [line["version"] for line in lines] == ["2.0"]


def decode(value: Any) -> Any:
    """The inverse of `rez_values.encode`; the Rust side's is tested there."""
    if not isinstance(value, list):
        return value
    kind, items = value[0], value[1:]
    if kind in ("list", "tuple", "set", "frozenset"):
        return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind](
            map(decode, items)
        )
    if kind == "dict":
        return dict(zip(map(decode, items[::2]), map(decode, items[1::2])))
    if kind == "code":
        names = ("source", "funcname", "filepath", "eval_as_function")
        decorators = [
            {"name": "late"} if words == ["late"] else {"nargs": words[1:], "name": "include"}
            for words in items[4:]
        ]
        return "code", dict(zip(names, items)), decorators
    if kind == "modify":
        return "modify", *(None if part is None else list(map(decode, part)) for part in items)
    if kind == "complex":
        return complex(float(items[0]), float(items[1]))
    simple: dict[str, Any] = {"int": int, "float": float, "bytes": bytes.fromhex}
    return simple[kind](items[0]) if kind in simple else ...


def test_whole_definitions_survive_the_pipe() -> None:
    from rez.serialise import load_from_file
    from rez.utils.data_utils import ModifyList
    from rez.utils.sourcecode import SourceCode

    from rezload import rez_values

    def plain(value: Any) -> Any:
        """`value` with rez's objects as `decode` gives them."""
        if isinstance(value, SourceCode):
            state: dict[str, Any] = dict(value.__getstate__())  # type: ignore[no-untyped-call]
            return "code", {**state, "decorators": ...}, state["decorators"]
        if isinstance(value, ModifyList):
            return "modify", plain(value.append), plain(value.prepend)
        if type(value) in (list, tuple):
            return type(value)(map(plain, value))
        if type(value) is dict:
            return {key: plain(item) for key, item in value.items()}
        return value

    def same(a: Any, b: Any) -> bool:
        if isinstance(a, tuple) and a and a[0] == "code":
            return bool({**a[1], "decorators": ...} == b[1] and a[2] == b[2])
        if type(a) is dict and type(b) is dict:
            return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
        if type(a) is type(b) and type(a) in (list, tuple):
            return len(a) == len(b) and all(map(same, a, b))
        return type(a) is type(b) and repr(a) == repr(b)

    counts = {"same": 0, "declined": 0}
    for path in sorted((FIXTURES / "static").rglob("*.py")):
        try:
            definition = load_from_file(str(path), disable_memcache=True)
        except Exception:
            continue
        try:
            encoded = json.loads(json.dumps(rez_values.encode(definition)))
        except rez_values.OnlyPython:
            counts["declined"] += 1
            continue
        counts["same"] += 1
        decoded = {name: decode(value) for name, value in encoded}
        assert same(decoded, plain(definition)), path
    assert counts["same"] > 10 * counts["declined"]


def as_json(value: Any) -> Any:
    """A value of rez's as the command prints it; docs/cli.md describes that."""
    from rez.utils.data_utils import ModifyList
    from rez.utils.sourcecode import SourceCode

    if isinstance(value, SourceCode):
        state: dict[str, Any] = dict(value.__getstate__())  # type: ignore[no-untyped-call]
        return {"$type": "SourceCode", **state}
    if isinstance(value, ModifyList):
        parts = {"append": as_json(value.append), "prepend": as_json(value.prepend)}
        return {"$type": "ModifyList", **parts}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return {"$type": type(value).__name__, "items": [as_json(item) for item in value]}
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {key: as_json(item) for key, item in value.items()}
        return {"$type": "dict", "items": [as_json(item) for item in value.items()]}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$type": "float", "value": repr(value)}
    if isinstance(value, str):
        return comparable(value)
    if isinstance(value, (bytes, complex)) or value is ...:
        # in which spelling is up to the command, and tested there
        return {"$type": type(value).__name__, "value": ANY}
    return value


def define(path: Path) -> Any:
    """What rez says of a file: its definition, or the class and message of its error."""
    from rez.serialise import load_from_file

    from rezload import rez_resource

    try:
        return as_json(load_from_file(os.path.realpath(path), disable_memcache=True))
    except BaseException as error:
        cause = type(error)
        name = f"{cause.__module__}.{cause.__qualname__}".replace("builtins.", "")
        return name, comparable(rez_resource.message_of(error))


def test_whole_definitions_that_rez_gives(command: Command, tmp_path: Path) -> None:
    codes = {
        "values": "a = [1, (2.5, None), True], 2**70, -0.0, 'é'\n",
        "strange": "a = [b'x', 2j, ..., {1}, frozenset(), {1: 2}, float('nan'), float('-inf')]\n",
        "code": "@include('m')\n@late()\ndef tools():\n    return ['a']\ndef commands():\n    x\n",
        "scopes": "with scope('config') as c:\n    c.a.b = ModifyList(append=['x'])\n",
        "early": "@early()\ndef requires():\n    return [this.name]\n",
        "helpers": "import os\ndef helper():\n    pass\nclass A: pass\ndel A\n",
        "nameless": "del name\n",
        "raises": "raise ValueError('no')\n",
        "broken": "def\n",
        "early_raises": "@early()\ndef requires():\n    return 1 / 0\n",
    }
    paths = [
        write(tmp_path / f"{name}.py", f"name = '{name}'\n{LOOP}{code}")
        for name, code in codes.items()
    ]
    link = tmp_path / "link.py"
    link.symlink_to(paths[2])
    paths.append(link)
    lines = command.load("--definition", *paths)
    for path, line in zip(paths, lines):
        assert line["path"] == str(path)
        found = line.get("definition")
        if found is None:
            assert line["error"]["kind"] == "refused", line
            assert line["error"]["traceback"].startswith("Traceback")
            found = line["error"]["class"], comparable(line["error"]["reason"])
        else:
            assert line["tier"] == "rez"
            assert [declined["tier"] for declined in line["declined"]] == ["static"]
        expected = define(path)
        assert found == expected, path
        if isinstance(found, dict):
            assert list(found) == list(expected)
    # what has no JSON is said to have none, and without rez nothing is run
    paths = [write(tmp_path / "object.py", "class A: pass\n"), paths[0]]
    (line, _) = command.load("--definition", *paths)
    assert (line["error"]["kind"], line["error"]["code"]) == ("declined", "vm-value")
    for line in command.run("load", "--definition", "--fallback", "none", *paths):
        assert (line["error"]["kind"], line["error"]["tier"]) == ("declined", "static")


def test_definitions_of_every_fixture_are_rez_s(command: Command) -> None:
    # not the hostile ones, which take their time; and the last folder is larger than all others
    folders = ("api", "definition", "dynamic", "declined")
    paths = [path for folder in folders for path in sorted((FIXTURES / folder).rglob("*.py"))]
    paths[300:] = paths[300::3]
    lines = command.load("--definition", "--timeout", PATIENCE, *paths)
    asked, found = [], []
    for path, line in zip(paths, lines):
        error = line.get("error", {})
        if error.get("kind") == "declined":
            # the types that JSON has are few
            assert error["code"] == "vm-value", line
        elif line.get("tier") != "static":
            asked.append(path)
            refused = error.get("class"), comparable(error.get("reason", ""))
            definition = json.loads(comparable(json.dumps(line.get("definition"))))
            found.append(definition or error.get("code", refused))
    assert sum(isinstance(definition, dict) for definition in found) > 100
    answers: list[Any] = []
    while len(answers) < len(asked):
        answers += in_process(asked[len(answers) :], define)
    for path, outcome, answer in zip(asked, found, answers):
        assert outcome == answer or [outcome] == in_process([path], define), path
