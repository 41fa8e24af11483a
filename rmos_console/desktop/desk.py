"""What lies on the desk: the open store, its snapshot, and who is signed in.

The store reports changes from its own threads; they are gathered and taken over on the UI thread, where alone the
snapshot is swapped. Views read ``desk.snapshot`` and ask whether a change touches them.
"""

from __future__ import annotations

import getpass
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.records.changes import Changes
from rmos_console.core.store import Snapshot, Store, open_store

_STANDING_EVERY_MS = 500
"""How often a store that turned read-only by itself (damage found in the background) is noticed at the latest."""


class Desk(QObject):
    """The one store of this window; every signal is emitted on the UI thread."""

    opened = Signal()
    """Another store, or none, is open now."""
    changed = Signal(object)
    """The snapshot was swapped; carries :class:`Changes`."""
    signerChanged = Signal()
    readOnlyChanged = Signal()
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None, *, request_id: str | None = None) -> None:
        super().__init__(parent)
        self.store: Store | None = None
        self.snapshot: Snapshot | None = None
        self.signer: Signer | None = None
        self.read_only_reason: str | None = None
        self.caller = Caller(by=_this_account(), request_id=request_id)
        self._lock = threading.Lock()
        self._pending: Changes | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._arrived.connect(self._take_over, Qt.ConnectionType.QueuedConnection)
        self._standing = QTimer(self)
        self._standing.setInterval(_STANDING_EVERY_MS)
        self._standing.timeout.connect(self.check_standing)

    def open(self, path: Path, read_only: bool = False) -> None:
        """Open the store at ``path`` and put it on the desk; raises the StoreErrors of ``open_store``."""
        self.adopt(open_store(path, read_only=read_only))

    def adopt(self, store: Store) -> None:
        """Put an opened store on the desk in place of the one that lies there, which is closed."""
        self._put_away()
        self.store = store
        self._unsubscribe = store.subscribe(self._heard)
        self.snapshot = store.snapshot()  # after subscribing, so that nothing falls between the two
        self.read_only_reason = store.read_only_reason
        self._standing.start()
        store.verify_in_background()
        self.opened.emit()
        self.readOnlyChanged.emit()

    def close(self) -> None:
        """Close the store; the desk is empty then."""
        if self.store is None:
            return
        self._put_away()
        self.opened.emit()
        self.readOnlyChanged.emit()

    def sign_in(self, signer: Signer) -> None:
        """Remember the unlocked key of a person until sign-out or another store."""
        self.signer = signer
        self.signerChanged.emit()

    def sign_out(self) -> None:
        """Forget the unlocked key."""
        if self.signer is not None:
            self.signer = None
            self.signerChanged.emit()

    def check_standing(self) -> None:
        """Notice at once if the store turned read-only, or writable again."""
        reason = self.store.read_only_reason if self.store is not None else None
        if reason != self.read_only_reason:
            self.read_only_reason = reason
            self.readOnlyChanged.emit()

    def _put_away(self) -> None:
        self._standing.stop()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        store, self.store, self.snapshot, self.read_only_reason = self.store, None, None, None
        with self._lock:
            self._pending = None
        self.sign_out()
        if store is not None:
            store.close()

    def _heard(self, changes: Changes) -> None:
        """Run on any thread: gather what changed, wake the UI thread once."""
        with self._lock:
            first = self._pending is None
            self._pending = changes if self._pending is None else self._pending | changes
        if first:
            self._arrived.emit()

    def _take_over(self) -> None:
        with self._lock:
            changes, self._pending = self._pending, None
        if changes is None or self.store is None:
            return
        self.snapshot = self.store.snapshot()
        self.check_standing()
        self.changed.emit(changes)


def _this_account() -> Actor:
    """Return the service actor of this window: the program and the account that runs it."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError, ImportError):
        account = "unknown"
    return Actor(kind="service", id=f"desktop:{account}@{socket.gethostname()}", name=None)
