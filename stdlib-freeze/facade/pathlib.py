"""`pathlib`: POSIX paths, and reading.

Written after the documentation. What differs between Python 3.8 and 3.14 declines: names that
end with a dot or start with two, `**`, `walk`, comparison of absolute with relative paths.
Paths of Windows decline.
"""

import _rezload
import os as _os
from _rezload_facade import Partial, inert_class, type_name

_minor = _rezload.fact("python")[1]
_windows = _os.name == "nt"


def _failing(error):
    """What `glob` gives in the place of names: from Python 3.13 on it fails at once."""
    if _minor >= 13:
        raise error
    return (_raise(error) for _ in "1")


def _raise(error):
    raise error


class UnsupportedOperation(NotImplementedError):
    pass


def _fnmatchcase(name, pattern):
    from fnmatch import fnmatchcase

    return fnmatchcase(name, pattern)


def _parse(args):
    """The root and the parts of the paths in `args`, joined."""
    text = ""
    for arg in args:
        if isinstance(arg, PurePath):
            path = str(arg)
        else:
            if not isinstance(arg, (str, bytes)) and not hasattr(type(arg), "__fspath__"):
                raise TypeError("argument should be a str or an os.PathLike object")
            path = _os.fspath(arg)
            if not isinstance(path, str):
                raise TypeError("argument should be a str object or an os.PathLike object "
                                "returning str, not %r" % type_name(path))
        if path.startswith("/"):
            text = path
        elif path:
            text = text + path if not text or text.endswith("/") else text + "/" + path
    root = ""
    if text.startswith("/"):
        root = "//" if text.startswith("//") and not text.startswith("///") else "/"
    return root, [part for part in text.split("/") if part and part != "."]


