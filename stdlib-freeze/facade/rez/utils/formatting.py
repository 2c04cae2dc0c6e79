"""`rez/utils/formatting.py`: package requests."""

import _rezload
from _rezload_facade import refuse_text
from rez.exceptions import PackageRequestError
from rez.version import Requirement


def is_valid_package_name(name, raise_error=False):
    if not isinstance(name, str):
        refuse_text(name)
    is_valid = _rezload.package_name_is_valid(name)
    if raise_error and not is_valid:
        raise PackageRequestError("Not a valid package name: %r" % name)
    return is_valid


class PackageRequest(Requirement):
    def __init__(self, s):
        super().__init__(s)
        if s.startswith("."):
            self.ephemeral = True
            is_valid_package_name(self.name[1:], True)
        else:
            self.ephemeral = False
            is_valid_package_name(self.name, True)
