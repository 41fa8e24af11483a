"""Who holds the lock of a store: told by the system, without taking the lock and without writing."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from rmos_console.core.store.layout import Place
from rmos_console.core.store.state import Holder, holder_note

_PROCESSES = Path("/proc")


class Process(NamedTuple):
    """A process of this machine that holds the lock; ``state`` is the letter of proc_pid_stat(5), "T" is stopped."""

    pid: int
    name: str
    state: str


class LockState(NamedTuple):
    """Whether the lock is held, by which processes as far as this account may see, and the last holder's note.

    A note may be out of date: nobody takes it back.
    """

    held: bool
    processes: tuple[Process, ...]
    note: Holder | None


def lock_state(place: Place) -> LockState:
    """Return how the lock of a store stands just now; raises :class:`OSError` where that cannot be asked."""
    note = holder_note(place.state)
    if not (_is_held(place.lock) or _is_held(place.root)):
        return LockState(held=False, processes=(), note=note)
    return LockState(held=True, processes=tuple(_holders({place.lock, place.root})), note=note)


def _is_held(path: Path) -> bool:
    """Ask for a shared lock, which is let go at once: it is refused exactly while somebody holds the exclusive one."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _holders(paths: set[Path]) -> list[Process]:
    found = []
    for folder in sorted(_PROCESSES.glob("[0-9]*"), key=lambda folder: int(folder.name)):
        with suppress(OSError):  # ended meanwhile, or another account's
            if any(_locks(folder, link, paths) for link in (folder / "fd").iterdir()):
                found.append(_process(folder))
    return found


def _locks(folder: Path, link: Path, paths: set[Path]) -> bool:
    if link.readlink() not in paths:
        return False
    return "FLOCK" in (folder / "fdinfo" / link.name).read_text(encoding="ascii", errors="replace")


def _process(folder: Path) -> Process:
    status = (folder / "stat").read_text(encoding="utf-8", errors="replace")
    name = status.partition("(")[2].rpartition(")")[0]
    return Process(int(folder.name), name, status.rpartition(")")[2].split()[0])
