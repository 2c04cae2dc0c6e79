"""The parts of rez that definitions import."""

import _rezload



def __getattr__(name):
    if name.startswith("__") and name != "__version__":
        raise AttributeError(name)
    if name == "__version__":
        return _rezload.fact("rez.version")
    _rezload.decline("attribute-unknown", "rez." + name)
