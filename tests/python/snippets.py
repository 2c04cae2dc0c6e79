"""Python to put into a package.py: syntactically tricky, valid and not, for `mutate.py`.

Whether a snippet compiles isn't recorded: it depends on where it is put, and CPython and rez are asked.
`expressions.txt` has one per line; in `statements.txt` a line of dashes separates them and indentation
is relative.
"""
from __future__ import annotations

import os


def _lines(name: str, separator: str) -> list[str]:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()[:-1].split(separator)


#: Expressions, also broken ones, and things that only look like expressions.
EXPRESSIONS = _lines("expressions.txt", "\n")

#: Statements; a line break is a real one.
STATEMENTS = _lines("statements.txt", "\n---\n")

#: Bytes to insert anywhere.
TOKENS: list[bytes] = [token.encode("utf-8") for token in (
    "( ) [ ] { } , : ; . = == != := -> + - * / // % ** @ & | ^ ~ << >> < > <= >= <> ! ? $ ` \\ "
    "+= -= *= /= ... .. ' \" ''' \"\"\" # \\\\ r' b\" f' f\" u' {x} {} {x!r} {{ }} {x=} "
    "if else elif for in while break continue pass return yield await async def class lambda with as "
    "try except finally raise from import global nonlocal del assert not and or is None True False "
    "print exec match case type __debug__ 0777 0x 1_ 1e 1L 0o8 1.2.3 "
    "*a, **k /, *, x:int x:=1 (x:=1) "
    "@early() @late() @include('x') @a early late include scope requires variants version name "
    "\\x \\x6 \\u12 \\N{ \\N{DASH} \\777 \\0 \\d é ﬁ ｒequires “ – € ı").split(" ")] + [
    b" ", b"\t", b"\n", b"\r", b"\r\n", b"\x0c", b"\x0b", b"\0", b"\x1a", b"\x7f", b"\xff", b"\xc3",
    b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xe2\x80\x8b",
    b"\\\n", b"\\\r\n", b"\\ \n", b"\n    ", b"\n\t", b"\n  \n", b"\n#\n", b"# coding: latin-1\n",
    b"# coding: nope\n", b"\nimport os\n", b"\ndel requires\n", b"\nrequires += ['zz']\n",
    b"\nrequires.append('zz')\n", b"\nglobals()['requires'] = ['zz']\n", b"\nreturn\n", b"\nyield\n",
    b"\nx: int\n", b"\nprint x\n", b"\nrequires = version = name\n", b"; requires = ['zz']",
    b"\nwith scope('requires') as r:\n    r.x = 1\n", b"\nwith scope('config') as c:\n    c.x = 1\n",
    b"\ndef requires():\n    pass\n", b"\nclass variants: pass\n", b"\nimport os as requires\n",
    b"\nfor requires in (['zz'],): pass\n", b"\n@early()\ndef variants():\n    return [['zz']]\n",
    b"\n@late()\ndef requires():\n    return ['zz']\n", b"\nif True:\n    requires = ['zz']\n",
]
