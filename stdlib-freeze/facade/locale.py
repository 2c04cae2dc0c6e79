"""`locale`: the encoding; changes decline."""

import _rezload
from _rezload_facade import refuse

LC_CTYPE, LC_NUMERIC, LC_TIME, LC_ALL = 0, 1, 2, 6


class Error(Exception):
    pass


def getpreferredencoding(do_setlocale=True):
    return _rezload.fact("locale.getpreferredencoding")


refuse(globals(), "sandbox", "setlocale")
refuse(globals(), "host-fact", "getdefaultlocale getlocale")
