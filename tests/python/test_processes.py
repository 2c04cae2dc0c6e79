"""Threads, forks and interrupts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import rezload

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


def in_child(job: str, *args: object) -> None:
    """Runs `job` in a fresh interpreter; a deadlock is a failure after a while."""
    command = [sys.executable, "-W", "ignore", "-c", job, *map(str, args)]
    subprocess.run(command, check=True, timeout=60)


def test_threads_load_side_by_side(api: Path) -> None:
    pytest.importorskip("rez")
    names = ["literal", "computed", "late", "unversioned"] * 25
    with ThreadPoolExecutor(8) as pool:
        packages = pool.map(rezload.load, (api / name / "package.py" for name in names))
        assert [package.name for package in packages] == names


FIRST_CALLS = {
    "load": "native.try_load(path)",
    "definition": "native.try_definition(path)",
    "hook": "native.serve_definition(path, literal=False)",
    "repositories": "native.Repositories([root], 0, ['package'], True, False)",
}


@pytest.mark.parametrize("first", FIRST_CALLS)
def test_threads_make_the_first_calls_of_a_process(first: str, api: Path, tmp_path: Path) -> None:
    """Some wait with the GIL for what another thread makes, which mustn't need it."""
    job = """
import faulthandler, sys, threading
faulthandler.dump_traceback_later(30, exit=True)
from rezload import _native as native
path, root, number, *calls = sys.argv[1:]
sys.setswitchinterval(1e-5)
together = threading.Barrier(3)

def call(spins, code):
    together.wait()
    for _ in range(spins):
        pass
    exec(code, globals())

spins = [int(number) * 37 % 400, int(number) * 91 % 400, 20_000]
threads = [threading.Thread(target=call, args=job) for job in zip(spins, [*calls, ""])]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
    path = api / "literal" / "package.py"
    for number, other in enumerate([*FIRST_CALLS.values()] * 3):
        in_child(job, path, tmp_path, number, FIRST_CALLS[first], other)


@pytest.mark.vm
def test_python_ends_while_a_thread_asks_it(tmp_path: Path) -> None:
    """The end waits for those who ask, who can't come back once it has begun."""
    definition = tmp_path / "package.py"
    definition.write_text("import os\nname = 'a'\nversion = os.environ['HOME']\n")
    in_child(
        """
import sys, threading, time, rezload
from rezload import _profile

asked = threading.Event()

def variable(name):
    asked.set()
    time.sleep(0.3)
    return "1"

class Slow:
    def __del__(self, sleep=time.sleep):
        sleep(1)

_profile.variable = variable
sys.kept = Slow()
load = lambda: rezload.load(sys.argv[1], fallback=None)
threading.Thread(target=load, daemon=True).start()
assert asked.wait(30)
""",
        definition,
    )


def test_threads_run_batches_side_by_side(api: Path) -> None:
    paths = [api / "literal" / "package.py"] * 200
    with ThreadPoolExecutor(8) as pool:
        for batch in pool.map(rezload.parse_static_packages_py, [paths] * 32):
            assert all(data and data.name == "literal" for data in batch)


def test_other_threads_run_during_a_batch(api: Path) -> None:
    paths = [api / "literal" / "package.py"] * 20_000
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    before = ticks
    rezload.parse_static_packages_py(paths)
    during = ticks - before
    done.set()
    ticker.join()
    assert during > 0


@needs_fork
def test_a_batch_works_in_a_forked_child(api: Path) -> None:
    in_child(
        "import os, sys, rezload\n"
        "paths = [sys.argv[1]] * 1000\n"
        "assert all(rezload.parse_static_packages_py(paths))\n"
        "for generation in range(3):\n"
        "    if child := os.fork():\n"
        "        _, status = os.waitpid(child, 0)\n"
        "        os._exit(status != 0)\n"
        "    assert all(rezload.parse_static_packages_py(paths))\n"
        "os._exit(0)\n",
        api / "literal" / "package.py",
    )


@needs_fork
def test_the_rez_tier_works_in_a_child_forked_during_a_load(api: Path, tmp_path: Path) -> None:
    pytest.importorskip("rez")
    slow = tmp_path / "package.py"
    slow.write_text("import time\ntime.sleep(1)\nname = 'slow'\n")
    in_child(
        "import os, sys, threading, time, rezload\n"
        "rezload.load(sys.argv[1])\n"
        "thread = threading.Thread(target=rezload.load, args=[sys.argv[2]])\n"
        "thread.start()\n"
        "time.sleep(0.3)\n"
        "child = os.fork()\n"
        "package = rezload.load(sys.argv[1])\n"
        "assert package.name == 'computed', package\n"
        "if not child:\n"
        "    os._exit(0)\n"
        "_, status = os.waitpid(child, 0)\n"
        "thread.join()\n"
        "sys.exit(status != 0)\n",
        api / "computed" / "package.py",
        slow,
    )


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_ends_a_batch(api: Path) -> None:
    paths = [api / "literal" / "package.py"] * 400_000

    def interrupt() -> None:
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            rezload.parse_static_packages_py(paths)
    finally:
        thread.join()
