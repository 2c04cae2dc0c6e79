"""`sys`, as a definition sees it: the facts of the profile."""

import _rezload
import _rezload_dsl
import sys as _sys

_facts = _rezload.fact
_version = _facts("python")

platform = _facts("sys.platform")
byteorder = _sys.byteorder
maxsize = _sys.maxsize
maxunicode = _sys.maxunicode
hexversion = _version[0] << 24 | _version[1] << 16 | _version[2] << 8 | 0xF0
stdout = __stdout__ = _sys.stdout
stderr = __stderr__ = _sys.stderr
exc_info = _sys.exc_info
intern = _sys.intern
float_info = _sys.float_info


class _VersionInfo(tuple):
    """`sys.version_info`."""

    __slots__ = ()

    major = property(lambda self: self[0])
    minor = property(lambda self: self[1])
    micro = property(lambda self: self[2])
    releaselevel = property(lambda self: self[3])
    serial = property(lambda self: self[4])

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", "sys.version_info." + name)

    def __repr__(self):
        return ("sys.version_info(major=%d, minor=%d, micro=%d, releaselevel=%r, serial=%d)"
                % tuple(self))


version_info = _VersionInfo(_version + ("final", 0))


def exit(status=None, /):
    raise SystemExit(status)


class _Implementation:
    name = "cpython"
    cache_tag = "cpython-%d%d" % _version[:2]
    version = version_info
    hexversion = hexversion

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", "sys.implementation." + name)

    def __repr__(self):
        _rezload.decline("attribute-unknown", "repr(sys.implementation)")


implementation = _Implementation()


def unraisablehook(unraisable, /):
    # what a finalizer raises, at a time that is the interpreter's
    _rezload.note("attribute-unknown", "an exception in a finalizer")


def getdefaultencoding():
    return "utf-8"


def getfilesystemencoding():
    return _facts("sys.getfilesystemencoding")


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    if name in ("version", "executable", "prefix", "exec_prefix", "base_prefix"):
        return _facts("sys." + name)
    _rezload.decline("attribute-unknown", "sys." + name)
