"""The lock that makes one writer at a time, over processes."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rmos_console.core.errors import LockedError, UsageError
from rmos_console.core.store import copies, exclusive
from rmos_console.core.store.files import check_there, store_error
from rmos_console.core.store.layout import Place
from rmos_console.core.store.state import Holder, holder_note, write_holder

POLL_SECONDS = 0.001


class StoreLock:
    """An exclusive lock on a store; threads of one process must take turns before they come here.

    Two things are locked: the store's folder, and the file ``lock`` in it. The folder is what counts, because nobody
    can delete or replace it and leave the store in its place: were it only the file, whoever deletes that while it is
    held would let a second writer in. The file is locked too for programs that know of nothing else.
    """

    def __init__(self, place: Place, wait_seconds: float) -> None:
        self._place = place
        self._wait_seconds = wait_seconds
        self._process = os.getpid()
        self._kept = False
        self._remembered = False

    def keep(self) -> None:
        """Never release again: the store must not be written to, and nothing else can say so."""
        self._kept = True

    @contextmanager
    def held(self, role: str, now: Callable[[], str]) -> Iterator[None]:
        """Hold the lock.

        Raises :class:`LockedError` naming the holder if it does not come free in time, :class:`NoStoreError` if the
        store is gone, :class:`StoreError` for what was planted in it, and :class:`UsageError` in a forked child.
        """
        if os.getpid() != self._process:
            raise UsageError("This store was opened by another process; open it again after a fork.")
        descriptors = self._taken()
        try:
            self._place.check_folders()
            self._sign(role, now())
            if not self._remembered:
                self._remembered = True
                copies.remember(self._place.root)
            yield
        finally:
            if not self._kept:
                for descriptor in descriptors:
                    exclusive.release(descriptor)

    def _taken(self) -> list[int]:
        deadline = time.monotonic() + self._wait_seconds
        while True:
            try:
                descriptors = self._try()
            except FileNotFoundError as error:
                check_there(self._place.root)
                raise store_error(error, f"taking the lock of {self._place.root}") from error
            except OSError as error:
                raise store_error(error, f"taking the lock of {self._place.root}") from error
            if descriptors is not None:
                return descriptors
            if time.monotonic() >= deadline:
                raise self._locked()
            time.sleep(POLL_SECONDS)

    def _try(self) -> list[int] | None:
        check_there(self._place.root)  # else an empty mount point would get a lock file of its own
        folder = exclusive.lock_folder(self._place.root)
        if folder is None:
            return None
        try:
            file = exclusive.lock_file(self._place.lock)
        except BaseException:
            exclusive.release(folder)
            raise
        if file is None:
            exclusive.release(folder)
            return None
        return [file, folder]

    def _sign(self, role: str, since: str) -> None:
        try:
            write_holder(self._place.state, role, since)
        except OSError as error:
            raise store_error(error, f"writing {self._place.state}") from error

    def _locked(self) -> LockedError:
        holder = holder_note(self._place.state)
        who = holder.words() if holder else "an unknown process"
        return LockedError(
            f"The store {self._place.root} is locked by {who}; it was not free within {self._wait_seconds:g} s. "
            f"{_way_out(holder)}",
            holder=who,
        )


def _way_out(holder: Holder | None) -> str:
    if holder is None or holder.host != socket.gethostname():
        return "Try again, or end that process."
    state = _process_state(holder.pid)
    if state == "T":
        return f"That process is stopped; let it go on with: kill -CONT {holder.pid}"
    if state is None:
        return "That process has ended since, so another one holds the lock; try again."
    return "Try again, or end that process."


def _process_state(pid: int) -> str | None:
    """Return the state letter of a process of this machine, or None if there is no such process."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return status.rpartition(")")[2].split()[0]
