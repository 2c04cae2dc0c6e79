"""`json`: CPython 3.14's; up to 3.8 an encoding was taken, and ignored."""

import _rezload
import json as _json
from json import *  # noqa: F403

_minor = _rezload.fact("python")[1]
_init = JSONEncoder.__init__  # noqa: F405
_iterencode = JSONEncoder.iterencode  # noqa: F405


def __init__(self, *, separators=None, **kw):
    if _minor < 14 and kw.get("skipkeys") and kw.get("indent") is not None:
        # how a dict without keys is written has changed
        _rezload.decline("attribute-unknown", "json.dumps(skipkeys, indent)")
    if separators is not None and not (
            type(separators) in (tuple, list) and all(type(text) is str for text in separators)):
        _rezload.decline("attribute-unknown", "json separators that aren't text")
    _init(self, separators=separators, **kw)


JSONEncoder.__init__ = __init__  # noqa: F405


def iterencode(self, o, _one_shot=False):
    # what it gives at a time is up to the version, and to what is written in C
    if _rezload.is_called_by_own():
        _rezload.decline("attribute-unknown", "json.JSONEncoder.iterencode")
    return _iterencode(self, o, _one_shot)


JSONEncoder.iterencode = iterencode  # noqa: F405

if _minor < 9:
    def load(fp, **kw):
        _check(kw)
        return _json.load(fp, **kw)


    def loads(s, **kw):
        _check(kw)
        return _json.loads(s, **kw)


    def _check(kw):
        if "encoding" in kw:
            _rezload.decline("attribute-unknown", "json.loads(encoding=...)")
