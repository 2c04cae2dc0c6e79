"""`glob`: CPython 3.14's, with the keywords of the profile's Python."""

import _rezload
import glob as _glob
import os
from glob import escape, glob, has_magic, iglob

_minor = _rezload.fact("python")[1]

if _minor < 10:
    def glob(pathname, *, recursive=False):
        return _glob.glob(pathname, recursive=recursive)

    def iglob(pathname, *, recursive=False):
        return _glob.iglob(pathname, recursive=recursive)
elif _minor < 11:
    def glob(pathname, *, root_dir=None, dir_fd=None, recursive=False):
        return _glob.glob(pathname, root_dir=root_dir, dir_fd=dir_fd, recursive=recursive)

    def iglob(pathname, *, root_dir=None, dir_fd=None, recursive=False):
        return _glob.iglob(pathname, root_dir=root_dir, dir_fd=dir_fd, recursive=recursive)

if _minor < 13:
    _below = _glob._glob2

    def _asking(dirname, pattern, *args, **kwargs):
        if dirname and not os.path.isdir(dirname):
            # it was found nevertheless
            _rezload.decline("attribute-unknown", "glob.glob below what is no directory")
        return _below(dirname, pattern, *args, **kwargs)

    _glob._glob2 = _asking
