"""The rez tier: real rez, in this process, has the last word."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Tuple

from . import rez_resource
from ._native import Package, TierDeclined
from .errors import LoadError, ReadError, Refused
from .ladder import declined_by_rez
from .rez_resource import OtherSettings, Surrogate
from .trust import Untrusted

Declines = Tuple[TierDeclined, ...]


def load(path: str, declined: Declines) -> Package:
    """Loads `path` as rez does; raises `Refused` where rez refuses."""
    with _errors(path, declined) as filepath:
        fields = rez_resource.load_file(filepath)
    return Package(*fields, "rez", path, declined)


def definition(path: str, declined: Declines) -> dict[str, Any]:
    """What rez's `load_from_file` returns; raises `Refused` where it raises."""
    with _errors(path, declined) as filepath:
        return rez_resource.load_definition(filepath)


@contextmanager
def _errors(path: str, declined: Declines) -> Iterator[str]:
    """Gives the file behind `path`, and makes rez's exceptions our own."""
    filepath = os.path.realpath(path)
    try:
        yield filepath
    except OSError as error:
        if error.filename == filepath:
            raise ReadError.from_os_error(path, error) from error
        raise not_loaded(path, filepath, declined, error) from error
    except (Exception, SystemExit) as error:
        raise not_loaded(path, filepath, declined, error) from error


def not_loaded(
    path: str, filepath: str, declined: Declines, error: BaseException
) -> LoadError:
    """What to raise for `error`, which came from loading `filepath`.

    Raises an interrupt that rez took for a wrong value.
    """
    if rez_resource.is_interrupt(error):
        raise KeyboardInterrupt from error
    if isinstance(error, (Untrusted, Surrogate, OtherSettings)):
        return declined_by_rez(path, declined, error.code)
    reason = rez_resource.message_of(error)
    return Refused(path, reason, declined, rez_resource.line_of(filepath, error))
