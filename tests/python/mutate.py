"""Mutants of package.py files, and what rezload gets wrong on them.

Five families, all decided by a seed number:

* `random`: bytes, tokens and lines of real files cut, swapped, inserted, duplicated, spliced;
* `snippets`: every tricky expression and statement in every context (a function body, a default, a
  scope body, the top level, ...);
* `cuts`: every fixture cut at every byte, and with each byte deleted;
* `functions`: functions with comments, blank lines and strings in odd places;
* `requests`: requirement and version strings made of their own grammar.

A mutant that rezload serves has to be what rez gives, and has to compile in every CPython 3.8+ found.
Run it: `python mutate.py --count 50000 --corpus DIR`; exit status 1 and minimised reproducers if
anything is wrong.
"""
from __future__ import annotations

import argparse
import mmap
import os
import random
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Callable, Iterable, Iterator, Sequence

import corpus
from functions import function_mutants
from oracle import Answer, Compilers, Oracle
from snippets import EXPRESSIONS, STATEMENTS, TOKENS

#: Mutants that are asked about at once.
CHUNK = 1000
#: A parse that takes longer than this many seconds is a failure of its own.
SLOW = 1.0

#: Failures that are minimised, of all kinds together.
MINIMISED = 100

Parse = Callable[[bytes], object]

_TOKEN = re.compile(
    rb"(?:[rRbBuUfF]{0,2})(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\")"
    rb"|#[^\n]*|\n|[ \t\r\f]+|[A-Za-z_\x80-\xff][\w\x80-\xff]*|[0-9][\w.]*"
    rb"|\*\*=|//=|>>=|<<=|\.\.\.|[-+*/%&|^=<>!:]=|\*\*|//|>>|<<|->|.", re.DOTALL)


# ---------------------------------------------------------------------------------------------------
# random mutants
# ---------------------------------------------------------------------------------------------------

