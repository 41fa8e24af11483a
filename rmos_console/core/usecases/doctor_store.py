"""What the doctor looks at in a store: whether it is one, where it lies, who may write it, who holds it."""

from __future__ import annotations

import os
import shlex
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rmos_console.core.errors import (
    ForeignStoreError,
    NewerStoreError,
    NoStoreError,
    OlderStoreError,
    ReadOnlyError,
    StoreError,
)
from rmos_console.core.records.doctor import Check
from rmos_console.core.review.states import moment
from rmos_console.core.store.copies import other_places
from rmos_console.core.store.health import look_at
from rmos_console.core.store.holder import LockState, lock_state
from rmos_console.core.store.layout import Place, StoreFacts
from rmos_console.core.store.mounts import MOUNTS, file_system, is_network
from rmos_console.core.store.places import locate, write_refusal
from rmos_console.core.usecases.bundle import is_bundle
from rmos_console.core.usecases.doctor_ledger import check_health

MIB = 1024 * 1024
SPARE_BYTES = (2 * MIB, 256 * MIB)
"""Free bytes below which commits fail soon, and below which somebody should look."""

SPARE_FILES = (16, 1000)
"""The same for files that a medium can still hold."""

LONG_HOLD = timedelta(minutes=1)
"""No commit holds the lock for so long."""

