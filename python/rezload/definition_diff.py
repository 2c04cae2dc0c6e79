"""Where two definitions differ: what rezload serves, and what rez gives."""

from __future__ import annotations

from types import FunctionType
from typing import Any, NamedTuple, Optional

_CONTAINERS = (dict, list, set)

# what a consumer of a `rez.utils.sourcecode.SourceCode` can see; `func` is the function that
# rez took the source from, which rez itself forgets when it pickles
_SOURCE_FIELDS = ("source", "funcname", "filepath", "eval_as_function", "decorators", "package")


class Difference(NamedTuple):
    """The first place where two values differ."""

    key: str
    """Where, such as `requires[2]` or `tools.length`; empty for the definition itself."""
    kind: str
    """`type`, `value`, `keys`, `length`, `function`, `exception`, `order` (of a set) or `sharing`
    (one list in two places)."""
    by_rezload: Any
    by_rez: Any

    def __str__(self) -> str:
        where = f"`{self.key}`" if self.key else "the definition"
        return (
            f"{self.kind} of {where}: rezload gives {describe(self.by_rezload)}, "
            f"rez gives {describe(self.by_rez)}"
        )


def describe(value: Any, limit: int = 200) -> str:
    """The type and the start of the `repr` of `value`."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"<no repr: {error}>"
    if len(text) > limit:
        text = text[:limit] + "..."
    return f"{type(value).__name__} {text}"


def difference(by_rezload: Any, by_rez: Any) -> Optional[Difference]:
    """The first difference between two definitions; `None` when there is none.

    Types count, as do the order of keys and whether two places hold the same list or dict.
    """
    return _Comparison().compare("", by_rezload, by_rez)


class _Comparison:
    def __init__(self) -> None:
        self._partner: dict[int, int] = {}
        self._partner_by_rez: dict[int, int] = {}

    def compare(self, key: str, ours: Any, theirs: Any) -> Optional[Difference]:
        if type(ours) is not type(theirs):
            return Difference(key, "type", ours, theirs)
        if isinstance(ours, _CONTAINERS):
            seen = self._partner.get(id(ours))
            seen_by_rez = self._partner_by_rez.get(id(theirs))
            if seen is not None or seen_by_rez is not None:
                if seen == id(theirs) and seen_by_rez == id(ours):
                    return None
                return Difference(key, "sharing", ours, theirs)
            self._partner[id(ours)] = id(theirs)
            self._partner_by_rez[id(theirs)] = id(ours)
        if isinstance(ours, dict):
            return self._dict(key, ours, theirs)
        if isinstance(ours, (list, tuple)):
            return self._sequence(key, ours, theirs)
        if isinstance(ours, (set, frozenset)):
            # in the order in which a loop over them comes by
            found = self._sequence(key, tuple(ours), tuple(theirs))
            if found is None:
                return None
            same = sorted(map(repr, ours)) == sorted(map(repr, theirs))
            kind = "order" if same else "value"
            return Difference(key, kind, ours, theirs)
        if isinstance(ours, (float, complex)):
            # nan isn't equal to itself, and -0.0 is equal to 0.0
            return None if repr(ours) == repr(theirs) else Difference(key, "value", ours, theirs)
        if isinstance(ours, FunctionType):
            return self._function(key, ours, theirs)
        if type(ours).__module__ == "rez.utils.sourcecode":
            return self._fields(key, ours, theirs, _SOURCE_FIELDS)
        return self._object(key, ours, theirs)

    def _dict(
        self, key: str, ours: dict[Any, Any], theirs: dict[Any, Any]
    ) -> Optional[Difference]:
        names = [(type(name), name) for name in ours]
        if names != [(type(name), name) for name in theirs]:
            return Difference(key, "keys", list(ours), list(theirs))
        for name, value in ours.items():
            step = name if isinstance(name, str) and name.isidentifier() else f"[{name!r}]"
            inner = f"{key}.{step}" if key and not step.startswith("[") else f"{key}{step}"
            found = self.compare(inner, value, theirs[name])
            if found is not None:
                return found
        return None

    def _sequence(self, key: str, ours: Any, theirs: Any) -> Optional[Difference]:
        if len(ours) != len(theirs):
            return Difference(key, "length", ours, theirs)
        for index, (one, other) in enumerate(zip(ours, theirs)):
            found = self.compare(f"{key}[{index}]", one, other)
            if found is not None:
                return found
        return None

    def _fields(
        self, key: str, ours: Any, theirs: Any, names: tuple[str, ...]
    ) -> Optional[Difference]:
        for name in names:
            found = self.compare(
                f"{key}.{name}", getattr(ours, name, None), getattr(theirs, name, None)
            )
            if found is not None:
                return found
        return None

    def _function(
        self, key: str, ours: FunctionType, theirs: FunctionType
    ) -> Optional[Difference]:
        if ours.__code__ != theirs.__code__:
            return Difference(key, "function", ours, theirs)
        names = ("__name__", "__defaults__", "__kwdefaults__", "__dict__")
        return self._fields(key, ours, theirs, names)

    def _object(self, key: str, ours: Any, theirs: Any) -> Optional[Difference]:
        try:
            if ours == theirs:
                return None
        except Exception:
            return Difference(key, "value", ours, theirs)
        if isinstance(ours, type):
            # a class of the file itself is made anew by each load
            same = ours.__qualname__ == theirs.__qualname__ and ours.__bases__ == theirs.__bases__
            return None if same else Difference(key, "value", ours, theirs)
        compared_by_identity = "__eq__" not in {
            name for base in type(ours).__mro__[:-1] for name in vars(base)
        }
        if compared_by_identity and hasattr(ours, "__dict__"):
            return self.compare(key, vars(ours), vars(theirs))
        return Difference(key, "value", ours, theirs)
