"""Reads the queue, and the item on screen, off the UI thread; what comes too late is dropped."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from rmos_console.core.errors import RmosError
from rmos_console.core.usecases import review
from rmos_console.core.usecases.review import QueueItem
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.queue.course import Key
from rmos_console.desktop.views.queue.facts import CardFacts, load
from rmos_console.desktop.widgets.toolpath_drawing import Drawing, draw


class QueueReader(QObject):
    """Reads who waits; while that is going on, one more reading is remembered."""

    items = Signal(object)
    """tuple[QueueItem, …]"""
    failed = Signal(object)

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._busy = self._again = False

    def forget(self) -> None:
        """Start anew, as for another store; what is still being read will be dropped."""
        self._busy = self._again = False

    def read(self) -> None:
        """Read the queue as the store is now."""
        store = self._desk.store
        if store is None:
            return
        if self._busy:
            self._again = True
            return
        self._busy, self._again = True, False
        self._tasks.run(
            self.tr("Reading the queue"),
            lambda _progress, _cancelled: review.queue(store.snapshot()),
            partial(self._done, store),
            partial(self._failed, store),
        )

    def _done(self, store: object, items: tuple[QueueItem, ...]) -> None:
        if store is not self._desk.store:
            return
        self._busy = False
        self.items.emit(items)
        if self._again:
            self.read()

    def _failed(self, store: object, error: RmosError) -> None:
        if store is self._desk.store:
            self._busy = False
            self.failed.emit(error)


class CardReader(QObject):
    """Reads and verifies one explanation with its run, and then draws its toolpath; only the last one asked for."""

    loaded = Signal(object)
    """CardFacts"""
    failed = Signal(object)
    drawn = Signal(object)
    """Drawing, after ``loaded`` of the same item"""

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._turn = 0

    def forget(self) -> None:
        """Drop whatever is being read."""
        self._turn += 1

    def read(self, key: Key) -> None:
        """Read the item ``key`` from the store as it is now."""
        store = self._desk.store
        self._turn += 1
        if store is not None:
            self._tasks.run(
                self.tr("Reading the explanation"),
                lambda _progress, _cancelled: load(store, key.run_id, key.advisory_id),
                partial(self._loaded, self._turn),
                partial(self._failed, self._turn),
            )

    def _loaded(self, turn: int, facts: CardFacts) -> None:
        if turn != self._turn:
            return
        self.loaded.emit(facts)
        gcode = facts.gcode
        if gcode is not None:
            self._tasks.run(
                self.tr("Reading the toolpath"),
                lambda _progress, cancelled: draw(gcode, cancelled),
                partial(self._drawn, turn),
                partial(self._failed, turn),
            )

    def _drawn(self, turn: int, drawing: Drawing) -> None:
        if turn == self._turn:
            self.drawn.emit(drawing)

    def _failed(self, turn: int, error: RmosError) -> None:
        if turn == self._turn:
            self.failed.emit(error)
