name = "nuke_gizmos"

version = "2.7.1"

requires = ["lut_tools-1.4+"]

variants = [
    ["nuke-14.0", "python-3.9"],
    ["nuke-15", "python-3.10"],
    ["nuke-16", "python-3.11"],
]


def commands():
    env.NUKE_PATH.append("{root}/gizmos")
