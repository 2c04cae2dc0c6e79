"""`logging`: messages go nowhere, levels and handlers have no effect on a definition."""

import _rezload
from _rezload_facade import inert_classes, refuse

CRITICAL = FATAL = 50
ERROR = 40
WARNING = WARN = 30
INFO = 20
DEBUG = 10
NOTSET = 0
BASIC_FORMAT = "%(levelname)s:%(name)s:%(message)s"

_NAMES = {50: "CRITICAL", 40: "ERROR", 30: "WARNING", 20: "INFO", 10: "DEBUG", 0: "NOTSET"}
_LEVELS = {"CRITICAL": 50, "FATAL": 50, "ERROR": 40, "WARN": 30, "WARNING": 30, "INFO": 20,
           "DEBUG": 10, "NOTSET": 0}
_KNOWN = (str, int, float, bool, bytes, list, tuple, dict, set, frozenset, type(None))


def _drop(msg, args, kwargs):
    # the text would ask the arguments' own `__str__`
    for value in (msg,) + args:
        if type(value) not in _KNOWN and not isinstance(value, BaseException):
            _rezload.decline("attribute-unknown", "logging of an object")
    for name in kwargs:
        if name not in ("exc_info", "stack_info", "stacklevel", "extra"):
            raise TypeError("_log() got an unexpected keyword argument '%s'" % name)
    if kwargs.get("extra") is not None:
        _rezload.decline("attribute-unknown", "logging with extra")


class Logger:
    def __init__(self, name, level=NOTSET):
        _rezload.decline("attribute-unknown", "logging.Logger()")

    def debug(self, msg, *args, **kwargs):
        _drop(msg, args, kwargs)

    info = warning = warn = error = exception = critical = fatal = debug

    def log(self, level, msg, *args, **kwargs):
        if not isinstance(level, int):
            raise TypeError("level must be an integer")
        _drop(msg, args, kwargs)

    def setLevel(self, level):
        _level(level)

    def addHandler(self, hdlr):
        pass

    def removeHandler(self, hdlr):
        pass

    def addFilter(self, filter):
        pass

    def getChild(self, suffix):
        return getLogger(self.name + "." + suffix if self.name != "root" else suffix)

    def __setattr__(self, name, value):
        # `propagate`, `disabled` and the like only matter to the messages
        if name not in ("propagate", "disabled", "level"):
            _rezload.decline("attribute-unknown", "logging.Logger." + name)

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", "logging.Logger." + name)

    def __repr__(self):
        _rezload.decline("attribute-unknown", "repr(logging.Logger)")


class _Logger(Logger):
    __slots__ = ()

    def __init__(self, name):
        object.__setattr__(self, "name", name)


def _level(level):
    if isinstance(level, int):
        return level
    if not isinstance(level, str):
        raise TypeError("Level not an integer or a valid string: %r" % (level,))
    if level not in _LEVELS:
        raise ValueError("Unknown level: %r" % (level,))
    return _LEVELS[level]


_loggers = {}


def getLogger(name=None):
    if name is None or name == "root" or name == "":
        return root
    if not isinstance(name, str):
        raise TypeError("A logger name must be a string")
    if name not in _loggers:
        if len(_loggers) > 100:
            _loggers.clear()
        _loggers[name] = _Logger(name)
    return _loggers[name]


root = _Logger("root")

debug = root.debug
info = warning = warn = error = exception = critical = fatal = debug
log = root.log


def getLevelName(level):
    if isinstance(level, int):
        return _NAMES.get(level, "Level %s" % level)
    return _LEVELS.get(level, "Level %s" % level)


def basicConfig(**kwargs):
    if kwargs.get("filename") is not None or kwargs.get("handlers") is not None:
        _rezload.decline("sandbox", "logging.basicConfig(filename=...)")
    if kwargs.get("level") is not None:
        _level(kwargs["level"])
    for name in kwargs:
        if name not in ("level", "format", "datefmt", "style", "stream", "force"):
            _rezload.decline("attribute-unknown", "logging.basicConfig(%s=...)" % name)


def disable(level=CRITICAL):
    pass


def captureWarnings(capture):
    pass


def addLevelName(level, levelName):
    _rezload.decline("attribute-unknown", "logging.addLevelName")


class _Ignored:
    def __init__(self, *args, **kwargs):
        for value in args + tuple(kwargs.values()):
            if type(value) not in _KNOWN and type(value).__name__ != "Sink":
                _rezload.decline("attribute-unknown", "logging." + type(self).__name__)

    def setLevel(self, level):
        _level(level)

    def setFormatter(self, fmt):
        pass

    def addFilter(self, filter):
        pass

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", "logging.%s.%s" % (type(self).__name__, name))

    def __repr__(self):
        _rezload.decline("attribute-unknown", "repr(logging.%s)" % type(self).__name__)

    def __init_subclass__(cls, **kwargs):
        if cls.__module__ != __name__:
            _rezload.decline("attribute-unknown", "a class derived from logging's")


class Handler(_Ignored):
    pass


class StreamHandler(Handler):
    pass


class NullHandler(Handler):
    pass


class Formatter(_Ignored):
    def __init__(self, fmt=None, datefmt=None, style="%", *args, **kwargs):
        if style != "%" or not (fmt is None or isinstance(fmt, str) and "%(message)s" in fmt):
            _rezload.decline("attribute-unknown", "logging.Formatter(%r)" % (fmt,))


inert_classes(globals(), "attribute-unknown", "FileHandler Filter LogRecord LoggerAdapter")
refuse(globals(), "attribute-unknown", "getLoggerClass shutdown")
