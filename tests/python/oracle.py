"""What real rez says about a package.py: the reference that every tier is held to.

The *solver's view* of a file is its name, version, requires and variants, each read the way a
filesystem repository package gives it: rez loads the file, then validates one key at a time with
`package_pod_schema`, and `str()` of every request is what a solver sees. Nothing of rez is
reimplemented here: the file goes through `FileSystemPackageResource._load` and `rez.packages.Package`.
Name and version are the file's own (a repository takes them from the directories), so a file whose
name isn't a valid package name, or whose version isn't a string that `Version` takes, is refused.

Three uses:

* `Oracle` drives a server process and survives whatever a file does (endless loops, `sys.exit`,
  `os._exit`, huge allocations, crashes, prints). Needs only the standard library here; rez has to be
  importable by the interpreter that `rez_python()` finds.
* `Compilers` asks each installed CPython 3.8+ whether it compiles a source, with the flags that rez's
  own `compile` call inherits (`rez.serialise` has `from __future__ import annotations`).
* `python oracle.py FILE...` prints one JSON object per file; `--serve` and `--serve-compile` are the
  two servers, JSON lines in, JSON lines out.

A file runs in a forked child of the server, so nothing that it does to the interpreter is seen by the
next one. In that child an audit hook stops what a package.py has no business doing to the machine that
runs the tests (processes, sockets, writes); `guarded` lists what was stopped, because there real rez
might have said something else.
"""
from __future__ import annotations

import argparse
import base64
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Iterable, Iterator, Sequence, Union

#: Seconds that one file may take.
FILE_TIMEOUT = 5.0
#: Address space of the process that runs a file.
MEMORY_LIMIT = 2 << 30
#: Files per forked child when the caller doesn't ask for isolation.
BATCH = 128


# ---------------------------------------------------------------------------------------------------
# answers
# ---------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class View:
    """What a solver sees of a file that rez loads."""
    name: str
    version: str
    requires: list[str]
    variants: list[list[str]]
    #: What the guard stopped while the file was loading; empty for any file worth serving.
    guarded: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Whole:
    """What rez's `load_from_file` returns for a file."""
    #: The dict, as `describe` describes it.
    definition: Any
    #: What the guard stopped while the file was loading; empty for any file worth serving.
    guarded: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Refused:
    """rez gives no view of this file."""
    #: `refused` (rez raised), `timeout`, or `died` (the process ended: `os._exit`, a signal, memory).
    kind: str
    #: The exception or the manner of death, for reports.
    error: str
    guarded: tuple[str, ...] = field(default=(), compare=False)


Answer = Union[View, Whole, Refused]


def _answer(reply: dict[str, Any]) -> Answer:
    guarded = tuple(reply.get("guarded", ()))
    if "definition" in reply:
        return Whole(reply["definition"], guarded)
    if reply["ok"]:
        return View(reply["name"], reply["version"], reply["requires"], reply["variants"], guarded)
    return Refused(reply["kind"], reply["error"], guarded)


def describe(value: Any, path: str, depth: int = 0) -> Any:
    """A value as JSON in which nothing is lost: types, order, signs of zeros, nan.

    Equal descriptions mean equal values of equal types. `path` is the definition's file, whatever its
    place.
    """
    kind = type(value)
    if depth > 200:
        return ["too deep"]

    def items(values: Iterable[Any]) -> list[Any]:
        return [describe(item, path, depth + 1) for item in values]

    if value is None or kind in (bool, int, complex, bytes, type(...)):
        return [kind.__name__, repr(value)]
    if kind is float:
        return ["float", value.hex()]
    if kind is str:
        return value
    if kind in (list, tuple):
        return [kind.__name__] + items(value)
    if kind in (set, frozenset):
        return [kind.__name__] + sorted(items(value), key=json.dumps)
    if kind is dict:
        return ["dict"] + [items(pair) for pair in value.items()]
    name = "%s.%s" % (kind.__module__, kind.__qualname__)
    if name in ("rez.utils.sourcecode.SourceCode", "rez.utils.data_utils.ModifyList"):
        fields = dict(vars(value))
        # The function itself is of no use once its source is known, and rez drops it too.
        fields.pop("func", None)
        if fields.get("filepath") == path:
            fields["filepath"] = ["the file"]
        return [name] + [[key, describe(fields[key], path, depth + 1)] for key in sorted(fields)]
    return [name, getattr(value, "__name__", "")]


# ---------------------------------------------------------------------------------------------------
# the part that imports rez
# ---------------------------------------------------------------------------------------------------

