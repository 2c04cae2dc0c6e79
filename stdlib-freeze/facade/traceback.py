"""`traceback`: prints to nowhere; what is in one is RustPython's."""

from _rezload_facade import refuse


def print_exc(limit=None, file=None, chain=True):
    if file is not None or not (limit is None or type(limit) is int) or type(chain) is not bool:
        _refuse()


def _refuse():
    import _rezload

    _rezload.decline("attribute-unknown", "traceback.print_exc(...)")


refuse(globals(), "attribute-unknown", (
    "extract_stack format_exc format_exception format_stack format_tb print_exception "
    "print_stack print_tb"))