class Mutator:
    """Small damage to files, drawn from one random generator."""

    def __init__(self, seeds: Sequence[bytes], rng: random.Random) -> None:
        self.seeds = seeds
        self.rng = rng
        self.operations: list[Callable[[bytes], bytes]] = (
            [self.token_insert] * 6 + [self.token_replace] * 4 + [self.statement_in_body] * 8
            + [self.expression_in_body] * 6 + [self.byte_insert] * 4 + [self.byte_delete] * 3
            + [self.byte_replace] * 3 + [self.token_delete] * 3 + [self.token_duplicate] * 2
            + [self.token_swap] * 2 + [self.line_delete] * 2 + [self.line_duplicate] * 2
            + [self.line_swap] * 2 + [self.line_insert] * 4 + [self.line_indent] * 3
            + [self.line_join] * 2 + [self.splice_lines] * 3 + [self.splice_tokens] * 2
            + [self.value_replace] * 4 + [self.wrap] * 3 + [self.newlines] * 2 + [self.cut] * 2
            + [self.cut_range] * 2 + [self.prefix_string] * 2 + [self.header] + [self.swap_bytes])

    def mutants(self, count: int) -> Iterator[tuple[str, bytes]]:
        for _ in range(count):
            source = self.rng.choice(self.seeds)
            names = []
            for _ in range(self.rng.choice((1, 1, 1, 2, 2, 3))):
                operation = self.rng.choice(self.operations)
                names.append(operation.__name__)
                source = operation(source)
            yield "+".join(names), source

    # bytes

    def cut(self, s: bytes) -> bytes:
        return s[:self.rng.randint(0, len(s))]

    def cut_range(self, s: bytes) -> bytes:
        start = self.rng.randint(0, len(s))
        return s[:start] + s[start + self.rng.randint(1, 40):]

    def byte_insert(self, s: bytes) -> bytes:
        at = self.rng.randint(0, len(s))
        byte = bytes([self.rng.randrange(256)]) if self.rng.random() < 0.4 else self.rng.choice(
            b"()[]{},:;='\"\\#.\n\t @*") .to_bytes(1, "big")
        return s[:at] + byte + s[at:]

    def byte_delete(self, s: bytes) -> bytes:
        at = self.rng.randrange(len(s) + 1)
        return s[:at] + s[at + 1:]

    def byte_replace(self, s: bytes) -> bytes:
        at = self.rng.randrange(len(s) + 1)
        return s[:at] + bytes([self.rng.choice((self.rng.randrange(128), self.rng.randrange(256)))]) + s[at + 1:]

    def swap_bytes(self, s: bytes) -> bytes:
        at = self.rng.randrange(len(s) + 1)
        return s[:at] + s[at:at + 2][::-1] + s[at + 2:]

    # tokens

    def _tokens(self, s: bytes) -> list[bytes]:
        return _TOKEN.findall(s)

    def token_insert(self, s: bytes) -> bytes:
        tokens = self._tokens(s)
        token = self.rng.choice(TOKENS)
        if self.rng.random() < 0.4:
            token = b" " + token + b" "
        tokens.insert(self.rng.randint(0, len(tokens)), token)
        return b"".join(tokens)

    def token_replace(self, s: bytes) -> bytes:
        tokens = self._tokens(s)
        if tokens:
            tokens[self.rng.randrange(len(tokens))] = self.rng.choice(TOKENS)
        return b"".join(tokens)

    def token_delete(self, s: bytes) -> bytes:
        tokens = self._tokens(s)
        if tokens:
            del tokens[self.rng.randrange(len(tokens))]
        return b"".join(tokens)

    def token_duplicate(self, s: bytes) -> bytes:
        tokens = self._tokens(s)
        if tokens:
            at = self.rng.randrange(len(tokens))
            tokens.insert(at, tokens[at])
        return b"".join(tokens)

    def token_swap(self, s: bytes) -> bytes:
        tokens = self._tokens(s)
        if len(tokens) > 1:
            i, j = self.rng.randrange(len(tokens)), self.rng.randrange(len(tokens))
            tokens[i], tokens[j] = tokens[j], tokens[i]
        return b"".join(tokens)

    def splice_tokens(self, s: bytes) -> bytes:
        ours, theirs = self._tokens(s), self._tokens(self.rng.choice(self.seeds))
        at, start = self.rng.randint(0, len(ours)), self.rng.randint(0, len(theirs))
        piece = theirs[start:start + self.rng.randint(1, 15)]
        return b"".join(ours[:at] + piece + ours[at + self.rng.randint(0, 5):])

    # lines

    def _line(self, s: bytes) -> tuple[list[bytes], int]:
        lines = s.splitlines(True) or [b""]
        return lines, self.rng.randrange(len(lines))

    def line_delete(self, s: bytes) -> bytes:
        lines, at = self._line(s)
        del lines[at]
        return b"".join(lines)

    def line_duplicate(self, s: bytes) -> bytes:
        lines, at = self._line(s)
        lines.insert(self.rng.randint(0, len(lines)), lines[at])
        return b"".join(lines)

    def line_swap(self, s: bytes) -> bytes:
        lines, i = self._line(s)
        j = self.rng.randrange(len(lines))
        lines[i], lines[j] = lines[j], lines[i]
        return b"".join(lines)

    def line_insert(self, s: bytes) -> bytes:
        lines, at = self._line(s)
        lines.insert(at, self.rng.choice(STATEMENTS).encode("utf-8") + b"\n")
        return b"".join(lines)

    def line_indent(self, s: bytes) -> bytes:
        lines, at = self._line(s)
        change = self.rng.choice((b" ", b"    ", b"\t", b"  \t", b"\x0c", b"-", b"-1"))
        if change == b"-":
            lines[at] = lines[at].lstrip(b" \t")
        elif change == b"-1":
            lines[at] = lines[at][1:]
        else:
            lines[at] = change + lines[at]
        return b"".join(lines)

    def line_join(self, s: bytes) -> bytes:
        lines, at = self._line(s)
        lines[at] = lines[at].rstrip(b"\r\n") + self.rng.choice((b"", b" ", b"; ", b" \\\n", b"\r", b"\x0c", b"\\"))
        return b"".join(lines)

    def splice_lines(self, s: bytes) -> bytes:
        lines, at = self._line(s)
        other, start = self._line(self.rng.choice(self.seeds))
        piece = other[start:start + self.rng.randint(1, 8)]
        return b"".join(lines[:at] + piece + lines[at + self.rng.randint(0, 3):])

    # grammar

    def statement_in_body(self, s: bytes) -> bytes:
        """A snippet in place of a statement or before it, at that statement's indentation."""
        lines = s.splitlines(True)
        indented = [i for i, line in enumerate(lines) if line[:1] in b" \t" and line.strip()]
        if not indented:
            return s + b"\ndef commands():\n" + _indent(self.rng.choice(STATEMENTS)).encode("utf-8") + b"\n"
        at = self.rng.choice(indented)
        margin = lines[at][:len(lines[at]) - len(lines[at].lstrip())].decode("latin-1")
        snippet = self.rng.choice(STATEMENTS) if self.rng.random() < 0.7 else self.rng.choice(EXPRESSIONS)
        lines[at:at + self.rng.randint(0, 1)] = [_indent(snippet, margin).encode("utf-8") + b"\n"]
        return b"".join(lines)

    def expression_in_body(self, s: bytes) -> bytes:
        """A snippet in place of one operand inside a function or a value."""
        tokens = self._tokens(s)
        operands = [i for i, t in enumerate(tokens) if t[:1].isalnum() or t[-1:] in b"'\""]
        if operands:
            tokens[self.rng.choice(operands)] = self.rng.choice(EXPRESSIONS).encode("utf-8")
        return b"".join(tokens)

    def value_replace(self, s: bytes) -> bytes:
        """The value of a one-line assignment becomes a snippet."""
        lines = s.splitlines(True)
        assigned = [i for i, line in enumerate(lines) if re.match(rb"\s*[\w.]+\s*=[^=]", line)]
        if assigned:
            at = self.rng.choice(assigned)
            target = lines[at].partition(b"=")[0]
            lines[at] = target + b"= " + self.rng.choice(EXPRESSIONS).encode("utf-8") + b"\n"
        return b"".join(lines)

    def wrap(self, s: bytes) -> bytes:
        tokens = self._tokens(s)
        if not tokens:
            return s
        start = self.rng.randrange(len(tokens))
        end = start + self.rng.randint(1, 6)
        before, after = self.rng.choice((
            (b"(", b")"), (b"[", b"]"), (b"{", b"}"), (b"(", b",)"), (b"f(", b")"), (b"not ", b""),
            (b"-", b""), (b"*", b""), (b"lambda: ", b""), (b"[x for x in ", b"]"), (b"", b"()"),
            (b"", b" if True else None"), (b"f'{", b"}'"), (b"'", b"'"), (b"\"\"\"", b"\"\"\""),
            (b"# ", b"\n"), (b"(", b""), (b"", b")"), (b"(x := ", b")"), (b"await ", b""),
            (b"yield ", b""), (b"", b"[0]"), (b"", b".x"), (b"", b": int"), (b"", b" = 1")))
        return b"".join(tokens[:start] + [before] + tokens[start:end] + [after] + tokens[end:])

    def prefix_string(self, s: bytes) -> bytes:
        tokens = self._tokens(s)
        strings = [i for i, t in enumerate(tokens) if t[-1:] in b"'\"" and len(t) > 1]
        if strings:
            at = self.rng.choice(strings)
            tokens[at] = self.rng.choice(
                (b"r", b"b", b"u", b"f", b"rb", b"Rf", b"ur", b"x", b"\\", b"'' ", b"+", b"b'' ")) + tokens[at]
        return b"".join(tokens)

    def newlines(self, s: bytes) -> bytes:
        choice = self.rng.randrange(5)
        if choice == 0:
            return s.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        if choice == 1:
            return s.replace(b"\r\n", b"\n").replace(b"\n", b"\r")
        places = [m.start() for m in re.finditer(rb"\n", s)]
        if not places:
            return s
        at = self.rng.choice(places)
        return s[:at] + (b"\r", b"\r\n", b"\n\r")[choice - 2] + s[at + 1:]

    def header(self, s: bytes) -> bytes:
        return self.rng.choice((
            b"\xef\xbb\xbf", b"\xef\xbb\xbf# coding: utf-8\n", b"\xef\xbb\xbf# coding: latin-1\n",
            b"# coding: utf-8\n", b"# coding: latin-1\n", b"# coding: ascii\n", b"# coding: nope\n",
            b"#!x\n# vim: set fileencoding=utf8 :\n", b"\n# -*- coding: cp1252 -*-\n", b"\x0c", b"\\\n",
            b"\"\"\"doc\"\"\"\n", b"from __future__ import annotations\n", b"\n\n", b"\r", b" \n",
            b"'doc'; ", b"pass\n", b"# coding: utf-16\n", b"#coding=utf_8_sig\n")) + s


