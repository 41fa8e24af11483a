"""Watching for the commits of other processes, and telling whoever subscribed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rmos_console.core.log import swallowed
from rmos_console.core.records.changes import Changes

POLL_SECONDS = 0.05

Callback = Callable[[Changes], None]


class Subscribers:
    """Those who want to hear of changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: list[Callback] = []

    def add(self, callback: Callback) -> Callable[[], None]:
        """Call ``callback`` with each change until the function that is returned is called."""
        with self._lock:
            self._callbacks.append(callback)

        def unsubscribe() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return unsubscribe

    def tell(self, changes: Changes) -> None:
        """Hand changes to everyone; what one of them raises is logged and does not reach the others."""
        with self._lock:
            callbacks = list(self._callbacks)
        for callback in callbacks:
            try:
                callback(changes)
            except Exception as error:  # noqa: BLE001  a subscriber's mistake must not undo a commit
                swallowed("store.subscriber", error, seq=changes.seq)


class Watcher:
    """Calls ``look`` every 50 ms in a daemon thread, from :meth:`start` to :meth:`close`."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether somebody looks regularly."""
        return self._thread is not None

    def start(self) -> None:
        """Begin to look, if that was not done before."""
        with self._lock:
            if self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(target=self._run, name="store-watch", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Stop looking and wait for the thread to end."""
        self._stopped.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(POLL_SECONDS):
            self._look()
