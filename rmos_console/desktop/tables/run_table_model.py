"""The Qt model of the run table: an order over the rows of a :class:`RunBook`; it only shows, it never filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from rmos_console.core.records.run import RunRow
from rmos_console.desktop import plaintext, words
from rmos_console.desktop.tables.run_book import RunBook

AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class RunColumn:
    """One column: ``key`` is what it sorts by; ``width`` in pixels (0 stretches) is the least, ``widest`` the most."""

    key: str
    title: str
    width: int
    widest: int = 0
    right: bool = False
    mono: bool = False


def columns() -> tuple[RunColumn, ...]:
    """Return the columns with their translated titles, from the left."""
    return (
        RunColumn("time", words.tr("Time"), 92, 128),
        RunColumn("status", words.tr("Status"), 62),
        RunColumn("risk", words.tr("Risk"), 104),
        RunColumn("score", words.tr("Score"), 50, right=True, mono=True),
        RunColumn("mode", words.tr("Mode"), 56, 84),
        RunColumn("tool", words.tr("Tool"), 48, 96, mono=True),
        RunColumn("event", words.tr("Event"), 54, 98),
        RunColumn("explanation", words.tr("Explanation"), 0),
        RunColumn("review", words.tr("Review"), 96),
        RunColumn("run", words.tr("Run"), 78, mono=True),
    )


_REMEMBERED = 50_000

TEXTS: dict[str, Callable[[RunRow, datetime], str]] = {
    "time": lambda row, now: words.short_time(row.created_at_utc, now),
    "status": lambda row, _: words.status(row.status),
    "risk": lambda row, _: row.risk,
    "score": lambda row, _: words.number(row.score),
    "mode": lambda row, _: words.value(row.mode),
    "tool": lambda row, _: words.value(row.tool_id),
    "event": lambda row, _: words.value(row.event_type),
    "explanation": lambda row, _: words.explanation(row.explanation_status, row.explanation_summary),
    "review": lambda row, _: words.review(row.review_state, row.at_source),
    "run": lambda row, _: words.short_id(row.run_id),
}
"""What each column says about a row."""

_WHOLE: dict[str, Callable[[RunRow], str]] = {
    "time": lambda row: words.exact_time(row.created_at_utc),
    "run": lambda row: f"{row.run_id}\n{row.source_run_id}" if row.source_run_id else row.run_id,
    "review": lambda row: row.at_source or words.review(row.review_state),
}


class RunTableModel(QAbstractTableModel):
    """Rows in an order; a new order resets the model, changed rows are announced one by one."""

    def __init__(self, book: RunBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.book = book
        self.columns = columns()
        self.now = datetime.now().astimezone()
        self._order: Sequence[int] = ()
        self._said: dict[int, tuple[RunRow, tuple[str, ...]]] = {}

    def show_rows(self, book: RunBook, order: Sequence[int]) -> None:
        """Show these rows of a book."""
        self.beginResetModel()
        if book is not self.book:
            self._said.clear()
        self.book = book
        self._order = order
        now = datetime.now().astimezone()
        if now.date() != self.now.date() or len(self._said) > _REMEMBERED:
            self._said.clear()  # "today" has become "yesterday"
        self.now = now
        self.endResetModel()

    def order(self) -> Sequence[int]:
        """Return the row numbers that are shown."""
        return self._order

    def run(self, row: int) -> RunRow:
        """Return the run in a table row."""
        return self.book.rows[self._order[row]]

    def text(self, row: int, column: int) -> str:
        """Return what a cell says; remembered as long as the run does not change."""
        at = self._order[row]
        run = self.book.rows[at]
        said = self._said.get(at)
        if said is None or said[0] is not run:
            said = (run, tuple(TEXTS[each.key](run, self.now) for each in self.columns))
            self._said[at] = said
        return said[1][column]

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        """Return how many runs are shown; cells have no children."""
        return 0 if parent is not None and parent.isValid() else len(self._order)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        """Return the number of columns; cells have no children."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text of a cell and its tooltip; the delegate paints without asking here."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            whole = _WHOLE.get(self.columns[index.column()].key)
            row = self.run(index.row())
            return plaintext.tooltip(whole(row) if whole else self.text(index.row(), index.column()))
        return self.text(index.row(), index.column())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the titles of the columns; rows have none."""
        if (
            orientation == Qt.Orientation.Horizontal
            and role == Qt.ItemDataRole.DisplayRole
            and 0 <= section < len(self.columns)
        ):
            return self.columns[section].title
        return None
