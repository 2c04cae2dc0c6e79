"""Served implies equal to rez, for tens of thousands of damaged files; see `mutate.py`.

`REZLOAD_MUTANTS` sets how many random mutants (20000), `REZLOAD_MUTATION_SEED` which ones (1).
"""
from __future__ import annotations

from typing import Iterator

import pytest
import rezload

import mutate
from oracle import Compilers, Oracle, rez_python


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    if rez_python() is None:
        pytest.skip("rez 3.4.0 isn't installed and REZLOAD_REZ_PYTHON isn't set")
    with Oracle() as oracle:
        yield oracle


@pytest.fixture(scope="module")
def compilers() -> Iterator[Compilers]:
    with Compilers() as compilers:
        yield compilers


@pytest.mark.parametrize("family", ["snippets", "cuts", "requests", "random"])
def test_mutants(family: str, oracle: Oracle, compilers: Compilers) -> None:
    options = mutate.parser().parse_args(["--family", family])
    judge = mutate.Judge(rezload.parse_static_package_py, oracle, compilers)
    for _, mutants in mutate.families(options):
        judge.run(mutants, keep=3)
    print(judge.summary())
    assert judge.counts["served"] > 100
    if judge.failures:
        pytest.fail("%s\n%s" % (judge.summary(), "\n".join(map(str, judge.failures[:40]))), pytrace=False)


def test_the_judge_catches_a_wrong_answer(oracle: Oracle, compilers: Compilers) -> None:
    """A parser that serves everything alike is caught on a wrong field, a refusal and a syntax error.

    On one that some CPython alone refuses, too, where that is installed.
    """
    served = rezload.PackageData("fx", "1", requires=["a"], variants=[])
    judge = mutate.Judge(lambda source: served, oracle, compilers)
    judge.run([("right", b"name = 'fx'\nversion = '1'\nrequires = ['a']\n"),
               ("field", b"name = 'fx'\nversion = '1'\nrequires = ['b']\n"),
               ("refused", b"name = 'fx'\nversion = '1'\nrequires = ('a',)\n"),
               ("syntax", b"name = 'fx'\nversion = '1'\nrequires = ['a'\n"),
               ("version", b"name = 'fx'\nversion = '1'\nrequires = ['a']\nmatch 1:\n case 1: pass\n")])
    without_match = {"3.8", "3.9"}.intersection(compilers.versions)
    assert judge.counts["wrong"] == (4 if without_match else 3)
