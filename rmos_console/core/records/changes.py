"""What a write changed: front ends refresh only what it touches."""

from __future__ import annotations

from collections.abc import Iterable
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

    @classmethod
    def union(cls, parts: Iterable[Changes]) -> Changes:
        """Return what all parts changed together; at least one is needed. The latest head wins."""
        found = tuple(parts)
        return cls(
            seq=max(part.seq for part in found),
            run_ids=frozenset().union(*(part.run_ids for part in found)),
            advisory_ids=frozenset().union(*(part.advisory_ids for part in found)),
            people=any(part.people for part in found),
            policy=any(part.policy for part in found),
            everything=any(part.everything for part in found),
        )

    def __or__(self, other: Changes) -> Changes:
        """Return the union; the later head wins."""
        return Changes.union((self, other))


class Written(Record, Generic[T]):
    """The answer of a writing use case: its value, and what it changed (nothing where it was a repeat)."""

    value: T
    changes: Changes
