"""`urllib.parse`: quoting, and URLs whose parts no version of Python reads in another way."""

import _rezload
from collections import namedtuple

_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")
_PLAIN = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~/:@?#&=+%,!*'$()")
_HEX = "0123456789ABCDEFabcdef"
_SCHEMES = ("http", "https", "ftp", "file", "sftp", "")
_minor = _rezload.fact("python")[1]


def quote_from_bytes(bs, safe="/"):
    if not isinstance(bs, (bytes, bytearray)):
        raise TypeError("quote_from_bytes() expected bytes")
    if isinstance(safe, str):
        safe = safe.encode("ascii", "ignore")
    elif not isinstance(safe, bytes):
        _rezload.decline("attribute-unknown", "urllib.parse.quote(safe=...)")
    return "".join([chr(b) if b in _SAFE or b < 128 and b in safe else "%%%02X" % b for b in bs])


def _check_codec(encoding, errors):
    for name in (encoding, errors):
        if name is not None and (not isinstance(name, str) or not name):
            _rezload.decline("attribute-unknown", "urllib.parse with a codec that is none")


def quote(string, safe="/", encoding=None, errors=None):
    if isinstance(string, str):
        if not string:
            return string
        _check_codec(encoding, errors)
        string = string.encode(encoding or "utf-8", errors or "strict")
    elif encoding is not None:
        raise TypeError("quote() doesn't support 'encoding' for bytes")
    elif errors is not None:
        raise TypeError("quote() doesn't support 'errors' for bytes")
    return quote_from_bytes(string, safe)


def quote_plus(string, safe="", encoding=None, errors=None):
    if not isinstance(string, str) or not isinstance(safe, str):
        _rezload.decline("attribute-unknown", "urllib.parse.quote_plus of bytes")
    if " " not in string:
        return quote(string, safe, encoding, errors)
    return quote(string, safe + " ", encoding, errors).replace(" ", "+")


def unquote_to_bytes(string):
    if not isinstance(string, (str, bytes)):
        _rezload.decline("attribute-unknown", "urllib.parse.unquote_to_bytes of an object")
    if not string:
        return b""
    if isinstance(string, str):
        string = string.encode("utf-8")
    first, *rest = string.split(b"%")
    out = [first]
    for part in rest:
        digits = part[:2].decode("latin-1")
        if len(digits) == 2 and digits[0] in _HEX and digits[1] in _HEX:
            out.append(bytes((int(digits, 16),)))
            out.append(part[2:])
        else:
            out.append(b"%" + part)
    return b"".join(out)


def unquote(string, encoding="utf-8", errors="replace"):
    if not isinstance(string, str):
        _rezload.decline("attribute-unknown", "urllib.parse.unquote of bytes")
    if "%" not in string:
        return string
    if not string.isascii():
        # only what is ASCII is unquoted, run by run
        _rezload.decline("attribute-unknown", "urllib.parse.unquote of text beyond ASCII")
    _check_codec(encoding, errors)
    return unquote_to_bytes(string).decode(encoding or "utf-8", errors or "replace")


def unquote_plus(string, encoding="utf-8", errors="replace"):
    return unquote(string.replace("+", " "), encoding, errors)


def urlencode(query, doseq=False, safe="", encoding=None, errors=None, quote_via=quote_plus):
    if hasattr(query, "items"):
        query = query.items()
    elif not isinstance(query, (list, tuple)) or any(type(item) is not tuple for item in query):
        _rezload.decline("attribute-unknown", "urllib.parse.urlencode of an iterable")
    parts = []
    for key, value in query:
        values = value if doseq and type(value) in (list, tuple) else [value]
        for text in (key, *values):
            if type(text) not in (str, int, float, bool, type(None)):
                _rezload.decline("attribute-unknown", "urllib.parse.urlencode of objects")
        for value in values:
            parts.append(quote_via(str(key), safe, encoding, errors) + "="
                         + quote_via(str(value), safe, encoding, errors))
    return "&".join(parts)


class _Netloc:
    __slots__ = ()

    @property
    def _host(self):
        userinfo, at, hostinfo = self.netloc.rpartition("@")
        host, colon, port = hostinfo.partition(":")
        return userinfo if at else None, host, port if colon else None

    @property
    def username(self):
        userinfo = self._host[0]
        return None if userinfo is None else userinfo.partition(":")[0]

    @property
    def password(self):
        userinfo = self._host[0]
        if userinfo is None or ":" not in userinfo:
            return None
        return userinfo.partition(":")[2]

    @property
    def hostname(self):
        host = self._host[1]
        return host.lower() if host else None

    @property
    def port(self):
        port = self._host[2]
        if not port:
            return None
        if not (port.isdigit() and port.isascii()) or int(port) > 65535:
            _rezload.decline("attribute-unknown", "the port of an unusual URL")
        return int(port)

    def __getattr__(self, name):
        _rezload.decline("attribute-unknown", "urllib.parse result's " + name)


