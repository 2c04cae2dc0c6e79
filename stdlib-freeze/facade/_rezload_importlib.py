"""`importlib`: `import_module` gives what `import` gives."""

import _rezload
from _rezload_facade import refuse


def import_module(name, package=None):
    if not isinstance(name, str) or name.startswith("."):
        _rezload.decline("module-unknown", "a relative import")
    return _rezload.imported_module(name)


refuse(globals(), "module-unknown", (
    "invalidate_caches reload find_spec module_from_spec spec_from_file_location"))
