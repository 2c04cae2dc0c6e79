"""`getpass`: `getuser`."""

import _rezload
import os
from _rezload_facade import refusing


class GetPassWarning(UserWarning):
    pass


def getuser():
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        user = os.environ.get(name)
        if user:
            return user
    return _rezload.fact("pwd.name")


getpass = refusing("sandbox", "getpass.getpass")
