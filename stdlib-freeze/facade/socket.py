"""`socket`: the name of the host; whatever asks the network declines."""

import _rezload
from _rezload_facade import inert_classes, refuse

error = OSError
timeout = TimeoutError if _rezload.fact("python")[1] >= 10 else type("timeout", (OSError,), {})


class herror(OSError):
    pass


class gaierror(OSError):
    pass




def gethostname():
    return _rezload.fact("platform.node")


refuse(globals(), "sandbox", "create_connection getaddrinfo getfqdn gethostbyaddr gethostbyname")
inert_classes(globals(), "sandbox", "socket")
