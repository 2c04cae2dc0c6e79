"""Random programs: what the language does, rather than its library.

Programs are made of the templates below. In angle brackets stands what is put in: an expression of
a type (`<int>`), a new name (`<new int>`), a known one (`<name int>`), statements (`<block>`).
`<int x:int y:str>` is an expression that may use `x` and `y`, which the template binds. What a
program does ends up in `log`.
"""

from __future__ import annotations

import random
import re

CONSTANTS = {
    "int": "0 1 2 3 -1 7 10 255 -13 10**12",
    "str": "'a' 'ab' '' 'A-b_c' 'x,y,z' '12' 'h\\u00e9\\u00df' 'aXbXc' 'l1\\nl2' 'z\\tz'",
    "ints": "[] [1,2,3] [5,-2,9,2] list(range(4)) [3,3]",
    "strs": "[] ['b','a'] ['x','yy','x'] 'a_b_c'.split('_')",
    "dict": "{} {'a':1} {'k':2,'j':3,'a':0}",
    "bool": "True False",
    "float": "1.5 0.1 -2.25 1e10 3.0",
}

EXPRESSIONS = {
    "int": """
        (<int> + <int>)
        (<int> - <int>)
        (<int> * <int>)
        (<int> // <int>)
        (<int> % <int>)
        (<int> & <int>)
        (<int> | <int>)
        (<int> ^ <int>)
        (-<int>)
        (<int> << 2)
        len(<str>)
        len(<ints>)
        len(<dict>)
        sum(<ints>)
        max(<int>, <int>)
        min(<ints>, default=<int>)
        abs(<int>)
        int(<float>)
        int(<bool>)
        int(<str>)
        round(<float>)
        divmod(<int>, <int>)[0]
        (<ints>)[<int>]
        (<ints>)[-1]
        (<ints>).count(<int>)
        (<ints>).index(<int>)
        (<ints>).pop()
        (<str>).find(<str>)
        (<dict>).get(<str>, <int>)
        (<dict>)[<str>]
        next(iter(<ints>), <int>)
        sum(<int x:int> for x in <ints>)
        sum(<int x:int> for x in <ints> if <bool x:int>)
        (<int> if <bool> else <int>)
        (<int> or <int>)
        (lambda x, *y: <int x:int y:ints>)(<int>, <int>)
        (lambda x=<int>: <int x:int>)()
        <two>(<int>, <int>)
        <two>(q=<int>, p=<int>)
        <two>(*<ints>)
        <two>(*marked(<ints>), **{'q': mark(<int>)})
        mark(<int>)
        mark(<int>)
    """,
    "str": """
        (<str> + <str>)
        (<str> * 2)
        str(<any>)
        repr(<any>)
        (<str>).upper()
        (<str>).title()
        (<str>).strip('a')
        (<str>).replace('a', 'Q')
        (<str>).zfill(5)
        (<str>).center(9, '*')
        (<str>).partition('b')[2]
        (<str>).join(<strs>)
        (<str>)[<int>]
        (<str>)[1:]
        (<str>)[::-1]
        (<str>)[-3:<int>]
        (<strs>)[0]
        ', '.join(<str x:str> for x in <strs>)
        '%s|%5d' % (<str>, <int>)
        '%s %r' % (<any>, mark(<int>))
        f'{<name str>!r:>{mark(5)}}'
        '%(a)r' % {'a': <any>}
        '{:>6}{x!r}'.format(<str>, x=<any>)
        format(<float>, '.3f')
        format(<int>, '+,d')
        f'{<name int>:05}{<name str>!r:>6}{{}}'
        f'{<name float>:.2e} {<name ints>}'
        max(<strs>, key=len)
        type(<any>).__name__
        (<str> if <bool> else <str>)
        (<str> or <str>)
    """,
    "ints": """
        (<ints> + <ints>)
        (<ints> * 2)
        [<int>, *<ints>]
        [*marked(<ints>), mark(<int>)]
        [*<ints>, *marked(<ints>)]
        [<int x:int> for x in <ints>]
        [<int x:int y:int> for x in <ints> for y in <ints> if <bool x:int y:int>]
        [<int x:str> for x in <strs> if x]
        [x + y for x, y in zip(<ints>, <ints>)]
        [x * y for x, y in enumerate(<ints>, 1)]
        sorted(<ints>)
        sorted(<ints>, key=lambda x: <int x:int>, reverse=<bool>)
        sorted({<int x:int> for x in <ints>})
        (<ints>)[1:]
        (<ints>)[::-1]
        (<ints>)[<int>:<int>]
        list(map(lambda x: <int x:int>, <ints>))
        list(filter(lambda x: <bool x:int>, <ints>))
        list((<dict>).values())
        list(range(<int> % 6))
        list(reversed(<ints>))
        list(<generator>(<int>))
        [*<generator>(<int>), <int>]
        (<ints> or <ints>)
    """,
    "strs": """
        (<str>).split(',')
        (<str>).split()
        (<str>).splitlines()
        list(<str>)
        list(<dict>)
        [<str>, <str>]
        [<str x:str> for x in <strs> if <bool x:str>]
        sorted(<strs>)
        sorted(<strs>, key=str.lower, reverse=True)
        list(map(str, <ints>))
        list(dict.fromkeys(<strs>))
        (<strs>)[::-1]
    """,
    "dict": """
        {<str>: <int>, <str>: <int>}
        {x: <int x:str> for x in <strs>}
        {x: y for x, y in (<dict>).items() if <bool x:str y:int>}
        {**<dict>, <str>: <int>}
        {'a': mark(<int>), **<dict>, 'b': mark(<int>)}
        dict(<dict>, z=<int>)
        dict(zip(<strs>, <ints>))
        dict(sorted((<dict>).items()))
    """,
    "bool": """
        (<int> < <int>)
        (<int> <= <int> != <int>)
        (<str> == <str>)
        (<str> in <strs>)
        (<int> not in <ints>)
        (<ints> < <ints>)
        (<dict> == <dict>)
        (not <any>)
        bool(<any>)
        any(<bool x:int> for x in <ints>)
        all(<bool x:str> for x in <strs>)
        isinstance(<any>, (int, list))
        (<str>).startswith(('a', <str>))
        (<bool> and <bool>)
        (<bool> or <bool>)
    """,
    "float": """
        (<float> + <int>)
        (<float> * <float>)
        (<int> / <int>)
        round(<float>, 2)
        (<float> % <int>)
    """,
    "any": """
        <int>
        <str>
        <ints>
        <strs>
        <dict>
        <bool>
        <float>
        (<any>, <any>)
        [<any>, None]
        list(enumerate(<strs>))
        list(zip(<ints>, <str>))
        tuple(<ints>)
        divmod(<int>, <int>)
        (<str>).encode()
        <many>(<int>, <int>, <int>, key=<str>)
        <many>(<int>, **<dict>)
        <many>(*<strs>, **{'a': <any>})
        <many>(*marked(<ints>), key=mark(<any>))
        <thing>.value
        <thing>.method(<int>)
        <thing>.method()
        <thing>.made
        <thing>(<int>)
        (<thing> + <int>)
        (<int> + <thing>)
        (<thing> == <int>)
        (<int> in <thing>)
        [*<thing>]
        <thing>[<int>]
        <thing>[1:<int>]
        len(<thing>)
        bool(<thing>)
        str(<thing>)
        f'{<name thing>:>4}'
        type(<thing>).label(<int>)
        [x for x in <generator>(<int>) if x]
    """,
}

