"""`rez/system.py`: what `system` says of the host."""

import _rezload
import getpass
import os as _os
from rez.utils.platform_ import platform_


def _safe(text):
    """`System._make_safe_version_string`."""
    tokens, separators = [""], []
    for char in text.strip(".").strip("-"):
        if char in ".-":
            separators.append(char)
            tokens.append("")
        else:
            plain = char == "_" or char.isascii() and char.isalnum()
            tokens[-1] += char if plain else "_"
    if "" in tokens:
        # rez drops separators around nothing in its own way
        _rezload.decline("host-fact", "rez.system of %r" % text)
    return "".join([a + b for a, b in zip(tokens, separators + [""])])


class System:
    __slots__ = ()

    rez_version = property(lambda self: _rezload.fact("rez.version"))
    platform = property(lambda self: platform_.name)
    arch = property(lambda self: _safe(platform_.arch))
    os = property(lambda self: _safe(platform_.os))
    user = property(lambda self: getpass.getuser())
    home = property(lambda self: _os.path.expanduser("~"))
    hostname = property(lambda self: _rezload.fact("platform.node"))
    fqdn = property(lambda self: _rezload.fact("rez.system.fqdn"))
    selftest_is_running = property(
        lambda self: _os.getenv("__REZ_SELFTEST_RUNNING") == "1")

    @property
    def domain(self):
        try:
            return self.fqdn.split(".", 1)[1]
        except IndexError:
            return ""

    @property
    def variant(self):
        return ["platform-%s" % self.platform, "arch-%s" % self.arch, "os-%s" % self.os]

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", "rez.system.system." + name)

    def __repr__(self):
        _rezload.decline("attribute-unknown", "repr(rez.system.system)")


system = System()
