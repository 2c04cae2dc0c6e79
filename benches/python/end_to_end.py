"""rez with rezload installed, beside rez without: the wall time, and the share of loading.

    python benches/python/end_to_end.py [--rounds 3] [--every 8] [--folder FOLDER]

The repository and the requests are those of rez's own benchmark (rez/data/benchmarking). Each
measurement is a process of its own; with and without take turns, so that both meet the same
disturbances. Two jobs:

scan      what a search over everything does: each family, each package, its name, version,
          requires and variants
resolve   every N-th of the 188 requests, by `ResolvedContext`, each with rez's caches cleared
          before, as in one `rez env` after the other

"load" is the processor time inside `rez.serialise._load_file`, opening the file included. Times
of the processor are what a shared machine disturbs least. Both give a digest of the answers,
which must be the same.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import hashlib
import io
import json
import os
import platform
import pstats
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

SCAN, RESOLVE = "scan", "resolve"


def scan(packages: str, digest: Any) -> int:
    from rez.packages import iter_package_families

    answers = []
    for family in iter_package_families([packages]):
        for package in family.iter_packages():
            fields = (package.name, package.version, package.requires, package.variants)
            answers.append(repr([str(field) for field in fields]))
    # the order of the packages of a family isn't rez's to say
    for answer in sorted(answers):
        digest.update(answer.encode())
    return len(answers)


def resolve(packages: str, every: int, digest: Any) -> int:
    import rez
    from rez.package_repository import package_repository_manager
    from rez.resolved_context import ResolvedContext

    path = Path(rez.__path__[0]) / "data" / "benchmarking" / "requests.json"
    requests = json.loads(path.read_text())[::every]
    for request in requests:
        package_repository_manager.clear_caches()
        context = ResolvedContext(
            request, package_paths=[packages], add_implicit_packages=False
        )
        variants = context.resolved_packages or ()
        digest.update(repr([context.status.name, [v.uri for v in variants]]).encode())
    return len(requests)


def measure(job: str, packages: str, every: int, with_rezload: bool, profile: bool) -> None:
    """One measurement in this process; prints JSON."""
    from rez import serialise

    import rezload

    if with_rezload:
        rezload.install()
    load_file = serialise._load_file
    loading = [0, 0.0]

    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.process_time()
        try:
            return load_file(*args, **kwargs)
        finally:
            loading[0] += 1
            loading[1] += time.process_time() - started

    digest = hashlib.sha256()
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    else:
        serialise._load_file = timed
    gc.collect()
    started, cpu = time.perf_counter(), time.process_time()
    if job == SCAN:
        count = scan(packages, digest)
    else:
        count = resolve(packages, every, digest)
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    profiler.disable()
    stats = rezload.stats()
    served = sum(stats.served.values())
    # rezload is what is measured, and only where it should be
    assert bool(served) == with_rezload
    if with_rezload and not profile:
        assert loading[0] == served + sum(stats.handed_over.values())
    found: dict[str, Any] = {
        "count": count,
        "wall": wall,
        "cpu": cpu,
        "loads": loading[0],
        "load": loading[1],
        "served": served,
        "handed_over": stats.handed_over,
        "digest": digest.hexdigest()[:16],
    }
    if profile:
        found["profile"] = table(profiler)
    print(json.dumps(found))


def table(profiler: cProfile.Profile) -> str:
    """What takes longest: by functions, and by modules."""
    stats = pstats.Stats(profiler, stream=io.StringIO())
    rows = []
    modules: dict[str, float] = {}
    total = 0.0
    for (path, line, name), (_, calls, own, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        parts = Path(path).parts
        if "site-packages" in parts:
            module = "/".join(parts[parts.index("site-packages") + 1 :])
        elif path.startswith(("~", "<")):
            module = "built in"
        else:
            module = "/".join(parts[-2:])
        rows.append((own, calls, f"{module}: {name}" if path != "~" else name))
        modules[module] = modules.get(module, 0.0) + own
        total += own
    rows.sort(reverse=True)
    lines = ["| share of the time | function | calls |", "|---|---|---|"]
    lines += [f"| {own / total:.1%} | `{name}` | {calls:,} |" for own, calls, name in rows[:15]]
    lines += ["", "| share of the time | module |", "|---|---|"]
    by_module = sorted(modules.items(), key=lambda item: -item[1])
    lines += [f"| {own / total:.1%} | `{name}` |" for name, own in by_module[:12]]
    return "\n".join(lines)


def run(*arguments: str) -> dict[str, Any]:
    """A measurement in a process of its own."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("REZ_", "REZLOAD"))}
    command = [sys.executable, __file__, *arguments]
    env["REZ_CONFIG_FILE"] = os.devnull
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def unpack(folder: Path) -> Path:
    import rez

    packages = folder / "packages"
    if not packages.is_dir():
        packed = Path(rez.__path__[0]) / "data" / "benchmarking" / "packages.tar.gz"
        with tarfile.open(packed) as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extraction_filter = tarfile.data_filter
            archive.extractall(folder)
    return packages


