"""Loads rez packages fast, and exactly as rez does.

>>> import rezload
>>> package = rezload.load("examples/packages/lut_tools/1.4.0/package.py")
>>> package.name, package.version, package.tier
('lut_tools', '1.4.0', 'static')

`load` gives one file's `Package`, or raises a `LoadError`. `PackageData`,
`parse_static_package_py` and `parse_static_packages_py` are pyrer's, with pyrer's
signatures.
"""

from ._native import (
    Package,
    PackageData,
    TierDeclined,
    __version__,
    parse_static_package_py,
    parse_static_packages_py,
)
from .errors import Declined, FileMissing, LoadError, ReadError, Refused, RezNotFound
from .ladder import load

__all__ = [
    "Declined",
    "FileMissing",
    "LoadError",
    "Package",
    "PackageData",
    "ReadError",
    "Refused",
    "RezNotFound",
    "TierDeclined",
    "__version__",
    "load",
    "parse_static_package_py",
    "parse_static_packages_py",
]
