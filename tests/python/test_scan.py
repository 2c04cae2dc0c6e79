"""Scans against rez's own iteration over the same repositories."""

from __future__ import annotations

import itertools
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any, List, Tuple

import pytest

import rezload
from rezload import (
    Declined,
    LoadError,
    Refused,
    Repositories,
    RepositoryError,
    RepositoryPackage,
)


pytest.importorskip("rez")

Fields = Tuple[List[str], List[List[str]], str]


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return root


def location(root: Path) -> str:
    """A repository's, as rez spells it: in small letters on Windows."""
    from rez.utils.filesystem import canonical_path

    return str(canonical_path(str(root)))


def by_rez(paths: list[Path]) -> dict[tuple[str, str | None], Fields | None]:
    """What `iter_packages` gives for each family; `None` for what rez refuses."""
    from rez.package_repository import package_repository_manager
    from rez.packages import iter_package_families, iter_packages

    package_repository_manager.clear_caches()
    strings = [str(path) for path in paths]
    found: dict[tuple[str, str | None], Fields | None] = {}
    for name in {str(family.resource.variables["name"]) for family in iter_package_families(strings)}:
        try:
            packages = list(iter_packages(name, paths=strings))
        except Exception:
            found[name, None] = None
            continue
        for package in packages:
            try:
                fields = (
                    [str(request) for request in package.requires or ()],
                    [[str(r) for r in variant] for variant in package.variants or ()],
                    package.uri,
                )
            except Exception:
                found[name, str(package.version)] = None
            else:
                found[name, str(package.version)] = fields
    return found


def by_rezload(
    paths: list[Path], **settings: Any
) -> dict[tuple[str, str | None], Fields | None]:
    found: dict[tuple[str, str | None], Fields | None] = {}
    for item in rezload.scan(paths, **settings):
        if isinstance(item, RepositoryPackage):
            key = (item.name, item.version)
            found[key] = (item.requires, item.variants, item.uri)
        else:
            assert item.family is not None, item
            found[item.family, item.version] = None
    return found


def assert_equal_to_rez(paths: list[Path]) -> dict[tuple[str, str | None], Fields | None]:
    """With rez behind it a scan equals rez; without, it is a part of it."""
    expected = by_rez(paths)
    assert by_rezload(paths) == expected
    for key, fields in by_rezload(paths, fallback=None).items():
        assert fields is None or fields == expected[key]
    return expected


def rez_data() -> Path:
    import rez

    return Path(rez.__path__[0]) / "data"


@pytest.mark.parametrize(
    "names",
    [
        ["packages/py_packages"],
        ["packages/yaml_packages"],
        ["packages/yaml_packages", "packages/py_packages"],
        ["packages/py_packages", "packages/yaml_packages"],
        ["solver/packages"],
        ["suites/packages"],
        ["builds/packages"],
        ["packages"],
    ],
    ids="+".join,
)
def test_rez_s_own_repositories(names: list[str]) -> None:
    assert assert_equal_to_rez([rez_data() / "tests" / name for name in names])


def test_the_bundled_repository(bundled: Path) -> None:
    expected = by_rez([bundled])
    assert len(expected) == 18_226
    assert by_rezload([bundled], fallback=None) == expected


def test_families_one_by_one_are_those_of_a_scan(bundled: Path) -> None:
    repositories = Repositories(bundled, fallback=None)
    scanned = itertools.groupby(repositories.scan(), key=lambda item: getattr(item, "name", None))
    for name, packages in itertools.islice(scanned, 0, None, 10):
        assert name is not None
        assert repositories.load_family(name) == list(packages)


def test_ranges_and_latest_are_rez_s(bundled: Path) -> None:
    from rez.packages import get_latest_package, iter_packages

    paths = [str(bundled)]
    latest = {
        item.name: item.version
        for item in rezload.scan(bundled, "a*", latest=True, fallback=None)
        if isinstance(item, RepositoryPackage)
    }
    assert latest
    for name, version in latest.items():
        package = get_latest_package(name, paths=paths)  # type: ignore[no-untyped-call]
        assert package is not None and str(package.version) == version
    for range_ in ["1", "0.1+<2", "==1.0.0", "<1|2+", ""]:
        for name in itertools.islice(latest, 20):
            expected = sorted(iter_packages(name, range_, paths=paths), key=lambda p: p.version)
            found = rezload.load_family(bundled, name, range_, fallback=None)
            assert [p.version for p in found] == [str(p.version) for p in expected]