STATEMENTS = """
log.append(<any>)
--
log.append(<any>)
--
<new int> = <int>
--
<new str> = <str>
--
<new ints> = <ints>
--
<new dict> = <dict>
--
<name int> += <int>
--
<name str> += <str>
--
<name ints> += <ints>
--
<name ints>.append(<int>)
--
<name ints>[1:2] = <ints>
--
<name ints>[::2] = <ints>
--
del <name ints>[<int>]
--
<name ints>.sort(key=lambda x: <int x:int>)
--
<name dict>[<str>] = <int>
--
<name dict>.setdefault(<str>, <int>)
--
del <name dict>[<str>]
--
<new int>, *<new ints> = <ints>
--
<new int> = <new int> = <int>
--
if <bool>:
    <block>
elif <bool>:
    <block>
else:
    <block>
--
for <new int> in <ints>:
    <block>
    if <bool>:
        continue
    log.append(<any>)
else:
    <block>
--
for <new str>, <new int> in (<dict>).items():
    <block>
    if <bool>:
        break
else:
    log.append('else')
--
count = 0
while count < 3:
    count += 1
    <block>
--
try:
    <block>
    <raise>
except <error> as error:
    log.append(type(error).__name__)
    <block>
else:
    log.append('else')
finally:
    <block>
--
try:
    try:
        <block>
        <raise>
    finally:
        log.append('finally')
except (<error>, <error>):
    <block>
--
try:
    <block>
except <error>:
    <raise>
--
assert <bool>, <str>
--
def <new two>(p, q=<int>):
    <block p:int q:int>
    return <int p:int q:int>
--
def <new two>(p, q):
    try:
        return <int p:int q:int>
    finally:
        log.append(p)
--
def <new many>(p, *rest, key=<str>, **more):
    <block p:int key:str>
    return p, rest, key, more
--
def wrap(function):
    def wrapped(*args, **more):
        log.append((len(args), list(more)))
        return function(*args, **more)
    return wrapped
@wrap
def <new two>(p, q=<int>):
    return <int p:int q:int>
--
def <new generator>(p):
    <block p:int>
    yield <int p:int>
    yield from <ints p:int>
    log.append('end')
--
def <new generator>(p):
    for i in <ints p:int>:
        try:
            yield <int i:int p:int>
        finally:
            log.append('closed')
--
steps = <generator>(<int>)
log.append(next(steps, None))
steps.close()
log.append(list(steps))
--
with <manager>(<any>) as <new int>:
    <block>
    <raise>
--
class <new manager>:
    def __init__(self, value):
        self.value = value
    def __enter__(self):
        log.append('enter')
        return <int>
    def __exit__(self, kind, error, traceback):
        log.append(kind and kind.__name__)
        return <bool>
--
class Base:
    shared = <any>
    def __init__(self, value):
        self.value = value
    def method(self, p=<int>):
        <block p:int>
        return self.value, <any p:int>
    @property
    def made(self):
        return self.value, self.shared
    @classmethod
    def label(cls, p):
        return cls.__name__, <any p:int>
class Derived(Base):
    <method>
    <method>
    def method(self, p=<int>):
        log.append('derived')
        return super().method(p)
<new thing> = Derived(<int>)
--
class Thing:
    value = <any>
    <method>
    <method>
    <method>
<new thing> = Thing()
log.append(<any>)
--
class Error(ValueError):
    <method>
    def __init__(self, value):
        super().__init__(value)
        self.value = value
try:
    raise Error(<any>)
except <error> as error:
    log.append(error.value)
"""

