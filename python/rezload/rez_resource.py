"""Files as rez's own package resources: what the rez tier gives, whoever asks it.

In CPython `rez_tier` and `rez_repository` ask; the standalone loader ships this module's source
inside its binary and asks through `rez_helper`. So it imports nothing of rezload
but `trust`, and runs on every CPython that rez runs on, 3.8 included.

A lone file is given to rez as the package resource of a filesystem repository, whose name
and version are the file's own instead of its directories'. Every value goes through rez's
schemas and classes; nothing of rez's meaning is written down here.
"""

from __future__ import annotations

import os
import threading
from itertools import chain
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, Iterable, Iterator, List, NamedTuple, Optional, cast

from rez.config import config
from rez.package_repository import PackageRepository, PackageRepositoryManager
from rez.package_resources import PackageResource
from rez.packages import Package
from rez.serialise import FileFormat, load_from_file
from rez.utils.formatting import is_valid_package_name
from rez.utils.resources import Resource, ResourcePool
from rez.vendor.schema.schema import SchemaError
from rez.version import Version, VersionRange
from rezplugins.package_repository.filesystem import (
    FileSystemCombinedPackageResource,
    FileSystemPackageRepository,
    FileSystemPackageResource,
)

from . import trust
from .trust import Trusted


class Surrogate(Exception):
    """rez gives a lone surrogate, which no UTF-8 string can hold."""

    code = "surrogate"


class OtherSettings(Exception):
    """rez is configured with other settings than the scan, and would look at other files."""

    code = "other-settings"


class Settings(NamedTuple):
    """What makes a difference to which packages a family has (`FileSystemPackageFamilyResource`)."""

    package_filenames: List[str]
    allow_unversioned: bool
    check_definition_files: bool


class Fields(NamedTuple):
    """The solver's view; requests as `str()` spells them."""

    name: str
    version: str
    requires: List[str]
    variants: List[List[str]]


class Found(NamedTuple):
    """A package of a repository."""

    fields: Fields
    uri: str
    path: str
    repository: str


class Failed(NamedTuple):
    """A package of a family that rez doesn't give."""

    version: Optional[str]
    """`None` when the error is about the whole family."""
    path: str
    error: BaseException


# `rez.utils.execution.add_sys_paths` puts a saved `sys.path` back after each load, so two
# loads at a time would undo each other's changes.
_lock = threading.RLock()


def _renew_lock() -> None:
    """A fork while another thread loads leaves the lock locked in the child."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


class LoneFile(FileSystemPackageResource):
    """The package resource of one file, wherever it stands."""

    if TYPE_CHECKING:
        # Made by rez's `LazyAttributeMeta`: the file's own name and version. `name` and
        # `version` are the repository's idea of them.
        _name: str
        _version: Optional[Version]

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


def load_file(filepath: str) -> Fields:
    """The solver's view of the lone file at `filepath`, a real path.

    Raises what rez raises; `Surrogate`; an `OSError` whose `filename` is `filepath` when the file can't be
    read.
    """
    return load_data(filepath, load_definition(filepath))


def load_definition(filepath: str) -> dict[str, Any]:
    """What `rez.serialise.load_from_file` returns, with errors as `load_file` has them."""
    with _lock:
        data = load_from_file(filepath, FileFormat.py, disable_memcache=True)
    return cast("dict[str, Any]", data)


def load_data(filepath: str, data: dict[str, Any]) -> Fields:
    """The solver's view of the lone file at `filepath`, whose definition is `data`."""
    # rez takes this away too, after a warning for a version that it doesn't know
    data.pop("format_version", None)
    resource = LoneFile(filepath, data)
    name = resource._name
    is_valid_package_name(name, raise_error=True)
    version = resource._version
    return _fields(name, version, Package(resource))


def load_version(
    family: str, version: str, location: str, path: str, trusted: Trusted = None
) -> Found:
    """One version in the repository at `location`, whose definition is at `path`.

    `location` is an entry of `packages_path`, and `version` is empty for an unversioned package.
    `path` says what the definition is: the family's file, or one in the version's directory, which
    rez then doesn't look for: its `package_filenames` may be others. Raises what rez raises,
    `Surrogate` or `trust.Untrusted`.
    """
    repository = _repository(location)
    where = {"location": repository.location, "name": family, "version": version}
    folder, file = os.path.split(path)
    ext = file.rpartition(".")[2]
    resource: Resource
    if folder == os.path.join(repository.location, family, version).rstrip(os.sep):
        resource = repository.get_resource(FileSystemPackageResource.key, **where)
        # what `_get_file` would find, which the resource asks for once
        resource._filepath_and_format = path, FileFormat[ext]  # type: ignore[attr-defined]
    else:
        key = FileSystemCombinedPackageResource.key
        resource = repository.get_resource(key, ext=ext, **where)
        if _path_of(cast(PackageResource, resource)) != path:
            raise ValueError(f"{path} is no definition of {family} {version} in {location}")
    assert isinstance(resource, PackageResource)
    return _found(resource, repository, trusted)


