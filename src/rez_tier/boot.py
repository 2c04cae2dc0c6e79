# rezload: has real rez load package definitions, for a parent that writes to standard input
import sys

if sys.version_info < (3, 8):
    sys.exit("rezload needs Python 3.8 or later, not %d.%d" % sys.version_info[:2])

import importlib.abc
import importlib.util
import json
import os

PACKAGE = "_rezload_helper"


def read(size):
    parts = []
    while size:
        part = os.read(0, size)
        if not part:
            sys.exit(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class Shipped(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the modules whose sources the parent sends first."""

    def __init__(self, sources):
        self.sources = {PACKAGE: ""}
        for name, source in sources.items():
            self.sources[PACKAGE + "." + name] = source

    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            return importlib.util.spec_from_loader(name, self, is_package=name == PACKAGE)
        return None

    def exec_module(self, module):
        name = module.__name__
        exec(compile(self.sources[name], "<%s>" % name, "exec"), module.__dict__)

    def get_source(self, name):
        # for tracebacks
        return self.sources[name]


sys.meta_path.append(Shipped(json.loads(read(int(sys.argv[1])))))
isolated = "isolated" in sys.argv
sys.argv[:] = [""]
importlib.import_module(PACKAGE + ".rez_helper").main(isolated)
