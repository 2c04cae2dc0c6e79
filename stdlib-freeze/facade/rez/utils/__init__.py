import _rezload


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    _rezload.decline("attribute-unknown", "rez.utils." + name)