def _indent(text: str, margin: str = "    ") -> str:
    return "\n".join(margin + line if line.strip() else line for line in text.split("\n"))


# ---------------------------------------------------------------------------------------------------
# systematic mutants
# ---------------------------------------------------------------------------------------------------

_HEAD = 'name = "fx"\nversion = "1.0"\nrequires = ["a-1"]\n'

_STATEMENT_PLACES: dict[str, Callable[[str], str]] = {
    "body": lambda s: "def commands():\n%s\n" % _indent(s),
    "body-tab": lambda s: "def commands():\n%s\n" % _indent(s, "\t"),
    "body-middle": lambda s: "def commands():\n    env.A = 1\n%s\n    env.B = 2\n" % _indent(s),
    "one-line": lambda s: "def commands(): %s\n" % s,
    "in-if": lambda s: "def commands():\n    if a:\n%s\n    else:\n        pass\n" % _indent(s, "        "),
    "in-loop": lambda s: "def commands():\n    for i in j:\n%s\n    env.B = 2\n" % _indent(s, "        "),
    "in-loop-in-def": lambda s: "def commands():\n    while 1:\n        def g():\n%s\n" % _indent(s, " " * 12),
    "in-try": lambda s: "def commands():\n    try:\n%s\n    finally:\n        pass\n" % _indent(s, "        "),
    "in-with": lambda s: "def commands():\n    with a as b:\n%s\n" % _indent(s, "        "),
    "in-class": lambda s: "def commands():\n    class A:\n%s\n" % _indent(s, "        "),
    "in-async": lambda s: "async def helper():\n%s\n" % _indent(s),
    "in-nested": lambda s: "def helper(a):\n    x = 1\n    def g():\n%s\n" % _indent(s, "        "),
    "after-semicolon": lambda s: "def commands():\n    pass; %s\n" % s,
    "late-body": lambda s: "@late()\ndef tools():\n%s\n" % _indent(s),
    "top": lambda s: s + "\n",
    "top-end": lambda s: s,
    "top-class": lambda s: "class Helper:\n%s\n" % _indent(s),
    "top-if": lambda s: "if True:\n%s\n" % _indent(s),
    "scope": lambda s: 'with scope("config") as c:\n%s\n' % _indent(s),
    "scope-one-line": lambda s: 'with scope("config") as c: %s\n' % s,
    "comment": lambda s: "# %s\n" % s,
    "docstring": lambda s: 'def commands():\n    """%s"""\n' % s,
    "bare-string": lambda s: "'%s'\n" % s,
    "long-string": lambda s: 'description = """%s"""\n' % s,
}