METHODS = """
def __add__(self, other):
    log.append('add')
    return <any>
--
def __add__(self, other):
    return NotImplemented
--
def __radd__(self, other):
    return 'radd', other
--
def __eq__(self, other):
    log.append('eq')
    return <bool>
--
def __contains__(self, item):
    return <bool>
--
def __iter__(self):
    return iter(<ints>)
--
def __iter__(self):
    yield <int>
    yield <any>
--
def __getitem__(self, key):
    if isinstance(key, int) and key > 2:
        raise IndexError(key)
    return key
--
def __len__(self):
    return 2
--
def __bool__(self):
    log.append('bool')
    return <bool>
--
def __str__(self):
    return <str>
--
def __repr__(self):
    return 'thing'
--
def __format__(self, how):
    return '<' + how + '>'
--
def __call__(self, *args):
    return args
--
def __getattr__(self, name):
    log.append(name)
    return <any>
--
label = staticmethod(lambda p: <any p:int>)
--
made = <any>
--
def method(self, p=<int>):
    return <any p:int>
"""

#: What each program starts with: it shows what is evaluated when.
PRELUDE = """
log = []
def mark(value):
    log.append(('mark', value))
    return value
def marked(values):
    for value in values:
        log.append(('next', value))
        yield value
"""

ERRORS = """
ValueError KeyError IndexError ZeroDivisionError LookupError ArithmeticError RuntimeError Exception
""".split()


