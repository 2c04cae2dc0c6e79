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