_EXPRESSION_PLACES: dict[str, Callable[[str], str]] = {
    "value": lambda e: "x = %s\n" % e,
    "value-in-list": lambda e: "x = [%s]\n" % e,
    "value-in-list-2": lambda e: "x = [1, %s, 2]\n" % e,
    "value-in-tuple": lambda e: "x = (%s,)\n" % e,
    "value-in-dict": lambda e: 'x = {"k": %s}\n' % e,
    "key": lambda e: "x = {%s: 1}\n" % e,
    "member": lambda e: "x = {%s}\n" % e,
    "parens": lambda e: "x = (%s)\n" % e,
    "requires": lambda e: "requires = [%s]\n" % e,
    "variants": lambda e: 'variants = [[%s], ["b"]]\n' % e,
    "version": lambda e: "version = %s\n" % e,
    "bare": lambda e: "%s\n" % e,
    "concat": lambda e: 'x = "a" %s\n' % e,
    "scope-value": lambda e: 'with scope("config") as c:\n    c.x = %s\n' % e,
    "scope-name": lambda e: "with scope(%s) as c:\n    pass\n" % e,
    "scope-as": lambda e: 'with scope("config") as %s:\n    pass\n' % e,
    "default": lambda e: "def helper(a=%s):\n    pass\n" % e,
    "annotation": lambda e: "def helper(a: %s):\n    pass\n" % e,
    "returns": lambda e: "def helper() -> %s:\n    pass\n" % e,
    "variable-annotation": lambda e: "x: %s = 1\n" % e,
    "parameter": lambda e: "def helper(%s):\n    pass\n" % e,
    "decorator": lambda e: "@%s\ndef helper():\n    pass\n" % e,
    "late-argument": lambda e: "@late(%s)\ndef tools():\n    return []\n" % e,
    "include-argument": lambda e: "@include(%s)\ndef commands():\n    pass\n" % e,
    "base": lambda e: "class Helper(%s):\n    pass\n" % e,
    "if": lambda e: "if %s:\n    pass\n" % e,
    "body-value": lambda e: "def commands():\n    x = %s\n" % e,
    "body-bare": lambda e: "def commands():\n    %s\n" % e,
    "body-return": lambda e: "def commands():\n    return %s\n" % e,
    "body-call": lambda e: "def commands():\n    f(%s)\n" % e,
    "body-call-2": lambda e: "def commands():\n    f(1, %s, x=2)\n" % e,
    "body-keyword": lambda e: "def commands():\n    f(k=%s)\n" % e,
    "body-subscript": lambda e: "def commands():\n    x = a[%s]\n" % e,
    "body-slice": lambda e: "def commands():\n    x = a[%s:]\n" % e,
    "body-list": lambda e: "def commands():\n    x = [1, %s]\n" % e,
    "body-dict": lambda e: 'def commands():\n    x = {"k": %s}\n' % e,
    "body-key": lambda e: "def commands():\n    x = {%s: 1}\n" % e,
    "body-set": lambda e: "def commands():\n    x = {%s, 1}\n" % e,
    "body-left": lambda e: "def commands():\n    x = %s + 1\n" % e,
    "body-right": lambda e: "def commands():\n    x = 1 + %s\n" % e,
    "body-not": lambda e: "def commands():\n    x = not %s\n" % e,
    "body-and": lambda e: "def commands():\n    x = a and %s or b\n" % e,
    "body-compare": lambda e: "def commands():\n    x = a < %s\n" % e,
    "body-power": lambda e: "def commands():\n    x = %s ** 2\n" % e,
    "body-if": lambda e: "def commands():\n    if %s:\n        pass\n" % e,
    "body-ternary": lambda e: "def commands():\n    x = 1 if %s else 2\n" % e,
    "body-for": lambda e: "def commands():\n    for i in %s:\n        pass\n" % e,
    "body-for-target": lambda e: "def commands():\n    for %s in a:\n        pass\n" % e,
    "body-with": lambda e: "def commands():\n    with %s as x:\n        pass\n" % e,
    "body-with-as": lambda e: "def commands():\n    with a as %s:\n        pass\n" % e,
    "body-assign-target": lambda e: "def commands():\n    %s = 1\n" % e,
    "body-augmented-target": lambda e: "def commands():\n    %s += 1\n" % e,
    "body-annotated-target": lambda e: "def commands():\n    %s: int = 1\n" % e,
    "body-del": lambda e: "def commands():\n    del %s\n" % e,
    "body-assert": lambda e: "def commands():\n    assert %s\n" % e,
    "body-raise": lambda e: "def commands():\n    raise %s\n" % e,
    "body-except": lambda e: "def commands():\n    try:\n        pass\n    except %s:\n        pass\n" % e,
    "body-lambda": lambda e: "def commands():\n    x = lambda: %s\n" % e,
    "body-lambda-parameter": lambda e: "def commands():\n    x = lambda %s: 1\n" % e,
    "body-lambda-default": lambda e: "def commands():\n    x = lambda a=%s: 1\n" % e,
    "body-comprehension": lambda e: "def commands():\n    x = [%s for i in j]\n" % e,
    "body-comprehension-iter": lambda e: "def commands():\n    x = [i for i in %s]\n" % e,
    "body-comprehension-if": lambda e: "def commands():\n    x = [i for i in j if %s]\n" % e,
    "body-fstring": lambda e: "def commands():\n    x = f'{%s}'\n" % e,
    "body-fstring-spec": lambda e: "def commands():\n    x = f'{a:%s}'\n" % e,
    "body-fstring-triple": lambda e: 'def commands():\n    x = f"""{%s}"""\n' % e,
    "body-walrus": lambda e: "def commands():\n    (x := %s)\n" % e,
    "body-attribute": lambda e: "def commands():\n    x = (%s).y\n" % e,
    "body-star": lambda e: "def commands():\n    f(*%s)\n" % e,
    "body-yield": lambda e: "def commands():\n    yield %s\n" % e,
    "async-body": lambda e: "async def helper():\n    x = %s\n" % e,
    "class-body": lambda e: "def commands():\n    class A:\n        x = %s\n" % e,
    "global": lambda e: "def commands():\n    global %s\n" % e,
    "import": lambda e: "def commands():\n    import %s\n" % e,
    "import-from": lambda e: "def commands():\n    from x import %s\n" % e,
}