LAYOUT = {
    "plain/1.0/package.py": "name = 'plain'\nversion = '1.0'\nrequires = ['b>=1']\n",
    "plain/1.1/package.py": "name = 'plain'\nversion = '1.1'\n",
    "plain/1.2/readme": "no definition",
    "plain/.hidden/package.py": "name = 'plain'\n",
    "plain/.ignore1.3": "",
    "plain/1.3/package.py": "name = 'plain'\n",
    "plain/.building1.4": "",
    "plain/1.4/readme": "",
    "plain/.building1.5": "",
    "plain/1.5/package.py": "",
    "plain/notes.txt": "",
    "both/1/package.py": "requires = ['from_py']",
    "both/1/package.yaml": "requires: [from_yaml]",
    "yaml/1/package.yaml": """
        name: yaml
        version: 1
        requires: [a-1.2+, '~b']
        variants:
        - [c-2]
        - ['d==1']
    """,
    "wrong/1/package.py": "name = 5\nversion = 1.0\nrequires = ['a']\n",
    "wrong/2/package.py": "name = 'other'\nversion = '3'\nrequires = 'a'\n",
    "unversioned/package.py": "name = 'unversioned'\nrequires = ['a']\n",
    "unversioned/1.0/package.py": "name = 'unversioned'\n",
    "twice/1/package.py": "name = 'twice'\n",
    "twice.py": "name = 'twice'\nrequires = ['hidden']\n",
    "single.py": "name = 'single'\nversions = ['1.0', '2-0', '1-0']\nrequires = ['a']\n",
    "single.yaml": "name: single\nrequires: [hidden]\n",
    "overrides.yaml": """
        versions: ['1.0', '1.1', '2.0']
        requires: [a-1]
        version_overrides:
          '1.1+':
            requires: [a-2]
          '2':
            variants: [[b-1]]
          '==1.0':
            requires: not a list
    """,
    "overridden.py": """
        versions = ["1.0", "1.1", "2.0"]
        requires = ["a-1"]
        version_overrides = {
            "1.1": {"requires": ["a-2"], "tools": ["x"]},
            "1.1+": {"variants": [["c"]]},
            "__2": {"requires": ["never"]},
        }
    """,
    "scoped.py": """
        versions = ["1.0", "1.1"]
        with scope("version_overrides"):
            with scope("1.1+"):
                requires = ["a-2"]
    """,
    "unordered.py": "name = 'unordered'\nrequires = ['a-2|1']\n",
    "floats.yaml": "versions: [1.0]\n",
    "any.yaml": "versions: ['1']\nversion_overrides:\n  '':\n    requires: [a]\n",
    "none.yaml": "versions: ['1']\nversion_overrides: {}\n",
    "empty.yaml": "",
    "nothing.yaml": "versions: []\nrequires: [a]\n",
    "release/1/package.py": "name = 'release'\n",
    "release/1/release.yaml": "timestamp: 5\nchangelog:\n- one\n- two\n",
    "release/2/package.py": "name = 'release'\ntimestamp = 1\n",
    "release/2/release.yaml": "requires: [never]\n",
    "release/3/package.py": "name = 'release'\n",
    "release/3/release.yaml": "requires: [merged]\n",
    "release/4/package.yaml": "name: release\n",
    "release/4/.metadata/release_time.txt": "12",
    "release/4/.metadata/changelog.txt": "all",
    "release/5/package.py": "def timestamp():\n    pass\n",
    "release/5/release.yaml": "requires: [merged]\n",
    "release/6/package.py": "name = 'release'\n",
    "release/6/release.yaml": "- a list\n",
    "settings.yaml": "disable_memcache: true\n",
    "not-a-name/1/package.py": "",
    "__pycache__/1/package.py": "",
    "dotted.name/1/package.py": "requires = ['a']",
    "computed/1/package.py": "requires = [c for c in 'ab']\n",
    "versions/2019.1-beta_2/package.py": "requires = ['a']",
    "versions/a.b/package.py": "",
    "versions/1 0/package.py": "",
}


