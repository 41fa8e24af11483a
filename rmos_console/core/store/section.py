"""The locked section: what happens, step by step, while the lock is held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext

from rmos_console.core.errors import BadDataError, RmosError
from rmos_console.core.records.actor import Actor
from rmos_console.core.records.changes import Changes
from rmos_console.core.records.events import Event, segment_closed
from rmos_console.core.records.ids import new_id
from rmos_console.core.store.append import Appender, Limits
from rmos_console.core.store.collecting import uncollected
from rmos_console.core.store.follow import Position, damaged, read_line
from rmos_console.core.store.line import Location, encode
from rmos_console.core.store.live import Live
from rmos_console.core.store.propose import Committed, Proposal
from rmos_console.core.store.queue import Job
from rmos_console.core.store.recover import mend, unnamed
from rmos_console.core.store.touched import changes_of

_MANY = 64

Answer = Callable[[str, Mapping[str, list[Event]]], Committed]


class LockedSection:
    """Catches up, mends, makes room, judges the jobs, writes one line, and answers them.

    ``remembered`` tells the furthest position that the catalog knows of, read from disk anew; ``news`` is called with
    what changed, own and foreign.
    """

    def __init__(
        self,
        live: Live,
        appender: Appender,
        limits: Limits,
        remembered: Callable[[], Position],
        news: Callable[[Changes], None],
    ) -> None:
        self._live = live
        self._appender = appender
        self._limits = limits
        self._remembered = remembered
        self._news = news

    def run(self, jobs: Sequence[Job]) -> None:
        """Decide at least the first of ``jobs``; raises what keeps the line from being written."""
        live = self._live
        self._catch_up()
        live.check_writable()
        self._mend()
        self._make_room(jobs[0].draft.by)
        behind = live.follower.position
        location = Location(behind.seq + 1, behind.segment, behind.offset)
        proposal = Proposal(live.fold, location, live.blobs.put, live.resolve)
        self._name_quarantine(proposal, jobs[0].draft.by)
        with uncollected() if len(jobs) > _MANY else nullcontext():
            judged = list(self._judge(proposal, jobs))
        if proposal.encoded:
            self._put(proposal)
            self._news(changes_of((item.event for item in proposal.taken), live.fold.facts.seq))
        elif judged:  # what is answered with stands in the ledger, but perhaps not on the medium yet
            self._appender.settle(live.follower.position)
        self._answer(judged, proposal)

    def _catch_up(self) -> None:
        changes = self._live.catch_up()
        if changes is not None:
            self._news(changes)

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
        """Close a full segment, and create the successor of a closed one; an empty one may not be durable yet."""
        live = self._live
        behind = live.follower.position
        runs = live.fold.sealed_in(behind.segment)
        if not behind.closed and (runs >= self._limits.runs or behind.offset >= self._limits.bytes):
            location = Location(behind.seq + 1, behind.segment, behind.offset)
            closing = Proposal(live.fold, location, live.blobs.put, live.resolve)
            closing.add(new_id("tx"), by, None, [segment_closed(runs, behind.offset)])
            self._put(closing, closed=True)
        begun = live.follower.position.segment > 1 and not live.follower.position.offset
        if live.follower.position.closed or begun:
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
