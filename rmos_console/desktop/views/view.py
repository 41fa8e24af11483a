"""What every view of the window is to the window."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from rmos_console.core.records.changes import Changes
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import TaskRunner


class View(QWidget):
    """A view: it reads the desk, is told what changed, handles its actions, and asks the window for other views."""

    statusChanged = Signal()
    """What :meth:`status` or :meth:`count` return is different now."""

    asked = Signal(str, object)
    """Asks the window for an action: its id and its subject. ``view.runs`` and ``view.queue`` take a run id,
    ``view.compare`` a pair of run ids (A, B)."""

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.tasks = tasks

    def touched(self, changes: Changes) -> None:
        """Take a change of the store over; the snapshot on the desk is the new one already."""

    def handle(self, action_id: str) -> bool:
        """Do an action; False where this view does not know it, or not now."""
        return False

    def reveal(self, subject: object) -> None:
        """Show what another view asked for, see :attr:`asked`."""

    def status(self) -> str:
        """Return what the status bar says about this view."""
        return ""

    def count(self) -> int | None:
        """Return the number beside the view's name in the rail."""
        return None
