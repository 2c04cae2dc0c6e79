"""Random calls of what builtins and modules have, in the VM tier and in this Python.

Most have arguments that CPython refuses: there the tier has to decline. `REZLOAD_ARGUMENTS` is how
many are tried, `REZLOAD_SEED` which.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import itertools
import os
import random
import warnings
from pathlib import Path
from typing import Any

import pytest

import rezload

pytestmark = pytest.mark.vm

COUNT = int(os.environ.get("REZLOAD_ARGUMENTS", "40000"))
SEED = int(os.environ.get("REZLOAD_SEED", "1"))

ARGUMENTS = """
None 0 1 -1 2 -2 3 1000 1.5 1j float('nan') True 'a' '' 'b,' 'x_y' 'utf-8' 'ascii' 'strict'
'ignore' '\\u00e9' '{}' '%s' b'a' b'' bytearray(b'a') [] ['a'] [1] () ('a',) (1,2) {} {'a':1}
{97:'b'} set() {1} range(3) slice(0,2) int str len (lambda_v:v)
""".split()
OBJECTS = """
'a_b,c' '' '\\u00e9_x' '12' 'A-b' '{0}{a}' '%s' b'ab' b'' bytearray(b'ab') [1,2,3] [] ['a','b']
(1,2) () {'a':1} {} 5 -7 1.5 True 1j None {1} frozenset([1]) range(5) slice(1,2) int str list dict
float bytes
""".split()
NAMED = """
base byteorder count default delete encoding end errors iterable keepends key length maxsplit new
ndigits number object old reverse sep signed source start strict string tabsize x
""".split()
OPERATORS = "+ - * / // % ** << >> & | ^ < <= == != > >= in and or".split()
SPECIAL = """
__add__ __bool__ __contains__ __delitem__ __divmod__ __eq__ __floordiv__ __format__ __getitem__
__hash__ __index__ __int__ __iter__ __len__ __lt__ __mod__ __mul__ __neg__ __pow__ __radd__
__repr__ __round__ __rpow__ __setitem__ __str__
""".split()
BUILTINS = """
abs all any ascii bin bool bytearray bytes callable chr complex dict divmod enumerate filter float
format frozenset getattr hasattr hex int isinstance issubclass iter len list map max min next oct
ord pow range repr reversed round set slice sorted str sum tuple type zip
""".split()
FUNCTIONS = {
    "argparse": "ArgumentError ArgumentTypeError",
    "ast": "literal_eval",
    "base64": "b16encode b64decode b64encode",
    "binascii": "crc32 hexlify unhexlify",
    "bisect": "bisect bisect_left insort",
    "configparser": "Error NoSectionError ParsingError",
    "collections": "Counter OrderedDict defaultdict deque namedtuple",
    "copy": "copy deepcopy",
    "datetime": "date datetime timedelta",
    "decimal": "Decimal",
    "fnmatch": "filter fnmatch fnmatchcase translate",
    "functools": "partial reduce",
    "hashlib": "md5 sha1 sha256",
    "heapq": "heapify merge nlargest nsmallest",
    "itertools": "accumulate chain combinations compress count dropwhile filterfalse groupby islice "
    "permutations product repeat starmap takewhile zip_longest",
    "json": "dumps loads",
    "keyword": "iskeyword",
    "logging": "basicConfig disable getLevelName",
    "math": "ceil comb copysign factorial floor fmod frexp fsum gcd hypot isclose isfinite isqrt "
    "ldexp log log10 log2 modf perm pow prod sqrt trunc",
    "operator": "add and_ attrgetter concat contains countOf eq floordiv getitem index indexOf "
    "itemgetter le lt mod mul neg not_ or_ sub truediv truth xor",
    "os.path": "basename commonpath commonprefix dirname isabs join normpath split splitdrive "
    "splitext",
    "pathlib": "PurePosixPath",
    "platform": "freedesktop_os_release machine platform python_version system uname",
    "pprint": "pp pprint",
    "re": "compile escape findall fullmatch match search split sub subn",
    "shlex": "join quote split",
    "stat": "S_ISDIR filemode",
    "string": "Template capwords",
    "struct": "calcsize pack unpack",
    "textwrap": "dedent fill indent shorten wrap",
    "traceback": "print_exc",
    "types": "MappingProxyType SimpleNamespace",
    "urllib.parse": "parse_qs quote unquote unquote_to_bytes urlencode urljoin "
    "urlparse urlsplit",
}
EXCEPTIONS = [
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
]
#: What has methods and attributes, by its module.
INSTANCES = {
    "collections": ["OrderedDict(a=1)", "deque([1, 2])", "Counter('aab')", "namedtuple('N', 'a b')(1, 2)"],
    "configparser": ["ConfigParser()"],
    "datetime": ["date(2020, 1, 2)", "datetime(2020, 1, 2, 3)", "timedelta(1)", "time(1, 2)"],
    "decimal": ["Decimal('1.5')"],
    "fractions": ["Fraction(1, 3)"],
    "hashlib": ["md5(b'a')"],
    "io": ["StringIO('a')", "BytesIO(b'a')"],
    "logging": ["getLogger('a')", "StreamHandler()"],
    "pathlib": ["PurePosixPath('/a/b.c')", "PureWindowsPath('c:/a')"],
    "re": ["compile('a(b)?')", "match('a(b)?', 'ab')"],
    "string": ["Template('$a')", "Formatter()"],
    "textwrap": ["TextWrapper()"],
    "time": ["gmtime(0)"],
    "types": ["MappingProxyType({'a': 1})"],
    "urllib.parse": ["urlsplit('http://a/b?c#d')"],
}
CALLS = [(module, name) for module, names in FUNCTIONS.items() for name in names.split()]

MODULES: dict[str, Any] = {}
for _module in INSTANCES:
    exec(f"import {_module}", MODULES)

#: Looks into iterators, which have no text.
PROBE = """\
def probe(value):
    if hasattr(value, "__next__"):
        items = []
        for item in value:
            items.append(item)
            if len(items) == 50:
                break
        value = items
    elif type(value).__name__ in ("dict_items", "dict_keys", "dict_values"):
        value = list(value)
    return repr(value)
