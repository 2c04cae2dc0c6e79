"""The expressions of `vm_snippets.txt`, changed at random, in the VM tier and in this Python.

Parts of an expression are replaced by constants and by parts of others of its section; calls get
more or fewer arguments. `REZLOAD_VM_MUTANTS` is how many are tried, `REZLOAD_SEED` which.
"""

from __future__ import annotations

import ast
import copy
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest
import this_python
import vm_snippets
from test_vm_snippets import place

pytestmark = [
    pytest.mark.vm,
    pytest.mark.skipif(sys.version_info < (3, 9), reason="there is no ast.unparse"),
]

COUNT = int(os.environ.get("REZLOAD_VM_MUTANTS", "8000"))
SEED = int(os.environ.get("REZLOAD_SEED", "1"))

CONSTANTS = """
None True False 0 1 -1 2 3 10 255 1000 2**31 2**63 -2**63 1.5 -0.0 1e308 0.1 '' 'a' 'ab' 'A-b' '1'
'%s' '%d' '{}' '{0}' '\\u00e9' '\\u00df' '\\n' '\\x00' b'' b'a' b'\\xff' 'utf-8' 1j [] () {} [1,2] (1,)
{'a':1} {1,2} set() range(3) int str list len float('inf') float('nan') iter([1]) [None] [[]]
slice(1) Ellipsis NotImplemented ValueError
""".split()
WRAPPERS = """
str repr list len sorted tuple bool int float set dict sum min max type abs reversed enumerate iter
format bytes round any all ascii hex zip next divmod pow map filter
""".split()
#: What depends on the process, or on how the test runs.
OF_THE_HOST = """
__file__ host getuser uname node platform system random time.time tmp subprocess environ cwd
abspath realpath resolve home expanduser iterdir listdir dir() locals globals vars version_info
executable traceback logging getpid
""".split()
OPERATORS = [ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.BitAnd, ast.BitOr]


def is_of_the_host(text: str) -> bool:
    return any(word in text for word in OF_THE_HOST)


def parts(node: ast.AST) -> list[ast.expr]:
    """The expressions in one, itself included, that may stand elsewhere; not those in f-strings."""
    found = []
    if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
        found = [] if isinstance(node, ast.Starred) else [node]
    if not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            found += parts(child)
    return found


class Replace(ast.NodeTransformer):
    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


class Mutants:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.constants = [ast.parse(text, mode="eval").body for text in CONSTANTS]
        #: The expressions that have the same lines in front, by these.
        self.sections: dict[str, list[ast.expr]] = {}
        for snippet in vm_snippets.snippets():
            setup = snippet.text.partition("__name__\n\n\n")[2].rpartition("\nversion = ")[0]
            if not is_of_the_host(setup + snippet.expression):
                tree = ast.parse(snippet.expression, mode="eval").body
                self.sections.setdefault(setup, []).append(tree)
        self.parts = {
            setup: [part for tree in trees for part in parts(tree)]
            for setup, trees in self.sections.items()
        }

    def new(self, setup: str) -> ast.expr:
        pool = self.constants if self.random.random() < 0.5 else self.parts[setup]
        return copy.deepcopy(self.random.choice(pool))

    def one(self) -> tuple[str, str]:
        """The lines in front of an expression, and the expression."""
        pick = self.random.choice
        setup = pick(list(self.sections))
        tree = copy.deepcopy(pick(self.sections[setup]))
        for _ in range(pick([1, 1, 1, 2, 2, 3])):
            node, kind = pick(parts(tree)), self.random.random()
            if isinstance(node, ast.Call) and kind < 0.4:
                at = self.random.randrange(len(node.args) + 1)
                node.args[at : at + pick([0, 1])] = pick([[], [self.new(setup)]])
                continue
            new = self.new(setup)
            if kind < 0.1:
                new = ast.BinOp(copy.deepcopy(node), pick(OPERATORS)(), new)
            elif kind < 0.15:
                new = ast.Subscript(copy.deepcopy(node), new, ast.Load())
            elif kind < 0.25:
                new = ast.Call(ast.Name(pick(WRAPPERS), ast.Load()), [copy.deepcopy(node)], [])
            tree = Replace(node, new).visit(tree)
        return setup, ast.unparse(ast.fix_missing_locations(tree))


def test_what_is_served_is_what_this_python_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cwd"
    folder.mkdir()
    place(folder)
    monkeypatch.chdir(folder)
    mutants = Mutants(SEED)
    made = (mutants.one() for _ in range(COUNT))
    texts = (
        vm_snippets.DEFINITION.format(setup=setup, expression=expression)
        for setup, expression in made
        if not is_of_the_host(expression)
    )
    served, wrong = this_python.compare(tmp_path / "package.py", texts)
    assert not wrong, wrong[:20]
    assert served > COUNT // 12, served
