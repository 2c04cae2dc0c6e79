"""Loads rez packages fast, and exactly as rez does.

>>> import rezload
>>> package = rezload.load("examples/packages/lut_tools/1.4.0/package.py")
>>> package.name, package.version, package.tier
('lut_tools', '1.4.0', 'static')

`load` gives one file's `Package`, or raises a `LoadError`; `definition` gives all of its
attributes. `scan` gives all packages of
repositories, and `Repositories` their families by name. `PackageData`,
`parse_static_package_py` and `parse_static_packages_py` are pyrer's, with pyrer's
signatures.
"""

# `_native` asks it, and nothing is to be imported by a thread while another one forks
from . import _profile as _profile
from ._native import (
    Package,
    PackageData,
    RepositoryPackage,
    TierDeclined,
    __version__,
    parse_static_package_py,
    parse_static_packages_py,
)
from .errors import (
    Declined,
    FileMissing,
    LoadError,
    ReadError,
    Refused,
    RepositoryError,
    RezNotFound,
)
from .ladder import definition, load
from .load_stats import LoadStats
from .repository import Repositories, load_family, scan
from .rez_hook import InstallError, install, is_installed, stats, uninstall

__all__ = [
    "Declined",
    "FileMissing",
    "InstallError",
    "LoadError",
    "LoadStats",
    "Package",
    "PackageData",
    "ReadError",
    "Refused",
    "Repositories",
    "RepositoryError",
    "RepositoryPackage",
    "RezNotFound",
    "TierDeclined",
    "__version__",
    "definition",
    "install",
    "is_installed",
    "load",
    "load_family",
    "parse_static_package_py",
    "parse_static_packages_py",
    "scan",
    "stats",
    "uninstall",
]
