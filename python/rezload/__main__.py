"""The `rezload` command, also `python -m rezload`."""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec

from . import _native


def main() -> int:
    """Runs the command line on `sys.argv` and gives its exit status."""
    if hasattr(signal, "SIGINT"):
        # no Python code runs from here on that could see a KeyboardInterrupt
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # this Python answers for files that have to be run, if it can and no other one is named
    python = sys.executable if find_spec("rez") is not None else None
    return _native.run_cli(["rezload", *sys.argv[1:]], python or None)


if __name__ == "__main__":
    sys.exit(main())