def snippet_mutants() -> Iterator[tuple[str, bytes]]:
    """Every snippet in every place, before and after the solver's fields alike."""
    for place, make in _STATEMENT_PLACES.items():
        for statement in STATEMENTS:
            yield "statement/" + place, (_HEAD + make(statement)).encode("utf-8")
    for place, make in _EXPRESSION_PLACES.items():
        for expression in EXPRESSIONS:
            yield "expression/" + place, (_HEAD + make(expression)).encode("utf-8")


def cut_mutants(seeds: dict[str, bytes], limit: int = 3000) -> Iterator[tuple[str, bytes]]:
    """Each seed cut at each byte, and without each byte, and in each form of newline, with a BOM."""
    for label, source in seeds.items():
        if len(source) > limit:
            continue
        for at in range(len(source)):
            yield "cut/" + label, source[:at]
            yield "without/" + label, source[:at] + source[at + 1:]
        unix = source.replace(b"\r\n", b"\n")
        for form in (unix.replace(b"\n", b"\r\n"), unix.replace(b"\n", b"\r"), b"\xef\xbb\xbf" + source,
                     b"# coding: utf-8\n" + source, b"# coding: latin-1\n" + source, b"\x0c" + source,
                     source + b"\\", source + b" ", source + b"\0", source + b"\xff",
                     source.rstrip(b"\n"), source.replace(b"    ", b"\t"), source.replace(b"\n", b"\n\n"),
                     source.replace(b"\n", b"  # c\n"), source.replace(b"\n", b";\n"),
                     source.replace(b" = ", b" \\\n= "), source.replace(b"\n", b" \\\n")):
            yield "form/" + label, form


