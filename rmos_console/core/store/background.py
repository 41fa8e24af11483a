"""Verifying in the background what opening took from the catalog instead of reading the ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from rmos_console.core.errors import DamagedError, StoreError
from rmos_console.core.log import swallowed
from rmos_console.core.store.follow import Follower, Position
from rmos_console.core.store.layout import Place

_REST_SECONDS = 0.001
_LINES_BETWEEN_RESTS = 16


class BackgroundVerifier:
    """Reads the ledger from its beginning up to a position, in a thread that gives way to the others."""

    def __init__(self, place: Place, until: Position, found: Callable[[DamagedError], None]) -> None:
        self._place = place
        self._until = until
        self._found = found
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, if that was not done before and there is anything to verify."""
        if self._thread is None and self._until.seq:
            self._thread = threading.Thread(target=self._run, name="store-verify", daemon=True)
            self._thread.start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; returns whether it is reached."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def close(self) -> None:
        """Stop, and wait for the thread to end."""
        self._stopped.set()
        self.wait()

    def _run(self) -> None:
        follower = Follower(self._place)
        try:
            for count, verified in enumerate(follower.read(self._until.seq + 1)):
                if verified.line.seq >= self._until.seq or self._stopped.is_set():
                    return
                if count % _LINES_BETWEEN_RESTS == 0:
                    time.sleep(_REST_SECONDS)  # lets the threads that somebody waits for have the interpreter
        except DamagedError as error:
            self._found(error)
        except StoreError as error:
            swallowed("store.verify", error)
