"""The `rezload` command, also `python -m rezload`."""

from __future__ import annotations

import signal
import sys

from . import _native


def main() -> int:
    """Runs the command line on `sys.argv` and gives its exit status."""
    if hasattr(signal, "SIGINT"):
        # no Python code runs from here on that could see a KeyboardInterrupt
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.run_cli(["rezload", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
