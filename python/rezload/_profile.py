"""What the VM tier tells a definition about this interpreter and its host.

A fact is given as a Python literal, or as None when it isn't known: then a definition that
asks for it is declined.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Callable


def fact(name: str) -> str | None:
    """The fact `name` as a literal: what it is now, for a program may change most of them."""
    getter = _FACTS.get(name)
    if getter is not None:
        return _literal(getter)
    for prefix, namespace in (("rez.config.", _config), ("rez.system.", _system)):
        if name.startswith(prefix):
            return _literal(lambda: namespace(name[len(prefix) :]))
    if name == "rez.package_definition_build_python_paths":
        paths = _build_python_paths()
        return repr(paths) if paths else None
    return None


# interpreters of the VM take these for constant
_CONSTANT = sys.platform, os.name

# what early-bound functions see but in a build (`default_objects` of rez/serialise.py)
_OBJECTS = {
    "building": False,
    "testing": False,
    "build_variant_index": 0,
    "build_variant_requires": [],
}


def may_run() -> bool:
    """Whether a definition that rez ran now would run as in the VM: no option of this Python
    changes what it does, nothing has put another `sys.platform` there, and rez isn't building."""
    if sys.flags.optimize or sys.flags.bytes_warning > 1:
        return False
    serialise = sys.modules.get("rez.serialise")
    is_default = serialise is None or serialise.get_objects() == _OBJECTS
    return is_default and (sys.platform, os.name) == _CONSTANT


def variable(name: str) -> str | None:
    """The environment variable `name`."""
    return os.environ.get(name)


def environment() -> list[tuple[str, str]]:
    """The names and values of `os.environ`."""
    return list(os.environ.items())


def _literal(getter: Callable[[], Any]) -> str | None:
    try:
        value = getter()
    except Exception:
        return None
    return repr(value) if _is_plain(value) else None


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return type(value) in (list, tuple) and all(map(_is_plain, value))
    if isinstance(value, dict):
        plain = all(map(_is_plain, value)) and all(map(_is_plain, value.values()))
        return type(value) is dict and plain
    return value is None or type(value) in (str, int, float, bool)


def _platform(name: str) -> Callable[[], Any]:
    def getter() -> Any:
        import platform

        return getattr(platform, name)()

    return getter


def _user() -> str:
    import getpass

    return getpass.getuser()


def _temporary() -> str:
    import tempfile

    return tempfile.gettempdir()


def _encoding() -> str:
    import locale

    return locale.getpreferredencoding(False).lower()


# of Python 2: definitions try them first
_OLD_MODULES = (
    "ConfigParser",
    "Queue",
    "StringIO",
    "__builtin__",
    "cPickle",
    "cStringIO",
    "commands",
    "exceptions",
    "httplib",
    "urllib2",
    "urlparse",
)


_MISSING: dict[object, tuple[str, ...]] = {}
"""What was missing, by what an import looks at."""


def _missing() -> tuple[str, ...]:
    # to look for them all takes a millisecond
    imported = tuple(name in sys.modules for name in _OLD_MODULES)
    seen = imported, tuple(map(str, sys.path)), tuple(map(id, sys.meta_path))
    found = _MISSING.get(seen)
    if found is None:
        from importlib.util import find_spec

        found = tuple(name for name in _OLD_MODULES if find_spec(name) is None)
        _MISSING.clear()
        _MISSING[seen] = found
    return found


def _preferred_encoding() -> str:
    import locale

    return locale.getpreferredencoding()


def _rez_platform(name: str) -> Callable[[], Any]:
    def getter() -> Any:
        from rez.utils.platform_ import platform_

        return getattr(platform_, name)

    return getter


def _rez_system() -> str:
    from rez.utils import platform_

    return platform_.name


def _rez_version() -> str:
    import rez

    return str(rez.__version__)


_FACTS: dict[str, Callable[[], Any]] = {
    "sys.platform": lambda: sys.platform,
    "sys.version": lambda: sys.version,
    "sys.executable": lambda: sys.executable,
    "sys.prefix": lambda: sys.prefix,
    "os.name": lambda: os.name,
    "os.cpu_count": lambda: os.cpu_count(),
    "os.process_cpu_count": lambda: os.process_cpu_count(),  # type: ignore[attr-defined]
    "os.getlogin": lambda: os.getlogin(),
    "os.getuid": lambda: os.getuid(),
    "os.getgid": lambda: os.getgid(),
    "platform.system": _platform("system"),
    "platform.machine": _platform("machine"),
    "platform.node": _platform("node"),
    "platform.release": _platform("release"),
    "platform.version": _platform("version"),
    "platform.processor": _platform("processor"),
    "platform.platform": _platform("platform"),
    "platform.architecture": _platform("architecture"),
    "locale.getpreferredencoding": _preferred_encoding,
    "modules.missing": _missing,
    "os.geteuid": lambda: os.geteuid(),
    "os.getegid": lambda: os.getegid(),
    "pwd.name": _user,
    "rez.platform.arch": _rez_platform("arch"),
    "rez.platform.os": _rez_platform("os"),
    "rez.platform.physical_cores": _rez_platform("physical_cores"),
    "sys.exec_prefix": lambda: sys.exec_prefix,
    "sys.base_prefix": lambda: sys.base_prefix,
    "rez.platform.system": _rez_system,
    "rez.platform.tmpdir": _rez_platform("tmpdir"),
    "sys.getfilesystemencoding": lambda: sys.getfilesystemencoding(),
    "tempfile.gettempdir": _temporary,
    "locale.encoding": _encoding,
    "rez.version": _rez_version,
}


def _config(name: str) -> Any:
    from rez.config import config

    return getattr(config, name)


def _system(name: str) -> Any:
    from rez.system import system

    return getattr(system, name)


def _build_python_paths() -> list[str]:
    """rez's setting, read without importing rez where it can only be the default."""
    if "rez.config" not in sys.modules:
        changed = any(name.startswith("REZ_") for name in os.environ)
        home = os.path.join(os.path.expanduser("~"), ".rezconfig")
        if not changed and not os.path.exists(home) and not os.path.exists(home + ".py"):
            return []
    try:
        from rez.config import config
    except Exception:
        return []
    paths: list[str] = config.package_definition_build_python_paths
    return paths
