"""Reading on outside of commits, and what happens when damage is found while reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rmos_console.core.errors import DamagedError, StoreError
from rmos_console.core.log import swallowed
from rmos_console.core.records.changes import Changes
from rmos_console.core.store.collecting import uncollected
from rmos_console.core.store.commit import Committer
from rmos_console.core.store.follow import Position, check_segments, damaged
from rmos_console.core.store.line import segment_file
from rmos_console.core.store.live import Live

_CONDITION_EVERY = 10
"""Looks between two looks at the notes of other processes."""


class Reader:
    """Keeps a picture up to date. ``may_note``: damage is noted for other processes; else it binds only this one."""

    def __init__(self, live: Live, committer: Committer, tell: Callable[[Changes], None], *, may_note: bool) -> None:
        self._live = live
        self._committer = committer
        self._tell = tell
        self._may_note = may_note
        self._looks = 0
        self._told = live.refusal

    def first_read(self, store_id: str, known: Position, check_ends: Callable[[], None]) -> DamagedError | None:
        """Read the ledger to its end; check that it reaches to ``known``, and that store.json speaks of it.

        Damage ends the reading, makes the store read-only and is returned; what was read before it stays.
        """
        try:
            with self.noting():
                self._first_read(store_id, known, check_ends)
        except DamagedError as error:
            return error
        return None

    def _first_read(self, store_id: str, known: Position, check_ends: Callable[[], None]) -> None:
        check_segments(self._live.place)
        check_ends()
        with self._live.section, uncollected():
            self._live.catch_up()
        end = self._live.follower.position
        noted = self._live.condition()
        if end.seq < known.seq and (noted is None or noted.kind == "damaged"):
            raise damaged(end.file, end.offset, f"line {known.seq} was there when the catalog was saved")
        if not self._live.fold.store_id:
            raise damaged(segment_file(1), 0, "the line that created the store is gone")
        if self._live.fold.store_id != store_id:
            raise damaged("store.json", 0, "its store id is not that of the ledger")

    def look(self, *, wait: bool = True) -> None:
        """Read what other processes committed, tell the subscribers, and tell them if the store became read-only.

        Without ``wait`` only if no thread of this process is writing just now.
        """
        changes: Changes | None = None
        self._looks += 1
        try:
            if self._looks % _CONDITION_EVERY == 0:
                self._live.condition()
            if self._live.follower.has_news() and (wait or not self._live.section.locked()):
                changes = self.refresh()
        except StoreError as error:
            if self._live.refuse(error):
                swallowed("store.look", error)
        if self._live.refusal is not self._told:
            self._told = self._live.refusal
            changes = changes or Changes(seq=self._live.fold.facts.seq)
        if changes is not None:
            self._tell(changes)

    def refresh(self) -> Changes | None:
        """Read what other processes committed; None if nothing is new. Damage makes the store read-only."""
        with suppress(DamagedError), self.noting(), self._live.section:
            return self._live.catch_up()
        return None

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Turn the store read-only when damage is found within; the error goes on to the caller."""
        try:
            yield
        except DamagedError as error:
            self.found(error)
            raise

    def found(self, error: DamagedError) -> None:
        """Damage was found: nothing is written any more, and whoever may note it for the others does."""
        if self._may_note:
            self._committer.note(error)
        else:
            self._live.refuse(error)
