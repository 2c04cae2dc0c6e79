"""Random texts in functions of paths, URLs, texts, numbers and versions, in the VM tier and in this
Python.

`REZLOAD_TEXTS` is how many are tried, `REZLOAD_SEED` which.
"""

from __future__ import annotations

import os
import random
import re
import warnings
from pathlib import Path
from typing import Any, Callable

import pytest

import rezload

pytest.importorskip("rez")
pytestmark = pytest.mark.vm

COUNT = int(os.environ.get("REZLOAD_TEXTS", "16000"))
SEED = int(os.environ.get("REZLOAD_SEED", "1"))

NAMES = "/ // . .. a b.c .x a.tar.gz ~ A -  c. é * ? [a] ... .a.b 0".split() + ["", "a b"]
URLS = "http:// https:// ftp:// file:/// a b.c :80 @ / ? # = & %20 % + ; é // . .. user:pw x=1".split()
JSON = """1 -1.5 1e3 "a" "\\u00e9" null true NaN [ ] { } , : 01 """.split() + [" ", "\n"]
LITERALS = "1 -1 0x1f 1_0 1.5 2j 'a' b'x' \"b\" None True ( ) [ ] { } , : + - ... set()".split() + [" "]
INI = "[s] [t] a=1 b:two c=%(a)s #x ;y k = DEFAULT [DEFAULT] A=2".split() + ["\n", "\n", "\n ", " "]
DATES = "2024 -02 -29 T 10 :11 :12 .5 01 / Jan Mon Z +01:00 20240229 W09 -4".split() + [" "]
VERSIONS = "1 2 1.5 2.0 1a 10 01 1.0-1 a".split()
FIGURES = "0 1 -1 2 3 -7 10 -2 0.5 -0.5 1.5 2.675 1e16 1e-7 True 123456789".split()