def compare(folder: Path, rounds: int, every: int) -> None:
    import rez

    import rezload

    packages = str(unpack(folder))
    print(
        f"rezload {rezload.__version__}, rez {rez.__version__}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {rounds} rounds"
    )
    for job in (SCAN, RESOLVE):
        runs: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
        # reads the files once, so that all runs find them in the cache
        run(job, packages, str(10**6 if job == RESOLVE else every), "with")
        for _ in range(rounds):
            for with_rezload in (False, True):
                arguments = [job, packages, str(every), "with" if with_rezload else "without"]
                runs[with_rezload].append(run(*arguments))
        digests = {result["digest"] for results in runs.values() for result in results}
        if len(digests) != 1:
            sys.exit(f"{job}: the answers differ with rezload")
        unit = "packages" if job == SCAN else "requests"
        last = runs[True][-1]
        loads = last["loads"]
        print(f"\n## {job}: {last['count']:,} {unit}, {loads:,} loads, {last['served']:,} served\n")
        if last["handed_over"]:
            print(f"handed over: {last['handed_over']}\n")
        print("| | wall | cpu | load | of cpu | us a load |")
        print("|---|---|---|---|---|---|")
        median = {}
        for with_rezload, name in ((False, "rez"), (True, "rez on rezload")):
            results = runs[with_rezload]
            wall, cpu, load = (
                statistics.median(result[key] for result in results)
                for key in ("wall", "cpu", "load")
            )
            median[with_rezload] = wall, cpu, load
            print(
                f"| {name} | {wall:.2f} s | {cpu:.2f} s | {load:.2f} s | {load / cpu:.1%} "
                f"| {load / loads * 1e6:.0f} |"
            )
        ratios = [old / new for old, new in zip(median[False], median[True])]
        print(f"| ratio | {ratios[0]:.2f} | {ratios[1]:.2f} | {ratios[2]:.1f} | | |")
        everything = [[f"{r['wall']:.2f}" for r in runs[with_rezload]] for with_rezload in (False, True)]
        print(f"\nwall times: {', '.join(everything[0])}; with rezload {', '.join(everything[1])}")
        print(f"\nWhat is left, with rezload (by cProfile, which slows calls of functions):\n")
        print(run(job, packages, str(every), "with", "profile")["profile"])


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] in (SCAN, RESOLVE):
        job, packages, every, mode = sys.argv[1:5]
        measure(job, packages, int(every), mode == "with", "profile" in sys.argv[5:])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each")
    parser.add_argument("--every", type=int, default=8, help="resolve every N-th request")
    parser.add_argument("--folder", type=Path, help="where the repository is unpacked, and kept")
    options = parser.parse_args()
    if options.folder is not None:
        compare(options.folder, options.rounds, options.every)
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), options.rounds, options.every)


if __name__ == "__main__":
    main()
