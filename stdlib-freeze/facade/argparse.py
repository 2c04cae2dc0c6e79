"""`argparse`: may be imported; a parser reads the command line of the process."""

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
    pass


class ArgumentTypeError(Exception):
    pass