class PurePath(metaclass=Partial):
    __slots__ = ("_root", "_names", "_text")

    def __new__(cls, *args, **kwargs):
        if _windows:
            _rezload.decline("attribute-unknown", "pathlib on Windows")
        if kwargs:
            _rezload.decline("attribute-unknown", "pathlib.Path(%s=...)" % list(kwargs)[0])
        if cls is PurePath:
            cls = PurePosixPath
        elif cls is Path:
            cls = PosixPath
        elif cls not in (PurePosixPath, PosixPath):
            # how a derived class is made changed in 3.12
            _rezload.decline("attribute-unknown", "a class derived from pathlib's")
        return cls._make(*_parse(args))

    def __init__(self, *args):
        pass

    @classmethod
    def _make(cls, root, names):
        self = object.__new__(cls)
        self._root = root
        self._names = names
        self._text = root + "/".join(names) or "."
        return self

    def _new(self, root, names):
        return type(self)._make(root, names)

    def __str__(self):
        return self._text

    __fspath__ = as_posix = __str__

    def __repr__(self):
        return "%s(%r)" % (self.__class__.__name__, self._text)

    def __bytes__(self):
        return _os.fsencode(self._text)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        _rezload.decline("attribute-unknown", "pathlib.Path." + name)

    def __eq__(self, other):
        if not isinstance(other, PurePath):
            return NotImplemented
        return self._text == other._text

    def __hash__(self):
        return hash(self._text)

    def _key(self, other):
        if not isinstance(other, PurePath):
            return NotImplemented
        if self._root != other._root:
            _rezload.decline("attribute-unknown", "the order of absolute and relative paths")
        if not self._names or not other._names:
            # as its text or as nothing
            _rezload.decline("attribute-unknown", "the order of a path without names")
        return self._names

    def __lt__(self, other):
        key = self._key(other)
        return key if key is NotImplemented else key < other._names

    def __le__(self, other):
        key = self._key(other)
        return key if key is NotImplemented else key <= other._names

    def __gt__(self, other):
        key = self._key(other)
        return key if key is NotImplemented else key > other._names

    def __ge__(self, other):
        key = self._key(other)
        return key if key is NotImplemented else key >= other._names

    def __truediv__(self, key):
        if not isinstance(key, (str, PurePath)) and not hasattr(type(key), "__fspath__"):
            return NotImplemented
        return self._new(*_parse((self, key)))

    def __rtruediv__(self, key):
        if not isinstance(key, str):
            return NotImplemented
        return self._new(*_parse((key, self)))

    def joinpath(self, *pathsegments):
        return self._new(*_parse((self,) + pathsegments))

    drive = property(lambda self: "")
    root = property(lambda self: self._root)
    anchor = property(lambda self: self._root)
    name = property(lambda self: self._names[-1] if self._names else "")

    @property
    def parts(self):
        return ((self._root,) if self._root else ()) + tuple(self._names)

    def _suffix_at(self):
        """Where the suffix of the name starts, its length if it has none."""
        name = self.name
        if name == "..":
            return 2
        if name.endswith(".") or name.startswith(".."):
            _rezload.decline("attribute-unknown", "the suffix of %r" % name)
        at = name.rfind(".")
        return at if at > 0 else len(name)

    suffix = property(lambda self: self.name[self._suffix_at():])
    stem = property(lambda self: self.name[:self._suffix_at()])

    @property
    def suffixes(self):
        self._suffix_at()
        if self.name == "..":
            return []
        return ["." + suffix for suffix in self.name.lstrip(".").split(".")[1:]]

    @property
    def parent(self):
        if not self._names:
            return self
        return self._new(self._root, self._names[:-1])

    @property
    def parents(self):
        return _Parents(self)

    def is_absolute(self):
        return bool(self._root)

    def is_reserved(self):
        return False

    def with_name(self, name):
        if not self._names:
            raise ValueError("%r has an empty name" % (self,))
        if not isinstance(name, str) or "/" in name and len(_parse((name,))[1]) < 2:
            # `./a` was a name before 3.12
            _rezload.decline("attribute-unknown", "pathlib.Path.with_name(%r)" % (name,))
        if not name or "/" in name or name == ".":
            raise ValueError("Invalid name %r" % (name,))
        return self._new(self._root, self._names[:-1] + [name])

    def with_stem(self, stem):
        if not stem:
            _rezload.decline("attribute-unknown", "pathlib.Path.with_stem('')")
        return self.with_name(stem + self.suffix)

    def with_suffix(self, suffix):
        if suffix == "." or not isinstance(suffix, str):
            _rezload.decline("attribute-unknown", "pathlib.Path.with_suffix(%r)" % (suffix,))
        if "/" in suffix or suffix and not suffix.startswith("."):
            raise ValueError("Invalid suffix %r" % (suffix,))
        if not self._names:
            raise ValueError("%r has an empty name" % (self,))
        return self.with_name(self.stem + suffix)

    def _relative(self, other):
        if len(other) != 1:
            if not other:
                raise TypeError("need at least one argument")
            if _minor >= 12:
                _rezload.decline("attribute-unknown", "relative_to with many arguments")
        root, names = _parse(other)
        inside = self._root == root and self._names[:len(names)] == names
        return self._names[len(names):] if inside else None

    def relative_to(self, *other, **kwargs):
        if kwargs:
            _rezload.decline("attribute-unknown", "pathlib.Path.relative_to(walk_up=...)")
        if not isinstance(self, PurePath):
            _rezload.decline("attribute-unknown", "pathlib.Path.relative_to of an object")
        rest = self._relative(other)
        if rest is None:
            raise ValueError("%r is not in the subpath of %r OR one path is relative and the "
                             "other is absolute." % (str(self), str(type(self)(*other))))
        return self._new("", rest)

    def is_relative_to(self, *other):
        return self._relative(other) is not None

    def match(self, path_pattern, **kwargs):
        if kwargs or not isinstance(path_pattern, str) or "**" in path_pattern:
            _rezload.decline("attribute-unknown", "pathlib.Path.match(%r)" % (path_pattern,))
        root, names = _parse((path_pattern,))
        if not names or not self._names or "//" in (root, self._root):
            _rezload.decline("attribute-unknown", "pathlib.Path.match(%r)" % (path_pattern,))
        if root and (root != self._root or len(names) != len(self._names)):
            return False
        # before 3.12 the root is a part like the others
        mine = self.parts if _minor < 12 and not root else self._names
        if len(names) > len(mine):
            return False
        mine = mine[-len(names):]
        return all(_fnmatchcase(name, pattern) for name, pattern in zip(mine, names))


class _Parents:
    """`PurePath.parents`."""

    __slots__ = ("_path",)

    def __init__(self, path):
        self._path = path

    def __len__(self):
        return len(self._path._names)

    def __getitem__(self, index):
        if not isinstance(index, int) or index < 0:
            _rezload.decline("attribute-unknown", "pathlib.Path.parents[%r]" % (index,))
        if index >= len(self):
            raise IndexError(index)
        return self._path._new(self._path._root, self._path._names[:-index - 1])

    def __repr__(self):
        return "<%s.parents>" % type(self._path).__name__

    def __getattr__(self, attribute):
        _rezload.decline("attribute-unknown", "pathlib.Path.parents." + attribute)


if _minor < 9:
    del PurePath.with_stem, PurePath.is_relative_to


class PurePosixPath(PurePath):
    __slots__ = ()


def _refused(name):
    def method(self, *args, **kwargs):
        _rezload.decline("sandbox", "pathlib.Path." + name)

    return method