#: An expression each; what is in angle brackets is made by `Texts`.
EXPRESSIONS = {
    "pathlib": """
        PurePosixPath(<path>).<part>
        PurePosixPath(<path>, <path>).<part>
        PurePosixPath(<path>) / <path>
        <path> / PurePosixPath(<path>)
        (PurePosixPath(<path>) / <path>).parent.parent
        PurePosixPath(<path>).joinpath(<path>, <path>)
        PurePosixPath(<path>).relative_to(<path>)
        PurePosixPath(<path>).match(<path>)
        PurePosixPath(<path>).with_name(<path>)
        PurePosixPath(<path>).with_suffix(<path>)
        list(PurePosixPath(<path>).parents)
        PurePosixPath(<path>) == PurePosixPath(<path>)
        sorted([PurePosixPath(<path>), PurePosixPath(<path>), PurePosixPath(<path>)])
    """,
    "os.path": """
        basename(<path>)
        dirname(<path>)
        split(<path>)
        splitext(<path>)
        normpath(<path>)
        isabs(<path>)
        join(<path>, <path>, <path>)
        relpath(<path>, <path>)
        commonprefix([<path>, <path>])
        commonpath([<path>, <path>])
    """,
    "urllib.parse": """
        quote(<url>)
        quote_plus(<url>)
        unquote(<url>)
        unquote_plus(<url>)
        unquote_to_bytes(<url>)
        urlsplit(<url>)
        urlsplit(<url>).<place>
        urlparse(<url>)
        urljoin(<url>, <url>)
        parse_qs(<url>)
        urlencode({<url>: <url>, <url>: <figure>})
    """,
    "textwrap": """
        wrap(<prose>, <width>)
        fill(<prose>, <width>)
        shorten(<prose>, <width>)
        dedent(<lines>)
        indent(<lines>, <prose>)
    """,
    "shlex": "split(<shell>)\nquote(<shell>)\njoin([<shell>, <shell>])",
    "fnmatch": "fnmatch(<word>, <pattern>)\ntranslate(<pattern>)\nfilter([<word>, <word>], <pattern>)",
    "re": """
        findall(<regex>, <word>)
        split(<regex>, <word>)
        sub(<regex>, <word>, <word>)
        E(match, <regex>, <word>)
        E(search, <regex>, <word>)
        E(fullmatch, <regex>, <word>)
    """,
    "json": "loads(<json>)\ndumps(loads(<json>))",
    "ast": "literal_eval(<literal>)",
    "configparser": """
        (lambda c: (c.read_string(<ini>), [(s, c.items(s)) for s in c.sections()]))(ConfigParser())
        (lambda c: (c.read_string(<ini>), dict(c['s'])))(ConfigParser(allow_no_value=True))
    """,
    "rez.version": """
        str(VersionRange(<range>) | VersionRange(<range>))
        str(VersionRange(<range>) & VersionRange(<range>))
        str(VersionRange(<range>) - VersionRange(<range>))
        str(~VersionRange(<range>))
        str(VersionRange(<range>).union([VersionRange(<range>), VersionRange(<range>)]))
        str((VersionRange(<range>) | VersionRange(<range>)).span())
        VersionRange(<range>).issuperset(VersionRange(<range>))
        VersionRange(<range>).intersects(VersionRange(<range>))
        Version(<version>) in VersionRange(<range>)
        Version(<version>) < Version(<version>)
        str(Requirement('a-' + <range>).merged(Requirement('!a-' + <range>)))
        Requirement('~a-' + <range>).conflicts_with(Requirement('a-' + <range>))
    """,
    "decimal": "Decimal(<number>)",
    "fractions": "Fraction(<number>)",
    "string": "capwords(<prose>)\nTemplate(<template>).safe_substitute(a=1, b='x')",
    "datetime": """
        date(2024, <width>, <width>).strftime(<template>)
        date(2024, <width>, <width>) + timedelta(<width>, <width>)
        date.fromisoformat(<date>)
        datetime.strptime(<date>, <template>)
        timedelta(<width>) / <figure>
    """,
    "": """
        int(<number>)
        int(<number>, <width>)
        float(<number>)
        complex(<number>)
        format(<figure>, <spec>)
        format(<prose>, <spec>)
        ('%' + <spec>) % <figure>
        ('%(a)' + <spec>) % {'a': <figure>}
        (b'%' + <spec>.encode()) % (<figure>, <figure>)
        ('%' + <spec> + '%' + <spec>) % (<figure>, <word>)
        <braces>.format(<figure>, <word>, a=<figure>)
        round(<figure>, <width>)
        divmod(<figure>, <figure>)
        <figure> ** <figure>
        <figure> // <figure>
        <figure> % <figure>
        <figure> / <figure>
        <text>.<method>()
        <text>.split(<word>)
        <text>.partition(<word>)
        <text>.strip(<word>)
        <text>.replace(<word>, <word>)
        <text>.zfill(<width>)
        <text>.center(<width>)
        <text>.encode('ascii', <handler>)
    """,
}
CASES = [(module, line.strip()) for module, text in EXPRESSIONS.items() for line in text.strip().splitlines()]

DEFINITION = """\
{imports}

def E(function, *args):
    found = function(*args)
    return found and (found.group(), found.groups(), found.span())

def attempt(function):
    try:
        return repr(function())
    except Exception as error:
        return "raised " + type(error).__name__

name = "texts"
version = "1"
description = attempt(lambda: ({expression}))
del E, attempt{names}
"""


