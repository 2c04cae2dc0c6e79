"""Fixtures of the Python tests; pytest also prints what was tested."""

from __future__ import annotations

import os
import signal
import sys
import tarfile
from pathlib import Path
from typing import Iterator

import pytest

import rezload

# rez reads the configuration of whoever runs the tests
os.environ["REZ_CONFIG_FILE"] = os.devnull

FIXTURES = Path(__file__).parents[1] / "fixtures"


def pytest_report_header() -> str:
    try:
        import rez
    except ImportError:
        rez_version = "not installed"
    else:
        rez_version = rez.__version__
    return f"rezload {rezload.__version__} ({rezload.__path__[0]}), rez {rez_version}"


@pytest.fixture
def api() -> Path:
    """The folder of packages that the tests of the interface load."""
    return FIXTURES / "api"


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Interrupts raise: a shell ignores them for what it runs in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def without_vm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No VM tier, here and in what is started from here: what computes is for rez. Tests
    marked `vm` have it."""
    if request.node.get_closest_marker("vm") is None:
        monkeypatch.setenv("REZLOAD_VM", "0")


@pytest.fixture
def without_rez(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that has no rez."""
    for module in list(sys.modules):
        ours = module.startswith("rezload.rez_")
        if module.split(".")[0] in ("rez", "rezplugins") or ours:
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "rez", None)
    for name in ("rez_resource", "rez_tier", "rez_repository"):
        monkeypatch.delattr(rezload, name, raising=False)


@pytest.fixture(scope="session")
def bundled() -> Path:
    """The repository of rez's benchmark, unpacked once into the cache folder."""
    rez = pytest.importorskip("rez")

    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "rezload"
    root = cache / f"benchmark-{rez.__version__}"
    if not root.is_dir():
        partial = cache / f"benchmark-{os.getpid()}"
        packed = Path(rez.__path__[0]) / "data" / "benchmarking" / "packages.tar.gz"
        with tarfile.open(packed) as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extraction_filter = tarfile.data_filter
            archive.extractall(partial)
        partial.rename(root)
    return root / "packages"