def test_everything_that_a_repository_may_hold(tmp_path: Path) -> None:
    root = write(tmp_path, LAYOUT)
    (root / "linked").symlink_to("plain")
    (root / "file_link.py").symlink_to("single.py")
    (root / "directory.py").mkdir()
    (root / "directory.py" / "1").mkdir()
    (root / "directory.py" / "1" / "package.py").write_text("requires = ['a']")
    (root / "directory_link.py").symlink_to("both")
    (root / "plain" / "2.0").symlink_to("1.0")
    (root / "plain" / "2.1").symlink_to("nowhere")
    (root / "plain" / "2.2").symlink_to("2.2")
    (root / "plain" / "2.3").mkdir()
    (root / "plain" / "2.3" / "package.py").symlink_to("../1.0/package.py")
    (root / "plain" / "2.4").mkdir()
    (root / "plain" / "2.4" / "package.py").symlink_to("nowhere")
    (root / "plain" / "2.4" / "package.yaml").write_text("requires: [second]")
    (root / "plain" / "2.5").mkdir()
    (root / "plain" / "2.5" / "package.py").mkdir()
    (root / "plain" / ".ignore2.5").symlink_to("nowhere")
    expected = assert_equal_to_rez([root])
    assert ("plain", "1.0") in expected and ("single", "1.0") in expected


def test_a_directory_that_is_no_version_refuses_the_family(tmp_path: Path) -> None:
    for name in ["1.0..2", ".building1"]:
        root = write(
            tmp_path / name.strip("."),
            {
                "fam/1.0/package.py": "name = 'fam'\n",
                f"fam/{name}/package.py": "",
                "good/1/package.py": "",
            },
        )
        expected = by_rez([root])
        assert expected["fam", None] is None
        assert by_rezload([root]) == expected


def test_two_directories_of_one_version_are_not_chosen_between(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {"fam/1.0/package.py": "requires = ['a']", "fam/1-0/package.py": "requires = ['b']"},
    )
    (item,) = rezload.scan(root)
    assert isinstance(item, RepositoryError)
    assert (item.code, item.family) == ("same-version", "fam")


def test_earlier_repositories_hide_later_ones(tmp_path: Path) -> None:
    one = write(
        tmp_path / "one",
        {
            "fam/1.0/package.py": "requires = ['one']",
            "fam/2-0/package.py": "requires = ['one']",
            "fam/3.0/readme": "no definition, but it hides",
            "combined.yaml": "versions: ['1.0']\nrequires: [one]\n",
            "unversioned/package.py": "requires = ['one']",
            "only_one/1/package.py": "",
        },
    )
    two = write(
        tmp_path / "two",
        {
            "fam/1.0/package.py": "requires = ['two']",
            "fam/2.0/package.py": "requires = ['two']",
            "fam/3.0/package.py": "requires = ['two']",
            "fam/4.0/package.py": "requires = ['two']",
            "combined/1.0/package.py": "requires = ['two']",
            "combined/1.1/package.py": "requires = ['two']",
            "unversioned/1.0/package.py": "requires = ['two']",
            "settings/1.0/package.py": "",
        },
    )
    # listed nowhere, but found by those who ask for `settings`
    write(one, {"settings.yaml": "disable_memcache: false\n"})
    missing = tmp_path / "missing"
    for paths in [[one, two], [two, one], [one, two, one], [one]]:
        assert assert_equal_to_rez(paths)
    items = list(rezload.scan([one, missing, two]))
    assert isinstance(items[0], RepositoryError) and items[0].code == "no-repository"
    assert [str(item) for item in rezload.scan([one, two])] == [str(item) for item in items[1:]]


