"""`rezload.load`: what it gives, which tier serves, and how it fails."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import rezload


LOOP = "for _ in ():\n    pass\n"
"""Top-level code that the static tier leaves to rez."""


def test_a_yaml_definition_is_not_read_as_python(tmp_path: Path) -> None:
    path = tmp_path / "package.yaml"
    path.write_text("name: a\nversion: '1'\nrequires: [b]\n")
    for load in [rezload.load, rezload.definition]:
        with pytest.raises(rezload.Declined) as caught:
            load(path)
        assert caught.value.code == "yaml-alone"


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


class TestStatic:
    def test_a_literal_file_is_served_by_the_static_tier(self, api: Path) -> None:
        path = str(api / "literal" / "package.py")
        package = rezload.load(path)
        assert package.name == "literal"
        assert package.version == "1.2.0"
        assert package.requires == ["python-3.9+", "openexr-3.1|3.2"]
        assert package.variants == [
            ["platform-linux", "maya-2024"],
            ["platform-windows", "maya-2025"],
        ]
        assert package.tier == "static"
        assert package.path == path
        assert package.declined == ()

    def test_a_path_object_is_a_path(self, api: Path) -> None:
        path = api / "literal" / "package.py"
        assert rezload.load(path) == rezload.load(str(path))
        assert rezload.load(path).path == str(path)

    def test_both_tiers_agree(self, api: Path) -> None:
        pytest.importorskip("rez")
        from rezload import rez_tier

        path = str(api / "literal" / "package.py")
        static, rez = rezload.load(path), rez_tier.load(path, ())
        assert rez.tier == "rez"
        for field in ("name", "version", "requires", "variants", "path"):
            assert getattr(static, field) == getattr(rez, field)

    def test_nothing_imports_rez(self, api: Path) -> None:
        code = (
            "import sys, rezload; rezload.load(sys.argv[1]);"
            "assert 'rez' not in sys.modules"
        )
        path = api / "literal" / "package.py"
        subprocess.run([sys.executable, "-c", code, path], check=True)


class TestRez:
    @pytest.fixture(autouse=True)
    def _rez(self) -> None:
        pytest.importorskip("rez")

    def test_rez_serves_what_the_static_tier_declines(self, api: Path) -> None:
        package = rezload.load(api / "computed" / "package.py")
        assert package.tier == "rez"
        assert package.name == "computed"
        assert package.version == "2.8"
        assert package.requires == ["python-3+", "openexr-3"]
        assert package.variants == [["maya-2024+", "!nuke"]]

    def test_the_earlier_decline_is_kept(self, api: Path) -> None:
        (declined,) = rezload.load(api / "computed" / "package.py").declined
        assert declined.tier == "static"
        assert declined.code == "top-level-loop"
        assert (declined.line, declined.column, declined.offset) == (4, 1, 33)
        assert declined.reason and declined.hint

    def test_late_requires_are_evaluated_as_the_package_does(self, api: Path) -> None:
        package = rezload.load(api / "late" / "package.py")
        assert package.requires == ["late_data-1.5"]

    def test_an_unversioned_package_has_an_empty_version(self, api: Path) -> None:
        package = rezload.load(api / "unversioned" / "package.py")
        assert package.tier == "rez"
        assert package.version == ""
        assert package.requires == []
        assert package.variants == []

    def test_late_functions_see_the_package(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / "package.py",
            "name = 'seer'\n"
            "version = '1.2.3'\n"
            "@late()\n"
            "def requires():\n"
            "    assert this.base == %r\n"
            "    assert this.uri == %r\n"
            "    assert this.repository.name() == 'filesystem'\n"
            "    assert this.config\n"
            "    return ['v-%%s' %% this.version.minor]\n"
            % (str(tmp_path.resolve()), str(tmp_path.resolve() / "package.py")),
        )
        assert rezload.load(path).requires == ["v-2"]

    def test_a_change_of_the_file_is_seen(self, tmp_path: Path) -> None:
        path = tmp_path / "package.py"
        for version in ("1", "2"):
            write(path, f"{LOOP}name = 'a'\nversion = '{version}'\n")
            package = rezload.load(path)
            assert (package.version, package.tier) == (version, "rez")

    def test_any_file_name_will_do(self, tmp_path: Path) -> None:
        path = write(tmp_path / "some file.txt", LOOP + "name = 'a'\n")
        assert rezload.load(path).tier == "rez"

    def test_a_relative_path_stays_relative(
        self, api: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(api)
        path = os.path.join("computed", "package.py")
        assert rezload.load(path).path == path

    def test_loading_prints_nothing(
        self, api: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        rezload.load(api / "computed" / "package.py")
        rezload.load(write(tmp_path / "p.py", LOOP + "name = 'a'\nformat_version = 99\n"))
        assert capfd.readouterr() == ("", "")

    def test_sys_path_stays(self, api: Path) -> None:
        before = list(sys.path)
        rezload.load(api / "computed" / "package.py")
        assert sys.path == before


class TestRefused:
    @pytest.fixture(autouse=True)
    def _rez(self) -> None:
        pytest.importorskip("rez")

    def test_a_missing_name_is_rez_own_error(self, api: Path) -> None:
        from rez.exceptions import PackageMetadataError

        with pytest.raises(rezload.Refused) as caught:
            rezload.load(api / "refused" / "package.py")
        assert isinstance(caught.value.__cause__, PackageMetadataError)
        assert caught.value.reason == "Required key is missing: 'name'"
        assert caught.value.declined[0].code == "missing-name"

    def test_a_syntax_error_has_its_line(self, api: Path) -> None:
        from rez.exceptions import ResourceError

        with pytest.raises(rezload.Refused) as caught:
            rezload.load(api / "broken" / "package.py")
        assert isinstance(caught.value.__cause__, ResourceError)
        assert caught.value.line == 3

    def test_an_exception_has_its_line(self, api: Path) -> None:
        path = str(api / "raises" / "package.py")
        with pytest.raises(rezload.LoadError, match="division by zero") as caught:
            rezload.load(path)
        assert type(caught.value) is rezload.Refused
        assert (caught.value.path, caught.value.line) == (path, 4)
        assert str(caught.value).startswith(f"{path}:4: ")

    def test_an_invalid_request_is_refused(self, api: Path) -> None:
        with pytest.raises(rezload.Refused, match="Not a valid package name"):
            rezload.load(api / "invalid_request" / "package.py")

    def test_a_file_can_not_end_the_process(self, api: Path) -> None:
        with pytest.raises(rezload.Refused) as caught:
            rezload.load(api / "quits" / "package.py")
        assert isinstance(caught.value.__cause__, SystemExit)
        assert caught.value.line == 4

    @pytest.mark.parametrize(
        "text",
        [
            "name = 7\n",
            "name = 'a b'\n",
            "name = 'a'\nversion = None\n",
            "name = 'a'\nversion = 1.0\n",
            "name = 'a'\nversion = '1..'\n",
            "name = 'a'\nrequires = None\n",
            "name = 'a'\nrequires = ('b',)\n",
            "name = 'a'\nvariants = [['b'], 'c']\n",
            "name = 'a'\n@early()\ndef requires(a, b):\n    return []\n",
            "name = 'a'\n@early()\ndef requires():\n    return open('no such file')\n",
            "name = 'a'\n@late()\ndef requires():\n    return None\n",
            "name = 'a'\n@late()\ndef requires():\n    raise OSError(2, 'x')\n",
        ],
    )
    def test_what_rez_refuses_is_refused(self, tmp_path: Path, text: str) -> None:
        path = write(tmp_path / "package.py", text)
        with pytest.raises(rezload.Refused) as caught:
            rezload.load(path)
        assert caught.value.__cause__ is not None
        assert caught.value.reason


class TestNoFallback:
    def test_a_decline_raises(self, api: Path) -> None:
        path = str(api / "computed" / "package.py")
        with pytest.raises(rezload.Declined) as caught:
            rezload.load(path, fallback=None)
        error = caught.value
        assert isinstance(error, rezload.LoadError)
        assert error.path == path
        assert (error.line, error.column) == (4, 1)
        assert error.code == "top-level-loop"
        assert error.reason == error.declined[-1].reason
        assert str(error) == f"{path}:4:1: {error.reason}"

    def test_a_literal_file_is_served(self, api: Path) -> None:
        path = api / "literal" / "package.py"
        assert rezload.load(path, fallback=None) == rezload.load(path)

    def test_the_file_is_not_run(self, tmp_path: Path) -> None:
        marker = tmp_path / "ran"
        path = write(tmp_path / "package.py", f"name = 'a'\nopen({str(marker)!r}, 'w')\n")
        with pytest.raises(rezload.Declined):
            rezload.load(path, fallback=None)
        assert not marker.exists()

    @pytest.mark.parametrize("fallback", ["vm", "", "REZ", True, 0])
    def test_an_unknown_fallback_is_a_value_error(self, api: Path, fallback: object) -> None:
        with pytest.raises(ValueError, match="fallback"):
            rezload.load(api / "literal" / "package.py", fallback=fallback)  # type: ignore[arg-type]


@pytest.mark.usefixtures("without_rez")
class TestWithoutRez:
    def test_the_error_names_rez_and_the_reason(self, api: Path) -> None:
        path = str(api / "computed" / "package.py")
        with pytest.raises(rezload.RezNotFound, match="rez") as caught:
            rezload.load(path)
        error = caught.value
        assert isinstance(error, rezload.Declined)
        assert isinstance(error.__cause__, rezload.Declined)
        assert (error.path, error.line, error.code) == (path, 4, "top-level-loop")

    def test_literal_files_need_no_rez(self, api: Path) -> None:
        assert rezload.load(api / "literal" / "package.py").tier == "static"


class TestUnreadable:
    def test_a_missing_file(self, tmp_path: Path) -> None:
        path = str(tmp_path / "package.py")
        with pytest.raises(rezload.FileMissing) as caught:
            rezload.load(path)
        error = caught.value
        assert isinstance(error, rezload.ReadError)
        assert isinstance(error, rezload.LoadError)
        assert isinstance(error, FileNotFoundError)
        assert (error.path, error.filename, error.errno) == (path, path, 2)
        assert error.line is None
        assert str(error) == f"{path}: {error.reason}"

    def test_a_directory(self, tmp_path: Path) -> None:
        with pytest.raises(rezload.ReadError) as caught:
            rezload.load(tmp_path)
        assert isinstance(caught.value, OSError)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
    def test_a_fifo_does_not_block(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "package.py")
        with pytest.raises(rezload.ReadError):
            rezload.load(tmp_path / "package.py")

    @pytest.mark.skipif(
        os.name == "nt" or os.geteuid() == 0, reason="root may read everything"
    )
    def test_a_file_without_permission(self, tmp_path: Path) -> None:
        path = write(tmp_path / "package.py", "name = 'a'\n")
        path.chmod(0)
        with pytest.raises(rezload.ReadError) as caught:
            rezload.load(path)
        assert caught.value.errno == 13

    @pytest.mark.parametrize("path", ["a\0b", "\ud800"])
    def test_a_name_that_no_file_has(self, path: str) -> None:
        with pytest.raises(rezload.ReadError):
            rezload.load(path)

    @pytest.mark.parametrize("path", [None, 3, ["a"]])
    def test_what_is_not_a_path_is_a_type_error(self, path: object) -> None:
        with pytest.raises(TypeError):
            rezload.load(path)  # type: ignore[arg-type]

    @pytest.mark.skipif(sys.platform != "linux", reason="needs names that aren't UTF-8")
    def test_a_name_that_is_not_utf8(self, tmp_path: Path) -> None:
        path = tmp_path / os.fsdecode(b"caf\xe9.py")
        write(path, "name = 'a'\nversion = '1'\n")
        assert rezload.load(path).path == str(path)


class TestPackage:
    def make(self) -> rezload.Package:
        declined = rezload.TierDeclined("static", "import", 1, 2, 3)
        return rezload.Package("a", "1", ["b-2"], [["c"], []], "rez", "/a.py", [declined])

    def test_it_is_immutable(self) -> None:
        package = self.make()
        with pytest.raises(AttributeError):
            package.name = "b"  # type: ignore[misc]
        package.requires.append("x")
        package.variants[0].append("x")
        assert package.requires == ["b-2"]
        assert package.variants == [["c"], []]

    def test_it_compares_by_value_and_hashes(self) -> None:
        assert self.make() == self.make()
        assert len({self.make(), self.make()}) == 1
        other = rezload.Package("a", "2", ["b-2"], [["c"], []], "rez", "/a.py", [])
        assert self.make() != other
        assert self.make() != "a"

    def test_its_repr_shows_the_fields(self) -> None:
        assert repr(self.make()) == (
            "Package(name='a', version='1', requires=['b-2'], variants=[['c'], []], "
            "tier='rez', path='/a.py')"
        )

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_it_pickles_and_copies(self, protocol: int) -> None:
        package = self.make()
        assert pickle.loads(pickle.dumps(package, protocol)) == package
        assert copy.deepcopy(package) == package

    def test_a_decline_pickles_compares_and_hashes(self) -> None:
        (declined,) = self.make().declined
        assert pickle.loads(pickle.dumps(declined)) == declined
        assert len({declined, pickle.loads(pickle.dumps(declined))}) == 1
        assert repr(declined) == (
            "TierDeclined(tier='static', code='import', line=1, column=2, offset=3)"
        )

    def test_unknown_tiers_and_codes_are_value_errors(self) -> None:
        with pytest.raises(ValueError):
            rezload.Package("a", "1", [], [], "magic", "/a.py", [])
        with pytest.raises(ValueError):
            rezload.TierDeclined("static", "no-such-reason", 1, 1, 0)


class TestErrors:
    @pytest.mark.parametrize(
        "error",
        [
            rezload.Declined("/a", (rezload.TierDeclined("static", "import", 1, 2, 3),)),
            rezload.RezNotFound(
                "/a", (rezload.TierDeclined("static", "import", 1, 2, 3),), "no rez"
            ),
            rezload.Refused("/a", "wrong", (), 7),
            rezload.ReadError("/a", 21, "Is a directory"),
            rezload.FileMissing("/a", 2, "No such file"),
            rezload.LoadError("/a", "some reason"),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_errors_survive_pickling(self, error: rezload.LoadError) -> None:
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert str(again) == str(error)
        for name in ("path", "reason", "code", "line", "column", "declined"):
            assert getattr(again, name) == getattr(error, name)
