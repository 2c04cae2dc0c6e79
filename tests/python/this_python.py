"""Definitions in this Python, beside the VM tier's answers."""

from __future__ import annotations

import __future__

import contextlib
import io
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, List, Tuple

import rezload

#: A definition's text, what this Python gives for its version, and what the tier gives.
Wrong = Tuple[str, str, str]


def version_of(text: str) -> str:
    """The version that a definition gives here, or what it raises."""
    # as rez compiles definitions, which inherit it
    flags = __future__.annotations.compiler_flag
    namespace: dict[str, Any] = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(compile(text, "package.py", "exec", flags=flags), namespace)
    except Exception as error:
        return f"raises {error!r}"
    version: str = namespace["version"]
    return version


def compare(path: Path, texts: Iterable[str]) -> tuple[int, List[Wrong]]:
    """How many of the definitions are served, each written to `path`, and which with another
    version than here."""
    served, wrong = 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for text in texts:
            path.write_text(text, encoding="utf-8", errors="surrogatepass")
            try:
                package = rezload.load(path, fallback=None)
            except rezload.LoadError:
                continue
            served += 1
            expected = version_of(text)
            if expected != package.version:
                wrong.append((text, expected, package.version))
    return served, wrong
