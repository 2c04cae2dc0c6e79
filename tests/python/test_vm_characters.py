"""What methods of strings and bytes make of each character, in the VM tier and in this Python.

The tier's tables are those of another version of Unicode than this Python's: characters on which
they differ have to decline.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rezload

pytestmark = pytest.mark.vm

QUESTIONS = """
    isalpha isalnum isdigit isspace isupper islower istitle isdecimal isprintable isnumeric
    isidentifier
""".split()
CHANGES = "upper lower title swapcase capitalize casefold strip split splitlines expandtabs".split()
OF_BYTES = """
    isalpha isalnum isdigit isspace isupper islower istitle isascii upper lower title swapcase
    capitalize strip split splitlines expandtabs hex
""".split()
#: Of a character `t`, beyond the methods.
EXPRESSIONS = [
    "(repr(t), ascii(t), '%r' % t, '{:>3}'.format(t))",
    "[bool(re.match(p, t)) for p in (r'\\w', r'\\d', r'\\s', r'\\b')]",
    "[bool(re.match(re.escape(t), s, re.I)) for s in (t.upper(), t.lower())]",
    "(json.dumps(t), quote(t), shlex.quote(t), re.escape(t))",
    "sorted([t, 'a', '\\u00e9', t + 'a'])",
]
#: Planes that definitions are written in: text of most languages, symbols, emoji.
RANGES = [
    (0x0, 0x530),
    (0x1E00, 0x2C00),
    (0x3000, 0x3200),
    (0x3400, 0x3500),
    (0x4E00, 0x9FF0),
    (0xAC00, 0xAD00),
    (0xFE00, 0x10000),
    (0x1F300, 0x1F6E0),
]
CHUNK = 64

DEFINITION = """\
import json, re, shlex
from urllib.parse import quote

name = "characters"
version = "1"


def answers():
    found = []
    for t in {texts}:
        found.append({expression})
    return ascii(found)


description = answers()
del answers, json, re, shlex, quote
"""


def by_the_vm(path: Path, text: str) -> Any:
    path.write_text(text, encoding="utf-8")
    try:
        return rezload.definition(path, fallback=None)["description"]
    except rezload.LoadError:
        return None


def by_this_python(text: str) -> Any:
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    return namespace["description"]


def compare(path: Path, texts: str, expression: str) -> bool:
    """Whether the tier serves it; what it serves has to be what this Python gives."""
    text = DEFINITION.format(texts=texts, expression=expression)
    served = by_the_vm(path, text)
    if served is None:
        return False
    assert served == by_this_python(text), (texts, expression)
    return True


@pytest.mark.parametrize("methods", [QUESTIONS, CHANGES, EXPRESSIONS], ids=["is", "to", "in"])
def test_characters(tmp_path: Path, methods: list[str]) -> None:
    served = 0
    chunks = [(at, min(at + CHUNK, end)) for start, end in RANGES for at in range(start, end, CHUNK)]
    for method in methods:
        calls = method
        if method.isidentifier():
            calls = f"[s.{method}() for s in (t, 'a' + t, t + 'A', '-' + t + 'b')]"
        for start, end in chunks:
            served += compare(tmp_path / "package.py", f"map(chr, range({start}, {end}))", calls)
    assert served > len(chunks) * len(methods) // 2, served


def test_bytes(tmp_path: Path) -> None:
    served = 0
    for kind in ("bytes", "bytearray"):
        for method in OF_BYTES:
            calls = f"[{kind}(s).{method}() for s in (t, b'a' + t, t + b'A', b'-' + t + b'b')]"
            texts = "[bytes([i]) for i in range({}, {})]"
            served += compare(tmp_path / "package.py", texts.format(0, 128), calls)
            served += compare(tmp_path / "package.py", texts.format(128, 256), calls)
    assert served == 2 * (2 * len(OF_BYTES) - 2), served
