# What the VM tier tells definitions of the Python that has rez, on one line. rez isn't imported,
# which takes long: only its version is read.
import sys
from importlib.util import find_spec

# rez's tools don't look in the current directory, wherever it comes from
sys.path[:] = [path for path in sys.path if path]


def is_missing(name):
    try:
        return find_spec(name) is None
    except Exception:
        return False


def rez_version():
    try:
        origin = find_spec("rez").origin
        names = {}
        with open(origin[: -len("__init__.py")] + "utils/_version.py") as file:
            exec(file.read(), names)
        return names["_rez_version"]
    except Exception:
        return ""


# of Python 2: definitions try them first
OLD = (
    "ConfigParser Queue StringIO __builtin__ cPickle cStringIO commands exceptions httplib "
    "urllib2 urlparse"
)
missing = [name for name in OLD.split() if is_missing(name)]
version = [sys.implementation.name] + [str(number) for number in sys.version_info[:3]]
# with -O there are no assertions, with -bb bytes are no text
flags = max(sys.flags.optimize, sys.flags.bytes_warning - 1, 0)
# a site may have printed something without an end of line
facts = " ".join(version), " ".join(missing), rez_version(), flags
print("\nrezload-facts\t%s\t%s\t%s\t%d" % facts)
sys.stdout.flush()
