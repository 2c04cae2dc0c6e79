"""`pprint`: prints to nowhere; its text declines."""

import _rezload
from _rezload_facade import inert_classes, refuse


def pprint(object, stream=None, **kwargs):
    for name, value in kwargs.items():
        if not (name in ("indent", "width", "depth") and type(value) is int and value > 0
                or name in ("compact", "sort_dicts") and type(value) is bool):
            _rezload.decline("attribute-unknown", "pprint.pprint(%s=...)" % name)
    if stream is not None:
        _rezload.decline("attribute-unknown", "pprint.pprint(stream=...)")
    for part in _parts(object, 0):
        if type(part) not in (str, int, float, bool, bytes, type(None)):
            _rezload.decline("attribute-unknown", "pprint.pprint of an object")


def _parts(value, depth):
    if depth > 20:
        _rezload.decline("recursion-limit", "pprint.pprint")
    if type(value) in (list, tuple, set, frozenset):
        for item in (value if type(value) in (list, tuple) else ()):
            yield from _parts(item, depth + 1)
    elif type(value) is dict:
        for key, item in value.items():
            yield from _parts(key, depth + 1)
            yield from _parts(item, depth + 1)
    else:
        yield value


pp = pprint
refuse(globals(), "attribute-unknown", "isreadable pformat saferepr")
inert_classes(globals(), "attribute-unknown", "PrettyPrinter")
