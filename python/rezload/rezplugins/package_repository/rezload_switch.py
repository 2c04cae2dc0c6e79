"""Switches rezload on when the environment variable `REZLOAD` is 1.

rez imports all plugins for package repositories before it makes its first repository. This
one registers no repository type; being imported is all that it is for.
"""

import logging
import os


def _switch() -> None:
    # where rezload is off, nothing of it is imported
    if not os.environ.get("REZLOAD"):
        return
    try:
        from rezload.rez_hook import install_from_environment

        install_from_environment()
    except Exception as error:
        logger = logging.getLogger("rez.rezload")
        logger.warning("rezload is off, and rez goes on without it: %s", error)


def register_plugin() -> None:
    """What rez asks of a plugin: a class, or nothing."""


_switch()