SLACK = timedelta(seconds=2)
"""How far a clock may differ without being mentioned: time services adjust it."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def check_store(path: Path) -> Iterator[Check]:
    """Yield how the store at ``path`` stands; what cannot be looked at is said instead."""
    if is_bundle(path) and path.is_file():
        found = f"{path} is a bundle, which is only read; everything in it is verified by `audit`"
        yield Check(name="store", state="ok", found=found)
        return
    try:
        place, facts = locate(path)
    except StoreError as error:
        yield _unusable(path, error)
        existing = next((folder for folder in (path.absolute(), *path.absolute().parents) if folder.is_dir()), None)
        if existing is not None:
            yield check_file_system(existing, None)
            yield from check_room(existing)
        return
    yield Check(name="store", state="ok", found=f"{place.root}, format {facts.format}, id {facts.store_id}")
    yield check_permissions(place, facts)
    yield check_file_system(place.root, facts)
    yield from check_room(place.root)
    yield from _asked_lock(place)
    yield from check_places(place, facts)
    try:
        health = look_at(place, facts.store_id)
    except StoreError as error:
        yield Check(name="ledger", state="fail", found=error.message, advice="Make it readable, or restore a copy.")
        return
    yield check_clock(datetime.now(UTC), health.at, health.mono)
    yield from check_health(place.root, health)


def _unusable(path: Path, error: StoreError) -> Check:
    quoted = shlex.quote(str(path))
    advice = f"See what is wrong with {path}, or name another store: rmos-console --store DIR"
    if isinstance(error, NoStoreError):
        state = "warn"
        advice = f"Name the right folder with --store DIR, or make a store: rmos-console --store {quoted} init"
    else:
        state = "fail"
        if isinstance(error, ForeignStoreError):
            advice = f"Make a store elsewhere and bring this in: rmos-console --store DIR import {quoted}"
        elif isinstance(error, NewerStoreError):
            advice = "Update this program."
        elif isinstance(error, ReadOnlyError):
            advice = (
                "Use the account that owns it, or have its owner hand out a bundle: rmos-console export --bundle FILE"
            )
        elif isinstance(error, OlderStoreError):
            advice = f"To back it up and bring it up to date: rmos-console --store {quoted} doctor --migrate"
    found = error.message.split("; ")[0].rstrip(".")
    return Check.model_validate({"name": "store", "state": state, "found": found, "advice": advice})


def check_permissions(place: Place, facts: StoreFacts) -> Check:
    """Judge whether this account may write the store, and nobody else but its group."""
    try:
        refusal = write_refusal(place, facts)
    except StoreError as error:
        refusal = error
    except OSError as error:
        return Check(
            name="permissions", state="fail", found=f"{place.root}: {error.strerror}", advice="Make it readable."
        )
    whose = f"shared with the group {facts.group}" if facts.group else "private to its owner"
    if refusal is None:
        return Check(name="permissions", state="ok", found=f"this account may write; {whose}")
    if _network(place.root, facts):
        return Check(name="permissions", state="ok", found=f"{whose}; not written to because of the file system")
    found, _, told = refusal.message.partition(". ")
    meant = bool(os.statvfs(place.root).f_flag & os.ST_RDONLY) or not os.access(place.root, os.W_OK)
    advice = told or "To read and audit this is fine; to write, give this account the right, or use another."
    return Check(name="permissions", state="warn" if meant else "fail", found=found.rstrip("."), advice=advice)


def check_file_system(folder: Path, facts: StoreFacts | None) -> Check:
    """Judge the kind of file system a folder is on."""
    name = "file system"
    try:
        kind = file_system(folder.resolve(), MOUNTS.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        kind = None
    if kind is None:
        return Check(name=name, state="ok", found="the system does not tell its kind")
    if not is_network(kind):
        return Check(name=name, state="ok", found=f"{kind}, local")
    found = f"{kind}, a network file system, whose locks and writes cannot be relied on"
    if facts is not None and facts.allow_network:
        advice = 'store.json allows it ("allow_network"); see to it that only one machine writes.'
        return Check(name=name, state="warn", found=found, advice=advice)
    return Check(
        name=name, state="fail", found=found, advice="Keep the store on a local disk, and share bundles of it."
    )


def _network(folder: Path, facts: StoreFacts) -> bool:
    return not facts.allow_network and check_file_system(folder, facts).state == "fail"


def check_room(folder: Path) -> Iterator[Check]:
    """Judge how many bytes and how many files the medium still takes."""
    medium = os.statvfs(folder)
    free = medium.f_bavail * medium.f_frsize
    yield room("disk space", free if medium.f_blocks else None, SPARE_BYTES, f"{free / MIB:,.0f} MiB free")
    yield room("files", medium.f_favail if medium.f_files else None, SPARE_FILES, f"room for {medium.f_favail:,} more")


def room(name: str, free: int | None, limits: tuple[int, int], found: str) -> Check:
    """Judge what is left of something; None where the medium has no limit of its own."""
    if free is None:
        return Check(name=name, state="ok", found="the medium names no limit")
    if free >= limits[1]:
        return Check(name=name, state="ok", found=found)
    advice = "Free some space on this medium, or move the store to a larger one."
    return Check(name=name, state="fail" if free < limits[0] else "warn", found=found, advice=advice)


def _asked_lock(place: Place) -> Iterator[Check]:
    try:
        lock = lock_state(place)
    except OSError as error:
        yield Check(name="lock", state="fail", found=f"{place.lock}: {error.strerror}", advice="Make it readable.")
        return
    yield check_lock(lock, datetime.now(UTC))
    if lock.note is not None and lock.note.place is not None and lock.note.place[1] != place.root.lstat().st_ino:
        found = f"this folder is a copy: when it was last written, by {lock.note.words()}, it was another one"
        advice = "Write to one of the two only, or they part ways for good; to look at the other, audit it."
        yield Check(name="copy", state="warn", found=found, advice=advice)


def check_places(place: Place, facts: StoreFacts) -> Iterator[Check]:
    """Judge where else this user has written the same store; says nothing where there is no such place."""
    others = other_places(facts.store_id, place.root)
    if others:
        found = f"the same store was also written at {', '.join(map(str, others))}"
        advice = "Keep one of them: each lacks what is written in the other. Move the other away, or only read it."
        yield Check(name="other copies", state="warn", found=found, advice=advice)


def check_lock(lock: LockState, now: datetime) -> Check:
    """Judge who holds the lock, and whether that one can ever let it go."""
    note = lock.note
    if not lock.held:
        return Check(name="lock", state="ok", found=f"free{f'; last held by {note.words()}' if note else ''}")
    stopped = [process for process in lock.processes if process.state in "Tt"]
    if stopped:
        who = " and ".join(f"process {process.pid} ({process.name})" for process in stopped)
        pids = " ".join(str(process.pid) for process in stopped)
        found, advice = (
            f"held by {who}, which is stopped",
            f"Let it go on: kill -CONT {pids}; or end it: kill -KILL {pids}",
        )
        return Check(name="lock", state="fail", found=found, advice=advice)
    who = ", ".join(f"process {process.pid} ({process.name})" for process in lock.processes)
    since = moment(note.since) if note is not None else None
    if lock.processes and note is not None and note.pid not in {process.pid for process in lock.processes}:
        who += f"; process {note.pid}, which noted that it took it, has ended or handed it down"
    if not lock.processes:
        who = "a process that this account cannot see" + (f"; the last note names {note.words()}" if note else "")
        if note is not None and note.host != socket.gethostname():
            who += ", another machine"
    if since is not None and now - since > LONG_HOLD:
        advice = "No commit takes so long: see what that process does, and end it if it hangs; nothing is lost by that."
        return Check(name="lock", state="warn", found=f"held for {now - since} by {who}", advice=advice)
    return Check(name="lock", state="ok", found=f"held just now by {who}")


def check_clock(now: datetime, newest: str, mono: Any) -> Check:
    """Judge the clock by the newest transaction: its time, and how long this machine has run since then."""
    said = f"{now.isoformat(timespec='seconds').replace('+00:00', 'Z')}"
    at = moment(newest)
    if at is None:
        return Check(name="clock", state="ok", found=f"{said}; the ledger has nothing to compare it with")
    advice = "Set the clock, or let a time service do it: timedatectl set-ntp true"
    if at - now > SLACK:
        found = f"{said}, which is {at - now} before the newest entry of the ledger ({newest})"
        return Check(name="clock", state="fail", found=found, advice=advice)
    drift = _drift(now - at, mono)
    if drift is not None and drift > SLACK:
        found = f"{said}; it was set back by about {drift} since the newest entry of the ledger"
        return Check(name="clock", state="warn", found=found, advice=advice)
    return Check(name="clock", state="ok", found=f"{said}, {now - at} after the newest entry of the ledger")


def _drift(passed: timedelta, mono: Any) -> timedelta | None:
    """Return how much less time passed by the clock than this machine ran, if it was this boot that wrote last."""
    match mono:
        case [str(boot), int(nanoseconds)] if boot == _boot_id():
            ran = timedelta(microseconds=(time.monotonic_ns() - nanoseconds) // 1000)
            return ran - passed
    return None


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""
