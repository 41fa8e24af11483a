"""The process's own picture of a store: the fold up to a head, and why it may not be written, if it may not."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rmos_console.core.errors import DamagedError, NewerStoreError, ReadOnlyError, RmosError, StoreError
from rmos_console.core.records.changes import Changes
from rmos_console.core.store.blobs import Blobs
from rmos_console.core.store.bodies import has_marks, resolve
from rmos_console.core.store.fold import Fold
from rmos_console.core.store.follow import Follower, Position, VerifiedLine, damaged
from rmos_console.core.store.layout import Place
from rmos_console.core.store.propose import Taken, take_in
from rmos_console.core.store.segments import Segments
from rmos_console.core.store.state import Condition, read_condition
from rmos_console.core.store.touched import Touched
from rmos_console.core.store.view import Snapshot

Record = Callable[[list[Taken], Position, Position], None]
"""Called with the compact events of each line that becomes visible, and the positions before and behind it."""

Settle = Callable[[], Segments | None]
"""Called behind each closed segment that was read; returns all segments if what they hold need not be kept here."""


class Live:
    """What this process knows of a store.

    :attr:`section` is held by whoever reads on or writes; it may be held during an fsync. A snapshot never waits for
    it: the picture itself changes under a lock of its own, held for microseconds.
    """

    def __init__(
        self, place: Place, blobs: Blobs, fold: Fold, position: Position, record: Record, settle: Settle
    ) -> None:
        self.place = place
        self.fold = fold
        self.follower = Follower(place, position)
        self.blobs = blobs
        self.section = threading.Lock()
        self.refusal: StoreError | None = None
        self._broken: DamagedError | None = None
        self._record = record
        self._settle = settle
        self._brief = threading.Lock()
        self._snapshot: Snapshot | None = None

    def refuse(self, error: StoreError) -> bool:
        """Remember why nothing may be written; returns whether this was news.

        The first reason stays, but what is wrong with the store counts more than what is asked or permitted.
        """
        if self.refusal is not None and (type(self.refusal) is not ReadOnlyError or type(error) is ReadOnlyError):
            return False
        self.refusal = error
        return True

    def check_writable(self) -> None:
        """Raise why nothing may be written, if anything speaks against it."""
        if self.refusal is not None:
            raise self.refusal

    def is_damaged(self) -> bool:
        """Tell whether this or another process found bytes that are not what was written."""
        return isinstance(self.refusal, DamagedError)

    def condition(self) -> Condition | None:
        """Return what other processes noted about the store, and remember it."""
        found = read_condition(self.place.state)
        if found is not None:
            self.refuse(found.error())
        return found

    def catch_up(self) -> Changes | None:
        """Read on to the end of the ledger and return what changed. To be called with :attr:`section` held.

        Nothing at or behind a line that could not be made durable is read. Raises :class:`DamagedError`; what was read
        before the damage stays.
        """
        found = self.condition()
        before = found.seq if found is not None and found.kind == "degraded" else None
        if self._broken is not None:
            raise self._broken
        touched, behind = Touched(), self.follower.position.seq
        try:
            for verified in self.follower.read(before):
                touched.add(item.event for item in self._take_line(verified))
                if verified.after.closed:
                    self._let_go(self._settle())
        except DamagedError as error:
            self._broken = error
            raise
        end = self.follower.position.seq
        return touched.changes(end) if end > behind else None

    def take(self, child: Fold, taken: list[Taken], after: Position) -> None:
        """Make a line visible that is durable; ``child`` is the fold with all of it taken in."""
        child.change(seq=after.seq, digest=after.digest)
        with self._brief:
            self.fold.take(child)
            self._snapshot = None
            self._record(taken, self.follower.position, after)
        if self.fold.facts.unknown is not None:
            self.refuse(
                NewerStoreError(
                    f"The store holds events of kind {self.fold.facts.unknown!r}, which this program does not know: "
                    "it was written by a newer version. Update this program; until then it only reads.",
                    kind=self.fold.facts.unknown,
                )
            )

    def move(self, segments: Segments) -> None:
        """Stand on these segments from now on, and let go of what they hold."""
        with self.section:
            self._let_go(segments)

    def snapshot(self) -> Snapshot:
        """Return the store as it is now; the same object as long as nothing changes."""
        with self._brief:
            if self._snapshot is None:
                self._snapshot = self.fold.freeze()
            return self._snapshot

    def resolve(self, value: object) -> object:
        """Put blobs back into a value."""
        return resolve(value, self.blobs.get)

    def _let_go(self, segments: Segments | None) -> None:
        if segments is None:
            return
        end = segments.all[-1].after
        with self._brief:
            self.fold.rebase(segments.maps(), (end.segment, end.offset))

    def _take_line(self, verified: VerifiedLine) -> list[Taken]:
        line = verified.line
        child = self.fold.child()
        taken: list[Taken] = []
        resolver = self.resolve if has_marks(verified.raw) else None
        try:
            for transaction in line.transactions:
                taken += take_in(child, transaction, line.location, resolver)
        except StoreError:
            raise
        except RmosError as error:
            raise damaged(line.location.file, line.location.offset, error.message.rstrip(".")) from error
        self.take(child, taken, verified.after)
        return taken
