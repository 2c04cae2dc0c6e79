"""`subprocess`: may be imported; whatever starts a process declines."""

import _rezload
from _rezload_facade import inert_classes

PIPE = -1
STDOUT = -2
DEVNULL = -3


class SubprocessError(Exception):
    pass


class CalledProcessError(SubprocessError):
    def __init__(self, returncode, cmd, output=None, stderr=None):
        self.returncode = returncode
        self.cmd = cmd
        self.output = output
        self.stderr = stderr

    def __str__(self):
        if self.returncode and self.returncode < 0:
            _rezload.decline("attribute-unknown", "subprocess.CalledProcessError of a signal")
        return "Command '%s' returned non-zero exit status %d." % (self.cmd, self.returncode)

    stdout = property(lambda self: self.output)


class TimeoutExpired(SubprocessError):
    def __init__(self, cmd, timeout, output=None, stderr=None):
        # nothing runs here that could take too long
        _rezload.decline("attribute-unknown", "subprocess.TimeoutExpired(...)")


def _refuse(name):
    def function(*args, **kwargs):
        _rezload.decline("sandbox", "subprocess." + name)

    return function


call = _refuse("call")
check_call = _refuse("check_call")
check_output = _refuse("check_output")
getoutput = _refuse("getoutput")
getstatusoutput = _refuse("getstatusoutput")
run = _refuse("run")


inert_classes(globals(), "sandbox", "CompletedProcess Popen")


def list2cmdline(seq):
    if not all(isinstance(arg, str) for arg in seq):
        _rezload.decline("attribute-unknown", "subprocess.list2cmdline of what isn't text")
    result = []
    for arg in seq:
        backslashes = ""
        if result:
            result.append(" ")
        quoted = " " in arg or "\t" in arg or not arg
        if quoted:
            result.append('"')
        for char in arg:
            if char == "\\":
                backslashes += char
            elif char == '"':
                result.append(backslashes * 2 + '\\"')
                backslashes = ""
            else:
                result.append(backslashes + char)
                backslashes = ""
        result.append(backslashes)
        if quoted:
            result.append(backslashes + '"')
    return "".join(result)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    _rezload.decline("attribute-unknown", "subprocess." + name)
