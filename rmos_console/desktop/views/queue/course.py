"""Where a person is in the queue, and where they go next. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rmos_console.core.usecases.review import QueueItem


class Key(NamedTuple):
    """What makes an item of the queue itself."""

    run_id: str
    advisory_id: str


class Made(NamedTuple):
    """A decision made in this window, so that it can be taken back."""

    key: Key
    person_id: str
    verb: str


def key_of(item: QueueItem) -> Key:
    """Return the key of an item."""
    return Key(item.row.run_id, item.advisory_id)


def place_after(items: Sequence[QueueItem], current: Key | None, row: int, *, move_on: bool) -> int:
    """Return the row to show in a new list of items, -1 where it is empty.

    The current item keeps the person's place, unless it was just decided (``move_on``): then the next one takes it, and
    after the last one the first that is left.
    """
    if not items:
        return -1
    at = next((index for index, item in enumerate(items) if key_of(item) == current), None)
    if at is None:
        return row if 0 <= row < len(items) else 0
    return (at + 1) % len(items) if move_on else at
