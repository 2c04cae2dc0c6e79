"""`argparse`: may be imported; a parser reads the command line of the process."""

import _rezload
from _rezload_facade import inert_classes, refuse

SUPPRESS = "==SUPPRESS=="
OPTIONAL = "?"
ZERO_OR_MORE = "*"
ONE_OR_MORE = "+"
REMAINDER = "..."

inert_classes(globals(), "attribute-unknown", (
    "Action ArgumentDefaultsHelpFormatter ArgumentParser BooleanOptionalAction FileType "
    "HelpFormatter Namespace RawDescriptionHelpFormatter RawTextHelpFormatter"))


class ArgumentError(Exception):
    def __init__(self, argument, message):
        _rezload.decline("attribute-unknown", "argparse.ArgumentError()")


class ArgumentTypeError(Exception):
    pass
