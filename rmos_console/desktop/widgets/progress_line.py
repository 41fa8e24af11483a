"""Progress with words and Cancel; it appears only when the work takes longer than a moment."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from rmos_console.desktop import theme, words
from rmos_console.desktop.tasks import Task
from rmos_console.desktop.widgets.buttons import button
from rmos_console.desktop.widgets.labels import PlainLabel

_MOMENT_MS = 300


class ProgressLine(QWidget):
    """Follows one task at a time: a bar, what is being done, and Cancel."""

    def __init__(self, parent: QWidget | None = None, *, delay_ms: int = _MOMENT_MS) -> None:
        super().__init__(parent)
        self._task: Task | None = None
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(120)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.what = PlainLabel(tone="muted")
        self.cancel = button(self.tr("Cancel"))
        self.cancel.clicked.connect(self._stop)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP_M)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.what)
        layout.addWidget(self.cancel)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self.show)
        self.hide()

    def follow(self, task: Task) -> None:
        """Show this task from now on until it ends."""
        self._task = task
        self.bar.setRange(0, 0)
        self.what.setText(task.title)
        self.cancel.setEnabled(True)
        task.progress.connect(self._progressed)
        task.ended.connect(self._ended)
        self._timer.start()

    @property
    def is_following(self) -> bool:
        """Whether a task is on display, or will be in a moment."""
        return self._task is not None

    def _progressed(self, done: int, total: int | None, what: str) -> None:
        if self.sender() is not self._task:
            return
        if total:
            self.bar.setRange(0, 1000)
            self.bar.setValue(min(1000, int(done * 1000 / total)))
            count = self.tr("{done} of {total}").format(done=words.number(done), total=words.number(total))
        else:
            self.bar.setRange(0, 0)
            count = words.number(done)
        self.what.setText(f"{what} · {count}" if what else count)

    def _ended(self) -> None:
        if self.sender() is self._task:
            self._task = None
            self._timer.stop()
            self.hide()

    def _stop(self) -> None:
        if self._task is not None:
            self.cancel.setEnabled(False)
            self.what.setText(self.tr("Stopping…"))
            self._task.cancel()
