"""Grammar in the VM tier: statements of Python's own library, changed at random.

What the tier serves every CPython of this machine has to compile, though RustPython compiles more.
`REZLOAD_GRAMMAR` is how many are tried, `REZLOAD_SEED` which.
"""

from __future__ import annotations

import ast
import os
import random
import re
import textwrap
import warnings
from pathlib import Path
from typing import Iterator

import pytest

import rezload
from oracle import Compilers

pytestmark = pytest.mark.vm

COUNT = int(os.environ.get("REZLOAD_GRAMMAR", "4000"))
SEED = int(os.environ.get("REZLOAD_SEED", "1"))

PIECES = r"""
( ) [ ] { } , : = := * ** @ -> . ... ; / != <> += as in not is and or if else for async await
lambda yield from import None True __debug__ x 1 "a" b"a" f"{x}" f'{x["a"]}' f"{x!r:>{y}}" t"{x}"
del return with except while match case type _ print 0o7 1_0 0777 1__0 "\400" "\d" x:=1 *x **x x=1
(yield) @f @a.b(c) [T] [*T] except*
""".split() + [
    "f'{x!r :5}'", "(x := 1)", "x: int", "*a, b = ", "= *a, b", "class A:", "class A(x, y=1):",
    "[x for x in y]", "global x", "nonlocal x", "(a as b)", "except A, B", "lambda: ", "\\\n",
]
AROUND = ["()", "[]", "{}", ("*", ""), ("(yield ", ")"), ("lambda: ", ""), ('f"{', '}"'), ("(x := ", ")")]
DEFINITIONS = (
    "def helper():\n{body}\n    return 1\n",
    "def helper():\n    for x in y:\n        pass\n{body}\n",
    "if False:\n{body}\n",
    "class Helper(object):\n    x = 1\n{body}\n",
    "def helper():\n    x = ({line})\n",
)


def statements(rng: random.Random) -> Iterator[str]:
    """Short statements of the modules that this Python has, without end."""
    library = Path(os.__file__).parent
    files = sorted(library.glob("*.py")) + sorted(library.glob("test/test_*.py"))
    while True:
        try:
            text = rng.choice(files).read_text("utf-8")
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        lines = text.split("\n")
        found = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
        for node in rng.sample(found, min(len(found), 100)):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            last = node.end_lineno or first
            if last - first < 12:
                yield textwrap.dedent("\n".join(lines[first - 1:last]))


def change(text: str, rng: random.Random) -> str:
    """`text` with some of its tokens replaced, removed, moved or wrapped."""
    tokens = re.findall(r"\s+|\w+|\"[^\"\n]*\"|'[^'\n]*'|[^\w\s]", text) or ["pass"]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at, kind = rng.randrange(len(tokens)), rng.random()
        if kind < 0.3:
            tokens.insert(at, rng.choice(PIECES))
        elif kind < 0.5:
            tokens[at] = rng.choice(PIECES)
        elif kind < 0.65 and len(tokens) > 1:
            del tokens[at]
        elif kind < 0.8:
            tokens.insert(at, rng.choice(tokens))
        else:
            before, after = rng.choice(AROUND)
            end = at + rng.randrange(1, 6)
            tokens[at:end] = [before + "".join(tokens[at:end]) + after]
    return "".join(tokens)


def test_every_python_compiles_what_is_served(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    path = tmp_path / "package.py"
    served = []
    texts = statements(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(COUNT):
            text = next(texts)
            if rng.random() < 0.8:
                text = change(text, rng)
            body = textwrap.indent(text, "    ")
            made = rng.choice(DEFINITIONS).format(body=body, line=text.strip())
            source = f"name = 'a'\nversion = '1'\nrequires = [str(1)]\n{made}".encode(errors="replace")
            path.write_bytes(source)
            try:
                rezload.load(path, fallback=None)
            except (rezload.Declined, rezload.LoadError):
                continue
            served.append(source)
    assert len(served) > COUNT // 8
    with Compilers() as compilers:
        if not compilers.versions:
            pytest.skip("no CPython 3.8 or later found")
        wrong = [(source.decode(), errors)
                 for source, errors in zip(served, compilers.errors(served)) if errors]
    assert not wrong, wrong[:5]
