"""The process in which the standalone loader has rez: one line of JSON a request and a reply.

`src/rez_tier/` in Rust starts it and ships its source. Standard input has the requests; the
end of it ends the process, and all that it has started. Replies go where standard output went
at first. Whatever a package definition prints goes to standard error, and it reads nothing.

Isolated, each request is served by a forked child, so that no file sees what another one did
to the interpreter, and a file that hangs, exits or crashes takes only its own child along.
That is for Linux; elsewhere requests are served here, one after the other.

The first reply is one of

    {"ready": {"rez": "3.4.0", "python": "3.11.4", "isolated": true}}
    {"missing": reason}     rez can't be imported
    {"failed": reason}      importing it raises something else

and a reply to a request has its `id` and one of

    "fields"      [name, version, requires, variants]
    "definition"  [[name, value], ...], values as `rez_values` encodes them
    "package"     [fields, uri, path, repository]
    "family"      a list of objects with "package", or "version", "path" and an error below
    "refused"     {"class", "message", "line", "traceback"}: rez's own exception
    "unreadable"  {"errno", "message"}: the file can't be read
    "declined"    "untrusted": outside the trusted paths, and not run; "surrogate": a field
                  that no UTF-8 string can hold; "vm-value": a value that JSON can't;
                  "other-settings": rez has others than "settings" of the request
    "died"        {"exit": status} or {"signal": number}: the process that ran the file
    "timed-out"   seconds
"""

from __future__ import annotations

import gc
import json
import os
import platform
import select
import signal
import sys
import threading
import time
import traceback
from types import ModuleType, TracebackType
from typing import Any, Callable, Dict, NoReturn, Optional

from . import trust

Json = Dict[str, Any]

CHUNK = 1 << 16

TRACEBACK_LIMIT = 1 << 16
"""Characters of a traceback, and of a message, that are kept."""

LOOK = 50
"""Milliseconds between two looks whether a child that says nothing is still there."""

CLEANING = 1.0
"""Seconds that processes have to be gone after SIGKILL."""

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def main(isolated: bool) -> None:
    """Serves requests until standard input ends."""
    requests, replies = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    try:
        import rez

        from . import rez_resource, rez_values
    except ImportError as error:
        send(replies, {"missing": str(error)})
        return
    except Exception as error:  # rez reads its configuration while it is imported
        send(replies, {"failed": f"{type(error).__name__}: {error}"})
        return
    ready = {
        "rez": rez.__version__,
        "python": platform.python_version(),
        "isolated": isolated,
    }
    send(replies, {"ready": ready})
    answers = Answers(rez_resource, rez_values)
    if isolated:
        Isolated(requests, replies, answers).serve()
    else:
        serve_here(requests, replies, answers)


def send(file: int, reply: Json) -> None:
    """Writes one line; a parent that is gone ends the process."""
    data = json.dumps(reply).encode("ascii") + b"\n"
    try:
        while data:
            data = data[os.write(file, data) :]
    except OSError:
        os._exit(1)


class Lines:
    """Lines from a file descriptor, with nothing read beyond what has come."""

    def __init__(self, file: int) -> None:
        self.file = file
        self._parts = b""

    def next(self) -> bytes | None:
        """Waits for the next line; `None` at the end."""
        while b"\n" not in self._parts:
            if not self.fill():
                return None
        line, _, self._parts = self._parts.partition(b"\n")
        return line

    def fill(self) -> bool:
        """Reads once; false at the end."""
        try:
            part = os.read(self.file, CHUNK)
        except OSError:
            part = b""
        self._parts += part
        return bool(part)


