"""Served definitions, compared with what rez gives.

`python -m rezload.validation FILE...` compares files on demand.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Callable, Optional

from . import _native
from .definition_diff import Difference, describe, difference
from .environment import Settings
from .load_stats import Served, counters

# rez's own handler prints what is logged below `rez`
logger = logging.getLogger("rez.rezload")

LoadPy = Callable[..., Any]
"""`rez.serialise.load_py`: `(stream, filepath=None) -> dict`."""


class Validator:
    """Compares a share of the served definitions; a difference goes to the log, once for each
    file and key, and to a directory where one is set.
    """

    def __init__(self, settings: Settings) -> None:
        self._share = settings.share
        self._reports = settings.reports
        # each process begins at another place, so that short ones are sampled too; rez's users
        # seed `random`, which is therefore left alone
        self._sum = int.from_bytes(os.urandom(4), "big") / 2**32
        self._seen: set[tuple[str, str]] = set()

    def chooses(self) -> bool:
        """Whether the next definition is compared.

        Threads may overwrite each other's sum; the share is a little off then.
        """
        total = self._sum + self._share
        self._sum = total - 1.0 if total >= 1.0 else total
        return total >= 1.0

    def check(self, served: Served, load_py: LoadPy, stream: Any) -> Any:
        """What is served where rez agrees, rez's own result or exception where it doesn't."""
        started = time.perf_counter()
        try:
            by_rez = load_py(stream, filepath=served.filepath)
        except (Exception, SystemExit) as error:
            counters.add_validated(True, served.seconds, time.perf_counter() - started)
            self._report(served, Difference("", "exception", served.definition, error))
            raise
        rez_seconds = time.perf_counter() - started
        found = difference(served.definition, by_rez)
        counters.add_validated(found is not None, served.seconds, rez_seconds)
        if found is None:
            return served.definition
        self._report(served, found)
        return by_rez

    def _report(self, served: Served, found: Difference) -> None:
        filepath = served.filepath
        if (filepath, found.key) in self._seen:
            return
        self._seen.add((filepath, found.key))
        where = ""
        if self._reports is not None:
            try:
                where = f"; written to {write_report(self._reports, served, found)}"
            except Exception as error:  # rez's load goes on whatever it is
                where = f"; the report can't be written: {error}"
        logger.error(
            "rezload %s (%s tier) and rez differ on %s: %s; rez's result is used%s; "
            "reproduce with: %s -m rezload.validation %s",
            _native.__version__,
            served.tier,
            filepath,
            found,
            where,
            sys.executable,
            filepath,
        )


def write_report(folder: str, served: Served, found: Difference) -> str:
    """Writes a JSON file with all that it takes to reproduce `found`; gives its path.

    The same difference has the same file name, so many processes write one file.
    """
    import rez
    import rez.serialise

    serialise: ModuleType = rez.serialise
    filepath = served.filepath
    with open(filepath, "rb") as file:
        source = file.read()
    report: dict[str, Any] = {
        "path": filepath,
        "key": found.key,
        "kind": found.kind,
        "by_rezload": describe(found.by_rezload, 10_000),
        "by_rez": describe(found.by_rez, 10_000),
        "tier": served.tier,
        "rezload": _native.__version__,
        "rez": rez.__version__,
        "python": sys.version,
        "platform": sys.platform,
        "objects": repr(serialise.get_objects()),
        "package_definition_build_python_paths": list(
            serialise.config.package_definition_build_python_paths
        ),
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "sha256": hashlib.sha256(source).hexdigest(),
        "source_base64": base64.b64encode(source).decode("ascii"),
    }
    identity = "\n".join([filepath, found.key, report["sha256"]])
    name = hashlib.sha256(os.fsencode(identity)).hexdigest()[:16]
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"rezload-difference-{name}.json")
    # others read it, as far as the umask lets them, which `tempfile` doesn't ask
    partial = f"{path}.{os.getpid()}-{threading.get_ident()}.part"
    try:
        with open(partial, "w", encoding="ascii") as out:
            json.dump(report, out, indent=2)
        os.replace(partial, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        # another user's, in a folder where each may only replace their own
        if not os.path.exists(path):
            raise
    return path


def compare_file(path: str) -> Optional[str]:
    """Compares what the compiled tiers serve for `path` with what rez gives.

    `None` when they agree; otherwise what differs, or why nothing is served. A file that can't
    be read is an `OSError`.
    """
    from rez.serialise import load_py

    filepath = os.path.realpath(path)
    served = _native.try_definition(filepath)
    if not isinstance(served, dict):
        last = served[-1]
        return f"not served by the {last.tier} tier: {last.line}:{last.column}: {last.reason}"
    with open(filepath) as stream:
        try:
            by_rez = load_py(stream, filepath=filepath)
        except (Exception, SystemExit) as error:
            return f"different: {Difference('', 'exception', served, error)}"
    found = difference(served, by_rez)
    return None if found is None else f"different: {found}"


def _lines(paths: list[str]) -> Iterator[tuple[bool, str]]:
    for path in paths:
        try:
            outcome = compare_file(path)
        except OSError as error:
            outcome = str(error)
            if os.path.isdir(path):
                outcome = "a folder, which `python -m rezload diff` compares"
        yield outcome is None, f"{path}: {outcome or 'equal'}"


def main() -> int:
    """0 when all files are served and equal, 1 otherwise, 2 without a file."""
    if len(sys.argv) < 2:
        print(f"usage: {sys.executable} -m rezload.validation FILE...", file=sys.stderr)
        return 2
    status = 0
    for equal, line in _lines(sys.argv[1:]):
        print(line)
        status = status if equal else 1
    return status


if __name__ == "__main__":
    sys.exit(main())
