"""`datetime`: CPython's own in Python, without the clock, the time zone and the locale."""

import _rezload
from _rezload_facade import type_name
import _pydatetime
from _pydatetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta, timezone, tzinfo

_minor = _rezload.fact("python")[1]


def _refusing(code, name):
    def method(*args, **kwargs):
        _rezload.decline(code, "datetime." + name)

    return method


for _class, _names in ((date, ("today",)), (datetime, ("now", "utcnow", "today"))):
    for _name in _names:
        setattr(_class, _name, classmethod(_refusing("unordered", _name)))
for _class, _names in ((date, ("fromtimestamp", "ctime", "fromisocalendar", "isocalendar")),
                       (datetime, ("fromtimestamp", "utcfromtimestamp", "strptime", "ctime"))):
    for _name in _names:
        method = _refusing("host-fact", _name)
        plain = _name in ("ctime", "isocalendar")
        setattr(_class, _name, method if plain else classmethod(method))
for _name in ("timetuple", "utctimetuple", "__reduce__", "__reduce_ex__"):
    for _class in (date, datetime, time):
        if hasattr(_class, _name) and not _name.startswith("__"):
            setattr(_class, _name, _refusing("attribute-unknown", _name))

for _class in (date, time):
    if _minor >= 14:
        _class.strptime = classmethod(_refusing("host-fact", "strptime"))
    elif "strptime" in _class.__dict__:
        del _class.strptime

_timestamp, _astimezone = datetime.timestamp, datetime.astimezone


def timestamp(self):
    if self.tzinfo is None:
        _rezload.decline("host-fact", "datetime.timestamp() in the local time zone")
    return _timestamp(self)


def astimezone(self, tz=None):
    if tz is None or self.tzinfo is None:
        _rezload.decline("host-fact", "datetime.astimezone() to the local time zone")
    return _astimezone(self, tz)


datetime.timestamp = timestamp
datetime.astimezone = astimezone


def strftime(self, format):
    """The directives that neither the locale nor the C library decides."""
    if not isinstance(format, str):
        raise TypeError("strftime() argument 1 must be str, not " + type_name(format))
    if "\0" in format:
        # which ended it, once
        _rezload.decline("host-fact", "strftime(%r)" % format)
    out, at = [], 0
    while at < len(format):
        char = format[at]
        at += 1
        if char != "%":
            out.append(char)
            continue
        directive = format[at:at + 1]
        at += 1
        value = _FIELDS.get(directive)
        if value is None:
            _rezload.decline("host-fact", "strftime(%r)" % format)
        out.append(value(self))
    return "".join(out)


def _year(value):
    if isinstance(value, time):
        return "1900"
    if value.year < 1000:
        _rezload.decline("host-fact", "strftime of a year before 1000")
    return "%d" % value.year


def _get(name, default, text):
    return lambda value: text % getattr(value, name, default)


_FIELDS = {
    "Y": _year,
    "y": lambda value: _year(value)[2:],
    "m": _get("month", 1, "%02d"),
    "d": _get("day", 1, "%02d"),
    "H": _get("hour", 0, "%02d"),
    "M": _get("minute", 0, "%02d"),
    "S": _get("second", 0, "%02d"),
    "f": _get("microsecond", 0, "%06d"),
    "j": lambda value: "001" if isinstance(value, time) else "%03d" % (
        value.toordinal() - date(value.year, 1, 1).toordinal() + 1),
    "%": lambda value: "%",
}

_isoformat = datetime.isoformat


def isoformat(self, sep="T", timespec="auto"):
    if type(sep) is not str:
        raise TypeError("isoformat() argument 1 must be a unicode character")
    return _isoformat(self, sep, timespec)


datetime.isoformat = isoformat


def _replacing(original):
    def replace(self, *args, **kwargs):
        fields = [*args, *(value for name, value in kwargs.items() if name != "tzinfo")]
        if None in fields:
            _rezload.decline("attribute-unknown", "replace() by None")
        return original(self, *args, **kwargs)

    return replace


for _class in (date, datetime, time):
    _class.replace = _replacing(_class.replace)

_minus = date.__sub__


def __sub__(self, other):
    if isinstance(other, datetime):
        _rezload.decline("attribute-unknown", "a date without a time less one with it")
    return _minus(self, other)


date.__sub__ = __sub__
date.strftime = time.strftime = strftime
# `format()` of an empty text is `str()`
for _class in (date, datetime, time):
    _class.__format__ = lambda self, fmt: self.strftime(fmt) if fmt else str(self)


def _digits(text, pattern):
    return len(text) == len(pattern) and all(
        c in "0123456789" if p == "0" else c == p for c, p in zip(text, pattern))


_iso = {cls: cls.fromisoformat for cls in (date, datetime, time)}
_DATE = "0000-00-00"
_TIMES = ("00:00", "00:00:00", "00:00:00.000000")


def _from_iso(cls, kinds):
    original = _iso[cls]

    def fromisoformat(klass, text):
        if klass is not cls or not isinstance(text, str) or not any(
                _digits(text, kind) for kind in kinds):
            # 3.11 reads more
            _rezload.decline("attribute-unknown", "fromisoformat(%r)" % (text,))
        if text[11:13] == "24" or text[:3] == "24:":
            # midnight, in some
            _rezload.decline("attribute-unknown", "fromisoformat(%r)" % (text,))
        return original(text)

    cls.fromisoformat = classmethod(fromisoformat)


_from_iso(date, (_DATE,))
_from_iso(time, _TIMES)
_from_iso(datetime, (_DATE,) + tuple(_DATE + mark + t for mark in "T " for t in _TIMES))
