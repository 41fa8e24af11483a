"""Sabotage of readers that follow the ledger without a lock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.faults.sabotage.seams import Patches, store_module


def reader_skips_last_look(patches: Patches) -> None:
    """Read a segment, then look for its successor, and go on there: what came in between is never read."""
    follower = store_module("follow").Follower

    def reading(_real: Any) -> Any:
        def read(self: Any, before_seq: int | None = None) -> Iterator[Any]:
            while True:
                yield from self._segment(last=True, before_seq=before_seq)
                if not self._exists(self.position.segment + 1):
                    return
                if self.tail or not self.position.closed:
                    end = self.position
                    reason = "the segment does not end in the line that closes it"
                    raise store_module("follow").damaged(end.file, end.offset, reason)
                self.position = self.position.next_segment()

        return read

    patches.put(follower, "_exists", lambda real: real, "self", "number")
    patches.put(follower, "_segment", lambda real: real, "self", "last", "before_seq")
    patches.put(follower, "read", reading, "self", "before_seq")
