name = "openexr"

version = "3.2.4"

requires = [
    "imath-3.1+<4",
    "~python>=3.9",
]

build_requires = ["cmake-3.20+"]

private_build_requires = ["gcc-11"]

hashed_variants = True

variants = [
    ["platform-linux", "gcc-11", "!debug"],
]

tools = ["exrheader", "exrinfo", "exrmaketiled"]


def commands():
    import os.path

    env.LD_LIBRARY_PATH.prepend(os.path.join("{root}", "lib"))
    env.CMAKE_PREFIX_PATH.prepend("{root}")
    env.PATH.prepend("{root}/bin")
