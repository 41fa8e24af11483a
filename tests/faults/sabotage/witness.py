"""Sabotages of how a failed fsync is dealt with: what the kernel dropped is taken for written after all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.faults.sabotage.seams import Patches

_TRIES = 3


def fsync_retried(patches: Patches) -> None:
    """Try a failed fsync again, and believe the second answer: the kernel reports lost pages only once."""
    patches.put_in("os", "fsync", _retrying)


def _retrying(real: Callable[[int], None]) -> Callable[[int], None]:
    def fsync(descriptor: int) -> None:
        for left in reversed(range(_TRIES)):
            try:
                return real(descriptor)
            except OSError:
                if not left:
                    raise
        return None

    return fsync


def failed_fsync_forgotten(patches: Patches) -> None:
    """Keep a failed fsync to oneself: no other process learns that a line may not be on the medium."""

    def silent(real: Any) -> Any:
        def write_condition(path: Any, condition: Any) -> None:
            if condition.kind != "degraded":
                real(path, condition)

        return write_condition

    patches.put_everywhere("state", "write_condition", silent, "path", "condition")
