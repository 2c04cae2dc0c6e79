"""`traceback`: prints to nowhere; what is in one is RustPython's."""

from _rezload_facade import refuse


def print_exc(limit=None, file=None, chain=True):
    if file is not None:
        _refuse()


def _refuse():
    import _rezload

    _rezload.decline("attribute-unknown", "traceback.print_exc(file=...)")


refuse(globals(), "attribute-unknown", (
    "extract_stack format_exc format_exception format_stack format_tb print_exception "
    "print_stack print_tb"))
