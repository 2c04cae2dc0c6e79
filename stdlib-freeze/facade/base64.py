"""`base64`: the alphabets of 64 and 16."""

import _rezload
import binascii

_minor = _rezload.fact("python")[1]


def _text(s):
    if isinstance(s, str):
        if not s.isascii():
            raise ValueError("string argument should contain only ASCII characters")
        return s.encode("ascii")
    if isinstance(s, (bytes, bytearray)):
        return bytes(s)
    raise TypeError("argument should be a bytes-like object or ASCII string, not %r"
                    % s.__class__.__name__)


def b64encode(s, altchars=None):
    encoded = binascii.b2a_base64(s, newline=False)
    if altchars is not None:
        if len(altchars) != 2:
            _rezload.decline("attribute-unknown", "base64.b64encode(altchars=...)")
        return encoded.translate(bytes.maketrans(b"+/", altchars))
    return encoded


def b64decode(s, altchars=None, validate=False):
    if not isinstance(validate, int):
        _rezload.decline("attribute-unknown", "base64.b64decode(validate=...) of no number")
    s = _text(s)
    if altchars is not None:
        altchars = _text(altchars)
        if len(altchars) != 2:
            _rezload.decline("attribute-unknown", "base64.b64decode(altchars=...)")
        s = s.translate(bytes.maketrans(altchars, b"+/"))
    if validate and b"\n" in s:
        _rezload.decline("attribute-unknown", "base64.b64decode(validate=True)")
    return binascii.a2b_base64(s)


def standard_b64encode(s):
    return b64encode(s)


def standard_b64decode(s):
    return b64decode(s)


def urlsafe_b64encode(s):
    return b64encode(s, b"-_")


def urlsafe_b64decode(s):
    return b64decode(_text(s).translate(bytes.maketrans(b"-_", b"+/")))


def b16encode(s):
    return binascii.hexlify(s).upper()


def b16decode(s, casefold=False):
    s = _text(s)
    if casefold:
        s = s.upper()
    if any(byte not in b"0123456789ABCDEF" for byte in s):
        raise binascii.Error("Non-base16 digit found")
    return binascii.unhexlify(s)


def _declining(name):
    def function(*args, **kwargs):
        _rezload.decline("attribute-unknown", "base64." + name)

    return function


decodestring = _declining("decodestring")
encodestring = _declining("encodestring")
