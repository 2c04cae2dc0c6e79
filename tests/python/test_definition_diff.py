"""The comparison that validation rests on: what it calls different, and what it doesn't."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("rez")

from rez.utils.sourcecode import SourceCode  # noqa: E402

from rezload.definition_diff import difference  # noqa: E402


def code(source: str = "pass", **fields: Any) -> Any:
    made: Any = SourceCode(source)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


shared = ["a"]
one = {"x": 1}


def function(result: int) -> Any:
    namespace: dict[str, Any] = {}
    exec(f"def preprocess(this, data):\n    return {result}\n", namespace)
    return namespace["preprocess"]


def made_class(name: str) -> Any:
    return type(name, (), {})


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        ({"a": [1, (2.5, None)], "b": {"c": "d"}}, {"a": [1, (2.5, None)], "b": {"c": "d"}}),
        (float("nan"), float("nan")),
        ({"a": [], "b": []}, {"a": [], "b": []}),
        ([shared, shared], [one_list := ["a"], one_list]),
        ({1, 2}, {2, 1}),
        (code("a", funcname="f"), code("a", funcname="f")),
        (code("a"), code("a", func=len)),
        (function(1), function(1)),
        (made_class("A"), made_class("A")),
        (made_class("A"), made_class("A")),
    ],
)
def test_equal(ours: Any, theirs: Any) -> None:
    assert difference({"k": ours}, {"k": theirs}) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "key", "kind"),
    [
        ({"a": 1}, {"a": 2}, "a", "value"),
        ({"a": 1}, {"a": True}, "a", "type"),
        ({"a": 1}, {"a": 1.0}, "a", "type"),
        ({"a": 0.0}, {"a": -0.0}, "a", "value"),
        ({"a": [1]}, {"a": (1,)}, "a", "type"),
        ({"a": "x"}, {"a": b"x"}, "a", "type"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "", "keys"),
        ({"a": 1}, {}, "", "keys"),
        ({"a": {1: 2}}, {"a": {True: 2}}, "a", "keys"),
        ({"a": {"b c": [0, {"d": 1}]}}, {"a": {"b c": [0, {"d": 2}]}}, "a['b c'][1].d", "value"),
        ({"a": [1, 2]}, {"a": [1]}, "a", "length"),
        ({"a": {1}}, {"a": {2}}, "a", "value"),
        ({"a": {1}}, {"a": {True}}, "a", "value"),
        # both hash to the same place, and the first takes it
        ({"a": set([0, 8])}, {"a": set([8, 0])}, "a", "order"),
        ({"a": shared, "b": shared}, {"a": ["a"], "b": ["a"]}, "b", "sharing"),
        ({"a": ["a"], "b": ["a"]}, {"a": shared, "b": shared}, "b", "sharing"),
        ({"f": code("a")}, {"f": code("b")}, "f.source", "value"),
        ({"f": code(funcname="a")}, {"f": code(funcname="b")}, "f.funcname", "value"),
        ({"f": code(filepath="a")}, {"f": code()}, "f.filepath", "type"),
        (
            {"f": code(eval_as_function=True)},
            {"f": code(eval_as_function=False)},
            "f.eval_as_function",
            "value",
        ),
        (
            {"f": code(decorators=[{"name": "late"}])},
            {"f": code(decorators=[{"name": "include"}])},
            "f.decorators[0].name",
            "value",
        ),
        ({"f": function(1)}, {"f": function(2)}, "f", "function"),
        ({"c": made_class("A")}, {"c": made_class("B")}, "c", "value"),
        ({"a": object()}, {"a": object()}, "a", "value"),
    ],
)
def test_different(ours: Any, theirs: Any, key: str, kind: str) -> None:
    found = difference(ours, theirs)
    assert found is not None
    assert (found.key, found.kind) == (key, kind)
    where = f"`{key}`" if key else "the definition"
    assert f"{kind} of {where}: " in str(found)


def test_a_value_that_has_no_repr_is_described() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    found = difference({"a": Broken()}, {"a": 1})
    assert found is not None and "no repr" in str(found)


def test_a_definition_that_holds_itself_is_compared() -> None:
    ours: dict[str, Any] = {"a": 1}
    theirs: dict[str, Any] = {"a": 1}
    ours["self"] = ours
    theirs["self"] = theirs
    assert difference(ours, theirs) is None