class Programs:
    """Makes programs; the same ones of the same `seed`."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        split = {kind: text.strip().splitlines() for kind, text in EXPRESSIONS.items()}
        self.expressions = {kind: [line.strip() for line in lines] for kind, lines in split.items()}
        self.statements = STATEMENTS.strip().split("\n--\n")
        self.methods = METHODS.strip().split("\n--\n")
        self.names: dict[str, list[str]] = {}
        self.count = 0

    def one(self) -> str:
        """The lines of a program, of which each error is caught."""
        self.names, self.count = {}, 0
        lines = [PRELUDE.strip()]
        for kind in CONSTANTS:
            value = self.constant(kind)
            lines.append(f"{self.new(kind)} = {value}")
        for _ in range(self.random.randrange(4, 12)):
            text = self.statement(2)
            body = "\n".join("    " + line for line in text.splitlines())
            caught = "except Exception as error:\n    log.append(type(error).__name__)"
            lines.append(text if self.random.random() < 0.1 else f"try:\n{body}\n{caught}")
        return "\n".join(lines) + "\n"

    def constant(self, kind: str) -> str:
        return self.random.choice(CONSTANTS[kind].split())

    def new(self, kind: str) -> str:
        self.count += 1
        name = f"{kind}_{self.count}"
        self.names.setdefault(kind, []).append(name)
        return name

    def known(self, kind: str) -> str:
        """A name; one that nothing is bound to, if there is none."""
        return self.random.choice(self.names.get(kind, ["nothing"]))

    def expression(self, kind: str, depth: int) -> str:
        if kind in CONSTANTS and (depth <= 0 or self.random.random() < 0.25):
            return self.known(kind) if self.random.random() < 0.7 else self.constant(kind)
        if kind not in self.expressions:
            return self.known(kind)
        fitting = self.expressions[kind]
        if depth <= 0:
            fitting = [text for text in fitting if text.count("<") == 1]
        while True:
            text = self.random.choice(fitting)
            asked = {word for word in re.findall(r"<(?:name )?(\w+)[ >]", text)}
            if all(word in CONSTANTS or word == "any" or self.names.get(word) for word in asked):
                return self.filled(text, depth)

    def statement(self, depth: int) -> str:
        simple = [text for text in self.statements if "\n" not in text]
        return self.filled(self.random.choice(self.statements if depth > 0 else simple), depth)

    def filled(self, text: str, depth: int) -> str:
        """The template with everything put in, in order."""
        return re.sub(r"( *)<([a-z]+)((?: [a-z:]+)*)>", lambda found: self.part(found, depth), text)

    def part(self, found: re.Match[str], depth: int) -> str:
        space, kind, words = found[1], found[2], found[3].split()
        if kind in ("new", "name"):
            return space + (self.new if kind == "new" else self.known)(words[0])
        before = {kind: list(names) for kind, names in self.names.items()}
        for word in words:
            name, _, of = word.partition(":")
            self.names[of] = [*self.names.get(of, []), name, name]
        made = self.made(kind, depth)
        if words or kind == "block":
            self.names = before
        return "\n".join(space + line for line in made.split("\n"))

    def made(self, kind: str, depth: int) -> str:
        pick = self.random.choice
        if kind == "block":
            return "\n".join(self.statement(depth - 1) for _ in range(pick([1, 1, 2])))
        if kind == "method":
            return self.filled(pick(self.methods), depth - 1)
        if kind == "error":
            return pick(ERRORS)
        if kind == "raise":
            forms = ["pass", "pass", "raise {}", "raise {}('m')", "raise {}(1, 2) from None"]
            return pick(forms).format(pick(ERRORS))
        return self.expression(kind, depth - 1)
