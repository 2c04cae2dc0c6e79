"""`platform`: the facts of the profile."""

import _rezload

_fact = _rezload.fact


def system():
    return _fact("platform.system")


def machine():
    return _fact("platform.machine")


def node():
    return _fact("platform.node")


def release():
    return _fact("platform.release")


def version():
    return _fact("platform.version")


def processor():
    return _fact("platform.processor")


def python_version():
    return "%d.%d.%d" % _fact("python")


def python_version_tuple():
    return tuple(map(str, _fact("python")))


def python_implementation():
    return "CPython"


def platform(aliased=False, terse=False):
    if aliased is not False or terse is not False:
        _rezload.decline("attribute-unknown", "platform.platform(aliased, terse)")
    return _fact("platform.platform")


def architecture(*args, **kwargs):
    if args or kwargs:
        _rezload.decline("attribute-unknown", "platform.architecture(...)")
    return _fact("platform.architecture")


class _UnameMeta(type):
    def __instancecheck__(cls, instance):
        _rezload.decline("attribute-unknown", "isinstance(..., platform.uname_result)")


class uname_result(metaclass=_UnameMeta):
    """What `uname` gives; `processor` is asked for when it is wanted, as in Python 3.9."""

    __slots__ = ()
    system = property(lambda self: _fact("platform.system"))
    node = property(lambda self: _fact("platform.node"))
    release = property(lambda self: _fact("platform.release"))
    version = property(lambda self: _fact("platform.version"))
    machine = property(lambda self: _fact("platform.machine"))
    processor = property(lambda self: _fact("platform.processor"))

    def __getitem__(self, key):
        if isinstance(key, slice):
            return tuple(self)[key]
        names = ("system", "node", "release", "version", "machine", "processor")
        return getattr(self, names[key])

    def __iter__(self):
        for name in ("system", "node", "release", "version", "machine", "processor"):
            yield getattr(self, name)

    def __len__(self):
        return 6

    def _refuse(self, *args):
        _rezload.decline("attribute-unknown", "platform.uname_result")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = _refuse
    __contains__ = __mul__ = __rmul__ = __repr__ = __str__ = __hash__ = __bool__ = _refuse
    __getattr__ = __setattr__ = __delattr__ = index = count = _refuse

    @property
    def __class__(self):
        # a tuple's
        _rezload.decline("attribute-unknown", "what platform.uname() is")


_UNAME = uname_result()


def uname():
    return _UNAME


def freedesktop_os_release():
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            with _open(path, encoding="utf-8") as file:
                return _os_release(file)
        except OSError:
            continue
    _rezload.decline("host-fact", "platform.freedesktop_os_release() without a file")


def _os_release(lines):
    info = {"NAME": "Linux", "ID": "linux", "PRETTY_NAME": "Linux"}
    for line in lines:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        plain = name.replace("_", "a").isalnum() and name.isascii() and name[0].isalpha()
        quote = value[:1] if value[:1] in ("'", '"') else ""
        if quote:
            value, last = value[1:-1], value[-1:]
            plain = plain and last == quote and quote not in value
        if not equals or not plain or "\\" in value or "$" in value or value.strip() != value:
            _rezload.decline("host-fact", "platform.freedesktop_os_release() of unusual text")
        info[name] = value
    return info


def _open(*args, **kwargs):
    import io

    return io.open(*args, **kwargs)


def _declining(name):
    def function(*args, **kwargs):
        _rezload.decline("host-fact", "platform." + name)

    return function


for _name in ("java_ver", "libc_ver", "mac_ver", "python_branch", "python_build",
              "python_compiler", "python_revision", "system_alias", "win32_edition",
              "win32_is_iot", "win32_ver"):
    globals()[_name] = _declining(_name)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    _rezload.decline("attribute-unknown", "platform." + name)