class _Rez:
    """rez, imported once, with a temporary empty repository that packages pretend to live in."""

    def __init__(self) -> None:
        for key in [k for k in os.environ if k.startswith("REZ_")]:
            del os.environ[key]
        os.environ["REZ_DISABLE_HOME_CONFIG"] = "1"
        os.environ["REZ_CONFIG_FILE"] = ""
        self.guard = _Guard()
        self.home = tempfile.mkdtemp(prefix="rezload-oracle-", dir=_scratch())

        from rez.package_repository import package_repository_manager
        from rez.packages import Package
        from rez.serialise import FileFormat, load_from_file
        from rez.utils.formatting import is_valid_package_name
        from rezplugins.package_repository.filesystem import FileSystemPackageResource

        self.manager = package_repository_manager
        self.location = os.path.join(self.home, "repository")
        os.makedirs(self.location)
        self.repository = self.manager.get_repository(self.location)
        # `_load` passes this to `load_from_file`.
        self.repository.disable_memcache = True
        self.Package = Package
        self.Resource = FileSystemPackageResource
        self.py = FileFormat.py
        self.load_from_file = load_from_file
        self.is_valid_package_name = is_valid_package_name

        # Import what rez imports late, so that children inherit it.
        warm = self.write(b"name = 'w'\nversion = '1'\nrequires = ['a-1']\n"
                          b"@early()\ndef variants():\n    return [['b']]\n"
                          b"@late()\ndef tools():\n    return []\n"
                          b"def commands():\n    pass\n", "warm")
        reply = self.view(warm)
        assert reply["ok"], reply
        import rez.package_py_utils  # noqa: F401
        import rez.system  # noqa: F401
        import rez.utils.lint_helper  # noqa: F401

    def write(self, source: bytes, key: str) -> str:
        directory = os.path.join(self.home, "files", key)
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, "package.py")
        with open(path, "wb") as file:
            file.write(source)
        return path

    def _resource(self, variables: dict[str, str]) -> Any:
        resource = self.Resource(dict(variables, repository_type="filesystem", location=self.location))
        resource._repository = self.repository
        return resource

    def view(self, path: str) -> dict[str, Any]:
        """The view, through a resource that is told its file instead of finding it by its name."""
        try:
            loader = self._resource({"name": "unknown"})
            loader._filepath_and_format = (path, self.py)
            data = loader._data
            name, version = loader._name, loader._version
            self.is_valid_package_name(name, raise_error=True)
            variables = {"name": name}
            if version:
                variables["version"] = str(version)
            resource = self._resource(variables)
            resource._filepath_and_format = (path, self.py)
            resource._data = data
            return self._finish(resource, name, version)
        except Exception as error:
            return self._refused(error)

    def definition(self, path: str) -> dict[str, Any]:
        """The whole definition."""
        path = os.path.realpath(path)
        try:
            data = self.load_from_file(path, self.py, disable_memcache=True)
            return {"ok": True, "definition": describe(data, path)}
        except Exception as error:
            return self._refused(error)

    def repository_view(self, path: str) -> dict[str, Any]:
        """The view through a real repository `<name>/<version>/package.py`; slow, to check `view`."""
        try:
            probe = self._resource({"name": "unknown"})
            probe._filepath_and_format = (path, self.py)
            name, version = probe._name, probe._version
            self.is_valid_package_name(name, raise_error=True)
            with self.guard.paused():
                location = tempfile.mkdtemp(prefix="repo-", dir=self.home)
                package_dir = os.path.join(location, name, str(version or ""))
                os.makedirs(package_dir, exist_ok=True)
                # rez resolves links before it opens a file, so the file keeps its own path.
                os.symlink(path, os.path.join(package_dir, "package.py"))
                repository = self.manager.get_repository(location)
            try:
                repository.disable_memcache = True
                variables = {"location": location, "name": name}
                if version:
                    variables["version"] = str(version)
                resource = repository.get_resource(self.Resource.key, **variables)
                return self._finish(resource, name, version)
            finally:
                with self.guard.paused():
                    shutil.rmtree(location, ignore_errors=True)
        except Exception as error:
            return self._refused(error)

    def _finish(self, resource: Any, name: str, version: Any) -> dict[str, Any]:
        package = self.Package(resource)
        requires = package.requires
        variants = package.variants
        return {
            "ok": True,
            "name": str(name),
            "version": "" if version is None else str(version),
            "requires": [] if requires is None else [str(r) for r in requires],
            "variants": [] if variants is None else [[str(r) for r in v] for v in variants],
        }

    @staticmethod
    def _refused(error: BaseException) -> dict[str, Any]:
        text = "%s: %s" % (type(error).__name__, error)
        return {"ok": False, "kind": "refused", "error": text[:400]}