class Path(PurePath):
    __slots__ = ()

    @classmethod
    def cwd(cls):
        return Path(_os.getcwd())

    @classmethod
    def home(cls):
        return Path("~").expanduser()

    def stat(self, **later):
        if later and _minor < 10:
            _rezload.decline("attribute-unknown", "Path.stat(follow_symlinks=...)")
        return _os.stat(self._text, **later)

    def lstat(self):
        return _os.lstat(self._text)

    def _mode(self, follow=True):
        """The mode, None where there is nothing."""
        try:
            return _os.stat(self._text, follow_symlinks=follow).st_mode
        except OSError as error:
            # ENOENT, EBADF, ENOTDIR, ELOOP: the others are raised by some versions
            if error.errno not in (2, 9, 20, 40):
                _rezload.decline("host-fact", "a path that can't be asked")
        except ValueError:
            pass
        return None

    def exists(self, **later):
        if later:
            _rezload.decline("attribute-unknown", "Path.exists() with keywords")
        return self._mode() is not None

    def is_dir(self):
        mode = self._mode()
        return mode is not None and mode & 0o170000 == 0o040000

    def is_file(self):
        mode = self._mode()
        return mode is not None and mode & 0o170000 == 0o100000

    def is_symlink(self):
        mode = self._mode(follow=False)
        return mode is not None and mode & 0o170000 == 0o120000

    def iterdir(self):
        # the directory is listed at once from 3.13 on
        return self._children(_os.listdir(self._text) if _minor >= 13 else None)

    def _children(self, names):
        for name in _os.listdir(self._text) if names is None else names:
            yield self._new(self._root, self._names + [name])

    def glob(self, pattern, **kwargs):
        if kwargs or not isinstance(pattern, str) or "**" in pattern or ".." in pattern:
            _rezload.decline("attribute-unknown", "pathlib.Path.glob(%r)" % (pattern,))
        root, names = _parse((pattern,))
        if not pattern:
            return _failing(ValueError("Unacceptable pattern: %r" % (pattern,)))
        if root:
            return _failing(NotImplementedError("Non-relative patterns are unsupported"))
        if not names or pattern.endswith("/"):
            _rezload.decline("attribute-unknown", "pathlib.Path.glob(%r)" % (pattern,))
        return self._select(names)

    def _select(self, names):
        pattern, rest = names[0], names[1:]
        if not any(mark in pattern for mark in "*?["):
            path = self._new(self._root, self._names + [pattern])
            if rest:
                if path.is_dir():
                    yield from path._select(rest)
            elif path.exists():
                yield path
            elif path.is_symlink():
                # it is there from Python 3.13 on
                _rezload.decline("attribute-unknown", "pathlib.Path.glob of a broken link")
            return
        try:
            entries = list(_os.scandir(self._text))
        except OSError:
            return
        for entry in entries:
            if not _fnmatchcase(entry.name, pattern):
                continue
            path = self._new(self._root, self._names + [entry.name])
            if not rest:
                yield path
            elif entry.is_dir():
                yield from path._select(rest)

    def open(self, mode="r", buffering=-1, encoding=None, errors=None, newline=None):
        import io

        return io.open(self, mode, buffering, encoding, errors, newline)

    def read_text(self, encoding=None, errors=None):
        with self.open(encoding=encoding, errors=errors) as file:
            return file.read()

    def read_bytes(self):
        with self.open("rb") as file:
            return file.read()

    def absolute(self):
        if self._root:
            return self
        return self._new(*_parse((_os.getcwd(), self)))

    def resolve(self, strict=False):
        if strict:
            try:
                _os.stat(self._text)
            except OSError:
                # which part isn't there
                _rezload.decline("attribute-unknown", "pathlib.Path.resolve of what isn't there")
        elif _minor < 13:
            try:
                _os.stat(self._text)
            except OSError as error:
                if error.errno == 40:
                    # a RuntimeError there
                    _rezload.decline("attribute-unknown", "pathlib.Path.resolve of a loop")
        return self._new(*_parse((_os.path.realpath(self._text),)))

    def expanduser(self):
        if not self._root and self._names and self._names[0].startswith("~"):
            return self._new(*_parse((_os.path.expanduser(self._text),)))
        return self

    def samefile(self, other_path):
        return _os.path.samefile(self._text, _os.fspath(other_path))

    for _name in ("chmod lchmod mkdir rename replace rmdir symlink_to hardlink_to link_to touch "
                  "unlink write_bytes write_text").split():
        locals()[_name] = _refused(_name)
    del _name


class PosixPath(Path, PurePosixPath):
    __slots__ = ()


if _minor == 13:
    for _class in (PurePath, PurePosixPath, Path, PosixPath):
        _class.__module__ = "pathlib._local"

PureWindowsPath = inert_class("attribute-unknown", "pathlib", "PureWindowsPath")
WindowsPath = inert_class("attribute-unknown", "pathlib", "WindowsPath")