_REQUEST_PIECES = ("1 2 10 1.0 1.2 2.0 0 01 a b A _ rc1 1a a1 - . .. + < <= > >= == | , | , + < >= == - ! ~ # @ "
                   "1.0.0 3 é").split(" ") + [" ", "\n", "*", "="]
_VERSION_PIECES = "1 2 10 0 01 a B _ rc1 . - . - .. + / é 9 1.0 x".split(" ") + [" ", "\n", "\t"]


def request_mutants(count: int, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Requests, half of them likely to be valid."""
    versions = ("1", "2", "3", "1.0", "1.2", "2.0.1", "10", "a", "1a", "b2", "_", "1-2", "0")

    def bound() -> str:
        v, w = rng.choice(versions), rng.choice(versions)
        return rng.choice((
            v, v + "+", "<" + v, "<=" + v, ">" + v, ">=" + v, "==" + v, v + "+<" + w, v + "<" + w,
            ">=" + v + "<" + w, ">=" + v + ",<" + w, ">" + v + "<=" + w, v + ".." + w, "<" + v + ",>=" + w,
            "<=" + v + ",>" + w, v + "+," + "<" + w, v + "<=" + w, "", "==", ">", v + "..", ".." + v))

    for _ in range(count):
        kind = rng.randrange(10)
        if kind < 5:
            request = rng.choice(("", "", "", "!", "~", ".")) + "pkg" + rng.choice(
                ("-", "-", "-", "", "#", "@")) + "|".join(bound() for _ in range(rng.choice((1, 1, 2, 2, 3, 4))))
        elif kind < 8:
            request = rng.choice(("a", "a", "", "!a", "~a", "a-", "a-", ".a")) + "".join(
                rng.choice(_REQUEST_PIECES) for _ in range(rng.randint(0, 7)))
        else:
            version = "".join(rng.choice(_VERSION_PIECES) for _ in range(rng.randint(0, 6)))
            yield "version", b"name = 'fx'\nversion = %s\n" % ascii(version).encode()
            continue
        where = b"requires = [%s]\n" if rng.random() < 0.8 else b"variants = [['x'], [%s]]\n"
        yield "request", b"name = 'fx'\nversion = '1'\n" + where % ascii(request).encode()


# ---------------------------------------------------------------------------------------------------
# judging
# ---------------------------------------------------------------------------------------------------

@dataclass
class Failure:
    """A mutant that rezload gets wrong."""
    family: str
    problem: str
    source: bytes
    #: The smallest source found that fails in the same way.
    reproducer: bytes

    def __str__(self) -> str:
        return "%s: %s\n    %r" % (self.family, self.problem, self.reproducer)


class _Recorder:
    """Keeps the source being parsed in a file, so that an abort or a hang leaves it behind."""

    def __init__(self, path: str | None) -> None:
        self._map = None
        if path:
            with open(path, "w+b") as file:
                file.truncate(1 << 20)
                self._map = mmap.mmap(file.fileno(), 1 << 20)

    def __call__(self, source: bytes) -> None:
        if self._map is not None and len(source) < (1 << 20) - 8:
            self._map[:8] = len(source).to_bytes(8, "little")
            self._map[8:8 + len(source)] = source


class Judge:
    """Asks rezload about sources, and rez and every CPython about those that it serves."""

    def __init__(self, parse: Parse, oracle: Oracle, compilers: Compilers | None,
                 recorder: str | None = None, definitions: bool = False) -> None:
        """`parse` gives a solver's view or, for `definitions`, what `corpus.definition` gives."""
        self._parse = parse
        self._through = "definition" if definitions else "resource"
        self._difference: Callable[..., str | None] = (
            corpus.definition_difference if definitions else corpus.difference)
        self._oracle = oracle
        self._compilers = compilers
        self._record = _Recorder(recorder)
        self.counts: Counter[str] = Counter()
        self.failures: list[Failure] = []
        self._seen: Counter[str] = Counter()

    def run(self, mutants: Iterable[tuple[str, bytes]], keep: int = 25) -> None:
        """Judge all mutants; of failures alike `keep` are minimised, the others counted."""
        chunk: list[tuple[str, bytes, corpus.Served]] = []
        known: set[bytes] = set()
        for family, source in mutants:
            self.counts["mutants"] += 1
            if source in known:
                continue
            known.add(source)
            served, problem = self._serve(source)
            if problem:
                self._fail(family, problem, source, keep)
            elif served is not None:
                self.counts["served"] += 1
                chunk.append((family, source, served))
                if len(chunk) == CHUNK:
                    self._judge(chunk, keep)
                    chunk = []
        self._judge(chunk, keep)

    def _serve(self, source: bytes) -> tuple[corpus.Served | None, str | None]:
        self._record(source)
        start = time.perf_counter()
        try:
            served = self._parse(source)
        except BaseException as error:  # a Rust panic is a BaseException
            if isinstance(error, KeyboardInterrupt):
                raise
            return None, "raises %s" % type(error).__name__
        if time.perf_counter() - start > SLOW:
            return None, "takes longer than %g s" % SLOW
        return served, None  # type: ignore[return-value]

    def _judge(self, chunk: Sequence[tuple[str, bytes, corpus.Served]], keep: int) -> None:
        if not chunk:
            return
        sources = [source for _, source, _ in chunk]
        errors = self._compilers.errors(sources) if self._compilers else [{}] * len(chunk)
        # Three quarters of what a wrong static tier serves doesn't compile: rez needn't be asked.
        answers = self._oracle.views((s for s, e in zip(sources, errors) if not e), through=self._through)
        for (family, source, served), error in zip(chunk, errors):
            problem = _not_compiled(error) if error else self._difference(served, next(answers))
            if problem and not error:
                problem = self._difference(served, self._oracle.view(source, self._through))
            if problem:
                self._fail(family, problem, source, keep)

    def problem(self, source: bytes) -> str | None:
        """What is wrong with one source, asked with care."""
        served, problem = self._serve(source)
        if problem or served is None:
            return problem
        if self._compilers:
            errors = self._compilers.errors([source])[0]
            if errors:
                return _not_compiled(errors)
        return self._difference(served, self._oracle.view(source, self._through))

    def _fail(self, family: str, problem: str, source: bytes, keep: int) -> None:
        self.counts["wrong"] += 1
        kind = _kind(problem)
        self._seen[kind] += 1
        if self._seen[kind] > keep or len(self.failures) >= MINIMISED:
            return
        smallest = minimise(source, lambda s: _kind(self.problem(s) or "") == kind)
        if all(f.reproducer != smallest for f in self.failures):
            self.failures.append(Failure(family, self.problem(smallest) or problem, source, smallest))

    def summary(self) -> str:
        lines = ["%(mutants)d mutants, %(served)d served, %(wrong)d wrong" % {
            k: self.counts[k] for k in ("mutants", "served", "wrong")}]
        lines += ["  %6d  %s" % (count, kind) for kind, count in self._seen.most_common()]
        return "\n".join(lines)


def _not_compiled(errors: dict[str, str]) -> str:
    return "served, but CPython %s says: %s" % (", ".join(errors), list(errors.values())[-1])


def _kind(problem: str) -> str:
    """The part of a message that failures alike have in common."""
    problem = re.sub(r"/\S*package\.py", "", problem.split("\n")[0])
    problem = re.sub(r"\(package\.py, line \d+\)|line \d+", "", problem)
    problem = re.sub(r"is .*, rez has .*", "differs", problem)
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d+(?!\.\d)", "_", problem)[:160].strip()


def minimise(source: bytes, fails: Callable[[bytes], bool], budget: int = 300) -> bytes:
    """Remove lines, then bytes, while the source goes on failing in the same way."""
    tries = 0

    def reduce(pieces: list[bytes]) -> list[bytes]:
        nonlocal tries
        size = max(1, len(pieces) // 2)
        while tries < budget:
            at, removed = 0, False
            while at < len(pieces) and tries < budget:
                candidate = pieces[:at] + pieces[at + size:]
                tries += 1
                if candidate and fails(b"".join(candidate)):
                    pieces, removed = candidate, True
                else:
                    at += size
            if size == 1 and not removed:
                break
            size = max(1, size // 2)
        return pieces

    pieces = reduce(source.splitlines(True))
    pieces = reduce(_TOKEN.findall(b"".join(pieces)))
    small = b"".join(pieces)
    return b"".join(reduce([small[i:i + 1] for i in range(len(small))])) if len(small) < 200 else small


# ---------------------------------------------------------------------------------------------------
# command line
# ---------------------------------------------------------------------------------------------------

def seeds(roots: Sequence[str], bundled: int, rng: random.Random, limit: int = 20000) -> list[bytes]:
    """Fixtures that are served or could be, a sample of rez's bundled packages, and all of `roots`."""
    found = [s for s in corpus.fixtures("static", "dynamic").values() if len(s) <= limit]
    root = corpus.bundled() if bundled else None
    if root:
        paths = list(corpus.packages(root))
        found += [corpus.read(p) for p in rng.sample(paths, min(bundled, len(paths)))]
    for root in roots:
        # Twice, since real files are what it is about.
        found += [s for s in map(corpus.read, corpus.packages(root)) if len(s) <= limit] * 2
    return found


def families(options: argparse.Namespace) -> Iterator[tuple[str, Iterable[tuple[str, bytes]]]]:
    rng = random.Random(options.seed)
    wanted = options.family or ["snippets", "cuts", "requests", "functions", "random"]
    if "snippets" in wanted:
        yield "snippets", snippet_mutants()
    if "cuts" in wanted:
        yield "cuts", cut_mutants(corpus.fixtures("static"), 1500)
    if "requests" in wanted:
        yield "requests", request_mutants(options.requests, rng)
    if "functions" in wanted:
        yield "functions", function_mutants(options.functions, rng)
    if "random" in wanted:
        pool = seeds(options.corpus, options.bundled, rng)
        yield "random", Mutator(pool, rng).mutants(options.count)


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description="mutants of package.py files that rezload gets wrong")
    p.add_argument("--count", type=int, default=int(os.environ.get("REZLOAD_MUTANTS", "20000")),
                   help="random mutants (REZLOAD_MUTANTS, default 20000)")
    p.add_argument("--requests", type=int, default=8000, help="request and version strings")
    p.add_argument("--functions", type=int, default=10000, help="functions for whole definitions")
    p.add_argument("--seed", type=int, default=int(os.environ.get("REZLOAD_MUTATION_SEED", "1")))
    p.add_argument("--corpus", action="append", default=corpus.extra_roots(), metavar="DIR",
                   help="take real files from here too (REZLOAD_CORPUS)")
    p.add_argument("--bundled", type=int, default=100, help="files of rez's bundled packages")
    p.add_argument("--family", action="append", 
                   choices=("snippets", "cuts", "requests", "functions", "random"))
    p.add_argument("--no-compile", action="store_true", help="don't ask the CPythons")
    p.add_argument("--definitions", action="store_true", help="whole definitions, not the solver's view")
    p.add_argument("--keep", type=int, default=10, help="failures of one kind to minimise")
    p.add_argument("--out", metavar="DIR", help="write the reproducers here")
    p.add_argument("--recorder", metavar="FILE", help="keep the source being parsed, against aborts")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    import rezload
    options = parser().parse_args(arguments)
    wrong = 0
    compilers = None if options.no_compile else Compilers()
    with Oracle() as oracle:
        for title, mutants in families(options):
            start = time.monotonic()
            parse = corpus.definition if options.definitions else rezload.parse_static_package_py
            judge = Judge(parse, oracle, compilers, options.recorder, options.definitions)
            judge.run(mutants, options.keep)
            print("%s (%.0f s): %s" % (title, time.monotonic() - start, judge.summary()), flush=True)
            for number, failure in enumerate(judge.failures):
                print("  " + str(failure), flush=True)
                if options.out:
                    os.makedirs(options.out, exist_ok=True)
                    path = os.path.join(options.out, "%s_%03d.py" % (title, number))
                    with open(path, "wb") as file:
                        file.write(failure.reproducer)
            wrong += judge.counts["wrong"]
    if compilers:
        compilers.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