def test_a_repository_whose_settings_are_wrong_is_refused(tmp_path: Path) -> None:
    from rez.packages import iter_package_families

    root = write(tmp_path, {"fam/1/package.py": "", "settings.yaml": "- wrong\n"})
    with pytest.raises(Exception):
        list(iter_package_families([str(root)]))
    (item,) = rezload.scan(root)
    assert isinstance(item, RepositoryError) and item.code == "settings"
    with pytest.raises(RepositoryError):
        rezload.load_family(root, "fam")


def test_paths_are_rez_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path / "real", {"fam/1/package.py": ""})
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    for path in ["real", "link", "./link/../real/", f"filesystem@{root}", str(root) + "//"]:
        (item,) = rezload.scan(path)
        assert isinstance(item, RepositoryPackage)
        assert item.uri == os.path.join(location(root), "fam", "1", "package.py")
        assert by_rez([Path(path)]) == {("fam", "1"): ([], [], item.uri)} or "@" in path
    (item,) = rezload.scan("memory@123")
    assert isinstance(item, RepositoryError) and item.code == "repository-type"


def test_other_settings_of_rez(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "fam/1/definition.yaml": "requires: [a]\n",
            "fam/2/package.py": "requires = ['b']\n",
            "fam/3/readme": "",
            "both/package.py": "",
            "both/1/package.py": "requires = ['c']\n",
        },
    )
    other = Repositories(root, package_filenames=["definition", "package"])
    assert [p.requires for p in other.load_family("fam", "<3")] == [["a"], ["b"]]
    checked = Repositories(root, check_definition_files=True)
    assert [p.version for p in checked.load_family("fam")] == ["2"]
    versioned = Repositories(root, allow_unversioned=False)
    assert [p.requires for p in versioned.load_family("both")] == [["c"]]


DYNAMIC = "import uuid\nx = str(uuid.uuid4())\n"
"""No compiled tier serves it."""


def test_rez_finds_what_the_settings_find(tmp_path: Path) -> None:
    """rez is configured with its defaults here, and would look for other files."""
    root = write(
        tmp_path,
        {
            "fam/1/spec.py": DYNAMIC + "requires = ['a']\n",
            "fam/1/package.py": "requires = ['wrong']\n",
            "both/package.py": "requires = ['wrong']\n",
            "both/1/package.py": DYNAMIC + "requires = ['c']\n",
            "com.py": DYNAMIC + "versions = [str(i) for i in (1, 2)]\n",
        },
    )
    other = Repositories(root, package_filenames=["spec"])
    assert [(p.requires, p.tier) for p in other.load_family("fam")] == [(["a"], "rez")]
    versioned = Repositories(root, allow_unversioned=False)
    assert [(p.requires, p.tier) for p in versioned.load_family("both")] == [(["c"], "rez")]
    # which versions there are is for rez to say, as it is configured
    assert [p.version for p in Repositories(root).load_family("com")] == ["1", "2"]
    for strict in [other, versioned, Repositories(root, check_definition_files=True)]:
        (item,) = strict.scan("com")
        assert isinstance(item, Declined) and item.code == "other-settings"


def test_repositories_stay_where_they_were_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ["one", "two"]:
        files = {
            "com.py": DYNAMIC + f"versions = [str(i) for i in (1,)]\nrequires = ['from_{name}']\n",
            "fam/1/package.py": "",
        }
        write(tmp_path / name / "packages", files)
    monkeypatch.chdir(tmp_path / "one")
    repositories, unused = Repositories("packages"), Repositories("packages")
    for folder in ["one", "two", "."]:
        monkeypatch.chdir(tmp_path / folder)
        assert [p.requires for p in repositories.load_family("com")] == [["from_one"]]
        assert [p.uri for p in repositories.load_family("fam")] == [
            os.path.join(location(tmp_path / "one" / "packages"), "fam", "1", "package.py")
        ]
    # made there, and asked for the first time elsewhere
    assert [p.version for p in unused.load_family("fam")] == ["1"]
    items = rezload.scan("one/packages", "fam")
    monkeypatch.chdir(tmp_path / "two")
    assert [item.version for item in items] == ["1"]


