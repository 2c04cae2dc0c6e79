"""`warnings`: go nowhere; a filter that makes them errors declines."""

import _rezload
from _rezload_facade import refuse, type_name


_BUILTIN = {
    Warning, BytesWarning, DeprecationWarning, FutureWarning, ImportWarning,
    PendingDeprecationWarning, ResourceWarning, RuntimeWarning, SyntaxWarning, UnicodeWarning,
    UserWarning,
}


def _is_own(category):
    return category not in _BUILTIN


def warn(message, category=None, stacklevel=1, source=None, **kwargs):
    if type(stacklevel) is not int or source is not None or kwargs:
        _rezload.decline("attribute-unknown", "warnings.warn(stacklevel, source)")
    if isinstance(message, Warning):
        if _is_own(type(message)):
            _rezload.decline("attribute-unknown", "warnings.warn of a class of one's own")
        return
    if category is None:
        category = UserWarning
    if not (isinstance(category, type) and issubclass(category, Warning)):
        raise TypeError("category must be a Warning subclass, not '%s'" % type_name(category))
    if _is_own(category):
        _rezload.decline("attribute-unknown", "warnings.warn of a class of one's own")
    if type(message) is not str:
        _rezload.decline("attribute-unknown", "warnings.warn of an object")


def _filter(action, category, lineno, *texts):
    if not (type(action) is str and action in ("ignore", "default", "always", "module", "once")):
        _rezload.decline("attribute-unknown", "warnings filter %r" % (action,))
    if not (type(category) is type and issubclass(category, Warning)
            and type(lineno) is int and lineno >= 0
            # which are regular expressions
            and all(type(text) is str and text.replace(" ", "").isalnum() or text == ""
                    for text in texts)):
        _rezload.decline("attribute-unknown", "a warnings filter")


def simplefilter(action, category=Warning, lineno=0, append=False):
    _filter(action, category, lineno)


def filterwarnings(action, message="", category=Warning, module="", lineno=0, append=False):
    _filter(action, category, lineno, message, module)


class catch_warnings:
    def __init__(self, **kwargs):
        for name, value in kwargs.items():
            if name != "record" or value:
                _rezload.decline("attribute-unknown", "warnings.catch_warnings(%s=...)" % name)

    _entered = False

    def __enter__(self):
        if self._entered:
            _rezload.decline("attribute-unknown", "warnings.catch_warnings entered twice")
        self._entered = True
        return None

    def __exit__(self, *exc_info):
        return None


refuse(globals(), "attribute-unknown", "formatwarning resetwarnings showwarning warn_explicit")