def load_family(
    family: str,
    version_range: str | None,
    latest: bool,
    paths: Iterable[str],
    path: str,
    settings: Settings,
    trusted: Trusted = None,
) -> Iterator[Found | Failed]:
    """All that `rez.packages.iter_packages` gives for the family, ascending.

    `paths` are all repositories, `path` is the file to name where rez names none. `settings` have
    to be those of rez's configuration, which is the process's.
    """
    found: dict[Version, tuple[PackageRepository, PackageResource]] = {}
    try:
        if settings != _configured():
            raise OtherSettings
        range_ = VersionRange(version_range or "")
        with _lock:
            for location in paths:
                repository = _repository(location)
                resource = repository.get_package_family(family)
                if resource is None:
                    continue
                combined = getattr(resource, "filepath", None)
                if combined is not None:
                    trust.check(combined, trusted)
                for package in repository.iter_packages(resource):
                    found.setdefault(package.version, (repository, package))
    except (Exception, SystemExit) as error:
        yield Failed(None, path, error)
        return
    versions = sorted(version for version in found if version in range_)
    for version in versions[-1:] if latest else versions:
        repository, package = found[version]
        try:
            yield _found(package, repository, trusted)
        except (Exception, SystemExit) as error:
            yield Failed(str(version), _path_of(package) or path, error)


def _configured() -> Settings:
    """The settings that rez is configured with."""
    filesystem: Any = config.plugins.package_repository.filesystem
    return Settings(
        list(filesystem.package_filenames),
        bool(config.allow_unversioned_packages),
        bool(filesystem.check_package_definition_files),
    )


def _repository(path: str) -> PackageRepository:
    """A repository that has cached nothing: files may have changed since rez looked."""
    return PackageRepositoryManager(ResourcePool(cache_size=None)).get_repository(path)


def _path_of(resource: PackageResource) -> str | None:
    """The definition's file, which for a combined family is the family's."""
    # not the package's, which asks the definition for an attribute of that name
    of = resource.parent if isinstance(resource, FileSystemCombinedPackageResource) else resource
    return getattr(of, "filepath", None)


def _found(
    resource: PackageResource, repository: PackageRepository, trusted: Trusted
) -> Found:
    with _lock:
        path = _path_of(resource)
        if path is not None:
            trust.check(path, trusted)
        package = Package(resource)
        fields = _fields(package.name, package.version, package)
        return Found(fields, package.uri, path or package.uri, repository.location)


def _fields(name: str, version: Version | None, package: Package) -> Fields:
    fields = Fields(
        name,
        "" if version is None else str(version),
        [str(request) for request in package.requires or ()],
        [[str(request) for request in variant] for variant in package.variants or ()],
    )
    try:
        "".join(chain(fields[:2], fields.requires, *fields.variants)).encode("utf-8")
    except UnicodeEncodeError:
        raise Surrogate from None
    return fields


def message_of(error: BaseException) -> str:
    """What rez says is wrong."""
    try:
        return str(error) or type(error).__name__
    except Exception:  # a file may define an exception that can't be shown
        return type(error).__name__


def is_interrupt(error: BaseException) -> bool:
    """Whether an interrupt led to `error`: rez's schemas catch every exception and keep its text
    (`rez/vendor/schema/schema.py`, `Use.validate`)."""
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        if isinstance(link, SchemaError) and str(link).endswith(" raised KeyboardInterrupt()"):
            return True
        seen.add(id(link))
        link = link.__context__
    return False


def line_of(filepath: str, error: BaseException) -> int | None:
    """The line of `filepath` where `error`, or what led to it, was raised."""
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        if isinstance(link, SyntaxError) and link.filename == filepath:
            return link.lineno
        for frame in reversed(extract_tb(link.__traceback__)):
            if frame.filename == filepath:
                return frame.lineno
        seen.add(id(link))
        link = link.__cause__ or link.__context__
    return None
