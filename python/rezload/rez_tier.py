"""The rez tier: real rez, in this process, has the last word.

A lone file is given to rez as the package resource of a filesystem repository, whose name
and version are the file's own instead of its directories'. Every value goes through rez's
schemas and classes; nothing of rez's meaning is written down here.
"""

from __future__ import annotations

import os
import threading
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from rez.package_repository import PackageRepository
from rez.packages import Package as RezPackage
from rez.serialise import FileFormat, load_from_file
from rez.utils.formatting import is_valid_package_name
from rez.utils.resources import ResourcePool
from rez.version import Version
from rezplugins.package_repository.filesystem import (
    FileSystemPackageRepository,
    FileSystemPackageResource,
)

from ._native import Package, TierDeclined
from .errors import ReadError, Refused

# `rez.utils.execution.add_sys_paths` puts a saved `sys.path` back after each load, so two
# loads at a time would undo each other's changes.
_lock = threading.RLock()


def _renew_lock() -> None:
    """A fork while another thread loads leaves the lock locked in the child."""
    global _lock
    _lock = threading.RLock()


def lock() -> threading.RLock:
    """Held while rez runs a file."""
    return _lock


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


class _LoneFile(FileSystemPackageResource):
    """The package resource of one file, wherever it stands."""

    if TYPE_CHECKING:
        # Made by rez's `LazyAttributeMeta`: the file's own name and version. `name` and
        # `version` are the repository's idea of them.
        _name: str
        _version: Version | None

    def __init__(self, filepath: str, data: dict[str, Any]) -> None:
        self._filepath = filepath
        self._loaded = data
        variables = {
            "repository_type": self.repository_type,
            "location": self.path,
            "name": data.get("name"),
            "version": data.get("version"),
        }
        super().__init__(variables)

    def _load(self) -> dict[str, Any]:
        return self._loaded

    @property
    def path(self) -> str:
        return os.path.dirname(self._filepath)

    @property
    def filepath(self) -> str:
        return self._filepath

    @property
    def file_format(self) -> FileFormat:
        return FileFormat.py

    @property
    def _repository(self) -> PackageRepository:  # type: ignore[override]
        """Few late-bound functions ask for it, so it isn't made for the others."""
        return FileSystemPackageRepository(self.path, ResourcePool())


def load(path: str, declined: tuple[TierDeclined, ...]) -> Package:
    """Loads `path` as rez does; raises `Refused` where rez refuses."""
    filepath = os.path.realpath(path)
    try:
        name, version, requires, variants = _fields(filepath)
    except OSError as error:
        if error.filename == filepath:
            raise ReadError.from_os_error(path, error) from error
        raise refused(path, filepath, declined, error) from error
    except (Exception, SystemExit) as error:
        raise refused(path, filepath, declined, error) from error
    return Package(name, version, requires, variants, "rez", path, declined)


def _fields(filepath: str) -> tuple[str, str, list[str], list[list[str]]]:
    with _lock:
        data = load_from_file(filepath, FileFormat.py, disable_memcache=True)
    # rez takes this away too, after a warning for a version that it doesn't know
    data.pop("format_version", None)
    resource = _LoneFile(filepath, data)
    name = resource._name
    is_valid_package_name(name, raise_error=True)
    version = resource._version
    package = RezPackage(resource)
    return (
        name,
        "" if version is None else str(version),
        [str(request) for request in package.requires or ()],
        [[str(request) for request in variant] for variant in package.variants or ()],
    )


def refused(
    path: str,
    filepath: str,
    declined: tuple[TierDeclined, ...],
    error: BaseException,
) -> Refused:
    reason = str(error) or type(error).__name__
    return Refused(path, reason, declined, _line_of(filepath, error))


def _line_of(filepath: str, error: BaseException) -> int | None:
    """The line of `filepath` where `error`, or what led to it, was raised."""
    chain: BaseException | None = error
    seen: set[int] = set()
    while chain is not None and id(chain) not in seen:
        if isinstance(chain, SyntaxError) and chain.filename == filepath:
            return chain.lineno
        for frame in reversed(extract_tb(chain.__traceback__)):
            if frame.filename == filepath:
                return frame.lineno
        seen.add(id(chain))
        chain = chain.__cause__ or chain.__context__
    return None
