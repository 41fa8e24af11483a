"""Reading a store anew that was noted as degraded or damaged, and taking the note back where all of it is whole.

A degraded store (a line that could not be made durable) is whole again if the medium, asked anew, gives back everything
up to the line in question; that line itself was never acknowledged, so it may be there or not. A damaged store is whole
again once what was damaged was put back from a copy. Either way nothing may be missing that the catalog or the note
remembers: accepting that takes an admin's signature (:mod:`.doctor_accept`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rmos_console.core.errors import DamagedError, NewerStoreError
from rmos_console.core.log import use_case
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.doctor import Reverified
from rmos_console.core.records.events import KINDS, Event, store_reverified
from rmos_console.core.records.report import Finding, Head
from rmos_console.core.store import Line, open_store
from rmos_console.core.store.blobs import Blobs
from rmos_console.core.store.follow import Position
from rmos_console.core.store.layout import Place
from rmos_console.core.store.release import HeldStore, Lost, held
from rmos_console.core.usecases.audit_rules import Replay
from rmos_console.core.usecases.progress import Cancelled, Progress, never, silent, stop_if

WAIT_SECONDS = 10.0


class Judged(NamedTuple):
    """What reading everything told: the damage found, the replay of the lines, and how many there are."""

    damage: tuple[Finding, ...]
    replay: Replay
    lines: int


def reverify(path: Path, *, caller: Caller, progress: Progress = silent, cancelled: Cancelled = never) -> Reverified:
    """Read everything in the store at ``path`` from the medium; where it is whole, record that and clear the note.

    Where it is not, the note stays, and one is made if there was none; the findings name file and offset. Without a
    note nothing is written if all is well. Raises :class:`StoreError` where the store cannot be locked, read or
    written, :class:`NewerStoreError` for one written by a later version, :class:`CancelledError`.
    """
    named = use_case("doctor.reverify", request_id=caller.request_id)
    with named as facts, held(path, "doctor", WAIT_SECONDS) as store:
        noted = None if store.condition is None else store.condition.line()
        judged = judge(store, path, progress, cancelled)
        damage = judged.damage
        if not damage and store.lost is not None:
            damage = (_shortness(store.lost, store.end),)
        blobs = sum(1 for _ in Blobs(Place(path).blobs).names())
        facts.update(noted=noted, damage=len(damage))
        if damage:
            first = damage[0]
            store.note(DamagedError(first.message, file=first.file or "ledger", offset=first.offset))
        elif noted is not None:

            def decide(_head: Head) -> Sequence[Event]:
                return [store_reverified(noted, judged.lines, blobs)]

            store.record(caller.by, caller.request_id, decide)
            store.release()
        return Reverified(
            ok=not damage,
            noted=noted,
            cleared=not damage and noted is not None,
            lines=judged.lines,
            blobs=blobs,
            findings=damage,
        )


def judge(store: HeldStore, path: Path, progress: Progress, cancelled: Cancelled) -> Judged:
    """Read and judge everything in a store whose lock is held."""
    with open_store(path, read_only=True) as opened:
        replay = Replay(opened)
        damage: list[Finding] = []
        lines = 0
        broken = _read(store)
        looking = store.examination()
        for item in looking.ledger():
            stop_if(cancelled, "The doctor")
            if isinstance(item, Line):
                lines += 1
                _check_kinds(item)
                replay.take(item)
                progress(lines, None, "reading the ledger anew")
            elif item.severity == "damage":
                damage.append(item)
        progress(lines, lines, "reading files anew")
        damage += [item for item in looking.beside() if item.severity == "damage"]
        # Lines may verify and still make no sense together; opening finds that, and would note it again at once.
        broken = broken or (opened.unread if store.lost is None else None)
        if broken is not None and not damage:
            damage.append(_finding(broken))
    return Judged(tuple(damage), replay, lines)


def _read(store: HeldStore) -> DamagedError | None:
    try:
        store.read()
    except DamagedError as error:
        return error
    return None


def _check_kinds(line: Line) -> None:
    for transaction in line.transactions:
        for event in transaction["events"]:
            if event["kind"] not in KINDS:
                raise NewerStoreError(
                    f"The store holds events of kind {event['kind']!r}, which this program does not know: it was "
                    "written by a newer version. Update this program, then run doctor again.",
                    kind=event["kind"],
                )


def _finding(error: DamagedError) -> Finding:
    return Finding(severity="damage", file=error.details["file"], offset=error.details["offset"], message=error.message)


def _shortness(lost: Lost, end: Position) -> Finding:
    message = (
        f"the ledger ends in line {end.seq:,} and line {lost.seq:,} was there once; put the missing part back from a "
        "newer copy, or accept that it is gone: rmos-console doctor --accept-head --by ADMIN"
    )
    return Finding(severity="damage", file=end.file, offset=end.offset, message=message)
