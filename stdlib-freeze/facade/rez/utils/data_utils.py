"""`rez/utils/data_utils.py`: `ModifyList`."""

from _rezload_dsl import ModifyList
