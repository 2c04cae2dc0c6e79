name = "python"

version = "3.11.9"

description = "CPython, as the studio builds it"

authors = ["pipeline"]

variants = [
    ["platform-linux", "arch-x86_64"],
    ["platform-windows", "arch-AMD64"],
]

tools = ["python", "pip"]


def commands():
    env.PATH.prepend("{root}/bin")
    if "dev" in request:
        env.PYTHONDEVMODE = "1"
