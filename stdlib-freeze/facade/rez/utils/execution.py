"""`rez/utils/execution.py`: processes aren't started."""

from _rezload_facade import inert_classes

inert_classes(globals(), "sandbox", "Popen")
