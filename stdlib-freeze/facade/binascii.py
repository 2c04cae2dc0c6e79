"""`binascii`: hexadecimal, base64 and CRC-32."""

import _rezload
from _rezload_facade import type_name

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {byte: value for value, byte in enumerate(_ALPHABET)}
_HEX = b"0123456789abcdefABCDEF"


class Error(ValueError):
    pass


class Incomplete(Exception):
    pass


def _bytes(data):
    if isinstance(data, (bytes, bytearray)):
        return bytes(data)
    if isinstance(data, memoryview):
        _rezload.decline("attribute-unknown", "binascii of a memoryview")
    raise TypeError("a bytes-like object is required, not '%s'" % type_name(data))


def _ascii(data):
    """The argument of the functions to bytes, which may be text."""
    if isinstance(data, str):
        if not data.isascii():
            raise ValueError("string argument should contain only ASCII characters")
        return data.encode("ascii")
    if isinstance(data, (bytes, bytearray)):
        return bytes(data)
    if isinstance(data, memoryview):
        _rezload.decline("attribute-unknown", "binascii of a memoryview")
    raise TypeError("argument should be bytes, buffer or ASCII string, not '%s'"
                    % type_name(data))


def hexlify(data, *separator, **kwargs):
    if separator or kwargs:
        _rezload.decline("attribute-unknown", "binascii.hexlify(..., sep)")
    return _bytes(data).hex().encode("ascii")


b2a_hex = hexlify


def unhexlify(hexstr, /):
    data = _ascii(hexstr)
    if len(data) % 2:
        raise Error("Odd-length string")
    if data.strip(_HEX) or any(byte not in _HEX for byte in data):
        raise Error("Non-hexadecimal digit found")
    return bytes([int(data[at:at + 2], 16) for at in range(0, len(data), 2)])


a2b_hex = unhexlify


def crc32(data, crc=0, /):
    return _rezload.crc32(_bytes(data), crc & 0xFFFFFFFF)


def b2a_base64(data, /, *, newline=True):
    if type(newline) not in (bool, int):
        # a TypeError before 3.12, and then its truth
        _rezload.decline("attribute-unknown", "binascii.b2a_base64(newline=%r)" % (newline,))
    data = _bytes(data)
    out = bytearray()
    for i in range(0, len(data) - 2, 3):
        word = data[i] << 16 | data[i + 1] << 8 | data[i + 2]
        out += bytes((_ALPHABET[word >> 18], _ALPHABET[word >> 12 & 63],
                      _ALPHABET[word >> 6 & 63], _ALPHABET[word & 63]))
    rest = len(data) % 3
    if rest == 1:
        word = data[-1] << 4
        out += bytes((_ALPHABET[word >> 6], _ALPHABET[word & 63])) + b"=="
    elif rest == 2:
        word = (data[-2] << 8 | data[-1]) << 2
        out += bytes((_ALPHABET[word >> 12], _ALPHABET[word >> 6 & 63],
                      _ALPHABET[word & 63])) + b"="
    return bytes(out) + (b"\n" if newline else b"")


def a2b_base64(data, /, **kwargs):
    data = _ascii(data).replace(b"\n", b"").replace(b"\r", b"")
    body = data.rstrip(b"=")
    padding = len(data) - len(body)
    if kwargs or any(byte not in _VALUES for byte in body) or padding > 2:
        # how much of it is skipped differs between versions
        _rezload.decline("attribute-unknown", "binascii.a2b_base64 of irregular text")
    if len(body) % 4 == 1:
        if padding:
            _rezload.decline("attribute-unknown", "binascii.a2b_base64 of irregular text")
        raise Error("Invalid base64-encoded string: number of data characters (%d) cannot be "
                    "1 more than a multiple of 4" % len(body))
    if (len(body) + padding) % 4:
        if (len(body) + padding) % 4 == 1 or not len(body) % 4:
            _rezload.decline("attribute-unknown", "binascii.a2b_base64 of irregular text")
        raise Error("Incorrect padding")
    out = bytearray()
    for i in range(0, len(body), 4):
        chunk = body[i:i + 4]
        word = 0
        for byte in chunk:
            word = word << 6 | _VALUES[byte]
        word <<= 6 * (4 - len(chunk))
        out += word.to_bytes(3, "big")[:len(chunk) - 1]
    return bytes(out)
