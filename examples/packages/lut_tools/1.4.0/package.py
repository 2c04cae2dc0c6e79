# -*- coding: utf-8 -*-
"""LUT tools of the colour department."""

name = "lut_tools"

version = "1.4.0"

description = """
    Bakes, checks and compares LUTs.
"""

authors = ["Zoë Ångström"]

requires = [
    "python>=3.9",
    "openexr-3",
    "opencolorio-2.2|2.1",
]

tools = ["lutbake", "lutdiff"]

tests = {
    "unit": "python -m unittest discover -s {root}/tests",
    "lint": {"command": "flake8 {root}", "requires": ["flake8"]},
}


@late()
def help():
    return [["Manual", "https://docs.example.com/lut_tools/%s" % this.version]]


def commands():
    env.PATH.append("{root}/bin")
    env.PYTHONPATH.append("{root}/python")
