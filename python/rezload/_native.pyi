"""The compiled half of rezload."""

import os
from collections.abc import Iterable, Sequence
from typing import Any, Literal, final

__all__ = [
    "Package",
    "PackageData",
    "Repositories",
    "RepositoryPackage",
    "Scan",
    "ScanFailure",
    "TierDeclined",
    "__version__",
    "parse_static_package_py",
    "parse_static_packages_py",
    "run_cli",
    "serve_definition",
    "try_definition",
    "try_load",
]

__version__: str

@final
class Package:
    """A loaded package: the four fields that rez's solver reads, the file, and the tier that
    served it.

    Immutable and hashable; two packages are equal when all their attributes are.
    """

    def __new__(
        cls,
        name: str,
        version: str,
        requires: Sequence[str],
        variants: Sequence[Sequence[str]],
        tier: str,
        path: str | os.PathLike[str],
        declined: Sequence[TierDeclined],
    ) -> Package: ...
    @property
    def name(self) -> str:
        """The family name, as the definition spells it."""

    @property
    def version(self) -> str:
        """The version, as the definition spells it; empty for an unversioned package."""

    @property
    def requires(self) -> list[str]:
        """The requests, each as `str(rez.utils.formatting.PackageRequest(...))` spells it.

        A new list each time.
        """

    @property
    def variants(self) -> list[list[str]]:
        """One list of requests for each variant. A new list each time."""

    @property
    def tier(self) -> Literal["static", "vm", "rez"]:
        """The tier that served the file."""

    @property
    def path(self) -> str:
        """The file, as it was asked for."""

    @property
    def declined(self) -> tuple[TierDeclined, ...]:
        """Why each earlier tier declined, in the order in which they were asked."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class TierDeclined:
    """One tier's refusal of a file: the reason and its place. Immutable and hashable."""

    def __new__(
        cls,
        tier: str,
        code: str,
        line: int,
        column: int,
        offset: int,
        detail: str | None = None,
    ) -> TierDeclined: ...
    @property
    def tier(self) -> Literal["static", "vm", "rez"]:
        """The tier that declined."""

    @property
    def code(self) -> str:
        """A stable identifier of the reason, such as `"top-level-if"`."""

    @property
    def reason(self) -> str:
        """The reason in words."""

    @property
    def detail(self) -> str | None:
        """What exactly: the module, the attribute, the exception. `None` when the reason says
        it all."""

    @property
    def hint(self) -> str:
        """What to change so that the tier can serve the file."""

    @property
    def line(self) -> int:
        """The line of the construct, from 1."""

    @property
    def column(self) -> int:
        """The column of the construct, from 1, in characters."""

    @property
    def offset(self) -> int:
        """The byte offset of the construct, from 0."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class PackageData:
    """One package's solver fields, with pyrer's constructor, attributes and class methods.

    The attributes can be set; `requires` and `variants` are new lists each time they are
    read. Compared by value, and therefore not hashable.
    """

    name: str
    """The family name."""
    version: str
    """The version; empty for an unversioned package."""
    requires: list[str]
    """The requests."""
    variants: list[list[str]]
    """One list of requests for each variant."""

    def __new__(
        cls,
        name: str,
        version: str,
        requires: Sequence[str] | None = None,
        variants: Sequence[Sequence[str]] | None = None,
    ) -> PackageData: ...
    @classmethod
    def from_rez(cls, pkg: Any, /) -> PackageData:
        """Takes the fields of a rez `Package`, or of anything with its four attributes.

        The version and the requests go through `str`; `None` is empty.
        """

    @classmethod
    def from_strings(
        cls,
        name: str,
        version: str,
        requires: Sequence[str] | None = None,
        variants: Sequence[Sequence[str]] | None = None,
    ) -> PackageData:
        """The constructor under pyrer's other name."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class RepositoryPackage:
    """A package of a repository: the four fields that rez's solver reads, where it stands, and
    the tier that served it.

    Immutable and hashable; two packages are equal when all their attributes are.
    """

    def __new__(
        cls,
        name: str,
        version: str,
        requires: Sequence[str],
        variants: Sequence[Sequence[str]],
        uri: str,
        path: str | os.PathLike[str],
        repository: str,
        tier: str,
        declined: Sequence[TierDeclined],
        warnings: Sequence[str],
    ) -> RepositoryPackage: ...
    @property
    def name(self) -> str:
        """The family's name, which is the directory's."""

    @property
    def version(self) -> str:
        """The version, which is the directory's; empty for an unversioned package."""

    @property
    def requires(self) -> list[str]:
        """The requests, as rez spells them. A new list each time."""

    @property
    def variants(self) -> list[list[str]]:
        """One list of requests for each variant. A new list each time."""

    @property
    def uri(self) -> str:
        """`package.uri` in rez."""

    @property
    def path(self) -> str:
        """The definition's file."""

    @property
    def repository(self) -> str:
        """The repository's location, as rez spells it."""

    @property
    def tier(self) -> Literal["static", "vm", "rez"]:
        """The tier that served the definition."""

    @property
    def declined(self) -> tuple[TierDeclined, ...]:
        """Why each earlier tier declined, in the order in which they were asked."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the definition, but no matter to rez: a name or version other
        than the directory's.
        """

    @property
    def data(self) -> PackageData:
        """The four solver fields, as pyrer takes them."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class ScanFailure:
    """Why a package, a family or a repository isn't served by the compiled tiers."""

    @property
    def code(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def family(self) -> str | None: ...
    @property
    def version(self) -> str | None: ...
    @property
    def repository(self) -> str | None: ...
    @property
    def errno(self) -> int | None: ...
    @property
    def declined(self) -> tuple[TierDeclined, ...]: ...

@final
class Repositories:
    """Filesystem repositories."""

    def __new__(
        cls,
        paths: Sequence[str],
        threads: int,
        package_filenames: Sequence[str],
        allow_unversioned: bool,
        check_definition_files: bool,
    ) -> Repositories: ...
    def locations(self) -> list[str]:
        """Where the repositories are, as rez spells it; none where rez refuses one."""

    def scan(self, families: Sequence[str], range: str | None, latest: bool) -> Scan:
        """All packages that are asked for."""

    def load_family(
        self, name: str, range: str | None
    ) -> list[RepositoryPackage | ScanFailure]:
        """The packages of one family."""

@final
class Scan:
    """A scan that goes on in the background."""

    def next_batch(self) -> list[RepositoryPackage | ScanFailure]:
        """Waits for the next packages, without the GIL; an empty list at the end."""

def parse_static_package_py(source: str | bytes) -> PackageData | None:
    """Parses the text of a package.py with the static tier: `None` when it declines.

    `None` is no error: the file may well be right, and rez has to say what it gives.

    Bytes are a file's content, whose byte order mark and coding cookie count. A `str` is
    text that was decoded before: it declines when it begins with a byte order mark, which
    Python refuses there, when it holds a lone surrogate, and when it has a cookie for an
    encoding other than UTF-8.
    """

def parse_static_packages_py(
    paths: Iterable[str | bytes | os.PathLike[str] | os.PathLike[bytes]],
) -> list[PackageData | None]:
    """Reads and parses many files with the static tier, on all cores and without the GIL.

    The result is aligned with `paths`; a file that the tier declines or that can't be read
    is `None`. `RAYON_NUM_THREADS` limits the threads.
    """

def try_load(path: str | os.PathLike[str], /) -> Package | tuple[TierDeclined, ...]:
    """Loads one file with the tiers that are compiled in: a `Package`, or the tuple of the
    tiers' declines. A file that can't be read is an `OSError`.
    """

def serve_definition(
    path: str | os.PathLike[str], /, *, literal: bool
) -> tuple[dict[str, Any], Literal["static", "vm"]] | tuple[None, str]:
    """Loads the definition of the file at `path` in the place of `rez.serialise.load_py`: the
    dict and the tier that served it, or `None` and the code of the last tier's decline. A file
    that can't be read is an `OSError`.

    With `literal` only the static tier is asked, which runs nothing: what early functions see
    and where imports come from isn't what the other tiers take it to be.
    """

def try_definition(
    path: str | os.PathLike[str],
    /,
    source: bytes | None = None,
    *,
    resolve: bool = False,
) -> dict[str, Any] | tuple[TierDeclined, ...]:
    """Loads the whole definition of one file with the tiers that are compiled in: the dict
    that `rez.serialise.load_from_file` returns, or the tuple of the tiers' declines. A file
    that can't be read is an `OSError`; an `ImportError` says that the definition holds an
    object of a class of rez's, and that rez can't be imported.

    `source` is the content of the file, which then isn't read. `resolve` has symbolic links
    of `path` resolved, as `load_from_file` does; without it, or with a `source`, `path` is
    what the functions' `SourceCode.filepath` says, as in `rez.serialise.load_py`.
    """

def run_cli(args: Sequence[str], /, python: str | None = None) -> int:
    """Runs the command line on `args`, the program's name first, and gives its exit status.

    `python` is a Python that has rez, if there is one.
    """
