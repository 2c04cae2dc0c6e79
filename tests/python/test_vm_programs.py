"""Random programs in the VM tier and in this Python: statements, functions, generators, classes.

`REZLOAD_PROGRAMS` is how many are tried, `REZLOAD_SEED` which.
"""

from __future__ import annotations

import os
from pathlib import Path

import programs
import pytest
import this_python

pytestmark = pytest.mark.vm

COUNT = int(os.environ.get("REZLOAD_PROGRAMS", "3000"))
SEED = int(os.environ.get("REZLOAD_SEED", "1"))

DEFINITION = """\
name = "program"
{program}
version = "v" + repr(log).encode().hex()
"""


def test_what_is_served_is_what_this_python_gives(tmp_path: Path) -> None:
    made = programs.Programs(SEED)
    texts = (DEFINITION.format(program=made.one()) for _ in range(COUNT))
    served, wrong = this_python.compare(tmp_path / "package.py", texts)
    assert not wrong, "\n".join(wrong[0])
    assert served > COUNT // 3, served
