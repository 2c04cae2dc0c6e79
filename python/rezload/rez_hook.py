"""rez, in this process, on rezload: `install` and `uninstall`.

For every package.py rez looks up `rez.serialise.load_functions[FileFormat.py]`
(`rez/serialise.py`, `_load_file`). What stands there after `install` asks the compiled tiers
and hands over to rez's own function what they decline. rez's file cache, its memcached layer
and `update_data_callback` are above that place and work on.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import logging
import os
import sys
import threading
from importlib import import_module
from time import perf_counter
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Optional

from . import _native
from .environment import SWITCH, Settings, is_on, settings, stats_file
from .load_stats import LoadStats, Served, counters

if TYPE_CHECKING:
    from .validation import LoadPy, Validator

# rez's own handler prints what is logged below `rez`
logger = logging.getLogger("rez.rezload")

# What the compiled tiers are a model of: the SHA-256 of each module's source.
_SOURCES = {
    "rez.serialise": "295bfa411c81e6fea953315643e401b5ec860ac4bde2b3756258042ad00ff91d",
    "rez.utils.scope": "d8bc1ac64aa7e2d01137e8cd1938b9c9625f54aba06c791bfc8f3c240442f9cc",
    "rez.utils.sourcecode": "dde956b4a730f876fcd05b8418cd21beff8eea31966db3485e730679b295a40a",
}
_VERSION = "3.4.0"
_REX_KEYS = (
    "pre_commands",
    "commands",
    "post_commands",
    "pre_build_commands",
    "pre_test_commands",
)

# What `rez.serialise` makes values with, and the modules that it is from.
_PARTS = {
    "SourceCode": "rez.utils.sourcecode",
    "early": "rez.utils.sourcecode",
    "late": "rez.utils.sourcecode",
    "include": "rez.utils.sourcecode",
    "ScopeContext": "rez.utils.scope",
    "ModifyList": "rez.utils.data_utils",
    "InvalidPackageError": "rez.exceptions",
    "EarlyThis": "rez.serialise",
    "get_objects": "rez.serialise",
    "process_python_objects": "rez.serialise",
}

# `rez.serialise.default_objects`: what an early function sees outside a build
_OBJECTS = {
    "building": False,
    "testing": False,
    "build_variant_index": 0,
    "build_variant_requires": [],
}


class InstallError(RuntimeError):
    """This rez isn't the one that rezload knows."""


def install(
    validate: bool | None = None,
    sample: float | None = None,
    reports: str | os.PathLike[str] | None = None,
    vm: bool | None = None,
) -> None:
    """From now on rez loads package.py files in this process through rezload.

    With `validate`, rez loads every served definition too; where the two differ, that is
    logged (`rez.rezload`) and rez's is used. `sample` does so for a share of them, from 0 to
    1, unless `validate` is false. `reports` is a directory that differences are written to. With
    `vm`, what the static tier declines goes to the VM tier before it goes to rez, which pays
    where one process loads hundreds of files that compute something. Where both `validate` and
    `sample` are `None`, `REZLOAD_VALIDATE` (0, 1 or the share) counts; in place of the others,
    `REZLOAD_REPORTS` and `REZLOAD_VM` (0 or 1).

    Where it is installed already, only the settings change. Raises `InstallError` for a rez
    that rezload doesn't know, unless everything is validated; `ImportError` without rez;
    `ValueError` for settings that make no sense.
    """
    global _hook
    wanted = settings(validate, sample, reports, vm)
    serialise = _serialise()
    with _lock:
        hook = _current()
        if hook is not None:
            hook.use(wanted)
            return
        if wanted.share < 1:
            _check_rez(serialise)
        _hook = _Hook(serialise, wanted)


def uninstall() -> bool:
    """rez loads package.py files by itself again.

    Gives whether rez is exactly as it was before. Where someone has replaced rez's loader
    after `install`, that stays, with a warning; what it calls of rezload hands everything
    over to rez.
    """
    global _hook
    with _lock:
        hook, _hook = _current(), None
        return hook is None or hook.remove()


def is_installed() -> bool:
    """Whether rez loads package.py files through rezload."""
    return _current() is not None


def stats() -> LoadStats:
    """What rez has loaded in this process through rezload, and what rezload left to it."""
    return counters.snapshot()


def install_from_environment() -> bool:
    """Installs when `REZLOAD` says so; gives whether it does.

    `REZLOAD_STATS=1` has what `stats` gives logged when the process ends; any other value is a
    file that it is appended to, a line of JSON for each process.
    """
    if not is_on(SWITCH):
        return False
    if not is_installed():
        install()
        file = stats_file()
        if file is not None:
            atexit.register(_give_stats, file)
    return True


def _give_stats(file: str) -> None:
    if not file:
        logger.info("%s", stats())
        return
    line = {"pid": os.getpid(), "argv": sys.argv, **stats()._asdict()}
    try:
        with open(file, "a", encoding="ascii") as out:
            # one write, so that the lines of many processes don't mix
            out.write(json.dumps(line) + "\n")
    except OSError as error:
        logger.warning("the statistics of rezload can't be written: %s", error)


_lock = threading.Lock()
_hook: Optional[_Hook] = None


