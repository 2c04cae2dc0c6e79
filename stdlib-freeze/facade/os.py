"""`os`: reads as CPython's, refuses what acts on the host.

Written after the documentation of CPython's `os`; `os.path` is CPython's own `posixpath` or
`ntpath`, over these functions.
"""

import _rezload
import sys as _sys
from _rezload_facade import refuse as _refuse, refusing as _refusing, type_name
from stat import S_ISDIR as _S_ISDIR, S_ISREG as _S_ISREG

_minor = _rezload.fact("python")[1]
name = _rezload.fact("os.name")
curdir = "."
pardir = ".."
extsep = "."
if name == "nt":
    sep, altsep, pathsep, linesep = "\\", "/", ";", "\r\n"
    defpath, devnull = ".;C:\\bin", "nul"
else:
    sep, altsep, pathsep, linesep = "/", None, ":", "\n"
    defpath, devnull = "/bin:/usr/bin", "/dev/null"

F_OK, X_OK, W_OK, R_OK = 0, 1, 2, 4
O_DIRECTORY = 0o200000
SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2
O_RDONLY, O_WRONLY, O_RDWR = 0, 1, 2

error = OSError


def fspath(path):
    if isinstance(path, (str, bytes)):
        return path
    path_type = type(path)
    try:
        path_repr = path_type.__fspath__(path)
    except AttributeError:
        if hasattr(path_type, "__fspath__"):
            raise
        raise TypeError("expected str, bytes or os.PathLike object, not " + type_name(path)) from None
    if isinstance(path_repr, (str, bytes)):
        return path_repr
    raise TypeError("expected {}.__fspath__() to return str or bytes, not {}".format(
        path_type.__name__, type_name(path_repr)))


class _PathLikeMeta(type):
    def __instancecheck__(cls, instance):
        return hasattr(type(instance), "__fspath__")

    def __subclasscheck__(cls, subclass):
        _rezload.decline("attribute-unknown", "issubclass(..., os.PathLike)")


class PathLike(metaclass=_PathLikeMeta):
    """Anything with `__fspath__`."""

    def __init_subclass__(cls, **kwargs):
        # an abstract one
        _rezload.decline("attribute-unknown", "a class derived from os.PathLike")


def _text(path):
    path = fspath(path)
    if isinstance(path, bytes):
        return path.decode("utf-8", "surrogateescape")
    return path


def _asked(function, path, kinds="string, bytes or os.PathLike"):
    """The text of the path that `function` is given, or the error of C's `path_converter`."""
    if isinstance(path, int) and "integer" in kinds:
        _rezload.decline("attribute-unknown", "os.%s of a file descriptor" % function)
    if not isinstance(path, (str, bytes, PathLike)):
        raise TypeError("%s: path should be %s, not %s" % (function, kinds, type_name(path)))
    encoded = fspath(path)
    text = _text(encoded)
    if "\0" in text:
        if name == "nt" or isinstance(encoded, bytes) or _minor >= 13:
            raise ValueError(function + ": embedded null character in path")
        raise ValueError("embedded null byte")
    return text


def fsencode(filename):
    filename = fspath(filename)
    _rezload.check_encoding(_text(filename))
    return filename.encode("utf-8", "surrogateescape") if isinstance(filename, str) else filename


def fsdecode(filename):
    filename = fspath(filename)
    _rezload.check_encoding(_text(filename))
    return filename.decode("utf-8", "surrogateescape") if isinstance(filename, bytes) else filename


