"""`multiprocessing`: the number of processors."""

import _rezload
from _rezload_facade import refuse


def cpu_count():
    count = _rezload.fact("os.cpu_count")
    if count is None:
        raise NotImplementedError("cannot determine number of cpus")
    return count


refuse(globals(), "sandbox", "Lock Pool Process Queue")
