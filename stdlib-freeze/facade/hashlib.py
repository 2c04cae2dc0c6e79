"""`hashlib`: MD5 and the SHA-1 and SHA-2 families."""

import _rezload

_minor = _rezload.fact("python")[1]
# name: digest size, block size
_SIZES = {"md5": (16, 64), "sha1": (20, 64), "sha224": (28, 64), "sha256": (32, 64),
          "sha384": (48, 128), "sha512": (64, 128)}


def _bytes(data):
    if isinstance(data, (bytes, bytearray)):
        return bytes(data)
    if isinstance(data, str):
        raise TypeError("Strings must be encoded before hashing" if _minor >= 10
                        else "Unicode-objects must be encoded before hashing")
    if isinstance(data, memoryview):
        _rezload.decline("attribute-unknown", "a hash of a memoryview")
    raise TypeError("object supporting the buffer API required")


class _Hash:
    __slots__ = ("_data", "_name")

    def __init__(self, name, data):
        self._name = name
        self._data = data

    name = property(lambda self: self._name)
    digest_size = property(lambda self: _SIZES[self._name][0])
    block_size = property(lambda self: _SIZES[self._name][1])

    def update(self, data, /):
        self._data += _bytes(data)

    def digest(self):
        return _rezload.digest(self._name, self._data)

    def hexdigest(self):
        return self.digest().hex()

    def copy(self):
        return _Hash(self._name, self._data)

    def __getattr__(self, attribute):
        _rezload.decline("attribute-unknown", "hashlib." + attribute)

    def __repr__(self):
        _rezload.decline("unordered", "the text of a hash object, which has its address")


def _constructor(name):
    def constructor(string=b"", *, usedforsecurity=_unset):
        if usedforsecurity is not _unset and _minor < 9:
            _rezload.decline("attribute-unknown", "usedforsecurity=... before Python 3.9")
        return _Hash(name, _bytes(string))

    constructor.__name__ = "openssl_" + name
    return constructor


_unset = object()
md5 = _constructor("md5")
sha1 = _constructor("sha1")
sha224 = _constructor("sha224")
sha256 = _constructor("sha256")
sha384 = _constructor("sha384")
sha512 = _constructor("sha512")


def new(name, data=b"", **kwargs):
    if not isinstance(name, str) or name not in _SIZES or kwargs:
        _rezload.decline("attribute-unknown", "hashlib.new(%r)" % (name,))
    return _Hash(name, _bytes(data))


def _declining(name):
    def function(*args, **kwargs):
        _rezload.decline("attribute-unknown", "hashlib." + name)

    return function


blake2b = _declining("blake2b")
blake2s = _declining("blake2s")
sha3_256 = _declining("sha3_256")
sha3_512 = _declining("sha3_512")
