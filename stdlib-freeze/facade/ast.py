"""`ast`: `literal_eval` of a string; classes of nodes by name alone."""

import _rezload
from _rezload_facade import inert_classes

_minor = _rezload.fact("python")[1]


def literal_eval(node_or_string):
    if not isinstance(node_or_string, str):
        raise ValueError(f"malformed node or string: {node_or_string!r}")
    if "\0" in node_or_string:
        # a ValueError until some 3.11
        _rezload.decline("attribute-unknown", "ast.literal_eval of a NUL")
    if node_or_string[:1] in (" ", "\t") and _minor < 10:
        # blanks in front were an error
        _rezload.decline("attribute-unknown", "ast.literal_eval of an indented literal")
    if "set" in node_or_string and _minor < 9:
        # `set()` was an error
        _rezload.decline("attribute-unknown", "ast.literal_eval of a set")
    if "\n" in node_or_string or "\r" in node_or_string:
        # blanks in front and behind are an IndentationError, or none, by the version
        first, last = node_or_string[:1], node_or_string[-1:]
        if first.isspace() or last in " \t\f":
            _rezload.decline("attribute-unknown", "ast.literal_eval of lines with blanks around")
        try:
            return _rezload.literal_eval(node_or_string)
        except SyntaxError:
            _rezload.decline("attribute-unknown", "ast.literal_eval of lines that are none")
    return _rezload.literal_eval(node_or_string.lstrip(" \t"))


inert_classes(globals(), "attribute-unknown", (
    "AST Add And Assert Assign AsyncFor AsyncFunctionDef AsyncWith Attribute AugAssign Await BinOp "
    "BitAnd BitOr BitXor BoolOp Break Call ClassDef Compare Constant Continue Del Delete Dict "
    "DictComp Div Eq ExceptHandler Expr Expression FloorDiv For FormattedValue FunctionDef "
    "GeneratorExp Global Gt GtE If IfExp Import ImportFrom In Interactive Invert Is IsNot JoinedStr "
    "LShift Lambda List ListComp Load Lt LtE MatMult Mod Module Mult Name NodeTransformer "
    "NodeVisitor Nonlocal Not NotEq NotIn Or Pass Pow RShift Raise Return Set SetComp Slice Starred "
    "Store Sub Subscript Try Tuple UAdd USub UnaryOp While With Yield YieldFrom alias arg arguments "
    "comprehension keyword withitem"))


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    _rezload.decline("attribute-unknown", "ast." + name)
