"""`vm_snippets.txt` in the VM tier, beside real rez in this Python.

Only what the tier serves is run outside of it: the rest may do harm, and declining is always right.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import vm_snippets

import rezload

pytest.importorskip("rez")
pytestmark = pytest.mark.vm

#: Answers what rez gives for the version of each text: a child each, so that none sees another.
REZ = """
import json, os, sys, tempfile
from rez.serialise import FileFormat, load_from_file
import rez.packages, rez.package_py_utils, rez.utils.lint_helper

folder = tempfile.mkdtemp()
path = os.path.join(folder, "package.py")
for line in sys.stdin:
    with open(path, "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write(json.loads(line))
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        try:
            answer = {"version": load_from_file(path, FileFormat.py, disable_memcache=True)["version"]}
        except BaseException as error:
            answer = {"error": repr(error)}
        os.write(write, json.dumps(answer).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        answer = file.read()
    os.waitpid(child, 0)
    print((answer or b'{"error": "died"}').decode(), flush=True)
os.remove(path)
os.rmdir(folder)
"""


def place(folder: Path) -> None:
    """The files that the snippets ask for."""
    (folder / "sub").mkdir()
    (folder / "a.txt").write_bytes(b"line one\nline two\n")
    (folder / "b.py").write_bytes(b"x = 1\n")
    (folder / "bom.txt").write_bytes(b"\xef\xbb\xbf1.2\n")
    (folder / "c.json").write_bytes(b'{"a": [1, null, true], "b": "x"}')
    (folder / "e.ini").write_text("[s]\nk = v\nn = 3\n[t]\nb = yes\nu = %(b)s!\n")
    (folder / "sub" / "d.txt").write_bytes("é\r\nz\r".encode())
    (folder / "link").symlink_to("a.txt")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each snippet needs a process of its own")
def test_snippets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cwd"
    folder.mkdir()
    place(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("FOO", "foo-value")
    monkeypatch.delenv("NOPE_X", raising=False)
    monkeypatch.setenv("REZ_CONFIG_FILE", os.devnull)
    path = tmp_path / "package.py"
    served, problems = [], []
    for snippet in vm_snippets.snippets():
        path.write_text(snippet.text, encoding="utf-8", errors="surrogatepass")
        where = f"{snippet.line}: {snippet.section}: {snippet.expression}"
        try:
            package = rezload.load(path, fallback=None)
        except rezload.Declined as declined:
            if snippet.mark == "+" and sys.version_info[1] >= snippet.since:
                problems.append(f"{where}: declined, {declined}")
            continue
        if snippet.mark == "-":
            problems.append(f"{where}: served, {vm_snippets.value(package.version)}")
        else:
            served.append((where, snippet.text, package.version))
    texts = "".join(json.dumps(text) + "\n" for _, text, _ in served)
    rez = subprocess.run([sys.executable, "-c", REZ], input=texts, stdout=subprocess.PIPE, text=True,
                         check=True)
    answers = [json.loads(line) for line in rez.stdout.splitlines()]
    assert len(answers) == len(served)
    for (where, _, version), answer in zip(served, answers):
        if answer.get("version") != version:
            theirs = (vm_snippets.value(answer["version"]) if "version" in answer
                      else answer["error"])
            problems.append(f"{where}: {vm_snippets.value(version)}, rez has {theirs}")
    assert len(served) > 1000
    if problems:
        pytest.fail("%d:\n  %s" % (len(problems), "\n  ".join(problems)), pytrace=False)
