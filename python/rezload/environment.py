"""The environment variables that switch rezload on inside rez.

rez's own tools run as `python -E`, which hides `PYTHON*` variables, but not these.
"""

from __future__ import annotations

import os
from typing import NamedTuple, Optional, SupportsFloat

SWITCH = "REZLOAD"
VALIDATE = "REZLOAD_VALIDATE"
REPORTS = "REZLOAD_REPORTS"
STATS = "REZLOAD_STATS"
VM = "REZLOAD_VM"

# the words that rez's own boolean settings take (rez/config.py, `Bool`)
_TRUE = frozenset(["1", "true", "t", "yes", "y", "on"])
_FALSE = frozenset(["", "0", "false", "f", "no", "n", "off"])


class Settings(NamedTuple):
    """How rez runs on rezload."""

    share: float
    """The share of the served definitions that rez loads too, from 0 to 1."""
    reports: Optional[str]
    """The directory that differences are written to."""
    vm: bool
    """Whether the VM tier is asked what the static tier declines."""


def is_on(name: str) -> bool:
    """Whether the variable `name` is a word for yes; unset or empty is no.

    Raises `ValueError` when it is neither yes nor no.
    """
    text = os.environ.get(name, "")
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f"the environment variable {name} must be 0 or 1, not {text!r}")


def stats_file() -> str | None:
    """The file that `REZLOAD_STATS` names, absolute; `""` for a word for yes, `None` for no file."""
    text = os.environ.get(STATS, "")
    if text.lower() in _FALSE:
        return None
    # the process may go elsewhere before it ends
    return "" if text.lower() in _TRUE else os.path.abspath(text)


def settings(
    validate: bool | None = None,
    sample: float | None = None,
    reports: str | os.PathLike[str] | None = None,
    vm: bool | None = None,
) -> Settings:
    """The settings that arguments ask for and, where they are `None`, the environment.

    Raises `ValueError` for a value that makes no sense.
    """
    if validate is False:
        share = 0.0
    elif sample is not None:
        share = _share(sample, "sample")
    elif validate is None:
        share = _share_of_environment()
    else:
        share = 1.0
    folder = os.environ.get(REPORTS) if reports is None else os.fspath(reports)
    # the process may go elsewhere later
    folder = os.path.abspath(folder) if folder else None
    return Settings(share, folder, is_on(VM) if vm is None else vm)


def _share_of_environment() -> float:
    text = os.environ.get(VALIDATE, "")
    if text.lower() in _TRUE:
        return 1.0
    if text.lower() in _FALSE:
        return 0.0
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    return _share(number, f"the environment variable {VALIDATE}", repr(text))


def _share(number: float, what: str, shown: str | None = None) -> float:
    # a number of numpy's is one too
    if not isinstance(number, SupportsFloat) or not 0 <= float(number) <= 1:
        shown = repr(number) if shown is None else shown
        raise ValueError(f"{what} must be a share from 0 to 1, not {shown}")
    return float(number)