class Texts:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.made: dict[str, Callable[[], str]] = {
            "path": lambda: repr(self.path()),
            "url": lambda: repr("".join(self.some(URLS, 6))),
            "prose": self.text("ab -\n\t.,", 30),
            "lines": self.text("  ab\n\t", 25),
            "shell": self.text("ab \"'\\$\n#;&|", 12),
            "word": self.text("ab.c12 -", 6),
            "pattern": self.text("ab*?[]!-.c", 7),
            "regex": self.text("ab.*+?()[]|^$\\dw{}12", 8),
            "number": self.text("0123456789.eE+-_ infax", 7),
            "spec": self.text("<>=^+- #0,_.123456789sdfegxXbcn%", 6),
            "template": self.text("$a{}b %YmdHMSj", 8),
            "braces": self.text("{}a0!rs:.[]1>5 ", 9),
            "text": self.text("aAbB1 .,-_\tßéıİǅ²½\n\x1c\u2028", 8),
            "json": lambda: repr("".join(self.some(JSON, 6))),
            "literal": lambda: repr("".join(self.some(LITERALS, 6))),
            "ini": lambda: repr("[s]\n" + "".join(self.some(INI, 8))),
            "date": lambda: repr("".join(self.some(DATES, 6))),
            "range": lambda: repr("|".join(self.some_of(self.range, 3))),
            "version": lambda: repr(self.random.choice(VERSIONS)),
            "figure": lambda: self.random.choice(FIGURES),
            "width": lambda: str(self.random.randrange(1, 13)),
            "part": lambda: self.random.choice(
                "name parent parts suffix suffixes stem root anchor parents as_posix()".split()
            ),
            "place": lambda: self.random.choice(
                "hostname port username password netloc path geturl()".split()
            ),
            "method": lambda: self.random.choice(
                "split rsplit strip splitlines title capitalize swapcase upper lower casefold "
                "expandtabs isdigit isalnum isidentifier istitle isspace isdecimal isnumeric".split()
            ),
            "handler": lambda: self.random.choice(
                "'replace' 'ignore' 'xmlcharrefreplace' 'backslashreplace' 'strict'".split()
            ),
        }

    def some(self, items: Any, most: int) -> list[str]:
        return self.some_of(lambda: self.random.choice(items), most)

    def text(self, alphabet: str, most: int) -> Callable[[], str]:
        return lambda: repr("".join(self.some(alphabet, most)))

    def some_of(self, make: Callable[[], str], most: int) -> list[str]:
        return [make() for _ in range(self.random.randrange(most + 1))]

    def range(self) -> str:
        one, two = self.random.choice(VERSIONS), self.random.choice(VERSIONS)
        forms = "{0} {0}+ <{0} >{0} <={0} =={0} {0}+<{1} {0}..{1} >{0}<={1}".split()
        return self.random.choice(forms).format(one, two)

    def path(self) -> str:
        pick = self.random.choice
        ends = pick(["", "", "/", "//", "./", "../"]), pick(["", "", "", "/"])
        return ends[0] + pick(["/", "//", "/./"]).join(self.some(NAMES, 4)) + ends[1]

    def one(self) -> tuple[str, str]:
        """The module whose names an expression takes, and the expression."""
        module, expression = self.random.choice(CASES)
        return module, re.sub("<([a-z]+)>", lambda found: self.made[found[1]](), expression)


def test_what_is_served_is_what_this_python_gives(tmp_path: Path) -> None:
    texts, path = Texts(SEED), tmp_path / "package.py"
    served, wrong = 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(COUNT):
            module, expression = texts.one()
            names = sorted(vars(__import__(module, fromlist=["*"]))) if module else []
            used = [name for name in names if re.search(rf"\b{name}[(.]", expression)]
            text = DEFINITION.format(
                imports=f"from {module} import {', '.join(used)}" if used else "",
                expression=expression,
                names="".join(f", {name}" for name in used),
            )
            path.write_text(text, encoding="utf-8")
            try:
                definition = rezload.definition(path, fallback=None)
            except rezload.Declined:
                continue
            served += 1
            namespace: dict[str, Any] = {}
            exec(text, namespace)
            if namespace["description"] != definition["description"]:
                wrong.append((expression, namespace["description"], definition["description"]))
    assert not wrong, wrong[:20]
    assert served > COUNT // 2, served
