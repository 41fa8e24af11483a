"""The run table on screen: keeps selection and scroll across updates, sorts by header, hides what does not fit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from rmos_console.core.records.run import RunRow
from rmos_console.desktop import theme
from rmos_console.desktop.tables.run_book import RunBook
from rmos_console.desktop.tables.run_delegate import FIRST_PAD, PAD, RunDelegate
from rmos_console.desktop.tables.run_table_model import RunTableModel

_HIDE_BELOW = (("event", 850), ("mode", 750), ("score", 680), ("run", 620), ("tool", 560), ("status", 500))
"""Columns that give way first, and below which width of the table."""
_MEASURED = 100


class RunHeader(QHeaderView):
    """Muted small words, the sort arrow beside its word, one hairline below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.sorted_by = ("time", True)
        self.setFixedHeight(theme.ROW_WIDE)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(24)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one title."""
        model = self.model()
        if not isinstance(model, RunTableModel):
            return
        column = model.columns[section]
        tokens = theme.tokens()
        key, descending = self.sorted_by
        box = QRectF(rect)
        painter.save()
        painter.fillRect(box, tokens.color("surface"))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), tokens.color("line"))
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(tokens.color("text" if key == column.key else "muted"))
        arrow = (" ↓" if descending else " ↑") if key == column.key else ""
        inner = box.adjusted(FIRST_PAD if section == 0 else PAD, 0, -PAD, 0)
        side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, int((side | Qt.AlignmentFlag.AlignVCenter).value), column.title + arrow)
        painter.restore()


class RunTableView(QTableView):
    """A table over a :class:`RunTableModel`; ``chosen`` carries the RunRow of the current row, or None."""

    chosen = Signal(object)
    sortAsked = Signal(str)
    activatedRun = Signal(object)

    def __init__(self, model: RunTableModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setItemDelegate(RunDelegate(self))
        self.header = RunHeader(self)
        self.setHorizontalHeader(self.header)
        self.header.sectionClicked.connect(lambda section: self.sortAsked.emit(model.columns[section].key))
        self.header.setAccessibleName(self.tr("Columns; press one to sort"))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.ROW)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentRowChanged.connect(lambda *_: self._tell())
        self.doubleClicked.connect(lambda index: self.activatedRun.emit(model.run(index.row())))
        self._muted = False
        self._told: RunRow | None = None
        self._set_widths()

    def current(self) -> RunRow | None:
        """Return the selected run."""
        index = self.currentIndex()
        return self._model.run(index.row()) if index.isValid() else None

    def show_rows(self, book: RunBook, order: Sequence[int]) -> None:
        """Show rows of a book in an order; the selected run stays selected and its line on the same height."""
        chosen = self.current()
        offset = self.verticalScrollBar().value()
        top = self.visualRect(self.currentIndex()).top() if chosen else None
        if top is not None and not 0 <= top < self.viewport().height():
            top = None
        self._muted = True
        self._model.show_rows(book, order)
        at = book.where(chosen.run_id) if chosen else None
        row = order.index(at) if at is not None and at in order else None
        if row is not None:
            self._select_row(row)
        self.verticalScrollBar().setValue(row * theme.ROW - top if row is not None and top is not None else offset)
        self._muted = False
        self._set_widths()
        self._tell()

    def select(self, run_id: str) -> bool:
        """Select a run and bring it into view; False where it is not shown."""
        at = self._model.book.where(run_id)
        order = self._model.order()
        if at is None or at not in order:
            return False
        self._select_row(order.index(at))
        self.scrollTo(self.currentIndex())
        return True

    def _select_row(self, row: int) -> None:
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self._model.index(row, 0), flags)

    def _tell(self) -> None:
        """Say what is selected, once for each version of each run."""
        current = self.current()
        if not self._muted and current is not self._told:
            self._told = current
            self.chosen.emit(current)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide Event, then Mode, where the table gets narrow."""
        super().resizeEvent(event)
        self._set_widths()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters and Return belong to the view's commands, arrows to the table."""
        if (event.text() and event.text().isprintable()) or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _wanted_width(self, at: int) -> int:
        """Return what the first rows ask for, within the limits of the column."""
        column = self._model.columns[at]
        metrics = QFontMetricsF(theme.font(mono=column.mono))
        texts = {self._model.text(row, at) for row in range(min(self._model.rowCount(), _MEASURED))}
        wanted = max((metrics.horizontalAdvance(text) for text in texts), default=0.0) + 2 * PAD + 2
        wanted += FIRST_PAD - PAD if at == 0 else 0
        return round(min(max(wanted, column.width), column.widest))

    def _set_widths(self) -> None:
        width = self.viewport().width()
        hidden = {key for key, below in _HIDE_BELOW if width < below}
        for at, column in enumerate(self._model.columns):
            self.setColumnHidden(at, column.key in hidden)
            if column.width:
                self.header.setSectionResizeMode(at, QHeaderView.ResizeMode.Fixed)
                self.header.resizeSection(at, self._wanted_width(at) if column.widest else column.width)
            else:
                self.header.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)
