"""`ast`: only `literal_eval`, on a string."""

import _rezload


def literal_eval(node_or_string):
    if not isinstance(node_or_string, str):
        raise ValueError(f"malformed node or string: {node_or_string!r}")
    if "\0" in node_or_string:
        # a ValueError until some 3.11
        _rezload.decline("attribute-unknown", "ast.literal_eval of a NUL")
    if node_or_string[:1] in (" ", "\t") and _rezload.fact("python")[1] < 10:
        # blanks in front were an error
        _rezload.decline("attribute-unknown", "ast.literal_eval of an indented literal")
    if "set" in node_or_string and _rezload.fact("python")[1] < 9:
        # `set()` was an error
        _rezload.decline("attribute-unknown", "ast.literal_eval of a set")
    return _rezload.literal_eval(node_or_string.lstrip(" \t"))


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    _rezload.decline("attribute-unknown", "ast." + name)
