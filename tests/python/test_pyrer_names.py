"""The names that pyrer's users know, with pyrer's behaviour."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import rezload
from rezload import PackageData, parse_static_package_py, parse_static_packages_py

SOURCE = "name = 'a'\nversion = '1.0'\nrequires = ['b>=2']\nvariants = [['c'], ['d-1']]\n"
PARSED = PackageData("a", "1.0", ["b-2+"], [["c"], ["d-1"]])


class TestPackageData:
    def test_requires_and_variants_may_be_left_out(self) -> None:
        for data in (PackageData("a", "1"), PackageData("a", "1", None, None)):
            assert (data.name, data.version, data.requires, data.variants) == ("a", "1", [], [])

    def test_it_takes_keywords(self) -> None:
        data = PackageData(name="a", version="1", requires=["b"], variants=[["c"]])
        assert data == PackageData("a", "1", ["b"], [["c"]])

    def test_it_compares_by_value(self) -> None:
        assert PackageData("a", "1") == PackageData("a", "1")
        assert PackageData("a", "1") != PackageData("a", "2")
        assert PackageData("a", "1") != ("a", "1")
        with pytest.raises(TypeError):
            hash(PackageData("a", "1"))

    def test_its_attributes_can_be_set(self) -> None:
        data = PackageData("a", "1")
        data.requires = ["b"]
        data.variants = [["c"]]
        data.name, data.version = "z", "2"
        assert data == PackageData("z", "2", ["b"], [["c"]])

    def test_its_repr_shows_the_fields(self) -> None:
        assert repr(PackageData("a", "1", ["b"])) == (
            "PackageData(name='a', version='1', requires=['b'], variants=[])"
        )

    def test_it_pickles(self) -> None:
        assert pickle.loads(pickle.dumps(PARSED)) == PARSED

    def test_from_strings_is_the_constructor(self) -> None:
        assert PackageData.from_strings("a", "1.0", ["b-2+"], [["c"], ["d-1"]]) == PARSED
        assert PackageData.from_strings("a", "1", None, None) == PackageData("a", "1")

    def test_from_rez_takes_anything_with_the_four_attributes(self) -> None:
        package = SimpleNamespace(name="a", version=1, requires=("b",), variants=None)
        assert PackageData.from_rez(package) == PackageData("a", "1", ["b"])
        package = SimpleNamespace(name="a", version=None, requires=None, variants=[[1]])
        assert PackageData.from_rez(package) == PackageData("a", "", [], [["1"]])
        with pytest.raises(AttributeError):
            PackageData.from_rez(SimpleNamespace(name="a"))

    def test_from_rez_takes_a_package_of_rez(self) -> None:
        packages = pytest.importorskip("rez.packages")
        fields = {
            "name": "a",
            "version": "1.0",
            "requires": ["b>=2"],
            "variants": [["c"], ["d-1"]],
        }
        assert PackageData.from_rez(packages.create_package("a", fields)) == PARSED


class TestOneSource:
    @pytest.mark.parametrize("source", [SOURCE, SOURCE.encode()], ids=["str", "bytes"])
    def test_a_literal_source_is_parsed(self, source: str | bytes) -> None:
        assert parse_static_package_py(source) == PARSED
        assert parse_static_package_py(source=source) == PARSED

    @pytest.mark.parametrize("source", ["name = f()\n" + SOURCE, b"import studio\nname = 'a'"])
    def test_what_the_tier_declines_is_none(self, source: str | bytes) -> None:
        assert parse_static_package_py(source) is None

    def test_a_byte_order_mark_belongs_to_bytes(self) -> None:
        marked = "\ufeff" + SOURCE
        with pytest.raises(SyntaxError):
            compile(marked, "package.py", "exec")
        assert parse_static_package_py(marked) is None
        assert parse_static_package_py(marked.encode()) == PARSED

    def test_a_cookie_for_another_encoding_declines(self) -> None:
        source = "# coding: latin-1\n" + SOURCE.replace("'a'", "'\u00e9'")
        assert parse_static_package_py(source) is None
        assert parse_static_package_py(source.encode("latin-1")) is None
        assert parse_static_package_py("# coding: utf-8\n" + SOURCE) == PARSED

    @pytest.mark.parametrize("source", ["x = '\ud800'\n", "\udc80", b"\xff", "\0", b"\0"])
    def test_what_no_file_can_hold_is_none(self, source: str | bytes) -> None:
        assert parse_static_package_py(source) is None

    @pytest.mark.parametrize("source", [None, 3, bytearray(b""), Path("package.py")])
    def test_anything_else_is_a_type_error(self, source: object) -> None:
        with pytest.raises(TypeError):
            parse_static_package_py(source)  # type: ignore[arg-type]

    def test_a_big_source(self) -> None:
        source = SOURCE + "# \n" * 100_000
        assert parse_static_package_py(source.encode()) == PARSED


class TestManyFiles:
    def test_the_result_is_aligned_with_the_paths(self, api: Path, tmp_path: Path) -> None:
        literal = api / "literal" / "package.py"
        expected = parse_static_package_py(literal.read_bytes())
        assert expected is not None
        paths: list[str | bytes | Path] = [
            literal,
            tmp_path / "missing.py",
            str(literal),
            api / "computed" / "package.py",
            tmp_path,
            os.fsencode(literal),
            "a\0b",
            "\ud800",
            literal,
        ]
        assert parse_static_packages_py(paths) == [
            expected, None, expected, None, None, expected, None, None, expected,
        ]  # fmt: skip

    def test_any_iterable_will_do(self, api: Path) -> None:
        path = api / "literal" / "package.py"
        for paths in ((path,), {path}, iter([path]), (p for p in [path])):
            (data,) = parse_static_packages_py(paths)
            assert data is not None and data.name == "literal"
        assert parse_static_packages_py([]) == []
        assert parse_static_packages_py(paths=[]) == []

    @pytest.mark.parametrize("paths", ["package.py", b"package.py", 3, None, [3], [None]])
    def test_what_is_no_list_of_paths_is_a_type_error(self, paths: object) -> None:
        with pytest.raises(TypeError):
            parse_static_packages_py(paths)  # type: ignore[arg-type]

    def test_order_holds_for_many_files(self, tmp_path: Path) -> None:
        paths = []
        for index in range(500):
            path = tmp_path / f"{index}.py"
            path.write_text(f"name = 'p{index}'\nversion = '{index}'\n")
            paths.append(path)
        names = [data and data.name for data in parse_static_packages_py(paths * 20)]
        assert names == [f"p{index}" for index in range(500)] * 20

    @pytest.mark.skipif(sys.platform != "linux", reason="needs names that aren't UTF-8")
    def test_names_that_are_not_utf8(self, tmp_path: Path) -> None:
        path = os.fsencode(tmp_path) + b"/caf\xe9.py"
        with open(path, "wb") as file:
            file.write(SOURCE.encode())
        assert parse_static_packages_py([path, os.fsdecode(path)]) == [PARSED, PARSED]


def test_the_version_is_the_distribution_s() -> None:
    from importlib.metadata import version

    assert rezload.__version__ == version("rezload")