def _renew_lock() -> None:
    """A fork while another thread installs leaves the lock locked in the child."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


class _Hook:
    """The place in rez that is replaced, and what was there."""

    def __init__(self, serialise: ModuleType, wanted: Settings) -> None:
        self.serialise = serialise
        self.use(wanted)
        self._active = True
        self._failed = False
        holder: dict[Any, LoadPy] = serialise.load_functions
        key: Any = serialise.FileFormat.py
        if not _is_of(serialise, holder[key]):
            # Someone else's loader is there and may change what rez gives. It stays on top:
            # `load_py` below it looks this function up for each file.
            holder, key = vars(serialise), "_load_py"
            if not _is_of(serialise, holder[key]):
                raise InstallError(f"`rez.serialise._load_py` is {_place(holder[key])}")
        for name, module in _PARTS.items():
            part = getattr(serialise, name)
            if part is not vars(sys.modules[module]).get(name) or part.__module__ != module:
                raise InstallError(f"`rez.serialise.{name}` is {_place(part)}")
        self._holder, self._key = holder, key
        self._original = holder[key]
        self._loader = self._make_loader()
        # what the tiers model; to patch it is to want something else than they give
        self._load_py = self._loader if key == "_load_py" else serialise._load_py
        self._parts = _parts(serialise)
        # from here on other threads come along
        holder[key] = self._loader

    def use(self, wanted: Settings) -> None:
        """Changes the settings."""
        self._validator = _validator(wanted)
        self._vm = wanted.vm

    def remove(self) -> bool:
        self._active = False
        if self._holder[self._key] is self._loader:
            self._holder[self._key] = self._original
            return True
        logger.warning(
            "rezload is uninstalled, but rez's loader has been replaced since: it is %s",
            _place(self._holder[self._key]),
        )
        return False

    def _make_loader(self) -> LoadPy:
        original = self._original
        debug_print = self.serialise.debug_print

        def load_py(stream: Any, filepath: str | None = None) -> Any:
            """`rez.serialise.load_py` through rezload."""
            if not self._active:
                return original(stream, filepath=filepath)
            started = perf_counter()
            definition, told = self._ask(filepath)
            seconds = perf_counter() - started
            if definition is None:
                started = perf_counter()
                try:
                    return original(stream, filepath=filepath)
                finally:
                    counters.add_handed_over(told, seconds, perf_counter() - started)
            counters.add_served(told, seconds)
            if debug_print:
                debug_print("Loaded by rezload (%s): %s", told, filepath)
            validator = self._validator
            if validator is None or filepath is None or not validator.chooses():
                return definition
            served = Served(definition, told, seconds, filepath)
            return validator.check(served, original, stream)

        return load_py

    def _ask(self, filepath: str | None) -> tuple[dict[str, Any] | None, str]:
        """The definition and its tier; or `None`, and why rez has to load it."""
        if not isinstance(filepath, str):
            return None, "no-file"
        rez = self.serialise
        if rez._load_py is not self._load_py or _parts(rez) != self._parts:
            return None, "patched-rez"
        # a build sets variables for early functions, and studios add modules for definitions
        literal = (
            not self._vm
            or bool(rez.config.package_definition_build_python_paths)
            or rez.get_objects() != _OBJECTS
        )
        try:
            return _native.serve_definition(filepath, literal=literal)
        except (OSError, ValueError):
            # rez words that
            return None, "unreadable"
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic in the compiled part is no `Exception`
            if not self._failed:
                self._failed = True
                logger.warning("rezload failed, rez loads %s: %r", filepath, error)
            return None, "rezload-failed"


def _parts(serialise: ModuleType) -> list[Any]:
    """What `rez.serialise` makes values with now."""
    namespace = vars(serialise)
    return [*map(namespace.get, _PARTS), namespace.get("package_rex_keys")]


def _current() -> Optional[_Hook]:
    """The hook, where it is in the `rez.serialise` that is imported now."""
    hook = _hook
    if hook is None or hook.serialise is not sys.modules.get("rez.serialise"):
        return None
    return hook


def _serialise() -> ModuleType:
    # `import_module` takes the module's lock, which another thread may hold during a fork; and
    # `import rez.serialise` says nothing of use while that is being imported.
    serialise = sys.modules.get("rez.serialise")
    if serialise is None or not hasattr(serialise, "load_functions"):
        serialise = import_module("rez.serialise")
    if not hasattr(serialise, "load_functions"):
        raise InstallError(
            "rez.serialise is just being imported; in a rezconfig.py write "
            f"`os.environ.setdefault({SWITCH!r}, '1')` instead"
        )
    return serialise


def _validator(wanted: Settings) -> Optional[Validator]:
    if not wanted.share:
        return None
    from .validation import Validator

    return Validator(wanted)


def _check_rez(serialise: ModuleType) -> None:
    """Raises `InstallError` unless rez loads definitions as the compiled tiers do."""
    import rez.package_resources

    for name, digest in _SOURCES.items():
        found = _digest(sys.modules[name])
        if found is None and rez.__version__ == _VERSION:
            continue
        if found != digest:
            raise InstallError(
                f"rezload knows rez {_VERSION}, and this is rez {rez.__version__} with another "
                f"`{name}`; validate all definitions to use it nevertheless"
            )
    rex_keys = serialise.package_rex_keys, rez.package_resources.package_rex_keys
    if rex_keys != (_REX_KEYS, _REX_KEYS) or serialise.default_objects != _OBJECTS:
        raise InstallError("what rez takes for commands or build variables has been changed")


def _digest(module: ModuleType) -> Optional[str]:
    """The digest of the module's source; `None` where rez comes without source."""
    path = module.__file__ or ""
    loader: Any = module.__spec__ and module.__spec__.loader
    if not path.endswith(".py") or not hasattr(loader, "get_data"):
        return None
    try:
        source: bytes = loader.get_data(path)
    except OSError:
        return None
    return hashlib.sha256(source.replace(b"\r\n", b"\n")).hexdigest()


def _is_of(module: ModuleType, function: Any) -> bool:
    """Whether `function` is `module`'s own."""
    return isinstance(function, FunctionType) and function.__globals__ is vars(module)


def _place(function: Any) -> str:
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", repr(function))
    return f"`{module}.{name}`" if module else f"`{name}`"
