"""`rez/utils/platform_.py`: the platform's name and facts.

What the profile doesn't say is found as rez finds it, where that takes no program: only with
rez's own `platform_map`, which is empty.
"""

import _rezload
import os as _os

_NAMES = {"linux": "linux", "darwin": "osx", "windows": "windows"}
# rez asks when it is imported
name = _rezload.known_fact("rez.platform.system") or _rezload.fact("platform.system").lower()


def _mapped(attribute, found):
    """The fact, or else what `found` gives."""
    value = _rezload.known_fact("rez.platform." + attribute)
    if value is not None:
        return value
    if _rezload.fact("rez.config.platform_map"):
        _rezload.decline("host-fact", "rez.platform." + attribute)
    return found()


def _release_file(path, distributor_key, release_key):
    """`_parse` of `LinuxPlatform._os`: the two values, each None if it isn't there."""
    import io

    distributor = release = None
    with io.open(path) as file:
        lines = file.read().strip().split("\n")
    for line in lines:
        if line.startswith(distributor_key):
            distributor = _unquoted(line[len(distributor_key):].strip())
        elif line.startswith(release_key):
            release = _unquoted(line[len(release_key):].strip())
    return distributor, release


def _unquoted(text):
    for quote in "'\"":
        if text.startswith(quote) and text.endswith(quote):
            return text[1:-1]
    return text


def _os_name():
    """`LinuxPlatform._os`, up to where it asks the program `lsb_release`."""
    distributor = release = None
    if name != "linux":
        _rezload.decline("host-fact", "rez.platform.os")
    if _os.path.isfile("/etc/lsb-release"):
        distributor, release = _release_file(
            "/etc/lsb-release", "DISTRIB_ID=", "DISTRIB_RELEASE=")
        if distributor and release:
            return "%s-%s" % (distributor, release)
    from shutil import which

    if which("lsb_release") is not None or not _os.path.isfile("/etc/os-release"):
        _rezload.decline("host-fact", "rez.platform.os")
    distributor_, release_ = _release_file("/etc/os-release", "ID=", "VERSION_ID=")
    distributor, release = distributor_ or distributor, release_ or release
    if distributor and release:
        return "%s-%s" % (distributor, release)
    _rezload.decline("host-fact", "rez.platform.os")


class Platform:
    __slots__ = ()

    @property
    def name(self):
        if name not in _NAMES:
            _rezload.decline("host-fact", "rez.utils.platform_ on " + name)
        return _NAMES[name]

    arch = property(lambda self: _mapped(
        "arch", lambda: _rezload.fact("platform.machine")))
    os = property(lambda self: _mapped("os", _os_name))
    tmpdir = property(lambda self: _rezload.known_fact("rez.platform.tmpdir")
                      or _rezload.fact("tempfile.gettempdir"))
    physical_cores = property(lambda self: _rezload.fact("rez.platform.physical_cores"))
    logical_cores = property(lambda self: _rezload.fact("os.cpu_count"))

    @property
    def has_case_sensitive_filesystem(self):
        if self.name != "linux":
            _rezload.decline("host-fact", "platform_.has_case_sensitive_filesystem")
        return True

    def __getattr__(self, attribute):
        _rezload.decline("attribute-unknown", "rez.utils.platform_.platform_." + attribute)

    def __repr__(self):
        _rezload.decline("attribute-unknown", "repr(platform_)")


platform_ = Platform()
