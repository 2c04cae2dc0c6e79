"""Questions about versions, ranges and requests, answered by rez and by `rezload::version`.

Run by a Python that has rez 3.4.0:

    gen_requests.py snapshot > tests/data/requests.tsv
    gen_requests.py compare target/release/examples/version_answers [--count N] [--seed N]
                    [--real FILE] [--exhaustive N]

`compare` asks N random questions, prints where the answers differ and fails if any do. FILE is a
JSON object of lists, `requests` and `versions`, to ask about and to mutate. `--exhaustive N` also
asks for every range of up to N characters out of `1.<>=+,` as is, with a newline, and in a request.

The questions and answers are described in `examples/version_answers.rs`.
"""
import argparse
import collections
import itertools
import json
import random
import re
import subprocess
import sys

import rez
from rez.exceptions import PackageRequestError
from rez.utils.formatting import PackageRequest, is_valid_package_name
from rez.version import Requirement, Version, VersionError, VersionRange

TOKENS = "0 00 1 2 10 01 001 9 a b A Z _ __ 1_ _1 1a a1 a01 a1b rc2 beta 20220101 x86_64".split()
POOL = ("1 1.0 1-0 1_ 1__ 1.0_ 1-0_ 1.0.0 1.1 1a 1.a 2 2_ 2.0 2-0 3 3_ 4 5 10 01 a a_ _ 0 00").split()
OPERATORS = ["<", "<=", ">", ">=", "==", "=", "..", "+", "+<", "+<=", ",<", ",<=", ",>", ",>=",
             "+,<", "+,>", "|", ",", "", "+>=", "<>"]
NAMES = "foo a a.b _x 9 CentOS-7 __pycache__ x_y.z.0 foo. .foo a..b é ! ~ a+b a|b".split() + ["", "a b"]
ODD = list("\n\r\t \0\x0b\x1c\x7f\\{}\"'*!~@#%()[]^$?;:/é²ßİ１٣Ⅷ一\u0301\u200b\u2028\ufeff😀") + ["\n\n"]
ALPHABET = list("012aA_.-+<>=,|@#!~") * 2 + ODD

REQUESTS = """
foo|foo-1|foo-1.2.3|foo-1+|foo-1.2+<2|~foo-1|!foo-2|foo<2|foo<=2|foo>2|foo==1.0|foo>=1|foo-==1|
foo-|foo-<2|foo-1.0,<2|foo-1..2|foo..1|foo@1|foo#1|foo@>1|foo#|foo--1|foo-@1|foo=1|foo===1|foo==|
foo-+|foo+|foo-1.|foo-.1|foo-1.2.*|foo-*|foo-1.0+<1.0|foo-1.2+<1|foo-1+<1_|foo-1.2+<1-2_|foo-1+<1a|
foo>1<2|foo>1<=2|foo>1<1|foo>1<=1|foo-1+<=1|foo-1+<=2|foo-2,>1|foo<3,<2|foo<2,<3|foo<=3,<2|foo<4>3|
foo<|foo>|foo<=|foo>=|foo><|foo<>|foo<=>=|foo>=<=|foo-+<=|foo-+<2|foo-+>=|foo-+>2|foo<=1,>|foo<=1,>=|
foo-1<2|foo-1<|foo-1<=|foo-1,2|foo-1+2|foo-1+,<2|foo-1,+<2|foo>1+|foo>1+<2|foo==1+|foo==1<2|~|!|~!foo|
!~foo|~foo|!foo|~foo-|~foo-1+|~foo<2|~foo>1|~foo==1|~foo==|~foo>|!foo==|~.foo|!.foo|.foo|.foo-1|.|..|
.-1|..foo|.foo.bar-1|.__pycache__|__pycache__|__pycache__-1|~__pycache__|foo.bar|foo.|foo..bar|foo.-1|
a b| a|a |foo -1|foo- 1|foo-1 |-1|<2|==1|@1|9|_|9-9|foo-x86_64|foo-CentOS-7|foo-1-2|foo-1_|foo-_|FOO-A.b
""".replace("\n", "").split("|") + [
    "", "foo\n", "foo-\n", "foo-1\n", "foo-1\n\n", "foo-1+\n", "foo==1\n", "foo-1\r", "foo-1\0", "\n",
    "foo-1|2", "foo-2|1", "foo-1|1.5", "foo-1+|3", "foo-1|", "foo-|1", "foo-||", "foo-1||2", "foo|2",
    "foo-1\n|2", "foo-1|2\n", "foo-1|\n", "foo-\n|1", "foo-|\n", "foo-|2+<1", "foo-2+<1|", "foo-|2+<",
    "foo-1|1_", "foo-1|1__", "foo-1_|1", "foo-1+<2|2", "foo-1+<2|>2", "foo-1..2|>2", "foo<1|>1",
    "~foo<1|>1", "~foo-1|2", "~foo-1|3|5+", "foo-==1|2", "foo==1|==2", "foo==1|==1-0|==1", "foo-1.0|1-0",
    "foo-1-0|1.0", "~foo-1-0|1.0", "foo-1..5|2+<3|>5", "~foo-1..5|2+<3|>5", "!foo-1..5|2+<3|>5",
    "foo-1+<5|2..3|>5", "~foo-1+<5|2..3|>5", "foo<2|<3", "foo>|==", "foo==|>", "~foo==|>1", "foo<=|>1",
    "é", "foo-é", "foo-１", "foo-٣", "foo-²", "foé-1", "f1é", "foo@1@2", "foo@1-2", "foo#1+<2", "foo@1|2",
    "foo-" + "1." * 200 + "1", "foo-" + "9" * 400 + "+<1" + "0" * 400,
]


