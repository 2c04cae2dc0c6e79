"""The law: what the static tier serves is what real rez gives.

Roots are the project's fixtures, the packages bundled with rez, and every directory in
`REZLOAD_CORPUS` (separated like PATH). rez runs in the interpreter `REZLOAD_REZ_PYTHON`, or in this one.
"""
from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Iterable, Iterator

import pytest
import rezload

import corpus
from oracle import Compilers, Oracle, View, rez_python

GAPS = Path(__file__).parents[1] / "data" / "static_gaps.txt"
#: Files asked about at once: their sources are held in memory.
CHUNK = 2000


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    if rez_python() is None:
        pytest.skip("rez 3.4.0 isn't installed and REZLOAD_REZ_PYTHON isn't set")
    with Oracle() as oracle:
        yield oracle


def check(files: Iterable[tuple[str, bytes]], oracle: Oracle) -> tuple[Counter[str], list[str]]:
    """Compare every served file with rez; (counts, failures)."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    chunk: list[tuple[str, bytes, corpus.Served]] = []

    def flush() -> None:
        answers = oracle.views(source for _, source, _ in chunk)
        for (label, source, served), answer in zip(chunk, answers):
            if corpus.difference(served, answer):
                # Alone in a process, in case an earlier file of the batch changed something.
                problem = corpus.difference(served, oracle.view(source))
                if problem:
                    failures.append("%s: %s" % (label, problem))
        chunk.clear()

    for label, source in files:
        served = rezload.parse_static_package_py(source)
        counts["served" if served is not None else "declined"] += 1
        if served is not None:
            chunk.append((label, source, served))
            if len(chunk) == CHUNK:
                flush()
    flush()
    return counts, failures


def report(title: str, counts: Counter[str], failures: list[str]) -> None:
    print("%s: %d served, %d declined, %d wrong" % (
        title, counts["served"], counts["declined"], len(failures)))
    fail(failures)


def fail(problems: list[str]) -> None:
    if problems:
        shown = "\n  ".join(problems[:100])
        pytest.fail("%d problems:\n  %s" % (len(problems), shown), pytrace=False)


def test_fixtures(oracle: Oracle) -> None:
    report("fixtures", *check(corpus.fixtures().items(), oracle))


def test_bundled(oracle: Oracle) -> None:
    root = corpus.bundled()
    if root is None:
        pytest.skip("this rez has no data/benchmarking/packages.tar.gz")
    counts, failures = check(((p, corpus.read(p)) for p in corpus.packages(root)), oracle)
    report("rez's bundled packages", counts, failures)
    assert counts["served"] == 18226, "a bundled package was declined"


@pytest.mark.parametrize("root", corpus.extra_roots())
def test_corpus(oracle: Oracle, root: str) -> None:
    report(root, *check(((p, corpus.read(p)) for p in corpus.packages(root)), oracle))


@pytest.mark.parametrize("folder", corpus.FOLDERS)
def test_fixture_folder(folder: str) -> None:
    """`static` is served, `declined` and `hostile` never are; needs no rez.

    The files of `static` that the tier declines by choice are listed in `tests/data/static_gaps.txt`.
    """
    expected = corpus.expected()
    gaps = {line.split()[0] for line in GAPS.read_text().splitlines()}
    problems = []
    for label, source in corpus.fixtures(folder).items():
        served = rezload.parse_static_package_py(source)
        view = expected[label]["view"]
        if served is None:
            if folder == "static" and label not in gaps:
                problems.append("%s: not served" % label)
        elif folder in ("declined", "hostile"):
            problems.append("%s: served" % label)
        else:
            given = {key: getattr(served, key) for key in ("name", "version", "requires", "variants")}
            if given != view:
                problems.append("%s: %.200r instead of %.200r" % (label, given, view))
    fail(problems)


def test_fixtures_are_what_rez_says(oracle: Oracle) -> None:
    """The recorded views are rez's, through the resource and through a repository on disk."""
    expected = corpus.expected()
    files = corpus.fixtures("static", "dynamic", "declined")
    problems = []
    for through in ("resource", "repository"):
        answers = oracle.views(files.values(), isolate=True, through=through)
        for label, answer in zip(files, answers):
            view = None
            if isinstance(answer, View):
                view = {"name": answer.name, "version": answer.version,
                        "requires": answer.requires, "variants": answer.variants}
            if expected[label].get("loads_in"):
                continue  # depends on the version of Python
            if through == "repository" and "surrogate" in label:
                continue  # no directory can have this version as its name
            if view != expected[label]["view"]:
                problems.append("%s through the %s: %r" % (label, through, answer))
    fail(problems)


def test_static_fixtures_compile_everywhere() -> None:
    """Those of `dynamic` in each CPython that they are recorded to load in."""
    files = corpus.fixtures("static", "dynamic")
    expected = corpus.expected()
    assert not any("loads_in" in expected[label] for label in files if label.startswith("static/"))
    problems = []
    with Compilers() as compilers:
        if not compilers.versions:
            pytest.skip("no CPython 3.8 or later found")
        for label, errors in zip(files, compilers.errors(list(files.values()))):
            loads_in = expected[label].get("loads_in", compilers.versions)
            unexpected = {version: error for version, error in errors.items() if version in loads_in}
            if unexpected:
                problems.append("%s: %r" % (label, unexpected))
    fail(problems)


def test_oracle_survives_hostile_files() -> None:
    if rez_python() is None:
        pytest.skip("rez 3.4.0 isn't installed and REZLOAD_REZ_PYTHON isn't set")
    with Oracle(timeout=1.0) as oracle:
        for label, source in corpus.fixtures("hostile").items():
            assert not isinstance(oracle.view(source), View), label
        assert isinstance(oracle.view(b"name = 'still_here'\n"), View)
