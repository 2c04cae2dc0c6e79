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


def _asked(name, find):
    """What rez's own object says, which asks once in its life, and without it what `find` gives."""
    def get(self):
        known = _rezload.known_fact("rez.system." + name)
        return find(self) if known is None else known

    return property(get)


def _domain(system):
    try:
        return system.fqdn.split(".", 1)[1]
    except IndexError:
        return ""


class System:
    __slots__ = ()

    rez_version = property(lambda self: _rezload.fact("rez.version"))
    platform = _asked("platform", lambda self: platform_.name)
    arch = _asked("arch", lambda self: _safe(platform_.arch))
    os = _asked("os", lambda self: _safe(platform_.os))
    user = _asked("user", lambda self: getpass.getuser())
    home = _asked("home", lambda self: _os.path.expanduser("~"))
    hostname = _asked("hostname", lambda self: _rezload.fact("platform.node"))
    fqdn = property(lambda self: _rezload.fact("rez.system.fqdn"))
    domain = _asked("domain", _domain)
    selftest_is_running = property(
        lambda self: _os.getenv("__REZ_SELFTEST_RUNNING") == "1")

    @property
    def variant(self):
        made = ["platform-%s" % self.platform, "arch-%s" % self.arch, "os-%s" % self.os]
        return _rezload.shared("rez.system.variant", made)

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", "rez.system.system." + name)

    def __repr__(self):
        _rezload.decline("attribute-unknown", "repr(rez.system.system)")


system = System()