def escape(text):
    return re.sub(r"[^ -~]|\\", lambda match: "\\{%x}" % ord(match.group()), text)


def shown(value):
    return "none" if value is None else "=" + escape(str(value))


def row(operation, *operands):
    return "\t".join([operation, *map(escape, operands)])


def fields(text):
    request = PackageRequest(text)
    range_ = "none" if request.range is None else "=%s" % request.range
    flags = [request.conflict, request.weak, request.ephemeral]
    return " ".join([request.name, range_, *(str(flag).lower() for flag in flags)])


def version(text):
    parsed = Version(text)
    next_ = "=%s" % parsed.next() if parsed else "none"
    trimmed = [str(parsed.trim(length)) for length in range(4)]
    return "|".join([str(parsed), str(len(parsed)), next_, *trimmed, *parsed.as_tuple()])


def order(left, right):
    left, right = Version(left), Version(right)
    answers = [left < right, left == right, left > right]
    assert answers.count(True) == 1 and (hash(left) == hash(right)) == answers[1]
    return ("less", "equal", "greater")[answers.index(True)]


ANSWERS = {
    "request": lambda text: shown(PackageRequest(text)),
    "requirement": lambda text: shown(Requirement(text)),
    "fields": lambda text: shown(fields(text)),
    "name": lambda text: str(is_valid_package_name(text)).lower(),
    "version": lambda text: shown(version(text)),
    "range": lambda text: shown(VersionRange(text)),
    "inverse": lambda text: shown(VersionRange(text).inverse()),
    "order": order,
    "contains": lambda range_, text: str(Version(text) in VersionRange(range_)).lower(),
    "intersection": lambda left, right: shown(VersionRange(left) & VersionRange(right)),
    "union": lambda left, right: shown(VersionRange(left) | VersionRange(right)),
}


def answer(operation, *operands):
    """rez's answer. An exception other than rez's own is a question that shouldn't be asked."""
    try:
        return ANSWERS[operation](*operands)
    except (VersionError, PackageRequestError):
        return "error"


def is_slow(operation, text):
    """Whether rez takes exponential time: its name regex backtracks on a long bad name."""
    name = text if operation == "name" else re.split("[-@#=<>]", text.lstrip("!~."))[0]
    return len(name) > 14 and not re.fullmatch(r"\w+(\.\w+)*", name, re.ASCII)


