"""The examples in docstrings and documentation pages run and give what they show."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rezload

pytestmark = pytest.mark.vm

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md"))]


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_the_package_docstring() -> None:
    failed, tried = doctest.testmod(rezload)
    assert tried and not failed


def read(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


@pytest.mark.parametrize("page", [page for page in PAGES if ">>> " in read(page)])
def test_the_python_examples(page: str) -> None:
    pytest.importorskip("rez")
    # the fence that ends a block isn't the output of its last example
    text = read(page).replace("\n```", "\n\n```")
    test = doctest.DocTestParser().get_doctest(text, {}, page, page, 0)
    result = doctest.DocTestRunner().run(test)
    assert result.attempted and not result.failed


def transcripts() -> list[tuple[str, str]]:
    """Each command of the console blocks of all pages, with the output that is shown."""
    blocks = "".join("".join(re.findall(r"^```console\n(.*?)^```", read(page), re.M | re.S)) for page in PAGES)
    return re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", blocks, re.M)


def test_there_are_transcripts() -> None:
    assert len(transcripts()) >= 4


@pytest.mark.parametrize(("command", "shown"), transcripts())
def test_the_transcript(command: str, shown: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "rezload"
    done = subprocess.run(
        [sys.executable, "-m", "rezload", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.stdout.decode() == shown


def shell_blocks(page: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", read(page), re.M | re.S)


def run(script: str, home: Path, cwd: Path) -> str:
    """What a shell prints that stops at the first command that fails."""
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=cwd,
        env={**os.environ, "HOME": str(home), "PATH": programs},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_tutorial(tmp_path: Path) -> None:
    """From top to bottom; what it installs is what is tested here."""
    pytest.importorskip("rez")
    (tmp_path / "rezload-trial").mkdir()
    blocks = shell_blocks("docs/tutorial.md")
    kept = [block for block in blocks if "pip " not in block]
    # its own environment, and the end of it
    assert len(blocks) - len(kept) == 2
    said = run("\n".join(kept), tmp_path, ROOT)
    for line in (
        "  100.0% of the definitions never need a Python process, 100.0% are served without running anything.",
        "sources/render_env/1.0/package.py: served by the vm tier",
        "  100.0% of the 1 that rez loads never need Python",
        "rezload served 34 of 34 definitions (static 34)",
        "validated 34, 0 different",
        "rez alone, as before",
    ):
        assert line in said, said
    assert "different 1" not in said


def test_the_page_about_continuous_integration(tmp_path: Path) -> None:
    pytest.importorskip("rez")
    shutil.copytree(ROOT / "examples" / "packages", tmp_path / "packages")
    run("\n".join(shell_blocks("docs/how-to/ci.md")), tmp_path, tmp_path)
    # a package that leaves the static tier is found
    path = tmp_path / "packages" / "slow" / "1" / "package.py"
    path.parent.mkdir(parents=True)
    path.write_text("name = 'slow'\nversion = '1'\nif 1:\n    requires = ['a']\n")
    check = next(block for block in shell_blocks("docs/how-to/ci.md") if "survey.json" in block)
    with pytest.raises(AssertionError, match="1 top-level-if packages/slow/1/package.py"):
        run(check, tmp_path, tmp_path)


@pytest.mark.parametrize("command", ["load", "explain", "scan", "survey", "diff", "bench"])
def test_every_flag_is_in_the_reference(command: str) -> None:
    asked = [sys.executable, "-m", "rezload", command, "--help"]
    text = subprocess.run(asked, stdout=subprocess.PIPE, check=True).stdout.decode()
    flags = set(re.findall(r"^ +(?:-\w, )?(--[\w-]+)", text, re.M)) - {"--help"}
    assert flags
    page = read("docs/cli.md")
    assert not [flag for flag in flags if not re.search(re.escape(flag) + r"\b", page)]


def anchors(page: str) -> set[str]:
    """Those that a forge makes of headings."""
    text = re.sub(r"^```.*?^```", "", read(page), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_no_link_is_broken(page: str) -> None:
    text = re.sub(r"^```.*?^```", "", read(page), flags=re.M | re.S)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        if anchor:
            name = os.path.relpath(target, ROOT)
            assert anchor in anchors(name), (link, sorted(anchors(name)))


def test_every_page_is_in_the_index() -> None:
    index = read("docs/README.md")
    for page in PAGES:
        path = os.path.relpath(ROOT / page, ROOT / "docs")
        assert page == "docs/README.md" or f"]({path})" in index, page


def test_the_figures_are_those_of_the_records() -> None:
    program = str(ROOT / "benches" / "reference.py")
    subprocess.run([sys.executable, program, "--check"], check=True)
