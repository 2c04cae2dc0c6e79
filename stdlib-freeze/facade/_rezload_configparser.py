"""`configparser`: CPython's; what only older versions have declines."""

import _rezload
import re
from _rezload_facade import refusing
from configparser import (
    BasicInterpolation, ConfigParser, DEFAULTSECT, DuplicateOptionError, DuplicateSectionError,
    Error, ExtendedInterpolation, Interpolation, InterpolationDepthError, InterpolationError,
    InterpolationMissingOptionError, InterpolationSyntaxError, MissingSectionHeaderError,
    MultilineContinuationError, NoOptionError, NoSectionError, ParsingError, RawConfigParser,
    SectionProxy,
)

_minor = _rezload.fact("python")[1]

if _minor < 12:
    RawConfigParser.readfp = refusing("attribute-unknown", "configparser.ConfigParser.readfp")

if _minor < 10:
    # the name of a section ends at the first bracket
    RawConfigParser.SECTCRE = re.compile(r"\[(?P<header>[^]]+)\]")

if _minor < 13:
    # before, an AttributeError
    MultilineContinuationError.__init__ = refusing(
        "attribute-unknown", "configparser.MultilineContinuationError")

_init_parser = RawConfigParser.__init__


def _init_of_prefixes(self, *args, inline_comment_prefixes=None, **kwargs):
    if any(not prefix.strip() for prefix in inline_comment_prefixes or ()):
        _rezload.decline("attribute-unknown", "configparser: blanks that begin comments")
    _init_parser(self, *args, inline_comment_prefixes=inline_comment_prefixes, **kwargs)


RawConfigParser.__init__ = _init_of_prefixes

_init = ParsingError.__init__


def _init_parsing_error(self, source, *args):
    # a definition's own, whose arguments have changed with Python 3.12
    if _rezload.is_called_by_own():
        _rezload.decline("attribute-unknown", "configparser.ParsingError()")
    _init(self, source, *args)


ParsingError.__init__ = _init_parsing_error


class _Fixed(dict):
    """A dict that belongs to all definitions."""

    def _refuse(self, *args, **kwargs):
        _rezload.decline("sandbox", "a change of configparser's states")

    __setitem__ = __delitem__ = __ior__ = update = pop = popitem = clear = setdefault = _refuse


RawConfigParser.BOOLEAN_STATES = _Fixed(RawConfigParser.BOOLEAN_STATES)
