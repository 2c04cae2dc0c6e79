"""The rez tier for repositories: rez's own resources, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union

from . import rez_resource, rez_tier
from ._native import RepositoryPackage
from .errors import LoadError
from .rez_resource import Failed, Found, Settings
from .rez_tier import Declines
from .trust import Trusted

Item = Union[RepositoryPackage, LoadError]


def load_version(
    family: str, version: str, location: str, path: str, declined: Declines, trusted: Trusted
) -> Item:
    """One version, whose definition is at `path`; `location` is the repository's."""
    try:
        # a location may have an `@` in it
        entry = f"filesystem@{location}"
        found = rez_resource.load_version(family, version, entry, path, trusted)
        return _package(found, declined)
    except (Exception, SystemExit) as error:
        return _error(path, declined, error)


def load_family(
    family: str,
    version_range: str | None,
    latest: bool,
    locations: list[str],
    path: str,
    settings: Settings,
    declined: Declines,
    trusted: Trusted,
) -> Iterator[Item]:
    """All that `rez.packages.iter_packages` gives for the family, ascending."""
    # a location may have an `@` in it
    paths = [f"filesystem@{location}" for location in locations]
    for item in rez_resource.load_family(
        family, version_range, latest, paths, path, settings, trusted
    ):
        if isinstance(item, Failed):
            error = _error(item.path, declined, item.error)
            error.version = item.version
            yield error
        else:
            yield _package(item, declined)


def _package(found: Found, declined: Declines) -> RepositoryPackage:
    return RepositoryPackage(
        *found.fields, found.uri, found.path, found.repository, "rez", declined, ()
    )


def _error(path: str, declined: Declines, error: BaseException) -> LoadError:
    loaded = rez_tier.not_loaded(path, path, declined, error)
    loaded.__cause__ = error
    return loaded