"""

DEFINITION = PROBE + """\
{setup}
name = "arguments"
version = "1"
description = probe({expression})
del probe
"""


def members(text: str) -> list[str]:
    names = dir(eval(text))
    return [name for name in names if not name.startswith("_") or name in SPECIAL]


def words(items: list[str]) -> list[str]:
    # a blank would have ended the word
    return [item.replace("lambda_", "lambda ").replace("_", " ") for item in items]


class Calls:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.arguments = words(ARGUMENTS)
        self.objects = [f"({item})" for item in words(OBJECTS)]
        self.members = {item: members(item) for item in self.objects}
        self.instances = [
            (module, f"{module}.{name}", dir(eval(f"{module}.{name}", {**MODULES})))
            for module, names in INSTANCES.items()
            for name in names
        ]

    def one(self) -> tuple[str, str]:
        """The module that an expression needs, or nothing, and the expression."""
        pick, kind = self.random.choice, self.random.random()
        if kind < 0.4:
            target = pick(self.objects)
            return "", f"{target}.{pick(self.members[target])}({self.some()})"
        if kind < 0.55:
            return "", f"{pick(BUILTINS)}({self.some()})"
        if kind < 0.65:
            return "", f"{pick(self.objects)} {pick(OPERATORS)} ({pick(self.arguments)})"
        if kind < 0.7:
            return "", f"{pick(self.objects)}[{pick([*self.arguments, '1:2', '::2', '::0'])}]"
        if kind < 0.76:
            made = f"{pick(EXCEPTIONS)}({self.some()})"
            return "", pick([made, made, f"str({made})", f"{made}.args"])
        if kind < 0.82:
            module, made, names = pick(self.instances)
            name = pick(names)
            return module, pick([f"{made}.{name}", *[f"{made}.{name}({self.some()})"] * 5, f"str({made})"])
        module, name = pick(CALLS)
        return module, f"{module}.{name}({self.some()})"

    def some(self) -> str:
        pick, chance = self.random.choice, self.random.random
        found = [pick(self.arguments) for _ in range(pick([0, 0, 1, 1, 1, 2, 2, 3]))]
        if chance() < 0.15:
            found.append(f"{pick(NAMED)}={pick(self.arguments)}")
        if chance() < 0.04:
            found.append(f"*{pick(self.arguments)}")
        if chance() < 0.04:
            found.append(f"**{pick(self.arguments)}")
        return ", ".join(found)


def by_this_python(module: str, expression: str) -> str | None:
    """What the expression gives; `None` when it raises."""
    names: dict[str, Any] = {"itertools": itertools}
    exec(PROBE, names)
    if module:
        importlib.import_module(module)
        exec(f"import {module}", names)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            text: str = names["probe"](eval(expression, names))
    except Exception:
        return None
    return text


def test_what_is_served_is_what_this_python_gives(tmp_path: Path) -> None:
    calls, path = Calls(SEED), tmp_path / "package.py"
    served, wrong = 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(COUNT):
            module, expression = calls.one()
            setup = f"import {module}" if module else ""
            path.write_text(DEFINITION.format(setup=setup, expression=expression))
            try:
                definition = rezload.definition(path, fallback=None)
            except rezload.Declined:
                continue
            served += 1
            expected = by_this_python(module, expression)
            if expected != definition["description"]:
                wrong.append((expression, expected, definition["description"]))
    assert not wrong, wrong[:20]
    assert served > COUNT // 50, served
