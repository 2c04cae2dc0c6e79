"""`open` and `io`: files are read at once, and never written."""

import _io
import _rezload
import os

_minor = _rezload.fact("python")[1]
SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2
UnsupportedOperation = _io.UnsupportedOperation


class StringIO(_io.StringIO):
    """`io.StringIO`."""

    __module__ = "_io"


class BytesIO(_io.BytesIO):
    """`io.BytesIO`."""

    __module__ = "_io"


DEFAULT_BUFFER_SIZE = 131072 if _minor >= 14 else 8192
BlockingIOError = BlockingIOError


def _undecided(what):
    def get(self, *args, **kwargs):
        _rezload.decline("attribute-unknown", "a file's " + what)

    return get


class _File:
    """What files of both kinds don't answer as CPython's."""

    def writable(self):
        return False

    def write(self, data):
        raise UnsupportedOperation("not writable" if "b" not in self.mode else "write")

    def seek(self, offset, whence=0):
        if "b" not in self.mode and (offset or whence):
            _rezload.decline("attribute-unknown", "a place in a text file")
        return super().seek(offset, whence)

    def tell(self):
        if "b" not in self.mode:
            _rezload.decline("attribute-unknown", "a place in a text file")
        return super().tell()

    __getattr__ = _undecided("attribute")
    __repr__ = _undecided("text")
    getvalue = getbuffer = truncate = writelines = fileno = detach = read1 = readinto = _undecided(
        "method")


class _TextFile(_File, _io.StringIO):
    encoding = property(_undecided("encoding"))
    errors = property(_undecided("errors"))
    newlines = property(_undecided("newlines"))
    line_buffering = property(_undecided("line_buffering"))


class _BinaryFile(_File, _io.BytesIO):
    pass


def text_file(text, name, mode):
    """A file of `text`, opened for reading."""
    stream = _TextFile(text)
    stream.name = name
    stream.mode = mode
    return stream


def text_encoding(encoding, stacklevel=2, /):
    # before 3.10 nobody asked, and "locale" was unknown
    return "locale" if encoding is None and _minor >= 10 else encoding


# what becomes of bytes that can't be decoded: a file that has such declines
_ERRORS = (None, "strict", "ignore", "replace", "surrogateescape", "backslashreplace")


def _decoded(content, encoding):
    name = encoding.lower().replace("_", "-")
    if name == "utf-8-sig":
        content = content.removeprefix(b"\xef\xbb\xbf")
        name = "utf-8"
    elif name in ("latin-1", "latin1", "iso-8859-1", "cp1252", "windows-1252") and content.isascii():
        name = "ascii"
    if name not in ("ascii", "us-ascii", "utf-8", "utf8"):
        _rezload.decline("attribute-unknown", "open(encoding=%r)" % encoding)
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        # a file says so only when it is read
        _rezload.decline("attribute-unknown", "a file of another encoding")


def open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True,
         opener=None):
    if isinstance(file, int) or opener is not None or not isinstance(mode, str):
        _rezload.decline("attribute-unknown", "open() of a file descriptor")
    if mode not in ("r", "rt", "tr", "rb", "br"):
        _rezload.decline("sandbox", "open(..., %r)" % mode)
    # before the file is looked for
    texts = (errors in _ERRORS and newline in (None, "", "\n")
             and (encoding is None or type(encoding) is str)
             if "b" not in mode else encoding is None and errors is None and newline is None)
    if not texts or closefd is not True or type(buffering) is not int or (
            buffering < 2 and buffering != -1):
        _rezload.decline("attribute-unknown", "open(buffering, encoding, errors, newline, closefd)")
    if not isinstance(file, (str, bytes, os.PathLike)):
        _rezload.decline("attribute-unknown", "open() of what is no path")
    path = os.fspath(file)
    content = _rezload.read(os._text(path))
    if isinstance(content, tuple):
        raise OSError(content[0], content[1], path)
    if "b" in mode:
        stream = _BinaryFile(content)
    else:
        if encoding is None or encoding == "locale" and _minor >= 10:
            # the locale's, which only matters beyond ASCII
            encoding = "ascii" if content.isascii() else _rezload.fact("locale.encoding")
        text = _decoded(content, encoding)
        if "\r" in text:
            if newline is not None:
                _rezload.decline("attribute-unknown", "open(newline=%r) of such lines" % newline)
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text_file(text, path, mode)
    stream.name = path
    stream.mode = mode
    return stream


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    _rezload.decline("attribute-unknown", "io." + name)
