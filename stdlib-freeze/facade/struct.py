"""`struct`: sizes, and integers of fixed sizes."""

import _rezload
import sys
from _rezload_facade import inert_classes, refuse

_STANDARD = {"x": 1, "c": 1, "b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 4,
             "L": 4, "q": 8, "Q": 8, "f": 4, "d": 8, "s": 1}


class error(Exception):
    pass


def calcsize(format, /):
    if format == "P":
        return 8 if sys.maxsize > 2**32 else 4
    if not isinstance(format, str) or format[:1] not in ("<", ">", "!", "="):
        _rezload.decline("attribute-unknown", "struct.calcsize of native sizes")
    size, count = 0, ""
    for char in format[1:]:
        if char.isdigit() and char.isascii():
            count += char
        elif char in _STANDARD:
            size += _STANDARD[char] * int(count or "1")
            count = ""
        else:
            _rezload.decline("attribute-unknown", "struct.calcsize(%r)" % format)
    if count:
        _rezload.decline("attribute-unknown", "struct.calcsize(%r)" % format)
    return size


refuse(globals(), "attribute-unknown", "iter_unpack pack pack_into unpack unpack_from")
inert_classes(globals(), "attribute-unknown", "Struct")
