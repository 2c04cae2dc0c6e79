"""The ladder: the compiled tiers first, then real rez."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from importlib import import_module
from typing import Any, Literal, Optional, Union

from . import _native, trust
from ._native import Package, TierDeclined
from .errors import Declined, ReadError, RezNotFound

StrPath = Union[str, "os.PathLike[str]"]
Fallback = Optional[Literal["rez"]]


def load(
    path: StrPath,
    fallback: Fallback = "rez",
    *,
    trusted: Iterable[StrPath] | None = None,
) -> Package:
    """Loads the package.py at `path`.

    `fallback` names the tier that answers when the compiled tiers decline: `"rez"` is real
    rez in this process, which runs the file; `None` is no tier, so that nothing is ever
    run. `trusted` are directories: rez then runs only files in them, links resolved, and
    others are `Declined` with the code `untrusted`.

    Raises a `LoadError`: `ReadError` when the file can't be read (`FileMissing` when there
    is none), `Declined` when no allowed tier serves it, `RezNotFound` when that would be
    rez's and rez can't be imported, `Refused` when rez itself refuses the file.
    """
    check_fallback(fallback)
    directories = trust.directories(trusted)
    name = os.fsdecode(path)
    outcome = _load_compiled(name)
    if isinstance(outcome, Package):
        return outcome
    _check_rez(name, outcome, fallback, directories)
    from . import rez_tier

    return rez_tier.load(name, outcome)


def definition(
    path: StrPath,
    fallback: Fallback = "rez",
    *,
    trusted: Iterable[StrPath] | None = None,
) -> dict[str, Any]:
    """Loads the whole definition of the package.py at `path`: the dict that
    `rez.serialise.load_from_file(path)` returns, with the same keys and values, in the same
    order.

    `commands` and its like and late-bound attributes are rez's `SourceCode` objects, whose
    `func` is `None`; a setting may be rez's `ModifyList`. rez is imported for these, and not
    for a file without any. `fallback` and `trusted` are those of `load`.

    Raises what `load` raises, and `RezNotFound` also when the definition holds an object of
    a class of rez's and rez can't be imported.
    """
    check_fallback(fallback)
    directories = trust.directories(trusted)
    name = os.fsdecode(path)
    outcome = _define_compiled(name)
    if isinstance(outcome, dict):
        return outcome
    _check_rez(name, outcome, fallback, directories)
    from . import rez_tier

    return rez_tier.definition(name, outcome)


def check_fallback(fallback: Fallback) -> None:
    """Raises a `ValueError` for what isn't one."""
    if fallback not in ("rez", None):
        raise ValueError(f"fallback must be 'rez' or None, not {fallback!r}")


def _load_compiled(path: str) -> Package | tuple[TierDeclined, ...]:
    try:
        return _native.try_load(path)
    except (OSError, UnicodeEncodeError) as error:
        raise _read_error(path, error) from None


def _define_compiled(path: str) -> dict[str, Any] | tuple[TierDeclined, ...]:
    try:
        return _native.try_definition(path, resolve=True)
    except (OSError, UnicodeEncodeError) as error:
        raise _read_error(path, error) from None
    except ImportError as error:
        reason = f"the definition holds objects of rez's, which {error}"
        raise RezNotFound(path, (), reason) from error


def _read_error(path: str, error: OSError | UnicodeEncodeError) -> ReadError:
    if isinstance(error, OSError):
        return ReadError.from_os_error(path, error)
    # no file has a name that can't be encoded
    return ReadError(path, errno.EINVAL, str(error))


def _check_rez(
    path: str,
    declined: tuple[TierDeclined, ...],
    fallback: Fallback,
    trusted: trust.Trusted,
) -> None:
    """Raises unless the rez tier may be asked about `path`, and can be imported."""
    if fallback is None or declined[-1].code == "yaml-alone":
        raise Declined(path, declined)
    try:
        trust.check(path, trusted)
    except trust.Untrusted as error:
        raise declined_by_rez(path, declined, error.code) from None
    try:
        import_module(".rez_tier", __package__)
    except Exception as error:  # rez reads its configuration while it is imported
        reason = f"{declined[-1].reason}; rez is needed and can't be imported: {error}"
        raise RezNotFound(path, declined, reason) from Declined(path, declined)


def declined_by_rez(path: str, declined: tuple[TierDeclined, ...], code: str) -> Declined:
    """The rez tier declines a file, too, where the tier before it did."""
    last = declined[-1]
    mine = TierDeclined("rez", code, last.line, last.column, last.offset)
    return Declined(path, (*declined, mine))