class _Environ:
    """`os.environ`: reads; changes would reach the host, so they decline."""

    def __getitem__(self, key):
        if not isinstance(key, str):
            raise TypeError("str expected, not %s" % type_name(key))
        value = _rezload.getenv(key.upper() if name == "nt" else key)
        if value is None:
            raise KeyError(key)
        return value

    def get(self, key, default=None):
        if not isinstance(key, str):
            raise TypeError("str expected, not %s" % type_name(key))
        value = _rezload.getenv(key.upper() if name == "nt" else key)
        return default if value is None else value

    def __contains__(self, key):
        return self.get(key) is not None

    def copy(self):
        return _rezload.environ()

    def __iter__(self):
        return iter(list(self.copy()))

    def __len__(self):
        return len(self.copy())

    def keys(self):
        return self.copy().keys()

    def values(self):
        return self.copy().values()

    def items(self):
        return self.copy().items()

    def __eq__(self, other):
        return self is other or self.copy() == other

    __hash__ = None

    def __or__(self, other):
        if _minor < 9 or not isinstance(other, (dict, _Environ)):
            _rezload.decline("attribute-unknown", "os.environ | ...")
        return {**self.copy(), **other}

    def __ror__(self, other):
        if _minor < 9 or not isinstance(other, (dict, _Environ)):
            _rezload.decline("attribute-unknown", "... | os.environ")
        return {**other, **self.copy()}

    def _change(self, *args, **kwargs):
        _rezload.decline("sandbox", "a change of os.environ")

    __setitem__ = __delitem__ = __ior__ = update = pop = popitem = clear = _change

    def setdefault(self, key, value):
        if key in self:
            return self[key]
        self._change()

    def __getattr__(self, attribute):
        _rezload.decline("attribute-unknown", "os.environ." + attribute)

    def __repr__(self):
        _rezload.decline("attribute-unknown", "repr(os.environ)")


environ = _Environ()


def getenv(key, default=None):
    return environ.get(key, default)


def _raise(outcome, path):
    if name == "nt":
        _rezload.decline("host-fact", "a file that Windows refuses")
    raise OSError(outcome[0], outcome[1], fspath(path))


def _seconds(nanoseconds):
    """As CPython counts them, to the last bit."""
    return nanoseconds // 1000000000 + 1e-9 * (nanoseconds % 1000000000)


