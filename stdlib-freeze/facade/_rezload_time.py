"""`time`: the clock and the time zone decline; a time that is given is written as it is."""

import _rezload
import time as _time
from _rezload_facade import refuse

struct_time = _time.struct_time
for _name in ("index", "count"):
    # which see the zone, too
    _rezload.refuse_method(struct_time, _name)
refuse(globals(), "unordered", (
    "asctime ctime localtime monotonic monotonic_ns perf_counter perf_counter_ns process_time "
    "sleep time time_ns"))
refuse(globals(), "host-fact", "mktime strptime")


def gmtime(secs=None):
    if secs is None:
        _rezload.decline("unordered", "time.gmtime()")
    if type(secs) not in (int, float) or not 0 <= secs < 4102444800:
        _rezload.decline("attribute-unknown", "time.gmtime of an unusual time")
    return _time.gmtime(int(secs))


def strftime(format, t=None):
    if t is None:
        _rezload.decline("unordered", "time.strftime()")
    _rezload.decline("attribute-unknown", "time.strftime")