#: Audit events that end with an exception in the process that runs a file.
_GUARDED = (
    "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile",
    "os.kill", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.chown", "os.link",
    "os.symlink", "os.truncate", "os.utime", "os.setxattr", "os.removexattr", "os.lockf", "shutil.",
    "tempfile.", "pty.", "socket.", "urllib.", "ftplib.", "smtplib.", "telnetlib.", "webbrowser.",
    "ctypes.", "signal.pthread_kill", "syslog.",
)


class _Guard:
    """An audit hook for the process that runs files; it can be paused but never removed."""

    def __init__(self) -> None:
        self.active = False
        self.stopped: list[str] = []

    def install(self) -> None:
        self.active = True
        sys.addaudithook(self._hook)

    @contextmanager
    def paused(self) -> Iterator[None]:
        before, self.active = self.active, False
        try:
            yield
        finally:
            self.active = before

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.active:
            return
        if event == "open":
            mode, flags = args[1], args[2]
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if not writes and not (isinstance(mode, str) and set(mode) & set("wax+")):
                return
        elif not event.startswith(_GUARDED):
            return
        self.stopped.append(event)
        raise PermissionError("stopped by the oracle's guard: %s" % event)


# ---------------------------------------------------------------------------------------------------
# servers
# ---------------------------------------------------------------------------------------------------

def _protocol_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout away from whatever runs in this process."""
    stdin = os.fdopen(os.dup(0), "rb")
    stdout = os.fdopen(os.dup(1), "wb", buffering=0)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    return stdin, stdout


def _serve() -> None:
    stdin, stdout = _protocol_streams()
    sys.setrecursionlimit(1000)
    rez = _Rez()
    import gc
    gc.collect()
    gc.freeze()
    stdout.write(b'{"ready": true, "python": "%d.%d"}\n' % sys.version_info[:2])
    try:
        for line in iter(stdin.readline, b""):
            request = json.loads(line)
            replies = _run_files(rez, request)
            stdout.write(json.dumps(replies).encode() + b"\n")
    finally:
        shutil.rmtree(rez.home, ignore_errors=True)


def _run_files(rez: _Rez, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Answer every file of a request, forking again after each death."""
    paths: list[str] = []
    for key, item in enumerate(request["files"]):
        if "path" in item:
            paths.append(os.path.abspath(item["path"]))
        else:
            paths.append(rez.write(base64.b64decode(item["source_b64"]), str(key)))
    isolate = request.get("isolate", True)
    replies: list[dict[str, Any]] = []
    while len(replies) < len(paths):
        rest = paths[len(replies):]
        replies += _run_child(rez, rest[:1] if isolate else rest, request)
    return replies


def _run_child(rez: _Rez, paths: Sequence[str], request: dict[str, Any]) -> list[dict[str, Any]]:
    """One forked child over these files; the last reply says how it ended if it didn't finish."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        try:
            _child(rez, paths, request, write_end)
        finally:
            os._exit(0)
    os.close(write_end)
    timeout = request.get("timeout", FILE_TIMEOUT)
    replies: list[dict[str, Any]] = []
    buffer = b""
    ended = None
    try:
        while len(replies) < len(paths):
            deadline = time.monotonic() + timeout
            while b"\n" not in buffer:
                ready, _, _ = select.select([read_end], [], [], max(0.0, deadline - time.monotonic()))
                if not ready:
                    ended = {"ok": False, "kind": "timeout", "error": "over %g s" % timeout}
                    break
                chunk = os.read(read_end, 1 << 16)
                if not chunk:
                    ended = {"ok": False, "kind": "died", "error": ""}
                    break
                buffer += chunk
            if ended:
                break
            line, _, buffer = buffer.partition(b"\n")
            replies.append(json.loads(line))
    finally:
        os.close(read_end)
        # The child leads a session of its own: this ends what it started too.
        for kill in (os.killpg, os.kill):
            try:
                kill(pid, signal.SIGKILL)
            except OSError:
                pass
        status = os.waitpid(pid, 0)[1]
    if ended:
        if ended["kind"] == "died":
            ended["error"] = ("signal %d" % os.WTERMSIG(status) if os.WIFSIGNALED(status)
                              else "exit status %d" % os.WEXITSTATUS(status))
        replies.append(ended)
    return replies


def _child(rez: _Rez, paths: Sequence[str], request: dict[str, Any], write_end: int) -> None:
    import resource
    os.setsid()
    os.chdir(rez.location)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    view = {"repository": rez.repository_view, "definition": rez.definition}.get(
        request.get("through"), rez.view)
    if request.get("guard", True):
        rez.guard.install()
    for path in paths:
        rez.guard.stopped = []
        try:
            reply = view(path)
        except BaseException as error:  # sys.exit, KeyboardInterrupt: rez lets them through
            reply = rez._refused(error)
        if rez.guard.stopped:
            reply["guarded"] = rez.guard.stopped
        os.write(write_end, json.dumps(reply).encode() + b"\n")


def _serve_compile() -> None:
    """Compile sources as rez does; a reply is a list of null or the error's text."""
    stdin, stdout = _protocol_streams()
    import warnings
    stdout.write(b'{"ready": true, "python": "%d.%d"}\n' % sys.version_info[:2])
    warnings.simplefilter("ignore")
    for line in iter(stdin.readline, b""):
        replies = [_compile_error(base64.b64decode(s)) for s in json.loads(line)["sources_b64"]]
        stdout.write(json.dumps(replies).encode() + b"\n")


