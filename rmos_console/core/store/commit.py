"""The committer: what happens between taking the lock and letting it go."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rmos_console.core.errors import BadDataError, DamagedError, DegradedError, RmosError, StoreError, UsageError
from rmos_console.core.log import logger, swallowed
from rmos_console.core.records.actor import Actor
from rmos_console.core.records.changes import Changes
from rmos_console.core.records.events import Event, segment_closed
from rmos_console.core.records.ids import new_id
from rmos_console.core.store.append import Appender, Limits, UndurableError
from rmos_console.core.store.follow import Position, damaged, read_line
from rmos_console.core.store.line import Location, encode
from rmos_console.core.store.live import Live
from rmos_console.core.store.lock import StoreLock
from rmos_console.core.store.propose import Committed, Draft, Proposal, now_utc
from rmos_console.core.store.queue import CommitQueue, Job, Outcome
from rmos_console.core.store.recover import mend, unnamed
from rmos_console.core.store.state import Condition, write_condition
from rmos_console.core.store.touched import changes_of


class Committer:
    """Writes lines. ``remembered`` tells the furthest position that the catalog knows of, read from disk anew."""

    def __init__(
        self,
        live: Live,
        lock: StoreLock,
        limits: Limits,
        remembered: Callable[[], Position],
        notify: Callable[[Changes], None],
    ) -> None:
        self._live = live
        self._lock = lock
        self._limits = limits
        self._remembered = remembered
        self._notify = notify
        self._appender = Appender(live.place)
        self._queue = CommitQueue(self._write)
        self._news: deque[Changes] = deque()
        self._writer: int | None = None
        self._process = os.getpid()

    def run(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """Commit drafts, each for itself, and return what became of each, in order."""
        if os.getpid() != self._process:
            raise UsageError("This store was opened by another process; open it again after a fork.")
        try:
            return self._queue.run(drafts)
        finally:
            self._tell()

    def _tell(self) -> None:
        """Tell what changed, once no thread waits for this one: a listener may commit in turn."""
        while True:
            try:
                changes = self._news.popleft()
            except IndexError:
                return
            self._notify(changes)

    def note(self, error: DamagedError) -> None:
        """Make the store read-only here, and for every other process if damage can be noted."""
        if not self._live.refuse(error):
            return
        if self._writer == threading.get_ident():  # found while judging a draft: the lock is held
            self._note(error)
            return
        try:
            with self._live.section, self._lock.held("damage note", now_utc):
                self._note(error)
        except RmosError as failure:
            swallowed("store.note", failure, file=error.details["file"], offset=error.details["offset"])

    def close(self) -> None:
        """Let go of the ledger."""
        with self._live.section:
            self._appender.close()

    def _note(self, error: DamagedError) -> None:
        condition = Condition("damaged", error.details["file"], error.details["offset"])
        logger.info("damaged", extra={"file": condition.file, "offset": condition.offset, "reason": error.message})
        try:
            write_condition(self._live.place.state, condition)
        except (OSError, StoreError) as failure:
            swallowed("store.note", failure, file=condition.file, offset=condition.offset)

    def _write(self, jobs: Sequence[Job]) -> None:
        try:
            with self._live.section, self._as_writer():
                self._refuse()
                role = jobs[0].draft.by.id
                with self._lock.held(role, now_utc), self._guarded():
                    self._locked(jobs)
        except Exception as error:  # noqa: BLE001  whatever it is belongs to the callers that wait, not to this thread
            for job in jobs:
                job.outcome = job.outcome or error

    def _refuse(self) -> None:
        if self._live.refusal is not None:
            raise self._live.refusal

    @contextmanager
    def _as_writer(self) -> Iterator[None]:
        self._writer = threading.get_ident()
        try:
            yield
        finally:
            self._writer = None

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Note, while the lock is still held, what forbids every process to write on."""
        try:
            yield
        except DamagedError as error:
            if self._live.refuse(error):
                self._note(error)
            raise
        except UndurableError as error:
            raise self._degrade(error) from error

    def _degrade(self, error: UndurableError) -> DegradedError:
        behind = self._live.follower.position
        condition = Condition("degraded", "", behind.offset, behind.seq + 1, error.number)
        refusal = condition.error()
        self._live.refuse(refusal)
        try:
            write_condition(self._live.place.state, condition)
        except (OSError, StoreError) as failure:
            self._lock.keep()
            swallowed("store.degrade", failure, seq=condition.seq, kept_lock=True)
            return DegradedError(
                f"{refusal.message} The note for other processes failed, too: this process keeps the lock to its end.",
                **refusal.details,
            )
        return DegradedError(refusal.message, **refusal.details)

    def _locked(self, jobs: Sequence[Job]) -> None:
        live = self._live
        self._catch_up()
        self._refuse()
        self._mend()
        self._make_room(jobs[0].draft.by)
        behind = live.follower.position
        location = Location(behind.seq + 1, behind.segment, behind.offset)
        proposal = Proposal(live.fold, location, live.blobs.put, live.resolve)
        self._name_quarantine(proposal, jobs[0].draft.by)
        judged = list(self._judge(proposal, jobs))
        if proposal.encoded:
            self._put(proposal)
            self._news.append(changes_of((item.event for item in proposal.taken), live.fold.facts.seq))
        self._answer(judged, proposal)

    def _catch_up(self) -> None:
        changes = self._live.catch_up()
        if changes is not None:
            self._news.append(changes)

    def _mend(self) -> None:
        follower = self._live.follower
        if not follower.tail:
            return
        behind, known = follower.position, self._remembered()
        if (known.segment, known.offset) > (behind.segment, behind.offset):
            raise damaged(behind.file, behind.offset, f"line {behind.seq + 1} was whole when the catalog was saved")
        mend(self._live.place, self._appender, behind, follower.tail)
        self._catch_up()

    def _make_room(self, by: Actor) -> None:
        """Close a full segment, and create the successor of a closed one."""
        live = self._live
        behind, facts = live.follower.position, live.fold.facts
        runs = facts.segment_runs if facts.segment == behind.segment else 0
        if not behind.closed and (runs >= self._limits.runs or behind.offset >= self._limits.bytes):
            location = Location(behind.seq + 1, behind.segment, behind.offset)
            closing = Proposal(live.fold, location, live.blobs.put, live.resolve)
            closing.add(new_id("tx"), by, None, [segment_closed(runs, behind.offset)])
            self._put(closing, closed=True)
        if live.follower.position.closed:
            live.follower.position = self._appender.create_successor(live.follower.position)

    def _name_quarantine(self, proposal: Proposal, by: Actor) -> None:
        events = list(unnamed(self._live.place, self._live.fold.facts.recovered))
        if events:
            proposal.add(new_id("tx"), by, None, events)

    def _judge(self, proposal: Proposal, jobs: Sequence[Job]) -> Iterator[tuple[Job, Answer]]:
        """Judge jobs in order until the line is full; yield those whose answer waits for the write."""
        for job in jobs:
            draft = job.draft
            try:
                if proposal.fold.transaction(draft.id):
                    yield job, self._repeated
                    continue
                events = draft.decide(proposal.fold)
                if not events:
                    yield job, self._idle
                elif proposal.add(draft.id, draft.by, draft.request_id, events):
                    yield job, self._written
                else:
                    return
            except Exception as error:  # noqa: BLE001  it belongs to this caller alone; the others go on
                job.outcome = error

    def _put(self, proposal: Proposal, *, closed: bool = False) -> None:
        live = self._live
        behind = live.follower.position
        data, digest = encode(behind.digest, behind.seq + 1, proposal.encoded)
        self._appender.append(data, behind)
        after = Position(behind.segment, behind.offset + len(data), behind.seq + 1, digest, closed)
        live.take(proposal.fold, proposal.taken, after)
        live.follower.position = after

    def _answer(self, judged: list[tuple[Job, Answer]], proposal: Proposal) -> None:
        written: dict[str, list[Event]] = {}
        for item in proposal.taken:
            written.setdefault(item.when.transaction, []).append(item.event)
        for job, answer in judged:
            try:
                job.outcome = answer(job.draft.id, written)
            except RmosError as error:
                job.outcome = error

    def _written(self, transaction_id: str, written: Mapping[str, list[Event]]) -> Committed:
        seq = self._live.fold.facts.seq
        return Committed(changes_of(written[transaction_id], seq), repeated=False, seq=seq)

    def _idle(self, _transaction_id: str, _written: Mapping[str, list[Event]]) -> Committed:
        seq = self._live.fold.facts.seq
        return Committed(Changes(seq=seq), repeated=False, seq=seq)

    def _repeated(self, transaction_id: str, _written: Mapping[str, list[Event]]) -> Committed:
        """Answer with what the ledger says this transaction did."""
        location = self._live.fold.maps.transactions.get(transaction_id)
        if location is None:
            raise BadDataError(f"The transaction {transaction_id} was taken back.")
        line = read_line(self._live.place, location)
        events = [event for done in line.transactions if done["id"] == transaction_id for event in done["events"]]
        return Committed(changes_of(events, location.seq), repeated=True, seq=location.seq)


Answer = Callable[[str, Mapping[str, list[Event]]], Committed]
