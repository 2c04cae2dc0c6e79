"""`itertools`: RustPython's, whose `repeat` takes `None` for a number."""

import _rezload
from itertools import *  # noqa: F403
from itertools import repeat

_rezload.ask_constructor(repeat)
