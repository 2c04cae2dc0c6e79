"""`rez/package_py_utils.py`: requests without wildcards are their own expansion.

A wildcard asks the repositories for the latest package, which only rez knows.
"""

import _rezload
from _rezload_dsl import InvalidPackageError
from _rezload_facade import refuse
from rez.utils.execution import Popen


def expand_requirement(request, paths=None):
    if "*" not in request:
        return request
    _rezload.decline("host-fact", "rez.package_py_utils.expand_requirement(%r)" % (request,))


def expand_requires(*requests):
    return [expand_requirement(x) for x in requests]


refuse(globals(), "sandbox", "exec_command exec_python find_site_python")
