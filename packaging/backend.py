"""maturin, told to build with a Rust a little older than RustPython's parser asks for.

Release 0.16.5 of the parser says that it needs Rust 1.96, and compiles with 1.95 as well.
"""

import os

_arguments = os.environ.get("MATURIN_PEP517_ARGS", "").split()
if "--ignore-rust-version" not in _arguments:
    os.environ["MATURIN_PEP517_ARGS"] = " ".join([*_arguments, "--ignore-rust-version"])

from maturin import *  # noqa: E402, F403
