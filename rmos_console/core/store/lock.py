"""The lock that makes one writer at a time, over processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from rmos_console.core.errors import LockedError, NoStoreError
from rmos_console.core.store.files import FILE_MODE, store_error
from rmos_console.core.store.layout import Place
from rmos_console.core.store.state import read_holder, write_holder

POLL_SECONDS = 0.001


class StoreLock:
    """An exclusive lock on a store; threads of one process must take turns before they come here."""

    def __init__(self, place: Place, wait_seconds: float) -> None:
        self._place = place
        self._wait_seconds = wait_seconds
        self._lock = FileLock(
            place.lock, mode=FILE_MODE, thread_local=False, poll_interval=POLL_SECONDS, fallback_to_soft=False
        )
        self._kept = False

    def keep(self) -> None:
        """Never release again: the store must not be written to, and nothing else can say so."""
        self._kept = True

    @contextmanager
    def held(self, role: str, now: Callable[[], str]) -> Iterator[None]:
        """Hold the lock; raises :class:`LockedError` naming the holder if it does not come free in time."""
        if not self._place.facts.exists():  # the lock's library would make the folder anew
            raise NoStoreError(f"The store {self._place.root} is gone: it was moved or deleted. Open it again.")
        try:
            self._lock.acquire(timeout=self._wait_seconds)
        except Timeout as error:
            holder = read_holder(self._place.state)
            raise LockedError(
                f"The store {self._place.root} is locked by {holder}; it was not free within "
                f"{self._wait_seconds:g} s. Try again, or end that process.",
                holder=holder,
            ) from error
        except OSError as error:
            raise store_error(error, f"taking the lock of {self._place.root}") from error
        try:
            write_holder(self._place.state, role, now())
            yield
        finally:
            if not self._kept:
                self._lock.release()
