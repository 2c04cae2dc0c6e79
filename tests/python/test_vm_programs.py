"""Random programs in the VM tier and in this Python: statements, functions, generators, classes.

`REZLOAD_PROGRAMS` is how many are tried, `REZLOAD_SEED` which.
"""

from __future__ import annotations

import __future__

import os
import warnings
from pathlib import Path
from typing import Any

import programs
import pytest

import rezload

pytestmark = pytest.mark.vm

COUNT = int(os.environ.get("REZLOAD_PROGRAMS", "3000"))
SEED = int(os.environ.get("REZLOAD_SEED", "1"))

DEFINITION = """\
name = "program"
{program}
version = "v" + repr(log).encode().hex()
"""


def by_this_python(text: str) -> str:
    namespace: dict[str, Any] = {}
    # as rez compiles definitions, which inherit it
    code = compile(text, "package.py", "exec", flags=__future__.annotations.compiler_flag)
    try:
        exec(code, namespace)
    except Exception as error:
        return f"raises {error!r}"
    version: str = namespace["version"]
    return version


def test_what_is_served_is_what_this_python_gives(tmp_path: Path) -> None:
    made, path = programs.Programs(SEED), tmp_path / "package.py"
    served, wrong = 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(COUNT):
            text = DEFINITION.format(program=made.one())
            path.write_text(text, encoding="utf-8")
            try:
                package = rezload.load(path, fallback=None)
            except rezload.LoadError:
                continue
            served += 1
            expected = by_this_python(text)
            if expected != package.version:
                wrong.append((text, expected, package.version))
    assert not wrong, "\n".join(wrong[0])
    assert served > COUNT // 3, served
