"""`shutil`: `which` and the classes; whatever copies, moves or removes declines."""

import _rezload
import os
from _rezload_facade import refuse

_minor = _rezload.fact("python")[1]


class Error(OSError):
    pass


class SameFileError(Error):
    pass


class SpecialFileError(OSError):
    pass


if _minor < 14:
    class ExecError(OSError):
        pass
else:
    ExecError = RuntimeError


class ReadError(OSError):
    pass


class RegistryError(Exception):
    pass


refuse(globals(), "sandbox", (
    "chown copy copy2 copyfile copyfileobj copymode copystat copytree make_archive move rmtree "
    "unpack_archive"))
refuse(globals(), "host-fact", "disk_usage get_archive_formats get_terminal_size")


def ignore_patterns(*patterns):
    def _ignore_patterns(path, names):
        import fnmatch

        ignored = []
        for pattern in patterns:
            ignored.extend(fnmatch.filter(names, pattern))
        if len(set(ignored)) > 1:
            _rezload.decline("unordered", "shutil.ignore_patterns")
        return set(ignored)

    return _ignore_patterns


def _is_executable(path, mode):
    return os.path.exists(path) and os.access(path, mode) and not os.path.isdir(path)


def which(cmd, mode=os.F_OK | os.X_OK, path=None):
    if os.name == "nt":
        # the rules changed in 3.12
        _rezload.decline("host-fact", "shutil.which on Windows")
    if type(cmd) is not str or not (path is None or type(path) is str) or type(mode) is not int:
        _rezload.decline("attribute-unknown", "shutil.which(cmd, mode, path)")
    if os.path.dirname(cmd):
        if _minor >= 12:
            cmd = os.path.join(*os.path.split(cmd))
        return cmd if _is_executable(cmd, mode) else None
    if path is None:
        path = os.environ.get("PATH", None)
        if path is None:
            # the operating system's default
            _rezload.decline("host-fact", "shutil.which without PATH")
    if not path:
        return None
    seen = []
    for folder in path.split(os.pathsep):
        if folder in seen:
            continue
        seen.append(folder)
        name = os.path.join(folder, cmd)
        if _is_executable(name, mode):
            return name
    return None