class SplitResult(_Netloc, namedtuple("SplitResult", "scheme netloc path query fragment")):
    __slots__ = ()

    def geturl(self):
        return urlunsplit(self)


class ParseResult(_Netloc, namedtuple("ParseResult", "scheme netloc path params query fragment")):
    __slots__ = ()

    def geturl(self):
        return urlunparse(self)


def _check(url):
    if not isinstance(url, str) or any(char not in _PLAIN for char in url):
        _rezload.decline("attribute-unknown", "a URL of unusual characters")


def urlsplit(url, scheme="", allow_fragments=True):
    _check(url)
    if scheme or not allow_fragments:
        _rezload.decline("attribute-unknown", "urllib.parse.urlsplit(scheme, allow_fragments)")
    head, colon, rest = url.partition(":")
    if colon:
        if head.lower() not in _SCHEMES or not head:
            _rezload.decline("attribute-unknown", "a URL of an unusual scheme")
        scheme, url = head.lower(), rest
    netloc = query = fragment = ""
    if url[:2] == "//":
        end = min([i for i in (url.find(c, 2) for c in "/?#") if i >= 0] or [len(url)])
        netloc, url = url[2:end], url[end:]
        if "%" in netloc:
            _rezload.decline("attribute-unknown", "a URL of an unusual host")
    url, _, fragment = url.partition("#")
    url, _, query = url.partition("?")
    if (url[:2] == "//" or not netloc and scheme and not url.startswith("/")):
        _rezload.decline("attribute-unknown", "a URL of an unusual path")
    return SplitResult(scheme, netloc, url, query, fragment)


def urlparse(url, scheme="", allow_fragments=True):
    scheme, netloc, path, query, fragment = urlsplit(url, scheme, allow_fragments)
    return ParseResult(scheme, netloc, path, "", query, fragment)


def urlunparse(components):
    scheme, netloc, url, params, query, fragment = components
    if params:
        _rezload.decline("attribute-unknown", "urllib.parse.urlunparse with parameters")
    return urlunsplit((scheme, netloc, url, query, fragment))


def urlunsplit(components):
    scheme, netloc, url, query, fragment = components
    for part in components:
        _check(part)
    if scheme not in ("http", "https", "ftp", "") or not netloc and (scheme or url[:2] == "//"):
        _rezload.decline("attribute-unknown", "urllib.parse.urlunsplit of unusual parts")
    if netloc:
        if url and url[:1] != "/":
            url = "/" + url
        url = "//" + netloc + url
    if scheme:
        url = scheme + ":" + url
    if query:
        url = url + "?" + query
    if fragment:
        url = url + "#" + fragment
    return url


def urldefrag(url):
    _rezload.decline("attribute-unknown", "urllib.parse.urldefrag")


def parse_qsl(qs, *args, **kwargs):
    # 3.9.2 took `;` as a separator no longer, and newer versions read less
    if not isinstance(qs, str) or args or kwargs or ";" in qs or not qs.isascii():
        _rezload.decline("attribute-unknown", "urllib.parse.parse_qs of unusual text")
    pairs = []
    for field in qs.split("&"):
        if not field:
            continue
        name, equals, value = field.partition("=")
        if value:
            pairs.append((unquote_plus(name), unquote_plus(value)))
    return pairs


def parse_qs(qs, *args, **kwargs):
    result = {}
    for name, value in parse_qsl(qs, *args, **kwargs):
        result.setdefault(name, []).append(value)
    return result


def urljoin(base, url, allow_fragments=True):
    _check(base)
    _check(url)
    if not base:
        return url
    if not url:
        return base
    here, there = urlsplit(base), urlsplit(url)
    if not allow_fragments or here.scheme not in ("http", "https") or not here.netloc:
        _rezload.decline("attribute-unknown", "urllib.parse.urljoin of unusual URLs")
    if there.scheme and there.netloc:
        return url
    if there.scheme or there.netloc or not there.path or "." in there.path.split("/") or (
            ".." in there.path.split("/") or "." in here.path.split("/")
            or ".." in here.path.split("/") or "//" in here.path or "//" in there.path):
        _rezload.decline("attribute-unknown", "urllib.parse.urljoin of unusual URLs")
    path = there.path
    if not path.startswith("/"):
        path = (here.path.rpartition("/")[0] or "") + "/" + path
    return urlunsplit((here.scheme, here.netloc, path, there.query, there.fragment))
