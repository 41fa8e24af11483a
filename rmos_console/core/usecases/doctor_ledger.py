"""What the doctor says about the inside of a store: note, ledger, blobs, quarantine, leftovers, catalog."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from rmos_console.core.records.doctor import Check
from rmos_console.core.store.health import Health


def check_health(root: Path, health: Health) -> Iterator[Check]:
    """Yield what the look at a store told, in the order in which it is to be put right."""
    command = f"rmos-console --store {shlex.quote(str(root))}"
    yield _note(health, command)
    yield _ledger(health, command)
    yield _blobs(health, command)
    yield _quarantine(health, command)
    if health.leftovers:
        found = f"{health.leftovers} unfinished files that nobody writes any more; they do no harm"
        yield Check(name="leftovers", state="ok", found=found)
    yield _catalog(health, command)


def _is_short(health: Health) -> bool:
    """Tell whether the ledger is whole and ends before what the catalog remembers."""
    return health.broken is None and health.catalog is not None and health.catalog.seq > health.end.seq


def _note(health: Health, command: str) -> Check:
    note = health.condition
    if note is None:
        return Check(name="note", state="ok", found="no process noted that the store is degraded or damaged")
    if note.kind == "degraded":
        found = f"degraded: line {note.seq} could not be made durable, so nothing is written any more"
        return Check(
            name="note", state="fail", found=found, advice=f"Check the disk, then type: {command} doctor --reverify"
        )
    found = f"damaged: {note.file} at byte {note.offset:,}, so nothing is written any more"
    if health.broken is not None:
        advice = f"See all of it: {command} audit; restore a copy, then type: {command} doctor --reverify"
    elif _is_short(health):
        advice = f"If an older copy was put back on purpose: {command} doctor --accept-head --by ADMIN"
    else:
        advice = f"If it was put right meanwhile: {command} doctor --reverify; else see all of it: {command} audit"
    return Check(name="note", state="fail", found=found, advice=advice)


def _ledger(health: Health, command: str) -> Check:
    found = f"lines: {health.end.seq:,}, bytes: {health.size:,}, segments: {health.segments:,}; the chain holds"
    if health.broken is not None:
        advice = f"See all of it: {command} audit; restore a copy, then type: {command} doctor --reverify"
        return Check(name="ledger", state="fail", found=health.broken.message.split(". Nothing")[0], advice=advice)
    if health.unknown is not None:
        found = f"it holds events of kind {health.unknown[:60]!r}, written by a newer version; this one only reads"
        return Check(name="ledger", state="fail", found=found, advice="Update this program.")
    if health.condition is None and health.tail:
        found = f"{found}; {health.tail:,} bytes of an unfinished write follow, which nobody was told had succeeded"
        return Check(name="ledger", state="warn", found=found, advice="Nothing: the next write sets them aside.")
    return Check(name="ledger", state="ok", found=found)


def _blobs(health: Health, command: str) -> Check:
    if health.missing:
        found = f"{len(health.missing):,} that the ledger names are missing, such as {health.missing[0][:16]}…"
        advice = f"Restore the folder blobs from a copy, then type: {command} doctor --reverify"
        return Check(name="blobs", state="fail", found=found, advice=advice)
    orphans = f"; no line names {health.orphans:,} of them (writes given up), which are kept" if health.orphans else ""
    return Check(name="blobs", state="ok", found=f"{health.blobs:,}{orphans}; `audit` verifies their bytes")


def _quarantine(health: Health, command: str) -> Check:
    if health.gone:
        found = f"{len(health.gone):,} files that the ledger names are missing, such as {health.gone[0][:40]}…"
        advice = f"Restore the folder quarantine from a copy, then type: {command} doctor --reverify"
        return Check(name="quarantine", state="fail", found=found, advice=advice)
    if health.unnamed:
        found = f"{health.quarantine:,} files, {len(health.unnamed):,} of them not recorded yet"
        return Check(name="quarantine", state="warn", found=found, advice="Nothing: the next write records them.")
    found = f"{health.quarantine:,} files set aside by recovery, all recorded" if health.quarantine else "empty"
    return Check(name="quarantine", state="ok", found=found)


def _catalog(health: Health, command: str) -> Check:
    name = "catalog"
    if health.catalog is None:
        found = "none that can be read; the next program that opens the store makes it again"
        return Check(name=name, state="ok" if not health.databases else "warn", found=found, advice=_rebuilt(health))
    if _is_short(health):
        found = f"it remembers line {health.catalog.seq:,}, and the ledger ends in line {health.end.seq:,}"
        advice = f"Put the rest back; or if an older copy is meant: {command} doctor --accept-head --by ADMIN"
        return Check(name=name, state="fail", found=found, advice=advice)
    behind = health.end.seq - health.catalog.seq
    return Check(name=name, state="ok", found=f"{behind:,} lines behind the ledger" if behind else "up to date")


def _rebuilt(health: Health) -> str | None:
    return "Nothing: it holds nothing that is not in the ledger." if health.databases else None
