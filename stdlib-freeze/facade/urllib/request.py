"""`urllib.request`: may be imported; whatever connects declines."""

import _rezload
from _rezload_facade import inert_classes, refuse
from urllib.error import HTTPError, URLError

refuse(globals(), "sandbox", (
    "build_opener getproxies install_opener urlcleanup urlopen urlretrieve"))
refuse(globals(), "attribute-unknown", "pathname2url url2pathname")
inert_classes(globals(), "sandbox", (
    "HTTPBasicAuthHandler HTTPHandler HTTPSHandler OpenerDirector ProxyHandler Request"))


def __getattr__(name):
    if name in ("quote", "unquote", "urljoin", "urlparse"):
        import urllib.parse

        return getattr(urllib.parse, name)
    raise AttributeError(name)
