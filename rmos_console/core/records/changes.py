"""What a write changed: front ends refresh only what it touches."""

from __future__ import annotations

from typing import Generic, TypeVar

from rmos_console.core.records.record import Record

T = TypeVar("T")


class Changes(Record):
    """Ids touched by one or more committed transactions, and the ledger head after them.

    ``everything`` asks for a full refresh: the caller was too far behind to be told details.
    """

    seq: int
    run_ids: frozenset[str] = frozenset()
    advisory_ids: frozenset[str] = frozenset()
    people: bool = False
    policy: bool = False
    everything: bool = False

    def __or__(self, other: Changes) -> Changes:
        """Return the union; the later head wins."""
        return Changes(
            seq=max(self.seq, other.seq),
            run_ids=self.run_ids | other.run_ids,
            advisory_ids=self.advisory_ids | other.advisory_ids,
            people=self.people or other.people,
            policy=self.policy or other.policy,
            everything=self.everything or other.everything,
        )


class Written(Record, Generic[T]):
    """The answer of a writing use case: its value, and what it changed (nothing where it was a repeat)."""

    value: T
    changes: Changes