class Generator:
    def __init__(self, seed, real):
        self.random = random.Random(seed)
        self.requests = real["requests"] or REQUESTS
        self.versions = real["versions"] or POOL

    def version(self):
        pick = self.random.random()
        if pick < 0.6:
            return self.random.choice(POOL)
        if pick < 0.7:
            return self.random.choice(self.versions)
        tokens = self.random.choices(TOKENS, k=self.random.randint(1, 4))
        return "".join(t + self.random.choice("..-") for t in tokens)[:-1]

    def piece(self):
        choice = self.random.choice
        v = [self.version() if self.random.random() < 0.97 else "" for _ in range(2)]
        if self.random.random() < 0.1:
            v[1] = v[0]
        if self.random.random() < 0.1:
            return choice(OPERATORS) + v[0] + choice(OPERATORS) + v[1] + choice(["", "", "+", "\n"])
        # Mostly with the bounds in order, as rez rejects the rest.
        if self.random.random() < 0.95:
            v.sort(key=Version)
        return choice(["{0}", "{0}", "{0}+", "=={0}", "<{0}", "<={0}", ">{0}", ">={0}", "{0}..{1}",
                       "{0}+<{1}", "{0}+<={1}", ">{0}<{1}", ">{0}<={1}", ">={0},<{1}", "{0},<{1}",
                       "<={1},>{0}", "<{1},>={0}", "{1},>={0}", "<{1},<{0}"]).format(*v)

    def range(self):
        count = self.random.choice([1, 1, 2, 3, 4, 8])
        return self.mutated("|".join(self.piece() for _ in range(count)))

    def request(self):
        if self.random.random() < 0.3:
            return self.mutated(self.random.choice(self.requests))
        name = self.random.choice(NAMES) if self.random.random() < 0.2 else "foo"
        prefix = self.random.choice(["", "", "", "!", "~", "~", "."])
        return self.mutated(prefix + name + self.random.choice("---@#") + self.range())

    def mutated(self, text):
        while self.random.random() < 0.08:
            at, end = sorted(self.random.randint(0, len(text)) for _ in range(2))
            end = min(end, at + self.random.choice([0, 1, 1, 3]))
            new = self.random.choice([self.random.choice(ALPHABET), "", text[at:end] * 2])
            text = text[:at] + new + text[end:]
        return text

    def question(self):
        operation = self.random.choice(["request"] * 4 + list(ANSWERS))
        if operation in ("request", "requirement", "fields"):
            return operation, self.request()
        if operation == "name":
            return operation, self.mutated(self.request().split("-")[0])
        if operation == "version":
            return operation, self.mutated(self.version())
        if operation in ("range", "inverse"):
            return operation, self.range()
        if operation == "order":
            left = self.mutated(self.version())
            return operation, left, self.mutated(left if self.random.random() < 0.4 else self.version())
        return operation, self.range(), self.version() if operation == "contains" else self.range()

    def questions(self):
        while True:
            question = self.question()
            if not is_slow(*question[:2]):
                yield question


def exhaustive(length):
    for size in range(length + 1):
        for letters in itertools.product("1.<>=+,", repeat=size):
            text = "".join(letters)
            yield "range", text
            yield "range", text + "\n"
            yield "request", "~a-" + text
            yield "fields", "a" + text


def snapshot():
    generator = Generator(1, {"requests": [], "versions": []})
    texts = itertools.islice(generator.questions(), 700)
    rows = [("fields" if i % 4 == 3 else "request", text) for i, text in enumerate(REQUESTS)]
    rows += [("order", left, right) for left, right in zip(POOL, POOL[1:])]
    rows += [("version", text) for text in ["", *POOL, "1.2.3.4", "1..2", ".1", "1.", "1é2", "1 2", "é"]]
    print("# rez %s on versions: operation, operands, answer. Made by" % rez.__version__)
    print("# `tests/python/gen_requests.py snapshot`; read by `tests/version_snapshot.rs`.")
    for question in dict.fromkeys(rows + list(texts)):
        print(row(*question) + "\t" + answer(*question))


def compare(binary, questions):
    counts = collections.Counter()
    questions = iter(questions)
    while batch := list(itertools.islice(questions, 50_000)):
        text = "".join(row(*question) + "\n" for question in batch)
        output = subprocess.run([binary], input=text, capture_output=True, text=True, check=True).stdout
        for question, actual in itertools.zip_longest(batch, output.splitlines()):
            expected = answer(*question)
            kind = "accepted" if expected != "error" else "rejected"
            counts[question[0], kind] += 1
            if actual != expected:
                counts["undecided" if actual == "undecided" else "DIFFERENT"] += 1
                print(row(*question), expected, actual, sep="\n  ")
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=["snapshot", "compare"])
    parser.add_argument("binary", nargs="?")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--exhaustive", type=int, default=0, metavar="N")
    parser.add_argument("--real", metavar="FILE")
    options = parser.parse_args()
    if options.command == "snapshot":
        return snapshot()

    real = {"requests": [], "versions": []}
    if options.real:
        with open(options.real, encoding="utf-8") as file:
            real = json.load(file)
    known = [("request", text) for text in REQUESTS + real["requests"]]
    known += [("version", text) for text in real["versions"]]
    known += [("order", *pair) for pair in zip(real["versions"], real["versions"][1:])]
    drawn = itertools.islice(Generator(options.seed, real).questions(), options.count)
    every = exhaustive(options.exhaustive) if options.exhaustive else ()
    counts = compare(options.binary, itertools.chain(known, drawn, every))
    for key, count in sorted(counts.items(), key=str):
        print(count, key if isinstance(key, str) else " ".join(key))
    return 1 if counts["DIFFERENT"] else 0


if __name__ == "__main__":
    sys.exit(main())
