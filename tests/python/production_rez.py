"""A rez as rez's install.py makes it: a virtual environment whose tools run `python -E`."""

from __future__ import annotations

import importlib
import logging
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any


class ProductionRez:
    """rez and rezload in a virtual environment of their own; with `others`, also what else is
    installed here.
    """

    def __init__(self, root: Path, others: bool = True) -> None:
        # rez's own classes, which have no types
        get_specifications: Any = importlib.import_module("rez.cli._entry_points").get_specifications
        ScriptMaker: Any = importlib.import_module("rez.vendor.distlib.scripts").ScriptMaker
        self.root = root
        venv.create(root, symlinks=os.name != "nt", with_pip=False)
        windows = os.name == "nt"
        scripts = root / ("Scripts" if windows else "bin")
        self.python = scripts / ("python.exe" if windows else "python")
        self.tools = scripts / "rez"
        self.site_packages = Path(
            sysconfig.get_path("purelib", vars={"base": str(root), "platbase": str(root)})
        )
        for name in ("rez", "rezplugins", "rezload"):
            module = importlib.import_module(name)
            link = self.site_packages / name
            try:
                link.symlink_to(module.__path__[0], target_is_directory=True)
            except OSError:
                # Windows asks for a privilege
                shutil.copytree(module.__path__[0], link)
        if others:
            # such as pytest; the path is looked through after the folder with this file
            path = sysconfig.get_path("purelib")
            (self.site_packages / "others.pth").write_text(path + "\n")
        self.tools.mkdir()
        logging.getLogger("rez.vendor.distlib").setLevel(logging.WARNING)
        # as in `patch_rez_binaries` and `install` of rez's install.py
        maker = ScriptMaker(source_dir=None, target_dir=str(self.tools))
        maker.executable = str(self.python)
        options = {"interpreter_args": ["-E"]}
        maker.make_multiple(specifications=get_specifications().values(), options=options)
        (self.tools / ".rez_production_install").write_text("3.4.0")

    def run(
        self, tool: str, *args: str, env: dict[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs one of rez's tools without any configuration but `env`."""
        clean = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("REZ", "PYTHON", "VIRTUAL_ENV"))
        }
        # no ~/.rezconfig either
        clean.update({"REZ_CONFIG_FILE": os.devnull, "HOME": str(self.root), **(env or {})})
        return subprocess.run(
            [str(self.tools / tool), *args],
            env=clean,
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=1200,
        )


if __name__ == "__main__":
    ProductionRez(Path(sys.argv[1]))
