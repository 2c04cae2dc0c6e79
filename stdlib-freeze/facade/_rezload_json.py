"""`json`: CPython 3.14's; up to 3.8 an encoding was taken, and ignored."""

import _rezload
import json as _json
from json import *  # noqa: F403

_minor = _rezload.fact("python")[1]

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