def _compile_error(source: bytes) -> str | None:
    import __future__
    try:
        compile(source, "package.py", "exec", flags=__future__.annotations.compiler_flag,
                dont_inherit=True)
    except BaseException as error:
        return "%s: %s" % (type(error).__name__, str(error)[:200])
    return None


# ---------------------------------------------------------------------------------------------------
# clients
# ---------------------------------------------------------------------------------------------------

def _scratch() -> str | None:
    """A directory in memory if there is one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class _Client:
    """A server process that is started when needed and again when it died."""

    def __init__(self, command: Sequence[str], timeout: float) -> None:
        self._command = list(command)
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self.version = ""

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._buffer = b""
            environment = {k: v for k, v in os.environ.items() if not k.startswith(("REZ_", "PYTHON"))}
            environment["PYTHONHASHSEED"] = "0"
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, bufsize=0, env=environment)
            self.version = self._read(60.0)["python"]
        return self._process

    def ask(self, request: dict[str, Any], timeout: float) -> Any:
        process = self._start()
        assert process.stdin
        process.stdin.write(json.dumps(request).encode() + b"\n")
        return self._read(timeout)

    def _read(self, timeout: float) -> Any:
        assert self._process and self._process.stdout
        deadline = time.monotonic() + timeout
        chunks = [self._buffer]
        while b"\n" not in chunks[-1]:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._process.stdout], [], [], left)[0]:
                self.close()
                raise TimeoutError("no reply in %g s from %s" % (timeout, self._command))
            chunk = os.read(self._process.stdout.fileno(), 1 << 20)
            if not chunk:
                self.close()
                raise EOFError("%s ended" % self._command)
            chunks.append(chunk)
        line, _, self._buffer = b"".join(chunks).partition(b"\n")
        return json.loads(line)

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin and process.stdout
            process.stdin.close()
            try:
                process.wait(2.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


Item = Union[str, "os.PathLike[str]", bytes]


class Oracle(_Client):
    """Answers of real rez, one process for as many files as you like.

    >>> with Oracle() as oracle:                                        # doctest: +SKIP
    ...     oracle.view(b"name = 'a'; version = '1'; requires = ['b>=2']")
    View(name='a', version='1', requires=['b-2+'], variants=[], guarded=())
    """

    def __init__(self, python: str | None = None, timeout: float = FILE_TIMEOUT,
                 guard: bool = True) -> None:
        python = python or rez_python()
        if python is None:
            raise RuntimeError("no python with rez 3.4.0: set REZLOAD_REZ_PYTHON")
        super().__init__([python, "-I", os.path.abspath(__file__), "--serve"], timeout)
        self._guard = guard

    def view(self, item: Item, through: str = "resource") -> Answer:
        """One file (a path) or source (bytes), in a process of its own."""
        return self._views([item], isolate=True, through=through)[0]

    def views(self, items: Iterable[Item], isolate: bool = False,
              through: str = "resource") -> Iterator[Answer]:
        """Many files (through "definition" for a `Whole`); without `isolate` a batch shares a process, which is 3 to 4 times faster.

        Sharing is right for files that are supposed to be literal. Ask `view` about any file whose
        answer surprises.
        """
        batch: list[Item] = []
        for item in items:
            batch.append(item)
            if len(batch) == BATCH:
                yield from self._views(batch, isolate, through)
                batch = []
        if batch:
            yield from self._views(batch, isolate, through)

    def _views(self, items: Sequence[Item], isolate: bool, through: str) -> list[Answer]:
        files = [{"source_b64": base64.b64encode(item).decode()} if isinstance(item, bytes)
                 else {"path": os.fspath(item)} for item in items]
        request = {"files": files, "isolate": isolate, "timeout": self._timeout,
                   "guard": self._guard, "through": through}
        try:
            replies = self.ask(request, timeout=(self._timeout + 2.0) * len(items) + 10.0)
        except (EOFError, TimeoutError, BrokenPipeError) as error:
            if len(items) == 1:
                return [Refused("died", "the server: %s" % error)]
            return [answer for item in items for answer in self._views([item], True, through)]
        return [_answer(reply) for reply in replies]


class Compilers:
    """The CPythons 3.8+ of this machine, one per minor version, each in a process of its own."""

    def __init__(self, pythons: Sequence[str] | None = None) -> None:
        script = os.path.abspath(__file__)
        found = pythons if pythons is not None else find_pythons()
        self._clients = [_Client([p, "-I", script, "--serve-compile"], 30.0) for p in found]
        for client in self._clients:
            client._start()

    @property
    def versions(self) -> list[str]:
        return [client.version for client in self._clients]

    def errors(self, sources: Sequence[bytes]) -> list[dict[str, str]]:
        """For each source, the versions that don't compile it and why."""
        result: list[dict[str, str]] = [{} for _ in sources]
        request = {"sources_b64": [base64.b64encode(s).decode() for s in sources]}
        for client in self._clients:
            try:
                replies = client.ask(request, 30.0 + 0.1 * len(sources))
            except (EOFError, TimeoutError, BrokenPipeError) as error:
                if len(sources) > 1:
                    replies = [self._one(client, s) for s in sources]
                else:
                    replies = ["crash: %s" % error]
            for errors, reply in zip(result, replies):
                if reply is not None:
                    errors[client.version] = reply
        return result

    @staticmethod
    def _one(client: _Client, source: bytes) -> str | None:
        try:
            return client.ask({"sources_b64": [base64.b64encode(source).decode()]}, 30.0)[0]
        except (EOFError, TimeoutError, BrokenPipeError) as error:
            return "crash: %s" % error

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def __enter__(self) -> Compilers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def rez_python() -> str | None:
    """The interpreter to run rez with: `REZLOAD_REZ_PYTHON`, or this one if it has rez."""
    chosen = os.environ.get("REZLOAD_REZ_PYTHON")
    if chosen:
        return chosen
    import importlib.util
    return sys.executable if importlib.util.find_spec("rez") else None


