"""Times what Python has for loading definitions, for `rezload bench`.

One line of JSON comes in: {"files": [...], "rounds": n}. Out come a greeting and one line a file,
with each contestant's times in nanoseconds and its answer. An answer is taken once, outside the
timing. Whatever else is printed goes to standard error.
"""

import json
import os
import platform
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

from time import perf_counter_ns

try:
    import rez
    from rez.developer_package import DeveloperPackage
    from rez.packages import Package
    from rez.serialise import FileFormat, load_from_file
    from rez.utils.formatting import is_valid_package_name
    from rez.utils.resources import ResourcePool
    from rezplugins.package_repository.filesystem import (
        FileSystemPackageRepository,
        FileSystemPackageResource,
    )
except Exception as error:
    out.write(json.dumps({"failed": "%s: %s" % (type(error).__name__, error)}) + "\n")
    sys.exit(0)


class LoneFile(FileSystemPackageResource):
    """The package resource of one file, wherever it stands."""

    def __init__(self, filepath, data):
        self._filepath = filepath
        self._loaded = data
        super().__init__(
            {
                "repository_type": self.repository_type,
                "location": self.path,
                "name": data.get("name"),
                "version": data.get("version"),
            }
        )

    def _load(self):
        return self._loaded

    path = property(lambda self: os.path.dirname(self._filepath))
    filepath = property(lambda self: self._filepath)
    file_format = property(lambda self: FileFormat.py)
    _repository = property(lambda self: FileSystemPackageRepository(self.path, ResourcePool()))


def fields(name, version, package):
    return [
        str(name),
        "" if version is None else str(version),
        [str(request) for request in package.requires or ()],
        [[str(request) for request in variant] for variant in package.variants or ()],
    ]


def view(path, data):
    data.pop("format_version", None)
    resource = LoneFile(path, data)
    is_valid_package_name(resource._name, raise_error=True)
    return fields(resource._name, resource._version, Package(resource))


def load(path):
    return load_from_file(path, FileFormat.py, disable_memcache=True)


def repository_package(path):
    return view(path, load(path))


def developer_package(path):
    if os.path.basename(path) != "package.py":
        raise ValueError("a DeveloperPackage is a directory with a package.py")
    package = DeveloperPackage.from_path(os.path.dirname(path))
    return fields(package.name, package.version, package)


def rez_next_package(path):
    package = rez_next.Package.load(path)
    version = package.version_str
    return [
        package.name,
        version or "",
        [str(request) for request in package.requires or ()],
        [[str(request) for request in variant] for variant in package.variants or ()],
    ]


def rezload_package(path):
    package = rezload.load(path, fallback=None)
    return [package.name, package.version, package.requires, package.variants]


def identity(path, answer):
    return answer


# name, what is timed, the function, and how its result becomes an answer
contestants = [
    (
        "rez load_from_file",
        "rez.serialise.load_from_file: the whole definition, nothing validated",
        load,
        view,
    ),
    (
        "rez repository package",
        "load_from_file, a package resource of it, and its four fields: what rez's solver reads",
        repository_package,
        identity,
    ),
    (
        "rez DeveloperPackage",
        "DeveloperPackage.from_path and the four fields: what rez-build makes of a source",
        developer_package,
        identity,
    ),
]
packages = {}
missing = {}
try:
    import rez_next

    packages["rez-next"] = str(getattr(rez_next, "__version__", "unknown"))
    contestants.append(
        ("rez-next Package.load", "rez_next.Package.load and its four fields", rez_next_package, identity)
    )
except Exception as error:
    missing["rez-next"] = str(error)
try:
    import rezload

    packages["rezload"] = rezload.__version__
    contestants.append(
        ("rezload in Python", "rezload.load(path, fallback=None)", rezload_package, identity)
    )
except Exception as error:
    missing["rezload"] = str(error)

greeting = {
    "python": platform.python_version(),
    "rez": rez.__version__,
    "packages": packages,
    "missing": missing,
    "contestants": [[name, what] for name, what, _, _ in contestants],
}
out.write(json.dumps(greeting) + "\n")
out.flush()

work = json.loads(sys.stdin.readline())
null = os.open(os.devnull, os.O_RDONLY)
os.dup2(null, 0)


def attempt(function, path):
    """Nanoseconds, the result, and the error."""
    result = error = None
    begin = perf_counter_ns()
    try:
        result = function(path)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:
        error = raised
    return perf_counter_ns() - begin, result, error


if work["files"]:
    # imports and first calls are nobody's time
    for _, _, function, _ in contestants:
        attempt(function, work.get("warm", work["files"][0]))

for index, path in enumerate(work["files"]):
    reply = {}
    for turn in range(work["rounds"]):
        # each is first, second, ... in turn
        start = (index + turn) % len(contestants)
        for name, _, function, answer_of in contestants[start:] + contestants[:start]:
            time, result, error = attempt(function, path)
            entry = reply.setdefault(name, {"ns": [], "answer": None, "error": None})
            entry["ns"].append(time)
            if turn == 0:
                if error is None:
                    try:
                        entry["answer"] = answer_of(path, result)
                    except Exception as raised:
                        error = raised
                if error is not None:
                    entry["error"] = "%s: %s" % (type(error).__name__, str(error)[:200])
    out.write(json.dumps({"index": index, "reply": reply}) + "\n")
    out.flush()
