"""Whole definitions: what the compiled tiers give is what rez's `load_from_file` returns."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterable, Iterator

import pytest
from rezload import _native

import corpus
import mutate
from oracle import Compilers, Oracle, Whole, rez_python

pytest.importorskip("rez")

FIXTURES = Path(__file__).parents[1] / "fixtures" / "definition"
#: Files asked about at once: their sources are held in memory.
CHUNK = 1000


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    if rez_python() is None:
        pytest.skip("rez 3.4.0 isn't installed and REZLOAD_REZ_PYTHON isn't set")
    with Oracle() as oracle:
        yield oracle


def sources(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((FIXTURES / folder).glob("*.py"))}


def check(files: Iterable[tuple[str, bytes]], oracle: Oracle) -> int:
    """Compares every served file with rez; gives their number."""
    count = 0
    problems: list[str] = []
    chunk: list[tuple[str, bytes, Any]] = []

    def flush() -> None:
        answers = oracle.views((source for _, source, _ in chunk), through="definition")
        for (label, source, served), answer in zip(chunk, answers):
            if corpus.definition_difference(served, answer):
                # Alone in a process, in case an earlier file of the batch changed something.
                problem = corpus.definition_difference(served, oracle.view(source, "definition"))
                if problem:
                    problems.append("%s: %s" % (label, problem))
        chunk.clear()

    for label, source in files:
        served = corpus.definition(source)
        if served is not None:
            count += 1
            chunk.append((label, source, served))
            if len(chunk) == CHUNK:
                flush()
    flush()
    if problems:
        pytest.fail("%d wrong:\n  %s" % (len(problems), "\n  ".join(problems[:50])), pytrace=False)
    return count


# ---------------------------------------------------------------------------------------------------
# the law
# ---------------------------------------------------------------------------------------------------

def test_fixtures(oracle: Oracle) -> None:
    assert check(corpus.fixtures().items(), oracle) > 400


def test_bundled(oracle: Oracle) -> None:
    root = corpus.bundled()
    if root is None:
        pytest.skip("this rez has no data/benchmarking/packages.tar.gz")
    count = check(((path, corpus.read(path)) for path in corpus.packages(root)), oracle)
    assert count == 18226, "a bundled package was declined"


@pytest.mark.parametrize("root", corpus.extra_roots())
def test_corpus(oracle: Oracle, root: str) -> None:
    print("%s: %d served" % (root, check(((p, corpus.read(p)) for p in corpus.packages(root)), oracle)))


@pytest.mark.parametrize("family", ["snippets", "cuts", "functions", "random"])
def test_mutants(family: str, oracle: Oracle) -> None:
    options = mutate.parser().parse_args(["--family", family])
    with Compilers() as compilers:
        judge = mutate.Judge(corpus.definition, oracle, compilers, definitions=True)
        for _, mutants in mutate.families(options):
            judge.run(mutants, keep=3)
    print(judge.summary())
    assert judge.counts["served"] > 1000
    if judge.failures:
        pytest.fail("%s\n%s" % (judge.summary(), "\n".join(map(str, judge.failures[:40]))), pytrace=False)


def test_the_judge_catches_a_wrong_type(oracle: Oracle) -> None:
    """Values that are equal in Python aren't the same definition."""
    for wrong, right in [("1", "True"), ("1", "1.0"), ("0.0", "-0.0"), ("[]", "()"), ("{1}", "{True}"),
                         ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"), ("'a'", "b'a'")]:
        served = corpus.definition(b"x = " + wrong.encode())
        answer = oracle.view(b"x = " + right.encode(), "definition")
        assert corpus.definition_difference(served, answer), (wrong, right)
        answer = oracle.view(b"x = " + wrong.encode(), "definition")
        assert corpus.definition_difference(served, answer) is None


# ---------------------------------------------------------------------------------------------------
# the fixtures of whole definitions
# ---------------------------------------------------------------------------------------------------

def test_served_fixtures_are_what_is_recorded() -> None:
    recorded = json.loads((FIXTURES / "expected.json").read_text())
    assert {name: corpus.definition(source) for name, source in sources("served").items()} == recorded


def test_the_record_is_what_rez_says(oracle: Oracle) -> None:
    recorded = json.loads((FIXTURES / "expected.json").read_text())
    files = sources("served")
    for name, answer in zip(files, oracle.views(files.values(), isolate=True, through="definition")):
        assert isinstance(answer, Whole) and answer.definition == recorded[name], name


@pytest.mark.parametrize("name", sources("declined"))
def test_declined_fixtures(name: str) -> None:
    outcome = _native.try_definition(corpus.PLACE, sources("declined")[name])
    assert isinstance(outcome, tuple) and outcome[0].tier == "static"