class Answers:
    """What rez makes of a request."""

    def __init__(self, rez_resource: ModuleType, rez_values: ModuleType) -> None:
        self._rez = rez_resource
        self._values = rez_values

    def warm_up(self) -> None:
        """Has rez read its configuration and do what it does once, before any child."""
        try:
            self._rez.load_data("/", {"name": "a", "requires": ["b-1"], "variants": [["c-1"]]})
        except Exception:
            # each request will say what is wrong
            pass

    def answer(self, request: Json) -> Json:
        """The reply to `request`, whatever the file does short of ending the process."""
        try:
            reply = self._answer(request)
        except BaseException as error:
            path = request["path"]
            # rez is given the real path of a lone file, and others as they are
            is_lone = request["kind"] in ("file", "definition")
            place = os.path.realpath(path) if is_lone else path
            reply = self._failure(place, error)
        reply["id"] = request["id"]
        return reply

    def _answer(self, request: Json) -> Json:
        path = request["path"]
        trusted = trust.directories(request.get("trusted"))
        kind = request["kind"]
        if kind in ("file", "definition"):
            filepath = os.path.realpath(path)
            trust.check(filepath, trusted)
            try:
                if kind == "file":
                    return {"fields": self._rez.load_file(filepath)}
                return {"definition": self._values.encode(self._rez.load_definition(filepath))}
            except OSError as error:
                if error.filename != filepath:
                    raise
                return {"unreadable": {"errno": error.errno, "message": str(error.strerror)}}
        if kind == "version":
            where = request["family"], request["version"], request["repository"]
            return {"package": self._rez.load_version(*where, path, trusted)}
        if kind == "family":
            items = self._rez.load_family(
                request["family"],
                request.get("range"),
                request.get("latest", False),
                request["repositories"],
                path,
                self._rez.Settings(*request["settings"]),
                trusted,
            )
            return {"family": [self._item(item) for item in items]}
        raise ValueError(f"no such request: {kind!r}")

    def _item(self, item: Any) -> Json:
        if not isinstance(item, self._rez.Failed):
            return {"package": item}
        reply = self._failure(item.path, item.error)
        reply.update(version=item.version, path=printable(item.path))
        return reply

    def _failure(self, path: str, error: BaseException) -> Json:
        ours = self._rez.Surrogate, self._rez.OtherSettings
        mine = trust.Untrusted, *ours, self._values.OnlyPython
        if isinstance(error, mine):
            return {"declined": error.code}
        kind = type(error)
        name = kind.__qualname__
        if kind.__module__ != "builtins":
            name = f"{kind.__module__}.{name}"
        lines = traceback.format_exception(kind, error, rez_s_part(error.__traceback__))
        refused = {
            "class": printable(name),
            "message": printable(self._rez.message_of(error)),
            "line": self._rez.line_of(path, error),
            # the end says more than the beginning
            "traceback": printable("".join(lines)[-TRACEBACK_LIMIT:]),
        }
        return {"refused": refused}