def find_pythons() -> list[str]:
    """One CPython per minor version: `REZLOAD_PYTHONS` (a path list), or PATH and pyenv."""
    chosen = os.environ.get("REZLOAD_PYTHONS")
    if chosen is not None:
        return [p for p in chosen.split(os.pathsep) if p]
    versions = os.path.expanduser("~/.pyenv/versions")
    installed = os.listdir(versions) if os.path.isdir(versions) else []
    pythons = []
    for minor in range(8, 15):
        candidates = [os.path.join(versions, v, "bin", "python") for v in sorted(installed)
                      if v.startswith("3.%d." % minor)]
        on_path = shutil.which("python3.%d" % minor)
        if on_path:
            candidates.append(on_path)
        for candidate in candidates:
            # A pyenv shim is there for versions that aren't, so it has to run.
            check = subprocess.run([candidate, "-I", "-c", "import sys; print(sys.version_info[:2])"],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            if check.stdout.decode().strip() == "(3, %d)" % minor:
                pythons.append(candidate)
                break
    return pythons


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="what real rez says about package.py files")
    parser.add_argument("paths", nargs="*", metavar="FILE", help="`-` reads a source from stdin")
    parser.add_argument("--serve", action="store_true", help="JSON lines in and out, for `Oracle`")
    parser.add_argument("--serve-compile", action="store_true", help="the same, for `Compilers`")
    parser.add_argument("--compile", action="store_true", help="add which CPythons compile the file")
    options = parser.parse_args(arguments)
    if options.serve:
        _serve()
    elif options.serve_compile:
        _serve_compile()
    else:
        compilers = Compilers() if options.compile else None
        with Oracle() as oracle:
            for path in options.paths:
                item = sys.stdin.buffer.read() if path == "-" else path
                reply: dict[str, Any] = {"path": path}
                answer = oracle.view(item)
                reply.update(answer=type(answer).__name__.lower(), **answer.__dict__)
                if compilers:
                    source = item if isinstance(item, bytes) else open(path, "rb").read()
                    reply["compile_errors"] = compilers.errors([source])[0]
                print(json.dumps(reply))
        if compilers:
            compilers.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
