"""Counts of what rez loaded, and of who loaded it."""

from __future__ import annotations

import os
import threading
from typing import Any, NamedTuple


class Served(NamedTuple):
    """A definition that rezload gives to rez."""

    definition: dict[str, Any]
    tier: str
    seconds: float
    """What it took."""
    filepath: str


# not a dataclass: making one takes milliseconds of every start of a tool
class LoadStats(NamedTuple):
    """What rez loaded in this process since rezload was installed first.

    Only what went through `rez.serialise.load_functions`: what comes from memcached isn't
    loaded. A fork starts anew.
    """

    served: dict[str, int]
    """How many definitions each tier served."""
    handed_over: dict[str, int]
    """How many definitions rez loaded itself, by the reason: the code of the last tier's
    decline, or `no-file`, `unreadable`, `patched-rez`, `rezload-failed`.
    """
    seconds: float
    """What serving took, and declining."""
    rez_seconds: float
    """What rez took for the definitions that were handed over to it."""
    validated: int
    """How many of the served definitions rez loaded too."""
    different: int
    """How many of those differed."""
    validated_seconds: float
    """What serving the validated ones took."""
    validated_rez_seconds: float
    """What rez took for the validated ones."""

    def __str__(self) -> str:
        served = sum(self.served.values())
        handed_over = sum(self.handed_over.values())
        text = (
            f"rezload served {served} of {served + handed_over} definitions"
            f"{_detail(self.served)} in {self.seconds * 1e3:.1f} ms, rez {handed_over}"
            f"{_detail(self.handed_over)} in {self.rez_seconds * 1e3:.1f} ms"
        )
        if self.validated:
            text += (
                f"; validated {self.validated}, {self.different} different: "
                f"{self.validated_seconds * 1e3:.1f} ms, "
                f"by rez {self.validated_rez_seconds * 1e3:.1f} ms"
            )
        return text


def _detail(counts: dict[str, int]) -> str:
    if not counts:
        return ""
    return f" ({', '.join(f'{key} {count}' for key, count in sorted(counts.items()))})"


class Counters:
    """The running counts of this process; any thread may add to them."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._lock = threading.Lock()
        self._served: dict[str, int] = {}
        self._handed_over: dict[str, int] = {}
        self._seconds = 0.0
        self._rez_seconds = 0.0
        self._validated = 0
        self._different = 0
        self._validated_seconds = 0.0
        self._validated_rez_seconds = 0.0

    def add_served(self, tier: str, seconds: float) -> None:
        with self._lock:
            self._served[tier] = self._served.get(tier, 0) + 1
            self._seconds += seconds

    def add_handed_over(self, reason: str, seconds: float, rez_seconds: float) -> None:
        with self._lock:
            self._handed_over[reason] = self._handed_over.get(reason, 0) + 1
            self._seconds += seconds
            self._rez_seconds += rez_seconds

    def add_validated(self, different: bool, seconds: float, rez_seconds: float) -> None:
        with self._lock:
            self._validated += 1
            self._different += different
            self._validated_seconds += seconds
            self._validated_rez_seconds += rez_seconds

    def snapshot(self) -> LoadStats:
        with self._lock:
            return LoadStats(
                dict(self._served),
                dict(self._handed_over),
                self._seconds,
                self._rez_seconds,
                self._validated,
                self._different,
                self._validated_seconds,
                self._validated_rez_seconds,
            )


counters = Counters()

if hasattr(os, "register_at_fork"):
    # the parent's counts are the parent's, and another thread of it may hold the lock
    os.register_at_fork(after_in_child=counters.clear)
