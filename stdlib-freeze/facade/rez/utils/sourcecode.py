"""`rez/utils/sourcecode.py`: the decorators that definitions have anyway."""

from _rezload_dsl import early, include, late
from _rezload_facade import inert_classes

inert_classes(globals(), "attribute-unknown", "IncludeModuleManager SourceCode")