def rez_s_part(tb: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of this program before rez's."""
    part = tb
    while part is not None and part.tb_frame.f_globals.get("__package__") == __package__:
        part = part.tb_next
    return tb if part is None else part


def printable(text: str) -> str:
    """`text` without lone surrogates, which no UTF-8 string can hold."""
    return str(text).encode("utf-8", "backslashreplace").decode("utf-8")


class Isolated:
    """Serves each request in a child."""

    def __init__(self, requests: int, replies: int, answers: Answers) -> None:
        self._requests = requests
        self._lines = Lines(requests)
        self._replies = replies
        self._answers = answers
        self._prctl = prctl()
        # what a file starts and leaves behind becomes a child of this process
        self._prctl(PR_SET_CHILD_SUBREAPER, 1)

    def serve(self) -> NoReturn:
        self._answers.warm_up()
        # children don't touch, and so don't copy, what is there now
        gc.collect()
        gc.freeze()
        while True:
            line = self._lines.next()
            if line is None:
                os._exit(0)
            request = json.loads(line)
            source, sink = os.pipe()
            parent = os.getpid()
            child = os.fork()
            if not child:
                os.close(source)
                self._run(request, sink, parent)
            os.close(sink)
            reply = self._wait(child, source, request.get("timeout"))
            os.close(source)
            if isinstance(reply, dict):
                send(self._replies, dict(reply, id=request["id"]))
            else:
                forward(self._replies, reply)

    def _run(self, request: Json, sink: int, parent: int) -> NoReturn:
        """The child: loads the file and writes the reply to `sink`."""
        try:
            self._prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
            os.close(self._requests)
            os.close(self._replies)
            child = os.getpid()
            reply = self._answers.answer(request)
            # a file may have forked, and a copy of it gets here
            if os.getpid() == child:
                flush()
                send(sink, reply)
        finally:
            os._exit(0)

    def _wait(self, child: int, source: int, timeout: float | None) -> Json | bytes:
        """The child's reply, or what became of it. Nothing that it started is left."""
        deadline = None if timeout is None else time.monotonic() + timeout
        reply = bytearray()
        poll = select.poll()
        poll.register(source, select.POLLIN)
        poll.register(self._requests, select.POLLIN)
        ended: Optional[Json] = None
        while True:
            ready = [file for file, _ in poll.poll(LOOK)]
            if self._requests in ready and not self._lines.fill():
                clean(child)
                os._exit(0)
            if source in ready:
                part = os.read(source, CHUNK)
                reply += part
                if b"\n" in part:
                    clean(child)
                    return bytes(reply)
                if not part:
                    # it may close all its files and go on
                    poll.unregister(source)
            elif ended is not None:
                # nothing was left to read when it had ended
                clean()
                return ended
            else:
                ended = death(child)
            if deadline is not None and time.monotonic() > deadline:
                clean(child)
                return {"timed-out": timeout}


def forward(file: int, line: bytes) -> None:
    """Writes a line that is JSON already."""
    try:
        while line:
            line = line[os.write(file, line) :]
    except OSError:
        os._exit(1)


def flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def death(child: int) -> Json | None:
    """How `child` ended, which is then no longer there to be waited for."""
    try:
        pid, status = os.waitpid(child, os.WNOHANG)
    except ChildProcessError:
        return {"died": {}}
    if not pid:
        return None
    if os.WIFSIGNALED(status):
        return {"died": {"signal": os.WTERMSIG(status)}}
    return {"died": {"exit": os.WEXITSTATUS(status)}}


def clean(*alive: int) -> None:
    """Kills the processes `alive` and all other children, and theirs."""
    deadline = time.monotonic() + CLEANING
    pause = 1e-4
    while time.monotonic() < deadline:
        for pid in {*alive, *children()}:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(pause)
        pause *= 2


def children() -> list[int]:
    """This process's own children; those of a killed one are next."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except (OSError, ValueError):
        return []


def prctl() -> Callable[[int, int], object]:
    """`prctl(2)`, on Linux and where there is a ctypes to call it with."""
    try:
        if sys.platform != "linux":
            raise OSError("another system")
        import ctypes

        function = ctypes.CDLL(None).prctl
    except Exception:
        return lambda option, value: None
    return lambda option, value: function(option, value, 0, 0, 0)


def serve_here(requests: int, replies: int, answers: Answers) -> None:
    """Serves requests in this process."""
    here = os.getpid()
    prctl()(PR_SET_CHILD_SUBREAPER, 1)
    lines: list[bytes] = []
    there = threading.Semaphore(0)

    def read() -> None:
        source = Lines(requests)
        while True:
            line = source.next()
            if line is None:
                # whatever the file is doing
                end_here()
            lines.append(line)
            there.release()

    threading.Thread(target=read, daemon=True).start()
    while True:
        there.acquire()
        request = json.loads(lines.pop(0))
        state = os.getcwd(), dict(os.environ), list(sys.path), list(sys.argv)
        reply = answers.answer(request)
        flush()
        if os.getpid() != here:
            # a file has forked, and this is the copy
            os._exit(0)
        restore(*state)
        if sys.platform == "linux":
            clean()
        send(replies, reply)


def end_here() -> NoReturn:
    """Ends this process with what it has started, as far as the system says what that is."""
    if sys.platform == "linux":
        clean()
    os._exit(0)


def restore(cwd: str, environ: dict[str, str], path: list[str], argv: list[str]) -> None:
    """Takes back what a file has changed, as far as that can be."""
    try:
        os.chdir(cwd)
    except OSError:
        pass
    if dict(os.environ) != environ:
        os.environ.clear()
        os.environ.update(environ)
    sys.path[:] = path
    sys.argv[:] = argv
