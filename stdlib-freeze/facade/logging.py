"""`logging`: messages go nowhere, levels and handlers have no effect on a definition."""

import _rezload
from _rezload_facade import inert_classes, refuse

_minor = _rezload.fact("python")[1]

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


def _refuse(what):
    _rezload.decline("attribute-unknown", "logging" + what)


def _drop(msg, args, kwargs):
    # the text would ask the arguments' own `__str__`
    for value in (msg,) + args:
        if type(value) not in _KNOWN and not isinstance(value, BaseException):
            _refuse(" of an object")
    # which are looked at only if the level is on
    for name, value in kwargs.items():
        if not (name in ("exc_info", "stack_info") and type(value) is bool
                or name == "stacklevel" and type(value) is int
                or name == "extra" and value is None):
            _refuse(" with " + name)


class Logger:
    def __init__(self, name, level=NOTSET):
        _refuse(".Logger()")

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
        # it would handle messages
        if not isinstance(hdlr, Handler):
            _refuse(".Logger.addHandler of an object")

    def removeHandler(self, hdlr):
        pass

    def getChild(self, suffix):
        if type(suffix) is not str or not suffix:
            _refuse(".Logger.getChild of an object")
        return getLogger(self.name + "." + suffix if self.name != "root" else suffix)

    def __setattr__(self, name, value):
        # `propagate`, `disabled` and the like only matter to the messages
        if not (name in ("propagate", "disabled") and type(value) in (bool, int)
                or name == "level" and type(value) is int):
            _refuse(".Logger." + name)

    def __getattr__(self, name):
        _refuse(".Logger." + name)

    def __repr__(self):
        _refuse(".Logger as text")


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
    if not name:
        return root
    if name == "root":
        if _minor < 9:
            # another one of that name
            _refuse(".getLogger('root')")
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
    if type(level) not in (int, str):
        _rezload.decline("attribute-unknown", "logging.getLevelName of what is no level")
    if isinstance(level, int):
        return _NAMES.get(level, "Level %s" % level)
    return _LEVELS.get(level, "Level %s" % level)


def _is_format(value):
    # one without a field is an error
    return value is None or type(value) is str and "%(message)s" in value


def _is_stream(value):
    return value is None or type(value).__name__ == "Sink"


def basicConfig(**kwargs):
    if kwargs.get("filename") is not None or kwargs.get("handlers") is not None:
        _rezload.decline("sandbox", "logging.basicConfig(filename=...)")
    for name, value in kwargs.items():
        # a process whose root logger has a handler looks at none of them
        if not (name == "level" and (value is None or type(value) is int or (
                    type(value) is str and value in _LEVELS))
                or name == "format" and _is_format(value)
                or name == "datefmt" and (value is None or type(value) is str)
                or name == "style" and type(value) is str and value == "%"
                or name == "stream" and _is_stream(value)
                or name == "force" and type(value) is bool):
            _refuse(".basicConfig(%s=...)" % name)


def disable(level=CRITICAL):
    _level(level)


def captureWarnings(capture):
    pass


def addLevelName(level, levelName):
    _refuse(".addLevelName")


class _Ignored:
    def __getattr__(self, name):
        _refuse(".%s.%s" % (type(self).__name__, name))

    def __repr__(self):
        _refuse(".%s as text" % type(self).__name__)

    def __init_subclass__(cls, **kwargs):
        if cls.__module__ != __name__:
            _refuse(" as a base class")


class Handler(_Ignored):
    def __init__(self, level=NOTSET):
        _level(level)

    def setLevel(self, level):
        _level(level)

    def setFormatter(self, fmt):
        # it would make the messages
        if fmt is not None and type(fmt) is not Formatter:
            _refuse(".Handler.setFormatter of an object")


class StreamHandler(Handler):
    def __init__(self, stream=None):
        if not _is_stream(stream):
            _refuse(".StreamHandler of an object")


class NullHandler(Handler):
    pass


class Formatter(_Ignored):
    def __init__(self, fmt=None, datefmt=None, style="%"):
        if not (_is_format(fmt) and (datefmt is None or type(datefmt) is str)
                and type(style) is str and style == "%"):
            _refuse(".Formatter()")


inert_classes(globals(), "attribute-unknown", "FileHandler Filter LogRecord LoggerAdapter")
refuse(globals(), "attribute-unknown", "getLoggerClass shutdown")
