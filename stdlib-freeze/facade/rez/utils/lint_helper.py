"""`rez/utils/lint_helper.py`: every name is None but `used`, which gives None."""


def used(object_):
    pass


def __getattr__(name):
    if name in ("__path__", "__all__", "__file__", "__wrapped__"):
        raise AttributeError(name)
    return None
