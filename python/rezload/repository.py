"""Whole repositories: `scan`, `load_family` and `Repositories`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Iterable, Iterator, Optional, Union

from . import _native, trust
from ._native import RepositoryPackage
from .errors import Declined, LoadError, ReadError, RepositoryError, RezNotFound
from .ladder import Fallback, StrPath, check_fallback

if TYPE_CHECKING:
    from types import ModuleType

Paths = Union[StrPath, Iterable[StrPath]]
Families = Optional[Union[str, Iterable[str]]]
ScanItem = Union[RepositoryPackage, LoadError]


class Repositories:
    """Filesystem repositories, in the order of rez's `packages_path`.

    Relative paths begin at what is the working directory when this object is made; `~` and
    variables aren't expanded, as in rez's API.

    A family that is loaded by name is listed once in the life of this object. `threads` is
    how many threads read and parse, 0 for as many as there are cores; a network file system
    wants more. The other settings are rez's own, with rez's defaults: `package_filenames`,
    `allow_unversioned_packages` and `check_package_definition_files`.

    `fallback="rez"` has real rez in this process load what the compiled tiers decline, which
    runs the file; with `None` nothing is ever run. With `trusted`, a list of directories, rez
    runs only files in them, links resolved; others are `Declined` with the code `untrusted`.
    """

    def __init__(
        self,
        paths: Paths,
        *,
        fallback: Fallback = "rez",
        trusted: Iterable[StrPath] | None = None,
        threads: int = 0,
        package_filenames: Iterable[str] = ("package",),
        allow_unversioned: bool = True,
        check_definition_files: bool = False,
    ) -> None:
        check_fallback(fallback)
        if isinstance(paths, (str, os.PathLike)):
            paths = [paths]
        names = [os.fsdecode(path) for path in paths]
        self._fallback = fallback
        self._trusted = trust.directories(trusted)
        self._settings = _stems(package_filenames), allow_unversioned, check_definition_files
        self._native = _native.Repositories(names, threads, *self._settings)

    def scan(
        self,
        families: Families = None,
        version_range: str | None = None,
        latest: bool = False,
    ) -> Iterator[ScanItem]:
        """All packages: each family's together, ascending, in the order of the names.

        `families` are names, or patterns as `fnmatch.fnmatchcase` takes them. What isn't
        served is a `LoadError` in its place, which isn't raised, so that one file never stops
        the others.
        """
        if families is None:
            families = []
        elif isinstance(families, str):
            families = [families]
        scan = self._native.scan(list(families), version_range, latest)
        return self._items(scan, version_range, latest)

    def _items(
        self, scan: _native.Scan, version_range: str | None, latest: bool
    ) -> Iterator[ScanItem]:
        while batch := scan.next_batch():
            for item in batch:
                if isinstance(item, RepositoryPackage):
                    yield item
                else:
                    yield from self._resolve(item, version_range, latest)

    def load_family(
        self, name: str, version_range: str | None = None
    ) -> list[RepositoryPackage]:
        """The packages of one family, ascending, only those in `version_range`.

        Only those are read. As in rez, a family that isn't there has no packages, nor has a
        repository that isn't there, which `scan` would report; the first package that isn't
        served raises its `LoadError`.
        """
        packages: list[RepositoryPackage] = []
        for item in self._native.load_family(name, version_range):
            if isinstance(item, RepositoryPackage):
                packages.append(item)
                continue
            for resolved in self._resolve(item, version_range, False):
                if isinstance(resolved, LoadError):
                    raise resolved
                packages.append(resolved)
        return packages

    def _resolve(
        self, failure: _native.ScanFailure, version_range: str | None, latest: bool
    ) -> Iterator[ScanItem]:
        """What the rez tier makes of what the compiled ones didn't serve."""
        if not failure.declined or self._fallback is None or failure.family is None:
            yield _located(_error(failure), failure)
            return
        try:
            rez_tier = _import_rez_tier()
        except Exception as error:  # rez reads its configuration while it is imported
            last = failure.declined[-1]
            reason = f"{last.reason}; rez is needed and can't be imported: {error}"
            missing = RezNotFound(failure.path, failure.declined, reason)
            missing.__cause__ = error
            yield _located(missing, failure)
            return
        found: Iterable[ScanItem]
        if failure.version is None or failure.repository is None:
            found = rez_tier.load_family(
                failure.family,
                version_range,
                latest,
                # as they were found
                self._native.locations(),
                failure.path,
                rez_tier.Settings(*self._settings),
                failure.declined,
                self._trusted,
            )
        else:
            found = [
                rez_tier.load_version(
                    failure.family,
                    failure.version,
                    failure.repository,
                    failure.path,
                    failure.declined,
                    self._trusted,
                )
            ]
        for item in found:
            if isinstance(item, LoadError):
                yield _located(item, failure)
            else:
                yield item


def scan(
    paths: Paths,
    families: Families = None,
    version_range: str | None = None,
    latest: bool = False,
    *,
    fallback: Fallback = "rez",
    trusted: Iterable[StrPath] | None = None,
    threads: int = 0,
) -> Iterator[ScanItem]:
    """All packages of the repositories at `paths`; see `Repositories.scan`."""
    repositories = Repositories(paths, fallback=fallback, trusted=trusted, threads=threads)
    return repositories.scan(families, version_range, latest)


def load_family(
    paths: Paths,
    name: str,
    version_range: str | None = None,
    *,
    fallback: Fallback = "rez",
    trusted: Iterable[StrPath] | None = None,
) -> list[RepositoryPackage]:
    """The packages of one family; see `Repositories.load_family`."""
    repositories = Repositories(paths, fallback=fallback, trusted=trusted)
    return repositories.load_family(name, version_range)


def _stems(package_filenames: Iterable[str]) -> list[str]:
    """The names of definitions; raises for what isn't a list of names."""
    if isinstance(package_filenames, (str, bytes)):
        raise TypeError("package_filenames must be a list of names, not one name")
    names = list(package_filenames)
    for name in names:
        if not name or os.path.basename(name) != name:
            raise ValueError(f"package_filenames: {name!r} isn't the name of a file")
    return names


def _import_rez_tier() -> ModuleType:
    from . import rez_repository

    return rez_repository


def _error(failure: _native.ScanFailure) -> LoadError:
    if failure.declined:
        return Declined(failure.path, failure.declined)
    if failure.errno is not None:
        error = OSError(failure.errno, os.strerror(failure.errno), failure.path)
        return ReadError.from_os_error(failure.path, error)
    return RepositoryError(failure.path, failure.reason, failure.code)


def _located(error: LoadError, failure: _native.ScanFailure) -> LoadError:
    error.family = failure.family
    if error.version is None:
        error.version = failure.version
    return error