@pytest.mark.skipif(os.name == "nt", reason="a working directory can't be removed there")
def test_an_absolute_path_needs_no_working_directory(tmp_path: Path) -> None:
    root = write(tmp_path / "root", {"fam/1/package.py": ""})
    job = """
import os, sys, rezload
os.rmdir(os.getcwd())
print([item.version for item in rezload.scan(sys.argv[1], fallback=None)])
"""
    (tmp_path / "gone").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", job, root], cwd=tmp_path / "gone", stdout=subprocess.PIPE, check=True
    )
    assert done.stdout.split() == [b"['1']"]


def test_rez_is_asked_in_a_location_with_an_at(tmp_path: Path) -> None:
    root = write(tmp_path / "a@b", {"fam/1/package.py": DYNAMIC, "com.py": "versions = ['1']\n"})
    write(root, {"other.py": DYNAMIC + "versions = [str(i) for i in (1,)]\n"})
    items = list(rezload.scan(f"filesystem@{root}"))
    assert [getattr(item, "tier", item) for item in items] == ["static", "rez", "rez"]


def test_versions_of_a_combined_family_name_its_own_file(tmp_path: Path) -> None:
    one = write(tmp_path / "one", {"fam.py": "versions = ['1']\n"})
    two = write(tmp_path / "two", {"fam.py": DYNAMIC + "versions = [str(i) for i in (2,)]\n"})
    assert assert_equal_to_rez([one, two])
    items = [item for item in rezload.scan([one, two]) if isinstance(item, RepositoryPackage)]
    paths = {item.version: item.path for item in items}
    assert paths == {
        "1": os.path.join(location(one), "fam.py"),
        "2": os.path.join(location(two), "fam.py"),
    }


def test_settings_are_no_family_beside_a_broken_link(tmp_path: Path) -> None:
    files = {"settings.yaml": "disable_memcache: false\n", "fam/1/package.py": ""}
    root = write(tmp_path, files)
    (root / "settings").symlink_to("nowhere")
    assert [name for name, _ in assert_equal_to_rez([root])] == ["fam"]
    (root / "real").mkdir()
    (root / "settings").unlink()
    (root / "settings").symlink_to("real")
    assert_equal_to_rez([root])


def test_what_is_being_built_needs_no_version(tmp_path: Path) -> None:
    files = {
        "fam/1.0/package.py": "",
        "fam/1..0/readme": "",
        "fam/.building1..0": "",
        "wrong/1..0/package.py": "",
        "wrong/.building1..0": "",
        "wrong/1.0/package.py": "",
    }
    found = assert_equal_to_rez([write(tmp_path, files)])
    assert found["fam", "1.0"] is not None


def test_a_family_goes_by_its_spelling(tmp_path: Path) -> None:
    """rez tells `Fam` from `fam` on Windows, too, where the file system doesn't."""
    from rez.packages import iter_packages

    files = {
        "Fam/1/package.py": "",
        "com.py": "versions = ['1', '2']\n",
        "Dir.py/1/package.py": "",
        # each hides what comes behind it, where the file system finds it under the other's name
        "maya/1/package.py": "",
        "MAYA.py": "versions = ['2']\n",
        "nuke.py": "versions = ['1']\n",
        "NUKE.yaml": "versions: ['2']\n",
        "DIR.yaml": "versions: ['2']\n",
    }
    root = write(tmp_path, files)
    names = ["Fam", "fam", "FAM", "com", "Com", "Dir.py", "dir.py", "Dir", "DIR", "none"]
    for name in [*names, "maya", "MAYA", "Maya", "nuke", "NUKE", "Nuke"]:
        expected = [package.uri for package in iter_packages(name, paths=[str(root)])]
        assert [package.uri for package in rezload.load_family(root, name)] == sorted(expected)
        assert [getattr(item, "uri", item) for item in rezload.scan(root, name)] == sorted(expected)