class stat_result(tuple):
    """What `os.stat` gives: the ten fields, and by name those that are more exact."""

    n_fields = 10

    def __new__(cls, fields):
        self = super().__new__(cls, fields[:7] + tuple(t // 1000000000 for t in fields[7:10]))
        self._ns = fields[7:10]
        return self

    st_mode = property(lambda self: self[0])
    st_ino = property(lambda self: self[1])
    st_dev = property(lambda self: self[2])
    st_nlink = property(lambda self: self[3])
    st_uid = property(lambda self: self[4])
    st_gid = property(lambda self: self[5])
    st_size = property(lambda self: self[6])
    st_atime_ns = property(lambda self: self._ns[0])
    st_mtime_ns = property(lambda self: self._ns[1])
    st_ctime_ns = property(lambda self: self._ns[2])
    st_atime = property(lambda self: _seconds(self._ns[0]))
    st_mtime = property(lambda self: _seconds(self._ns[1]))
    st_ctime = property(lambda self: _seconds(self._ns[2]))

    def __getattr__(self, attribute):
        _rezload.decline("attribute-unknown", "os.stat_result." + attribute)

    def __repr__(self):
        _rezload.decline("attribute-unknown", "repr(os.stat_result)")


def stat(path, *, dir_fd=None, follow_symlinks=True):
    if dir_fd is not None:
        _rezload.decline("attribute-unknown", "os.stat(dir_fd=...)")
    return _stat(path, _asked("stat", path, "string, bytes, os.PathLike or integer"), follow_symlinks)


def lstat(path, *, dir_fd=None):
    if dir_fd is not None:
        _rezload.decline("attribute-unknown", "os.lstat(dir_fd=...)")
    return _stat(path, _asked("lstat", path), False)


def _stat(path, text, follow_symlinks):
    outcome = _rezload.stat(text, bool(follow_symlinks))
    if len(outcome) == 2:
        _raise(outcome, path)
    return stat_result(outcome)


def _list(function, path):
    outcome = _rezload.listdir(_asked(function, path, "string, bytes, os.PathLike, integer or None"))
    if isinstance(outcome, tuple):
        _raise(outcome, path)
    return outcome


def listdir(path="."):
    if path is None:
        path = "."
    names = [entry[0] for entry in _list("listdir", path)]
    return [fsencode(entry) for entry in names] if isinstance(path, bytes) else names


class DirEntry:
    """An entry of `os.scandir`."""

    def __init__(self, folder, entry):
        if name == "nt" and entry[1] == "link":
            # or a junction, which is something else there
            _rezload.decline("attribute-unknown", "os.scandir with links on Windows")
        self.name = entry[0]
        self.path = path.join(folder, entry[0])
        self._kind = entry[1]

    def is_symlink(self):
        return self._kind == "link"

    def is_dir(self, *, follow_symlinks=True):
        if self._kind == "link" and follow_symlinks:
            return self._leads_to(_S_ISDIR)
        return self._kind == "dir"

    def is_file(self, *, follow_symlinks=True):
        if self._kind == "link" and follow_symlinks:
            return self._leads_to(_S_ISREG)
        return self._kind == "file"

    def _leads_to(self, is_kind):
        try:
            return is_kind(stat(self.path).st_mode)
        except FileNotFoundError:
            # other errors go on, as of links in circles
            return False

    def stat(self, *, follow_symlinks=True):
        return stat(self.path, follow_symlinks=follow_symlinks)

    def inode(self):
        return lstat(self.path).st_ino

    def __fspath__(self):
        return self.path

    def __repr__(self):
        return "<DirEntry %r>" % self.name

    def __getattr__(self, attribute):
        _rezload.decline("attribute-unknown", "os.DirEntry." + attribute)


class _Scan:
    def __init__(self, entries):
        self._entries = iter(entries)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._entries)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def close(self):
        self._entries = iter(())

    def __getattr__(self, attribute):
        _rezload.decline("attribute-unknown", "os.scandir(...)." + attribute)


def scandir(path=None):
    folder = "." if path is None else path
    if isinstance(folder, bytes):
        _rezload.decline("attribute-unknown", "os.scandir of bytes")
    entries = _list("scandir", folder)
    folder = fspath(folder)
    return _Scan([DirEntry(folder, entry) for entry in entries])


def walk(top, topdown=True, onerror=None, followlinks=False):
    top = fspath(top)
    try:
        entries = list(scandir(top))
    except OSError as error:
        if onerror is not None:
            onerror(error)
        return
    dirs, nondirs, walk_into = [], [], []
    for entry in entries:
        try:
            is_dir = entry.is_dir()
        except OSError:
            is_dir = False
        (dirs if is_dir else nondirs).append(entry.name)
        if not topdown and is_dir and (followlinks or not entry.is_symlink()):
            walk_into.append(entry.path)
    if topdown:
        yield top, dirs, nondirs
        paths = (path.join(top, dirname) for dirname in dirs)
        paths = (p for p in paths if followlinks or not path.islink(p))
        if _minor >= 12:
            # what becomes of `dirs` later doesn't matter there
            paths = list(paths)
        for new_path in paths:
            yield from walk(new_path, topdown, onerror, followlinks)
    else:
        for new_path in walk_into:
            yield from walk(new_path, topdown, onerror, followlinks)
        yield top, dirs, nondirs


def readlink(path, *, dir_fd=None):
    if dir_fd is not None:
        _rezload.decline("attribute-unknown", "os.readlink(dir_fd=...)")
    outcome = _rezload.readlink(_asked("readlink", path))
    if isinstance(outcome, tuple):
        _raise(outcome, path)
    return fsencode(outcome) if isinstance(path, bytes) else outcome


def access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True):
    if dir_fd is not None or effective_ids or not follow_symlinks:
        _rezload.decline("attribute-unknown", "os.access(...)")
    return _rezload.access(_asked("access", path), mode)


def getcwd():
    outcome = _rezload.getcwd()
    if isinstance(outcome, tuple):
        raise OSError(outcome[0], outcome[1])
    return outcome


