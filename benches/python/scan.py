"""A scan of the repository of rez's own benchmark: rez's iteration beside rezload's.

    python benches/python/scan.py [--rounds 3] [--command target/release/rezload] [--threads 0]
                                  [--folder FOLDER] [--python OTHER]...

What is measured is every family, each package, its name, version, requires and variants:

rez       `iter_package_families` and `iter_packages`, the four fields of each package taken
command   `rezload scan --json`, written to a file; the start of the process included
summary   `rezload scan`
python    `rezload.scan`, the four fields of each package taken

`--python` adds the iteration of the rez in another Python.

They take turns, so that all meet the same disturbances, each in a process of its own, with the
files in the cache. The ratios are of the medians. All four have to give the same packages: rez,
python and command by a digest of all fields, summary by their number.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, Callable, List, Tuple

from end_to_end import unpack

Fields = Tuple[str, str, List[str], List[List[str]]]


def digest(packages: Iterable[Fields]) -> str:
    """Of all packages, in an order of its own: that of a family isn't rez's to say."""
    lines = sorted(json.dumps(package) for package in packages)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def by_rez(packages: str) -> tuple[float, str]:
    from rez.packages import iter_package_families

    found: list[Any] = []
    started = time.perf_counter()
    for family in iter_package_families([packages]):
        for package in family.iter_packages():
            found.append((package.name, package.version, package.requires, package.variants))
    seconds = time.perf_counter() - started
    texts = (
        (
            name,
            str(version),
            [str(request) for request in requires or ()],
            [[str(request) for request in variant] for variant in variants or ()],
        )
        for name, version, requires, variants in found
    )
    return seconds, digest(texts)


def by_python(packages: str, threads: int) -> tuple[float, str]:
    import rezload

    found: list[Any] = []
    started = time.perf_counter()
    for item in rezload.scan(packages, fallback=None, threads=threads):
        if isinstance(item, Exception):
            raise item
        found.append((item.name, item.version, item.requires, item.variants))
    seconds = time.perf_counter() - started
    return seconds, digest(found)


def by_command(command: str, packages: str, threads: int, folder: str) -> tuple[float, str]:
    arguments = [command, "scan", "--json", "--threads", str(threads), packages]
    path = Path(folder, "packages.jsonl")
    with path.open("wb") as out:
        started = time.perf_counter()
        subprocess.run(arguments, stdout=out, check=True)
        seconds = time.perf_counter() - started
    with path.open() as lines:
        found = map(json.loads, lines)
        keys = ("name", "version", "requires", "variants")
        return seconds, digest(tuple(line[key] for key in keys) for line in found)


def by_summary(command: str, packages: str, threads: int) -> tuple[float, str]:
    arguments = [command, "scan", "--threads", str(threads), packages]
    started = time.perf_counter()
    done = subprocess.run(arguments, stdout=subprocess.PIPE, check=True)
    return time.perf_counter() - started, done.stdout.split()[0].decode()


def in_process(
    job: str, packages: str, threads: int, python: str = sys.executable
) -> tuple[float, str]:
    """`rez` or `python` in a process of its own."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("REZ_", "REZLOAD"))}
    env["REZ_CONFIG_FILE"] = os.devnull
    command = [python, __file__, job, packages, str(threads)]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True)
    seconds, found = json.loads(done.stdout)
    return seconds, found


def rez_version(python: str) -> str:
    """`rez 3.4.0 on 3.8.18`."""
    code = "import platform, rez; print('rez', rez.__version__, 'on', platform.python_version())"
    done = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().strip()


def compare(packages: str, options: argparse.Namespace, folder: str) -> None:
    import rezload

    command, threads = options.command, options.threads
    count = sum(1 for _ in Path(packages).glob("*/*/package.py"))
    print(
        f"rezload {rezload.__version__}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {options.rounds} rounds, "
        f"{count:,} packages"
    )
    rez = {
        rez_version(python): partial(in_process, "rez", packages, threads, python)
        for python in (sys.executable, *options.python)
    }
    jobs: dict[str, Callable[[], tuple[float, str]]] = {
        **rez,
        "command": lambda: by_command(command, packages, threads, folder),
        "summary": lambda: by_summary(command, packages, threads),
        "python": lambda: in_process("python", packages, threads),
    }
    times: dict[str, list[float]] = {job: [] for job in jobs}
    answers = set()
    for turn in range(options.rounds):
        for job, run in jobs.items():
            # what is short is measured more often
            for _ in range(1 if job in rez else 5):
                seconds, answer = run()
                times[job].append(seconds)
                if job == "summary":
                    assert answer == str(count), answer
                else:
                    answers.add(answer)
    if len(answers) != 1:
        sys.exit("the answers differ")
    medians = {job: statistics.median(seconds) for job, seconds in times.items()}
    print("\n| | median | fastest | slowest | " + "".join(f"{version} takes | " for version in rez))
    print("|---|---|---|---|" + "---|" * len(rez))
    for job, seconds in times.items():
        row = [f"{value * 1e3:,.0f} ms" for value in (medians[job], min(seconds), max(seconds))]
        row += [f"{medians[version] / medians[job]:.0f} times as long" for version in rez]
        print(f"| {job} | {' | '.join(row)} |")


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] in ("rez", "python"):
        job, packages, threads = sys.argv[1:4]
        found = by_rez(packages) if job == "rez" else by_python(packages, int(threads))
        print(json.dumps(found))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--command", default="target/release/rezload", help="the standalone command")
    parser.add_argument("--threads", type=int, default=0, help="0 is one a core")
    parser.add_argument("--folder", type=Path, help="where the repository is unpacked, and kept")
    parser.add_argument(
        "--python", action="append", default=[], metavar="OTHER", help="a Python with rez; repeatable"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare(str(unpack(options.folder or Path(folder))), options, folder)


if __name__ == "__main__":
    main()
