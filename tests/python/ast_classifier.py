"""What definitions do at their top level, by Python's own `ast`: the judge of `rezload survey`.

Written from the survey's documentation, not from its code.
"""

from __future__ import annotations

import ast
import warnings
from typing import Iterator, Optional, Set, Tuple, Union

Found = Set[Tuple[str, Optional[str]]]
Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]

FIELDS = ("name", "version", "requires", "variants")


def field(name: str | None) -> str:
    return name if name in FIELDS else "other"


def constructs(source: bytes) -> Found | None:
    """The constructs as (code, detail); `{("syntax-error", None)}` where `ast` refuses the
    file, and None where it overflows."""
    body = source[3:] if source.startswith(b"\xef\xbb\xbf") else source
    if len(body) > 256 << 10 or deepest(body) > 1000:
        return {("too-large", None)}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {("encoding", None)}
    if "\0" in text:
        return {("encoding", None)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError:
        return {("syntax-error", None)}
    except (MemoryError, RecursionError, ValueError):
        return None
    found: Found = set()
    for node in tree.body:
        found.update(statement(node))
    names = set(bound(tree.body))
    if "*" not in names:
        found.update(("missing-" + name, None) for name in ("name", "version") if name not in names)
    return found


def deepest(body: bytes) -> int:
    depth = most = 0
    for byte in body:
        if byte in b"([{":
            depth += 1
            most = max(most, depth)
        elif byte in b")]}":
            depth = max(depth - 1, 0)
    return most


def statement(node: ast.stmt) -> Iterator[tuple[str, str | None]]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        for decorator in node.decorator_list:
            name = dotted(decorator)
            if name == "early":
                yield "early", field(node.name)
                for inner in node.body:
                    for child in ast.walk(inner):
                        for module in modules(child):
                            yield "early-import", module
            elif name == "late":
                yield "late", field(node.name)
            elif name != "include":
                yield "decorator", name or "(expression)"
    elif isinstance(node, ast.ClassDef):
        yield "class", None
    elif isinstance(node, ast.If):
        yield "top-level-if", None
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        yield "top-level-loop", None
    elif type(node).__name__ in ("Try", "TryStar"):
        yield "top-level-try", None
    elif type(node).__name__ == "Match":
        yield "top-level-match", None
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            scope = scope_of(item.context_expr)
            yield ("top-level-with", None) if scope is None else ("scope", field(scope))
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for module in modules(node):
            yield "import", module
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        if node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if not isinstance(target, ast.Name):
                    yield "computed-target", None
                elif not literal(node.value):
                    yield "computed", field(target.id)
    elif isinstance(node, ast.AugAssign):
        if isinstance(node.target, ast.Name):
            yield "augmented", field(node.target.id)
        else:
            yield "computed-target", None
    elif isinstance(node, ast.Expr):
        if not literal(node.value):
            value: ast.expr = node.value
            while isinstance(value, (ast.Call, ast.Attribute, ast.Subscript)):
                value = value.func if isinstance(value, ast.Call) else value.value
            yield "expression", field(value.id if isinstance(value, ast.Name) else None)
    elif not isinstance(node, ast.Pass):
        yield "statement", None


def modules(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name
    elif isinstance(node, ast.ImportFrom):
        yield "." * node.level + (node.module or "")


def literal(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.UnaryOp):
        return (
            isinstance(node.op, (ast.UAdd, ast.USub))
            and isinstance(node.operand, ast.Constant)
            and type(node.operand.value) in (int, float, complex)
        )
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return all(map(literal, node.elts))
    if isinstance(node, ast.Dict):
        return all(key is not None and literal(key) for key in node.keys) and all(
            map(literal, node.values)
        )
    return False


def scope_of(node: ast.expr) -> str | None:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "scope"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ):
        return node.args[0].value
    return None


def dotted(node: ast.expr) -> str | None:
    names: list[str] = []
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Name):
            return ".".join([*names, node.id][::-1])
        else:
            return None


def bound(body: list[ast.stmt]) -> Iterator[str]:
    """Names that the top level binds and rez keeps, in blocks as well; `*` for anything."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if {"early", "late"} & {dotted(decorator) for decorator in node.decorator_list}:
                yield node.name
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from bound_by(target)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield from bound_by(node.target)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname or alias.name).split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name
        elif not isinstance(node, ast.ClassDef):
            if isinstance(node, (ast.For, ast.AsyncFor)):
                yield from bound_by(node.target)
            if isinstance(node, (ast.With, ast.AsyncWith)):
                for item in node.items:
                    scope = scope_of(item.context_expr)
                    if scope is not None:
                        yield scope
                    if item.optional_vars is not None:
                        yield from bound_by(item.optional_vars)
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list):
                    yield from bound(block)
            for clause in [*getattr(node, "handlers", ()), *getattr(node, "cases", ())]:
                yield from bound(clause.body)


def bound_by(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for inner in target.elts:
            yield from bound_by(inner)
    elif isinstance(target, ast.Starred):
        yield from bound_by(target.value)
