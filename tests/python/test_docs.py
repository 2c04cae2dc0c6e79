"""The examples in docstrings and documentation pages run and give what they show."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import rezload

pytestmark = pytest.mark.vm

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_the_package_docstring() -> None:
    failed, tried = doctest.testmod(rezload)
    assert tried and not failed


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
def test_the_python_examples(page: str) -> None:
    pytest.importorskip("rez")
    # the fence that ends a block isn't the output of its last example
    text = (ROOT / page).read_text("utf-8").replace("\n```", "\n\n```")
    test = doctest.DocTestParser().get_doctest(text, {}, page, page, 0)
    result = doctest.DocTestRunner().run(test)
    assert result.attempted and not result.failed


def transcripts() -> list[tuple[str, str]]:
    """Each command of the README's console blocks, with the output that is shown."""
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = "".join(re.findall(r"^```console\n(.*?)^```", text, re.M | re.S))
    return re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", blocks, re.M)


def test_there_is_a_transcript() -> None:
    assert transcripts()


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
