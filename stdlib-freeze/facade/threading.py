"""`threading`: may be imported."""

from _rezload_facade import inert_classes, refuse

inert_classes(globals(), "sandbox", "Event Thread Timer Condition Semaphore local")
refuse(globals(), "sandbox", "Lock RLock active_count current_thread main_thread")
