"""`rez/config.py`: the settings that the profile knows."""

import _rezload


class Config:
    __slots__ = ()

    def __getattr__(self, name):
        if name.startswith("_"):
            _rezload.decline("attribute-unknown", "rez.config.config." + name)
        return _rezload.fact("rez.config." + name)

    def __repr__(self):
        _rezload.decline("attribute-unknown", "repr(rez.config.config)")


config = Config()
