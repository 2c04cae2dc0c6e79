"""`rezload.definition`: what it gives, and how it fails."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import rezload
from rezload import _native


pytest.importorskip("rez")


def write(folder: Path, text: str) -> Path:
    path = folder / "package.py"
    path.write_bytes(text.encode())
    return path


class TestDefinition:
    TEXT = "name = 'x'\n@late()\ndef tools():\n    return ['a']\ndef commands():\n    env.A = 1\n"
    LOOP = "for _ in ():\n    pass\n"

    def test_it_is_what_rez_loads(self, tmp_path: Path) -> None:
        from rez.serialise import load_from_file

        path = write(tmp_path, self.TEXT)
        ours = rezload.definition(path)
        theirs = load_from_file(str(path), disable_memcache=True)
        assert ours == theirs and list(ours) == list(theirs)
        for name in ("tools", "commands"):
            assert ours[name].__getstate__() == theirs[name].__getstate__()

    def test_code_is_code_of_rez(self, tmp_path: Path) -> None:
        from rez.utils.sourcecode import SourceCode

        code = rezload.definition(write(tmp_path, self.TEXT))["tools"]
        assert type(code) is SourceCode
        assert set(vars(code)) == set(vars(SourceCode("")))
        assert code.func is None and code.package is None
        assert code.late_binding and code.sourcename.endswith("package.py:tools>")
        assert code.copy() == code and pickle.loads(pickle.dumps(code)) == code
        assert code.exec_({}) == ["a"]

    def test_a_link_is_resolved(self, tmp_path: Path) -> None:
        path = write(tmp_path, self.TEXT)
        link = tmp_path / "link.py"
        link.symlink_to(path)
        assert rezload.definition(link)["commands"].filepath == os.path.realpath(path)
        outcome = _native.try_definition(link)
        assert isinstance(outcome, dict) and outcome["commands"].filepath == str(link)

    def test_a_relative_path_becomes_absolute(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = write(tmp_path, self.TEXT)
        monkeypatch.chdir(tmp_path)
        assert rezload.definition("package.py")["commands"].filepath == os.path.realpath(path)

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
    def test_a_path_that_is_not_unicode(self, tmp_path: Path) -> None:
        folder = os.fsencode(tmp_path) + b"/\xff"
        os.mkdir(folder)
        path = write(Path(os.fsdecode(folder)), self.TEXT)
        assert rezload.definition(path)["commands"].filepath == str(path)

    def test_what_is_declined_goes_to_rez(self, tmp_path: Path) -> None:
        path = write(tmp_path, self.TEXT + "x = 1\n" + self.LOOP)
        definition = rezload.definition(path)
        assert list(definition) == ["name", "tools", "commands", "x"]
        with pytest.raises(rezload.Declined) as raised:
            rezload.definition(path, fallback=None)
        assert raised.value.code == "top-level-loop" and raised.value.path == str(path)

    def test_rez_keeps_preprocess(self, tmp_path: Path) -> None:
        definition = rezload.definition(write(tmp_path, "def preprocess(this, data):\n    data['x'] = 1\n"))
        data: dict[str, int] = {}
        definition["preprocess"](None, data)
        assert data == {"x": 1}

    def test_rez_refuses(self, tmp_path: Path) -> None:
        path = write(tmp_path, "name = 'x'\n\nraise ValueError('no')\n")
        with pytest.raises(rezload.Refused, match="no") as raised:
            rezload.definition(path)
        assert raised.value.line == 3 and raised.value.__cause__ is not None

    def test_no_name_is_needed(self, tmp_path: Path) -> None:
        assert rezload.definition(write(tmp_path, "requires = 1\n")) == {"requires": 1}

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(rezload.FileMissing) as raised:
            rezload.definition(tmp_path / "missing.py")
        assert raised.value.filename == str(tmp_path / "missing.py")
        with pytest.raises(rezload.ReadError):
            rezload.definition(tmp_path)
        with pytest.raises(rezload.ReadError):
            rezload.definition("\ud800")

    def test_an_unknown_fallback(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError):
            rezload.definition(tmp_path, fallback="vm")  # type: ignore[arg-type]

    def test_rez_is_imported_for_its_objects_only(self, tmp_path: Path) -> None:
        code = "import sys, rezload; rezload.definition(sys.argv[1]); sys.exit('rez' in sys.modules)"
        plain = write(tmp_path, "name = 'x'\n")
        assert subprocess.call([sys.executable, "-c", code, str(plain)]) == 0
        path = write(tmp_path, self.TEXT)
        assert subprocess.call([sys.executable, "-c", code, str(path)]) == 1

    def test_without_rez(self, tmp_path: Path, without_rez: None) -> None:
        assert rezload.definition(write(tmp_path, "name = 'x'\n")) == {"name": "x"}
        path = write(tmp_path, self.TEXT)
        with pytest.raises(rezload.RezNotFound, match="can't be imported") as raised:
            rezload.definition(path)
        assert raised.value.declined == () and raised.value.code is None
        again = pickle.loads(pickle.dumps(raised.value))
        assert str(again) == str(raised.value)
        with pytest.raises(rezload.RezNotFound):
            rezload.definition(write(tmp_path, self.LOOP))
