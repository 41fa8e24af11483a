"""Chooses a run for one side of the comparison: type to find, arrow keys and Return, or a click."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from rmos_console.core.errors import RmosError
from rmos_console.core.records.run import RunRow
from rmos_console.core.store import Snapshot
from rmos_console.core.usecases import listing
from rmos_console.core.usecases.table import RunFilter
from rmos_console.desktop import theme, words
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.compare.tables import tr
from rmos_console.desktop.widgets.buttons import button
from rmos_console.desktop.widgets.cell_table import CellTable
from rmos_console.desktop.widgets.cells import Cell, Column, Row
from rmos_console.desktop.widgets.labels import PlainLabel

_MOST = 200
_TYPING_MS = 80


class RunPicker(QDialog):
    """Lists the newest runs that match the words typed; ``chosen`` is the run id after acceptance."""

    def __init__(self, view: Snapshot, tasks: TaskRunner, side: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view, self._tasks = view, tasks
        self._rows: tuple[RunRow, ...] = ()
        self._asked = 0
        self.chosen: str | None = None
        self.setWindowTitle(self.tr("Choose run {side}").format(side=side))
        self.resize(760, 520)
        self.search = QLineEdit()
        self.search.setProperty("touch", True)
        self.search.setAccessibleName(self.tr("Search runs"))
        self.search.setPlaceholderText(self.tr("Tool, material, id or words of the explanation"))
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.table = CellTable(_columns(), self.tr("Runs"), row_height=theme.TOUCH, selectable=True)
        self.table.doubleClicked.connect(self._take)
        self.count = PlainLabel(tone="muted")
        self.cancel = button(self.tr("Cancel"), touch=True)
        self.cancel.clicked.connect(self.reject)
        self.choose = button(self.tr("Choose"), primary=True, touch=True)
        self.choose.setDefault(True)
        self.choose.clicked.connect(self._take)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP_S)
        foot.addWidget(self.count, 1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_L)
        layout.setSpacing(theme.GAP_M)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._find)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self._find()

    def _find(self) -> None:
        self._asked += 1
        view, text = self._view, self.search.text().strip() or None
        self._tasks.run(
            self.tr("Finding runs"),
            lambda _progress, _cancelled: listing.table(view, RunFilter(text=text)),
            partial(self._found, self._asked),
            partial(self._not_found, self._asked),
        )

    def _found(self, asked: int, rows: tuple[RunRow, ...]) -> None:
        if not isValid(self) or asked != self._asked:  # closed and deleted, or something else was typed meanwhile
            return
        self._rows = rows[:_MOST]
        self.table.set_rows([_row(row) for row in self._rows])
        if self._rows:
            self.table.selectRow(0)
        hidden = len(rows) - len(self._rows)
        text = words.runs(len(rows))
        self.count.setText(text if not hidden else self.tr("{n}, the newest are shown").format(n=text))
        self.choose.setEnabled(bool(self._rows))

    def _not_found(self, asked: int, error: RmosError) -> None:
        if isValid(self) and asked == self._asked:
            self.count.setText(error.message)

    def _take(self) -> None:
        at = self.table.currentIndex().row()
        if 0 <= at < len(self._rows):
            self.chosen = self._rows[at].run_id
            self.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys move in the list while the cursor stays in the search field."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self._rows:
                self.table.selectRow(max(0, min(len(self._rows) - 1, self.table.currentIndex().row() + step)))
                return True
        return super().eventFilter(watched, event)


def _columns() -> tuple[Column, ...]:
    return (
        Column(tr("Time"), narrowest=110),
        Column(tr("Risk"), narrowest=92),
        Column(tr("Score"), right=True, narrowest=44),
        Column(tr("Tool"), widest=90, narrowest=48),
        Column(tr("Explanation"), stretch=True),
        Column(tr("Run"), right=True, narrowest=72),
    )


def _row(row: RunRow) -> Row:
    tone = row.risk.lower() if row.risk in {"GREEN", "YELLOW", "RED", "UNKNOWN"} else "red"
    score = Cell(f"{row.score:g}", mono=True) if row.score is not None else Cell(words.NOTHING, tone="muted")
    return (
        Cell(words.short_time(row.created_at_utc), whole=words.exact_time(row.created_at_utc)),
        Cell(row.risk, risk=row.risk, tone=tone, strong=row.risk != "GREEN"),
        score,
        Cell(row.tool_id or words.NOTHING, mono=bool(row.tool_id)),
        Cell(row.explanation_summary or row.event_type or row.mode or words.NOTHING),
        Cell(words.short_id(row.run_id), mono=True, whole=row.run_id),
    )