def getcwdb():
    return fsencode(getcwd())


def cpu_count():
    return _rezload.fact("os.cpu_count")


def process_cpu_count():
    return _rezload.fact("os.process_cpu_count")


def getlogin():
    return _rezload.fact("os.getlogin")


def getpid():
    _rezload.decline("unordered", "os.getpid()")


def getppid():
    _rezload.decline("unordered", "os.getppid()")


def urandom(size, /):
    _rezload.decline("unordered", "os.urandom()")


def get_terminal_size(*fd):
    _rezload.decline("host-fact", "os.get_terminal_size()")


def _identity(attribute):
    def function():
        return _rezload.fact("os." + attribute)

    return function


def _uname():
    return uname_result((_rezload.fact("platform.system"), _rezload.fact("platform.node"),
                         _rezload.fact("platform.release"), _rezload.fact("platform.version"),
                         _rezload.fact("platform.machine")))


class uname_result(tuple):
    """What `os.uname` gives."""

    sysname = property(lambda self: self[0])
    nodename = property(lambda self: self[1])
    release = property(lambda self: self[2])
    version = property(lambda self: self[3])
    machine = property(lambda self: self[4])

    def __repr__(self):
        return ("posix.uname_result(sysname=%r, nodename=%r, release=%r, version=%r, machine=%r)"
                % tuple(self))


def get_exec_path(env=None):
    if env is None:
        env = environ
    path_list = env.get("PATH")
    if path_list is None:
        path_list = defpath
    return path_list.split(pathsep)


_SANDBOX = {
    "_exit", "abort", "chdir", "chflags", "chmod", "chown", "chroot", "close", "closerange", "dup",
    "dup2", "execl", "execle", "execlp", "execlpe", "execv", "execve", "execvp", "execvpe",
    "fchdir", "fchmod", "fchown", "fdopen", "fork", "forkpty", "fsync", "ftruncate", "kill",
    "killpg", "lchmod", "lchown", "link", "lockf", "makedirs", "mkdir", "mkfifo", "mknod", "nice",
    "open", "openpty", "pipe", "popen", "posix_spawn", "posix_spawnp", "putenv", "pwrite",
    "register_at_fork", "remove", "removedirs", "removexattr", "rename", "renames", "replace",
    "rmdir", "sendfile", "setegid", "seteuid", "setgid", "setgroups", "setpgid", "setpriority",
    "setregid", "setreuid", "setsid", "setuid", "setxattr", "spawnl", "spawnle", "spawnlp",
    "spawnlpe", "spawnv", "spawnve", "spawnvp", "spawnvpe", "startfile", "symlink", "system",
    "tcsetpgrp", "truncate", "umask", "unlink", "unsetenv", "utime", "wait", "waitpid", "write",
    "writev",
}
_WINDOWS = {"startfile"}
_BOTH = {
    "_exit", "abort", "chdir", "chmod", "close", "dup", "dup2", "execl", "execle", "execlp", "execv",
    "execve", "execvp", "execvpe", "fdopen", "kill", "link", "makedirs", "mkdir", "open", "pipe",
    "popen", "putenv", "remove", "removedirs", "rename", "renames", "replace", "rmdir", "spawnl",
    "spawnle", "spawnv", "spawnve", "symlink", "system", "truncate", "umask", "unlink", "unsetenv",
    "utime", "waitpid", "write",
}


def __getattr__(attribute):
    if attribute.startswith("__"):
        raise AttributeError(attribute)
    if attribute == "sys":
        return _rezload.module("sys")
    if name != "nt" and attribute in ("getuid", "getgid", "geteuid", "getegid"):
        return _identity(attribute)
    if name != "nt" and attribute == "uname":
        return _uname
    if attribute in _SANDBOX and (name == "nt") == (attribute in _WINDOWS) or attribute in _BOTH:
        # only a call is refused: a definition may hand the function on
        return _refusing("sandbox", "os." + attribute)
    _rezload.decline("attribute-unknown", "os." + attribute)