def test_the_file_system_says_whether_case_matters(tmp_path: Path) -> None:
    """Of definitions and markers, for which rez asks it by name."""
    files = {
        "fam/Package.py": "requires = ['x']\n",
        "fam/1/package.py": "requires = ['a']\n",
        "other/1-Beta/Package.py": "requires = ['b']\n",
        "ignored/1-Beta/package.py": "",
        "ignored/.ignore1-beta": "",
        "ignored/2-Beta/package.py": "",
        "ignored/.IGNORE2-Beta": "",
        "ignored/3-Beta/package.py": "",
        "ignored/.ignore3-Beta": "",
        "ignored/.ignore4/readme": "",
        "ignored/4/package.py": "",
    }
    assert_equal_to_rez([write(tmp_path, files)])


def test_a_family_that_fails_raises(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "fam/1/package.py": "requires = 5\n",
            "fam/2/package.py": "requires = [x for x in 'a']\n",
        },
    )
    repositories = Repositories(root)
    with pytest.raises(Refused) as refused:
        repositories.load_family("fam")
    assert (refused.value.family, refused.value.version) == ("fam", "1")
    copy = pickle.loads(pickle.dumps(refused.value))
    assert (copy.family, copy.path) == ("fam", refused.value.path)
    (package,) = repositories.load_family("fam", "2+")
    assert (package.tier, package.requires) == ("rez", ["a"])
    assert package.declined[0].tier == "static"
    with pytest.raises(rezload.Declined):
        Repositories(root, fallback=None).load_family("fam", "2+")
    assert repositories.load_family("absent") == []
    with pytest.raises(RepositoryError):
        repositories.load_family("not a name")
    with pytest.raises(ValueError):
        repositories.load_family("fam", "1+<")


def test_names_of_definitions_are_a_list_of_names(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="package_filenames"):
        Repositories(tmp_path, package_filenames="package")
    for name in ("build/package", "/package", ""):
        with pytest.raises(ValueError, match="package_filenames"):
            Repositories(tmp_path, package_filenames=[name])


