"""The ladder: the compiled tiers first, then real rez."""

from __future__ import annotations

import errno
import os
from typing import Literal, Optional, Union

from . import _native
from ._native import Package, TierDeclined
from .errors import Declined, ReadError, RezNotFound

StrPath = Union[str, "os.PathLike[str]"]
Fallback = Optional[Literal["rez"]]


def load(path: StrPath, fallback: Fallback = "rez") -> Package:
    """Loads the package.py at `path`.

    `fallback` names the tier that answers when the compiled tiers decline: `"rez"` is real
    rez in this process, which runs the file; `None` is no tier, so that nothing is ever
    run.

    Raises a `LoadError`: `ReadError` when the file can't be read (`FileMissing` when there
    is none), `Declined` when no allowed tier serves it, `RezNotFound` when that would be
    rez's and rez can't be imported, `Refused` when rez itself refuses the file.
    """
    if fallback not in ("rez", None):
        raise ValueError(f"fallback must be 'rez' or None, not {fallback!r}")
    name = os.fsdecode(path)
    outcome = _load_compiled(name)
    if isinstance(outcome, Package):
        return outcome
    if fallback is None:
        raise Declined(name, outcome)
    return _load_with_rez(name, outcome)


def _load_compiled(path: str) -> Package | tuple[TierDeclined, ...]:
    try:
        return _native.try_load(path)
    except OSError as error:
        raise ReadError.from_os_error(path, error) from None
    except UnicodeEncodeError as error:
        # no file has a name that can't be encoded
        raise ReadError(path, errno.EINVAL, str(error)) from None


def _load_with_rez(path: str, declined: tuple[TierDeclined, ...]) -> Package:
    try:
        from . import rez_tier
    except Exception as error:  # rez reads its configuration while it is imported
        reason = f"{declined[-1].reason}; rez is needed and can't be imported: {error}"
        raise RezNotFound(path, declined, reason) from Declined(path, declined)
    return rez_tier.load(path, declined)
