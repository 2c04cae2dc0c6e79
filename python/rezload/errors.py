"""What `rezload.load` raises.

    LoadError
    +-- ReadError (also OSError)      the file can't be read
    |   +-- FileMissing               there is no such file (also FileNotFoundError)
    +-- Declined                      no tier that may answer serves the file
    |   +-- RezNotFound               the rez tier would have to, and there is no rez
    +-- Refused                       rez itself says that the file is wrong
    +-- RepositoryError               something in a repository is no package
"""

from __future__ import annotations

import errno
from typing import Any

from ._native import TierDeclined


class LoadError(Exception):
    """A package that can't be loaded."""

    path: str
    """The file, as it was asked for."""
    reason: str
    """What is wrong, in words."""
    code: str | None
    """A stable identifier of the reason, where there is one."""
    line: int | None
    """The line in the file, from 1, where the reason has a place."""
    column: int | None
    """The column in that line, from 1, in characters."""
    declined: tuple[TierDeclined, ...]
    """Why each tier declined, in the order in which they were asked."""
    family: str | None
    """The family in a repository, where the error comes from a scan of one."""
    version: str | None
    """The version, where such an error is about only one."""

    def __init__(
        self, path: str, reason: str, declined: tuple[TierDeclined, ...] = ()
    ) -> None:
        super().__init__(path, reason, declined)
        self._set(path, reason, declined)

    def _set(
        self, path: str, reason: str, declined: tuple[TierDeclined, ...]
    ) -> None:
        self.path = path
        self.reason = reason
        self.declined = declined
        self.code = None
        self.line = None
        self.column = None
        self.family = None
        self.version = None

    def __str__(self) -> str:
        place = [self.path]
        if self.line is not None:
            place.append(str(self.line))
        if self.column is not None:
            place.append(str(self.column))
        return f"{':'.join(place)}: {self.reason}"


class ReadError(LoadError, OSError):
    """The file can't be read, or isn't a regular file."""

    def __init__(self, path: str, number: int, strerror: str) -> None:
        OSError.__init__(self, number, strerror, path)
        self._set(path, strerror, ())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self.errno, self.strerror), self.__dict__

    @staticmethod
    def from_os_error(path: str, error: OSError) -> ReadError:
        """The error to raise for `error`, which came from reading `path`."""
        missing = isinstance(error, FileNotFoundError)
        number = error.errno if error.errno is not None else errno.EIO
        return (FileMissing if missing else ReadError)(
            path, number, error.strerror or str(error)
        )


class FileMissing(ReadError, FileNotFoundError):
    """There is no file at the path."""


class Declined(LoadError):
    """Every tier that was allowed to answer declined; the last one's reason is shown."""

    def __init__(
        self,
        path: str,
        declined: tuple[TierDeclined, ...],
        reason: str | None = None,
    ) -> None:
        if declined:
            last = declined[-1]
            why = last.reason if last.detail is None else f"{last.reason}: {last.detail}"
            super().__init__(path, reason or why, declined)
            self.code = last.code
            self.line = last.line
            self.column = last.column
        else:
            super().__init__(path, reason or "no tier may answer", declined)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self.declined, self.reason), self.__dict__


class RezNotFound(Declined):
    """The file needs the rez tier, or its definition objects of rez's classes, and rez can't be
    imported.
    """


class Refused(LoadError):
    """Rez refuses the file; `reason` is its message and `__cause__` its exception."""

    def __init__(
        self,
        path: str,
        reason: str,
        declined: tuple[TierDeclined, ...] = (),
        line: int | None = None,
    ) -> None:
        super().__init__(path, reason, declined)
        self.line = line

    def __reduce__(self) -> tuple[Any, ...]:
        return (
            type(self),
            (self.path, self.reason, self.declined, self.line),
            self.__dict__,
        )


class RepositoryError(LoadError):
    """Something in a repository that is no package, and why is in `code`.

    `no-definition`: a version's directory without a definition. `not-a-version`: a directory
    that keeps rez from iterating over the family. `same-version`: one of two directories of
    the same version. `not-a-file`: a `family.py` that is a broken link or a device.
    `no-repository`, `repository-type`, `settings`, `not-utf8`: a repository that can't be
    looked at. `list`: a directory that can't be listed. `invalid-name`: not a family's name.
    """

    def __init__(self, path: str, reason: str, code: str) -> None:
        super().__init__(path, reason)
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self.reason, self.code), self.__dict__