def _for_windows(ntpath):
    """Leaves of `ntpath` what CPython 3.8 to 3.14 give alike: held against their `ntpath` for texts
    without repeated separators. What asks Windows itself declines."""

    def plain(path_, dots):
        text = fspath(path_) if isinstance(path_, PathLike) else path_
        if not isinstance(text, str):
            _rezload.decline("attribute-unknown", "a path that isn't text on Windows")
        both = text.replace("/", sep)
        # two separators may be of a network, or of a device
        known = text.isascii() and "\0" not in text and sep + sep not in both
        if known and not dots:
            # a drive may stand before the first
            parts = both.replace(":", sep).split(sep)
            known = "." not in parts and ".." not in parts
        if not known:
            _rezload.decline("attribute-unknown", "a path such as %r on Windows" % text)
        return text

    def asking(function, dots=True):
        def asked(*paths, **named):
            if named:
                _rezload.decline("attribute-unknown", "a path by its parameter's name on Windows")
            return function(*[plain(path_, dots) for path_ in paths])

        return asked

    def isabs(text):
        if text[:1] in ("/", sep):
            # not from Python 3.13 on
            _rezload.decline("attribute-unknown", "os.path.isabs(%r)" % text)
        return text[1:2] == ":" and text[2:3] in ("/", sep)

    def mode(text, follow=True):
        outcome = _rezload.stat(text, follow)
        return 0 if len(outcome) == 2 else outcome[0] & 0o170000

    def getsize(text):
        outcome = _rezload.stat(text, True)
        if len(outcome) == 2:
            _raise(outcome, text)
        return outcome[6]

    # its own functions go on using each other
    path = type(ntpath)("ntpath")
    vars(path).update(vars(ntpath))
    for function in ("basename", "dirname", "join", "normcase", "split", "splitdrive", "splitext"):
        setattr(path, function, asking(getattr(ntpath, function)))
    path.normpath = asking(ntpath.normpath, dots=False)
    path.isabs, path.getsize = asking(isabs), asking(getsize)
    path.exists = asking(lambda text: mode(text) != 0)
    path.lexists = asking(lambda text: mode(text, False) != 0)
    path.isdir = asking(lambda text: mode(text) == 0o040000)
    path.isfile = asking(lambda text: mode(text) == 0o100000)
    _refuse(
        vars(path), "attribute-unknown",
        "abspath commonpath expandvars getatime getctime getmtime isjunction islink ismount realpath "
        "relpath samefile samestat splitroot")
    return path


if name == "nt":
    import ntpath

    path = _for_windows(ntpath)
    # their times, numbers and permissions are Windows' own
    _refuse(globals(), "attribute-unknown", "lstat readlink stat walk")
else:
    import posixpath as path

    _relpath = path.relpath

    def relpath(path, start=None):
        if not path and not isinstance(path, (str, bytes)):
            # whether it is no path or an empty one is up to the version
            _rezload.decline("attribute-unknown", "os.path.relpath of what is no path")
        return _relpath(path, start)

    path.relpath = relpath
    del relpath
_sys.modules["os.path"] = path

_expanduser = path.expanduser


def _expand_home(path_):
    text = _text(path_)
    home = "USERPROFILE" if name == "nt" else "HOME"
    if text.startswith("~") and (text[1:2] not in ("", "/", sep) or home not in environ):
        # CPython asks the user database
        _rezload.decline("host-fact", "os.path.expanduser(%r)" % text)
    return _expanduser(path_)


path.expanduser = _expand_home

_realpath = path.realpath

if _minor < 10:
    def realpath(filename):
        # without keywords
        return _realpath(filename)
else:
    def realpath(filename, *, strict=False):
        try:
            return _realpath(filename, strict=strict)
        except OSError:
            # which part isn't there
            _rezload.decline("attribute-unknown", "os.path.realpath of what isn't there")

path.realpath = realpath
del realpath
