"""YAML definitions that are served equal rez's, whatever was done to them.

    REZLOAD_YAML_MUTANTS=200000 pytest tests/python/test_yaml.py
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

import rezload
from rezload import RepositoryPackage

pytest.importorskip("rez")

SOURCES = [
    """\
name: maya
version: 2017.0.0
uuid: 28d94bcd1a934bb4999bcf70a21106cc
authors: [joe.bloggs, 'Jane: "x"']
description: >
    a foo type
    thing.

requires:
- 'bah-1.2+<2'
- python-2.7.3
- ~qt-5
variants:
- [ 'floob-4.1', b ]
- - floob-2.0
  - c-1
tools:
  - maya
commands: |
  export PATH=!ROOT!/bin:$PATH
  # not a comment

  if x:
    y
""",
    """\
---
# comment
requires: [a, "b-1", 'c''s', d]  # more
variants: []
config:
  plugins:
    release_hook: {emailer: {smtp_port: 25, on: true}}
timestamp: 1400000000
help:
- [Home Page, http://example.com]
build_requires: [cmake-2.8+, 3dsmax]
""",
    "versions:\n- '1.0'\nrequires:\n  - a\n  - b\nx: 'multi\n  line'\ny: \"esc\\n\\x41\\u00e9\"\n",
    "requires:\n-   a\n-\n  b\n- c-1..2\nvariants: [[a, b], [c]]\n? complex\n: value\n",
    # keys in brackets, whose colon is in another line or too far
    "{requires\n: [a]}\n",
    "{'requires'\n: [a]}\n",
    '{"requires"\n : [a]}\n',
    "{requires: [a]\n, b\n: c}\n",
    "config: {%s: v}\nrequires: [a]\n" % ("k" * 1024),
    "config: {%s: v}\nrequires: [a]\n" % ("k" * 1025),
    "config: {'%s': v}\nrequires: [a]\n" % ("k" * 1025),
    "config: {k%s: v}\nrequires: [a]\n" % (" " * 1023),
    "config: {k%s: v}\nrequires: [a]\n" % (" " * 1030),
    "config: {a : b, 'c' : d, \"e\":f, g: [h: i]}\nrequires: [a]\n",
]
TOKENS = (
    ": |- |, |[|]|{|}|#| #|'|\"|''|\n|\n\n|  |\n  |\n- |\n  - |: \n|? |>|\\||%|@|`|&a |*a|!!str |! |<<: "
    "|---\n|...\n|~|null|yes|on|1.0|1_0|0x1f|0o7|1:30|2001-01-01|.5|1e3|+1|.inf|=|\t|\\|\\n|\\x41|é"
    "|\u2028|\ufeff|\x85|\x00|\r|\r\n|a-1|a b|requires: |requires:\n|- - |-|--|:|::|a:b|a: b|,|//|"
    "timestamp: 1\n|version: 1\n|name: x\n|\n# c\n|>-\n  x\n|: x|:x|? |?|[:|{?|, :|,?|\"a\":b|[a]|{a}|{a: b}|[a: b]"
    "|{a, b: c}|[[|]]|a #b|a#b|[ ]|- # c\n|>\n|>1\n|>+\n\n|'a\n b'|\"a\n  b\"|\"a\\\n b\"|-\n|\n \n|- a: b"
    "|x: y|x:y|\\u0085|\\ud800|\\/|*|&|!|@a"
).split("|") + ["|", "|\n", "|-\n  x\n", "|2\n", "|+\n\n", "a: |\n b\n", "|\n\n   x\n  y\n"]
TOKENS += ["\n:", "\n :", " :", "k" * 1030, " " * 1030]


def mutate(source: str, random_: random.Random) -> str:
    for _ in range(random_.choice([1, 1, 1, 2, 3])):
        at = random_.randrange(len(source) + 1)
        kind = random_.randrange(6)
        if kind <= 1:
            source = source[:at] + random_.choice(TOKENS) + source[at:]
        elif kind == 2:
            source = source[:at] + source[at + random_.choice([1, 1, 2, 5, 20]) :]
        elif kind == 3:
            lines = source.splitlines(keepends=True) or [""]
            line = random_.randrange(len(lines))
            other = random_.randrange(len(lines))
            lines[line], lines[other] = lines[other], lines[line]
            source = "".join(lines)
        elif kind == 4:
            lines = source.splitlines(keepends=True) or [""]
            line = random_.randrange(len(lines))
            lines[line] = random_.choice(["", " ", "  ", "\t"]) + lines[line].lstrip(" ")
            source = "".join(lines)
        else:
            source = source[:at] + random_.choice(TOKENS) + source[at + 1 :]
    return source


def test_what_is_served_is_what_rez_gives(tmp_path: Path) -> None:
    from rez.packages import Package
    from rez.package_repository import package_repository_manager

    count = int(os.environ.get("REZLOAD_YAML_MUTANTS", "4000"))
    seed = int(os.environ.get("REZLOAD_SEED", "1"))
    random_ = random.Random(seed)
    sources = list(SOURCES)
    for number in range(count):
        sources.append(mutate(random_.choice(SOURCES), random_))
    for number, source in enumerate(sources):
        directory = tmp_path / f"p{number}" / "1"
        directory.mkdir(parents=True)
        (directory / "package.yaml").write_bytes(source.encode("utf-8"))
    repository = package_repository_manager.get_repository(str(tmp_path))
    served = 0
    for item in rezload.scan(tmp_path, fallback=None):
        if not isinstance(item, RepositoryPackage):
            continue
        served += 1
        source = sources[int(item.name[1:])]
        resource = repository.get_resource(
            "filesystem.package", location=repository.location, name=item.name, version="1"
        )
        try:
            package = Package(resource)  # type: ignore[arg-type]
            expected = (
                [str(request) for request in package.requires or ()],
                [[str(r) for r in variant] for variant in package.variants or ()],
            )
        except Exception as error:
            pytest.fail(f"seed {seed}: rez refuses {source!r}: {error}")
        assert (item.requires, item.variants) == expected, f"seed {seed}: {source!r}"
    # most mutants are still good: the test isn't empty
    assert served > count // 10
