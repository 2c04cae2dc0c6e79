"""`rezload survey` against an independent classifier, `ast_classifier.py`.

    REZLOAD_CORPUS=/path/to/packages pytest tests/python/test_survey.py    # your files, too
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Iterable

import ast_classifier
import pytest

import rezload

FIXTURES = Path(__file__).parents[1] / "fixtures"
#: Fixtures that only a limit or a table of some CPython refuses, and what ruff leaves to a linter.
LENIENT = (
    "assign_to_debug",
    "bom_twice",
    "fold_fstring_",
    "function_call_keyword_debug",
    "function_call_repeated_keyword",
    "function_param_debug",
    "function_with_parenthesised_items_39",
    "identifier_",
    "size_",
    "statement_class_dup_keyword",
    "statement_future_",
    "statement_try_else_without_except",
)
COMMAND = os.environ.get("REZLOAD_COMMAND")


pytestmark = pytest.mark.vm


def survey(paths: Iterable[Path]) -> Any:
    command = [COMMAND] if COMMAND else [sys.executable, "-m", "rezload"]
    done = subprocess.run(
        [*command, "survey", "--json", "--name", "*.py", *map(str, paths)],
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def corpus() -> list[Path]:
    folders = os.environ.get("REZLOAD_CORPUS", "").split(os.pathsep)
    return sorted(path for folder in folders if folder for path in Path(folder).rglob("package.py"))


INPUTS = {
    **{name: sorted((FIXTURES / name).glob("*.py")) for name in ("static", "dynamic", "declined")},
    "hostile": sorted((FIXTURES / "hostile").glob("*.py")),
    "corpus": corpus(),
}


RECORDED: dict[str, Any] = json.loads((FIXTURES / "expected.json").read_text("utf-8"))


def in_some_pythons_alone(path: Path) -> bool:
    return "loads_in" in RECORDED.get(f"{path.parent.name}/{path.name}", {})


@pytest.mark.parametrize("name", INPUTS)
def test_the_counts_are_those_of_an_independent_classifier(name: str) -> None:
    if not INPUTS[name]:
        pytest.skip("REZLOAD_CORPUS names no folder")
    answers = {path: ast_classifier.constructs(path.read_bytes()) for path in INPUTS[name]}
    judged = {
        path: found
        for path, found in answers.items()
        # what is Python in some versions alone is the next test's
        if found not in (None, {("syntax-error", None)}) and not in_some_pythons_alone(path)
    }
    expected = Counter(construct for found in judged.values() for construct in found)
    report = survey(judged)
    assert report["files"] == len(judged)
    counts = {(row["code"], row["detail"]): row["files"] for row in report["constructs"]}
    # `ast` is of one Python
    counts.pop(("new-syntax", None), None)
    if sys.version_info < (3, 9):
        # whose parser leaves more to the compiler
        counts.pop(("syntax-error", None), None)
    assert counts == dict(expected)


@pytest.mark.parametrize("name", ["static", "dynamic", "declined"])
def test_the_tiers_are_those_that_load_the_files(name: str) -> None:
    report = survey(INPUTS[name])
    tiers: Counter[str] = Counter()
    for path in INPUTS[name]:
        try:
            tiers[rezload.load(path, fallback=None).tier] += 1
        except rezload.Declined:
            tiers["declined"] += 1
    counts = {row["tier"]: row["served"] for row in report["tiers"]}
    assert {**counts, "declined": report["declined"]} == {"declined": 0, **tiers}


@pytest.mark.parametrize("name", INPUTS)
def test_what_is_not_python_is_found(name: str) -> None:
    broken = [
        path
        for path in INPUTS[name]
        if ast_classifier.constructs(path.read_bytes()) == {("syntax-error", None)}
        and not path.name.startswith(LENIENT)
    ]
    assert name != "declined" or len(broken) > 200
    # what else is in them is a matter of how a parser goes on
    for path in broken:
        codes = {row["code"] for row in survey([path])["constructs"]}
        assert codes & {"syntax-error", "new-syntax"}, path
