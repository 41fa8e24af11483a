"""Compares a pair of runs off the UI thread: the fields and programs first, then the toolpaths."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from rmos_console.core.errors import RmosError
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import browse
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import Task, TaskRunner
from rmos_console.desktop.views.compare.facts import CompareFacts, draw_both, load
from rmos_console.desktop.widgets.sides import Side
from rmos_console.desktop.widgets.toolpath_drawing import Drawing

Drawings = tuple[Drawing | None, Drawing | None]


class PairReader(QObject):
    """Works on one pair at a time; another pair ends the work on the one before, which then reports nothing."""

    working = Signal(object)
    """Task, to be followed"""
    compared = Signal(object)
    """CompareFacts"""
    drawn = Signal(object, object)
    """The drawings of A and B, after ``compared`` of the same pair"""
    failed = Signal(object)
    cancelled = Signal()
    """Somebody stopped the comparison itself."""
    single = Signal(str, object)
    """The run of a side whose other side is not chosen yet"""

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._task: Task | None = None
        self._turn = 0

    def forget(self) -> None:
        """Stop working on whatever pair it is."""
        self._turn += 1
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def read(self, a: str, b: str) -> None:
        """Compare run ``a`` with run ``b`` as the store is now."""
        store = self._desk.store
        self.forget()
        if store is None:
            return
        task = self._tasks.run(
            self.tr("Comparing two runs"),
            lambda progress, cancelled: load(store, a, b, progress, cancelled),
            partial(self._compared, self._turn),
            partial(self._failed, self._turn),
        )
        self._follow(task)
        task.ended.connect(partial(self._ended, task, self._turn))

    def read_single(self, side: Side, run_id: str) -> None:
        """Read the run of one side alone."""
        store = self._desk.store
        if store is not None:
            self._tasks.run(
                self.tr("Reading the run"),
                partial(_read, store, run_id),
                lambda run: self.single.emit(side, run),
                partial(self._failed, self._turn),
            )

    def _compared(self, turn: int, facts: CompareFacts) -> None:
        if turn != self._turn:
            return
        self.compared.emit(facts)
        if facts.programs is not None:
            self._follow(
                self._tasks.run(
                    self.tr("Reading the toolpaths"),
                    lambda progress, cancelled: draw_both(facts, progress, cancelled),
                    partial(self._drawn, turn),
                    partial(self._failed, turn),
                )
            )

    def _drawn(self, turn: int, drawings: Drawings) -> None:
        if turn == self._turn:
            self.drawn.emit(*drawings)

    def _failed(self, turn: int, error: RmosError) -> None:
        if turn == self._turn:
            self.failed.emit(error)

    def _follow(self, task: Task) -> None:
        self._task = task
        self.working.emit(task)

    def _ended(self, task: Task, turn: int) -> None:
        if turn == self._turn and task.is_cancelled():
            self.cancelled.emit()


def _read(store: Store, run_id: str, _progress: object, _cancelled: object) -> RunArtifact:
    return browse.show(store, run_id)
