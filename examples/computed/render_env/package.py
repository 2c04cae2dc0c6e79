import platform

name = "render_env"

version = "4.1.0"

requires = ["python>=3.9", "openexr-3"]

if platform.system() == "Windows":
    requires.append("vcredist")


def commands():
    env.RENDER_ENV = "{root}"