def test_an_interrupt_is_no_wrong_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """rez's schemas catch every exception, and say that the value is wrong."""
    from rez.utils.formatting import PackageRequest

    def interrupted(self: object, text: str) -> None:
        raise KeyboardInterrupt

    definition = "name = 'a'\nversion = '1'\nrequires = list(('b-1',))\n"
    file = write(tmp_path, {"a/1/package.py": definition}) / "a/1/package.py"
    with monkeypatch.context() as patched:
        patched.setattr(PackageRequest, "__init__", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(rezload.scan(tmp_path))
        with pytest.raises(KeyboardInterrupt):
            rezload.load_family(tmp_path, "a")
        with pytest.raises(KeyboardInterrupt):
            rezload.load(file)
    assert rezload.load(file).requires == ["b-1"]


def test_a_package_is_a_value(tmp_path: Path) -> None:
    root = write(tmp_path, {"fam/1/package.py": "name = 'other'\nrequires = ['a>=1']\n"})
    (package,) = rezload.load_family(root, "fam")
    assert pickle.loads(pickle.dumps(package)) == package
    assert hash(package) == hash(rezload.load_family(root, "fam")[0])
    assert package.warnings == ("the definition's name is `other`, the directory's counts",)
    assert package.data == rezload.PackageData("fam", "1", ["a-1+"], [])
    assert package.repository == location(root)
    assert "RepositoryPackage(name='fam', version='1'" in repr(package)


def test_a_list_of_requests_is_the_caller_s(tmp_path: Path) -> None:
    text = "name = 'a'\nversion = '1'\nrequires = ['b-1']\nvariants = [['c-1', 'd-1']]\n"
    write(tmp_path, {"a/1/package.py": text})
    for package in (*rezload.scan(tmp_path), rezload.load(tmp_path / "a/1/package.py")):
        assert not isinstance(package, LoadError)
        package.requires.append("x")
        package.variants[0].append("x")
        assert (package.requires, package.variants) == (["b-1"], [["c-1", "d-1"]])


def test_more_requests_than_strings_are_kept(tmp_path: Path) -> None:
    """Each is what the file says, also the second time, whatever has taken its place."""
    families = {f"f{n}": [f"r{n}_{k}-{k % 7}" for k in range(1000)] for n in range(20)}
    for name, requires in families.items():
        write(tmp_path, {f"{name}/1/package.py": f"name = '{name}'\nrequires = {requires}\n"})
    for _ in range(2):
        packages = [item for item in rezload.scan(tmp_path) if not isinstance(item, LoadError)]
        assert {package.name: package.requires for package in packages} == families


def test_definitions_of_a_family_are_read_only_when_asked_for(tmp_path: Path) -> None:
    root = write(tmp_path, {f"fam/{n}/package.py": f"requires = ['r{n}']" for n in range(5)})
    repositories = Repositories(root)
    assert len(repositories.load_family("fam", "2")) == 1
    # the listing is kept: a version that came later isn't seen by this object
    write(root, {"fam/9/package.py": "", "fam/3/package.py": "requires = ['new']"})
    assert [p.requires for p in repositories.load_family("fam", "3+")] == [["new"], ["r4"]]
    assert len(Repositories(root).load_family("fam")) == 6


def test_other_threads_run_during_a_scan(bundled: Path) -> None:
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    before = ticks
    assert sum(1 for _ in rezload.scan(bundled, fallback=None)) == 18_226
    during = ticks - before
    done.set()
    ticker.join()
    assert during > 0


def test_a_scan_that_is_left_ends(bundled: Path) -> None:
    for _ in range(20):
        assert isinstance(next(iter(rezload.scan(bundled))), RepositoryPackage)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_repositories_work_in_a_forked_child(bundled: Path) -> None:
    job = (
        "import itertools, os, sys, rezload\n"
        "repositories = rezload.Repositories(sys.argv[1], fallback=None, threads=4)\n"
        "count = sum(1 for _ in repositories.scan('a*'))\n"
        "scan = repositories.scan()\n"
        "next(scan)\n"
        "child = os.fork()\n"
        "assert sum(1 for _ in repositories.scan('a*')) == count\n"
        "assert repositories.load_family('ATM')\n"
        "if not child:\n"
        "    try:\n"
        "        list(scan)\n"
        "    except RuntimeError:\n"
        "        del scan, repositories\n"
        "        os._exit(0)\n"
        "    os._exit(1)\n"
        "assert len(list(scan)) == 18225\n"
        "sys.exit(os.waitpid(child, 0)[1] != 0)\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", job, str(bundled)]
    subprocess.run(command, check=True, timeout=60)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_needn_t_wait_for_a_thread_that_it_hasn_t(tmp_path: Path) -> None:
    """A family that another thread lists during the fork stayed locked in the child."""
    files = {f"fam/{version}/package.py": "timestamp = 1\n" for version in range(500)}
    root = write(tmp_path, files)
    job = (
        "import os, sys, threading, rezload\n"
        "for _ in range(100):\n"
        "    repositories = rezload.Repositories(sys.argv[1], fallback=None)\n"
        "    thread = threading.Thread(target=repositories.load_family, args=('fam', '1'))\n"
        "    thread.start()\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        os._exit(len(repositories.load_family('fam', '7')))\n"
        "    thread.join()\n"
        "    assert os.waitpid(child, 0)[1] == 1 << 8\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", job, str(root)]
    subprocess.run(command, check=True, timeout=60)


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_ends_a_scan(bundled: Path) -> None:
    def interrupt() -> None:
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            while True:
                for _ in rezload.scan(bundled, fallback=None):
                    pass
    finally:
        thread.join()


def test_without_rez_a_declined_package_says_so(tmp_path: Path, without_rez: None) -> None:
    root = write(tmp_path, {"fam/1/package.py": "requires = [x for x in 'a']\n"})
    (item,) = rezload.scan(root)
    assert isinstance(item, rezload.RezNotFound)
    assert isinstance(item, LoadError) and item.family == "fam"
