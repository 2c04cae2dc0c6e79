"""The rez tier for repositories: rez's own resources, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union

from rez.package_repository import PackageRepository, PackageRepositoryManager
from rez.package_resources import PackageResource
from rez.packages import Package as RezPackage
from rez.utils.resources import Resource, ResourcePool
from rez.version import Version, VersionRange
from rezplugins.package_repository.filesystem import (
    FileSystemCombinedPackageResource,
    FileSystemPackageResource,
)

from . import rez_tier
from ._native import RepositoryPackage, TierDeclined
from .errors import LoadError, Refused

Item = Union[RepositoryPackage, LoadError]
Declines = tuple[TierDeclined, ...]


def _repository(path: str) -> PackageRepository:
    """A repository that has cached nothing: files may have changed since rez looked."""
    return PackageRepositoryManager(ResourcePool(cache_size=None)).get_repository(path)


def load_version(
    family: str, version: str, location: str, path: str, declined: Declines
) -> Item:
    """One version, whose definition is at `path`."""
    try:
        repository = _repository(location)
        where = {"location": repository.location, "name": family, "version": version}
        resource: Resource = repository.get_resource(FileSystemPackageResource.key, **where)
        if getattr(resource, "filepath", None) != path:
            ext = path.rpartition(".")[2]
            key = FileSystemCombinedPackageResource.key
            resource = repository.get_resource(key, ext=ext, **where)
        assert isinstance(resource, PackageResource)
        return _package(resource, repository, path, declined)
    except (Exception, SystemExit) as error:
        return _refused(path, declined, error)


def load_family(
    family: str,
    version_range: str | None,
    latest: bool,
    paths: list[str],
    path: str,
    declined: Declines,
) -> Iterator[Item]:
    """All that `rez.packages.iter_packages` gives for the family, ascending."""
    found: dict[Version, tuple[PackageRepository, PackageResource]] = {}
    try:
        range_ = VersionRange(version_range or "")
        with rez_tier.lock():
            for location in paths:
                repository = _repository(location)
                resource = repository.get_package_family(family)
                if resource is None:
                    continue
                for package in repository.iter_packages(resource):
                    found.setdefault(package.version, (repository, package))
    except (Exception, SystemExit) as error:
        yield _refused(path, declined, error)
        return
    versions = sorted(version for version in found if version in range_)
    for version in versions[-1:] if latest else versions:
        repository, package = found[version]
        try:
            yield _package(package, repository, path, declined)
        except (Exception, SystemExit) as error:
            refused = _refused(path, declined, error)
            refused.version = str(version)
            yield refused


def _package(
    resource: PackageResource,
    repository: PackageRepository,
    path: str,
    declined: Declines,
) -> RepositoryPackage:
    with rez_tier.lock():
        package = RezPackage(resource)
        return RepositoryPackage(
            package.name,
            str(package.version),
            [str(request) for request in package.requires or ()],
            [[str(request) for request in variant] for variant in package.variants or ()],
            package.uri,
            # not the package's, which asks the definition for an attribute of that name
            getattr(resource, "filepath", None) or path,
            repository.location,
            "rez",
            declined,
            (),
        )


def _refused(path: str, declined: Declines, error: BaseException) -> Refused:
    refused = rez_tier.refused(path, path, declined, error)
    refused.__cause__ = error
    return refused
