"""Where package.py files come from, and what makes a served file wrong."""
from __future__ import annotations

import json
import os
import subprocess
import tarfile
import tempfile
from typing import Any, Iterator, Protocol

from oracle import Answer, View, Whole, describe, rez_python

FIXTURES = os.environ.get(
    "REZLOAD_FIXTURES",
    os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fixtures"))
FOLDERS = ("static", "dynamic", "declined", "hostile")


class Served(Protocol):
    """What `rezload.parse_static_package_py` returns."""
    name: str
    version: str
    requires: list[str]
    variants: list[list[str]]


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def fixtures(*folders: str) -> dict[str, bytes]:
    """`folder/name.py` to source, in name order."""
    found = {}
    for folder in folders or FOLDERS:
        directory = os.path.join(FIXTURES, folder)
        for name in sorted(os.listdir(directory)):
            if name.endswith(".py"):
                found[folder + "/" + name] = read(os.path.join(directory, name))
    return found


def expected() -> dict[str, dict[str, Any]]:
    """rez's view of every fixture, as recorded; `view` is null where rez refuses."""
    with open(os.path.join(FIXTURES, "expected.json"), encoding="utf-8") as file:
        return json.load(file)


def packages(root: str) -> Iterator[str]:
    """Every package.py below a directory, in a fixed order."""
    for directory, subdirectories, names in os.walk(root):
        subdirectories.sort()
        if "package.py" in names:
            yield os.path.join(directory, "package.py")


def extra_roots() -> list[str]:
    """The directories that `REZLOAD_CORPUS` names."""
    return [root for root in os.environ.get("REZLOAD_CORPUS", "").split(os.pathsep) if root]


def bundled() -> str | None:
    """rez's own benchmark packages, unpacked once into `REZLOAD_CACHE` or the temporary directory."""
    python = rez_python()
    if python is None:
        return None
    rez = subprocess.run([python, "-I", "-c", "import rez; print(rez.__path__[0])"], check=True,
                         stdout=subprocess.PIPE).stdout.decode().strip()
    archive = os.path.join(rez, "data", "benchmarking", "packages.tar.gz")
    if not os.path.exists(archive):
        return None
    cache = os.environ.get("REZLOAD_CACHE") or os.path.join(tempfile.gettempdir(), "rezload-cache")
    target = os.path.join(cache, "rez-bundled-3.4.0")
    if not os.path.isdir(target):
        os.makedirs(cache, exist_ok=True)
        partial = tempfile.mkdtemp(dir=cache)
        with tarfile.open(archive) as tar:
            tar.extractall(partial)
        try:
            os.rename(partial, target)
        except OSError:
            pass  # another process was first
    return target


def difference(served: Served, answer: Answer) -> str | None:
    """How a served file differs from rez, or None."""
    if not isinstance(answer, View):
        return "served, but rez gives no view (%s): %s" % (answer.kind, answer.error)
    if answer.guarded:
        return "served, but the file does %s" % ", ".join(sorted(set(answer.guarded)))
    for field in ("name", "version", "requires", "variants"):
        ours, theirs = getattr(served, field), getattr(answer, field)
        if ours != theirs or type(ours) is not type(theirs):
            return "%s is %.300r, rez has %.300r" % (field, ours, theirs)
    return None


#: Where sources are said to be whose whole definition is asked for.
PLACE = "/packages/fx/1/package.py"


def definition(source: bytes) -> Any:
    """The whole definition that the compiled tiers give of a source, as `describe` describes it; `None`
    when they decline. Real rez has to be importable, for its classes.
    """
    from rezload import _native

    served = _native.try_definition(PLACE, source)
    return describe(served, PLACE) if isinstance(served, dict) else None


def definition_difference(served: Any, answer: Answer) -> str | None:
    """How a served definition, as `describe` describes it, differs from rez's, or None."""
    if not isinstance(answer, Whole):
        error = getattr(answer, "error", "")
        return "served, but rez gives no definition: %s" % error
    if answer.guarded:
        return "served, but the file does %s" % ", ".join(sorted(set(answer.guarded)))
    theirs = answer.definition
    if served == theirs:
        return None
    keys, their_keys = ([key for key, _ in pairs[1:]] for pairs in (served, theirs))
    if keys != their_keys:
        return "keys is %.300r, rez has %.300r" % (keys, their_keys)
    different = next(pair for pair in zip(served[1:], theirs[1:]) if pair[0] != pair[1])
    return "a value is %.1000r, rez has %.1000r" % (different[0], different[1][1])
