"""Trusted paths: which files rez may run. Needs the standard library only."""

from __future__ import annotations

import os
from typing import Iterable, Optional, Tuple, Union

Trusted = Optional[Tuple[str, ...]]
"""Real paths of the directories whose files may be run; `None` is everywhere."""


class Untrusted(Exception):
    """rez would have to run a file outside the trusted paths."""

    code = "untrusted"


def directories(paths: Optional[Iterable[Union[str, "os.PathLike[str]"]]]) -> Trusted:
    """The setting `paths`, links resolved."""
    if paths is None:
        return None
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise TypeError("trusted paths are a list of paths, not one path")
    names = [os.fsdecode(path) for path in paths]
    if "" in names:
        # `realpath` would take it for the working directory
        raise ValueError("a trusted path is empty")
    return tuple(_real(name) for name in names)


def check(path: str, trusted: Trusted) -> None:
    """Raises `Untrusted` unless `path`, links resolved, is in one of the directories."""
    if trusted is None:
        return
    real = _real(path)
    for directory in trusted:
        if real == directory or real.startswith(os.path.join(directory, "")):
            return
    raise Untrusted(path)


def _real(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))
