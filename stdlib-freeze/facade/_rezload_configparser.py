"""`configparser`: CPython's; what only older versions have declines."""

import _rezload
from _rezload_facade import refusing
from configparser import (
    BasicInterpolation, ConfigParser, DEFAULTSECT, DuplicateOptionError, DuplicateSectionError,
    Error, ExtendedInterpolation, Interpolation, InterpolationDepthError, InterpolationError,
    InterpolationMissingOptionError, InterpolationSyntaxError, MissingSectionHeaderError,
    MultilineContinuationError, NoOptionError, NoSectionError, ParsingError, RawConfigParser,
    SectionProxy,
)

if _rezload.fact("python")[1] < 12:
    RawConfigParser.readfp = refusing("attribute-unknown", "configparser.ConfigParser.readfp")


class _Fixed(dict):
    """A dict that belongs to all definitions."""

    def _refuse(self, *args, **kwargs):
        _rezload.decline("sandbox", "a change of configparser's states")

    __setitem__ = __delitem__ = __ior__ = update = pop = popitem = clear = setdefault = _refuse


RawConfigParser.BOOLEAN_STATES = _Fixed(RawConfigParser.BOOLEAN_STATES)
