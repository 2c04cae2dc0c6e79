"""`tempfile`: where temporary files would be; making one declines."""

import _rezload
import os
from _rezload_facade import inert_classes, refuse


def gettempdir():
    return _rezload.fact("tempfile.gettempdir")


def gettempdirb():
    return os.fsencode(gettempdir())


def gettempprefix():
    return "tmp"


refuse(globals(), "sandbox", "NamedTemporaryFile TemporaryFile mkdtemp mkstemp mktemp")
inert_classes(globals(), "sandbox", "SpooledTemporaryFile TemporaryDirectory")
