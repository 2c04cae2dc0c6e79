"""`codecs`: reading of files; encodings are the strings' own."""

import _rezload
import os

BOM_UTF8 = b"\xef\xbb\xbf"
BOM_LE = BOM_UTF16_LE = b"\xff\xfe"
BOM_BE = BOM_UTF16_BE = b"\xfe\xff"
BOM = BOM_UTF16 = BOM_LE
_KNOWN = ("utf-8", "utf8", "ascii", "latin-1", "latin1", "iso-8859-1")


def _encoding(encoding):
    if not isinstance(encoding, str) or encoding.lower().replace("_", "-") not in _KNOWN:
        _rezload.decline("attribute-unknown", "codecs of %r" % (encoding,))
    return encoding


def encode(obj, encoding="utf-8", errors="strict"):
    if not isinstance(obj, str):
        _rezload.decline("attribute-unknown", "codecs.encode of what isn't text")
    return obj.encode(_encoding(encoding), errors)


def decode(obj, encoding="utf-8", errors="strict"):
    if not isinstance(obj, (bytes, bytearray)):
        _rezload.decline("attribute-unknown", "codecs.decode of what isn't bytes")
    return obj.decode(_encoding(encoding), errors)


def open(filename, mode="r", encoding=None, errors="strict", buffering=-1):
    # the lines of a stream reader end where `str.splitlines` says, and aren't translated
    import io

    if encoding is None or errors != "strict":
        _rezload.decline("attribute-unknown", "codecs.open without an encoding")
    if mode not in ("r", "rb"):
        _rezload.decline("sandbox", "codecs.open(..., %r)" % mode)
    with io.open(filename, "rb") as file:
        text = file.read().decode(_encoding(encoding))
    if "\r" in text or len(text.splitlines()) != len(text.split("\n")) - text.endswith("\n"):
        _rezload.decline("attribute-unknown", "codecs.open of a file of unusual lines")
    return io.text_file(text, filename, "rb")
