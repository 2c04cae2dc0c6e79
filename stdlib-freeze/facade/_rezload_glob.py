"""`glob`: CPython 3.14's, with the keywords of the profile's Python."""

import _rezload
import glob as _glob
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
