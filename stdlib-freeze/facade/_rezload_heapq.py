"""`heapq`: CPython's, which in C takes lists only."""

import _rezload
import heapq as _heapq
from heapq import merge, nlargest, nsmallest


def _of_list(name):
    function = getattr(_heapq, name)

    def of_list(heap, /, *args):
        if not isinstance(heap, list):
            _rezload.decline("attribute-unknown", "heapq." + name + " of what is no list")
        is_empty = not heap
        try:
            return function(heap, *args)
        except IndexError:
            if not is_empty:
                # what is compared has changed the heap
                _rezload.decline("attribute-unknown", "heapq." + name + " of a heap that changes")
            raise

    of_list.__name__ = of_list.__qualname__ = name
    return of_list


for _name in (
    "heapify heappop heappush heappushpop heapreplace heapify_max heappop_max heappush_max "
    "heappushpop_max heapreplace_max"
).split():
    if hasattr(_heapq, _name):
        globals()[_name] = _of_list(_name)
