"""The waiting explanations at the left of the queue: three lines each, the worst first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QItemSelectionModel, QModelIndex, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from rmos_console.core.usecases.review import QueueItem
from rmos_console.desktop import glyphs, plaintext, theme, words
from rmos_console.desktop.widgets.cells import AnyIndex

_HEIGHT = 68
_LEFT = 40


class QueueModel(QAbstractListModel):
    """The queue as a list; all items change at once."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[QueueItem, ...] = ()

    def set_items(self, items: Sequence[QueueItem]) -> None:
        """Show these items."""
        self.beginResetModel()
        self.items = tuple(items)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        """Return how many wait."""
        return 0 if parent is not None and parent.isValid() else len(self.items)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the item as one line of text; the delegate paints from :attr:`items`."""
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return f"{item.row.risk} {plaintext.visible(headline(item))}, {where(item)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plaintext.tooltip(f"{headline(item)}\n{item.row.run_id}\n{item.why}")
        return None

    def row_of(self, run_id: str, advisory_id: str) -> int:
        """Return where an explanation stands in the queue, -1 if it does not wait."""
        wanted = (run_id, advisory_id)
        return next((at for at, item in enumerate(self.items) if (item.row.run_id, item.advisory_id) == wanted), -1)


def headline(item: QueueItem) -> str:
    """Return what an item is called; texts without a headline get a name of their kind."""
    return item.headline or words.tr("A text without a headline")


def where(item: QueueItem) -> str:
    """Return tool, material and the short run id."""
    row = item.row
    parts = [part for part in (row.tool_id, row.material_id or row.mode) if part]
    return plaintext.visible(" · ".join([*parts, words.short_id(row.run_id)]))


class _ItemDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        return QSize(200, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        model = index.model()
        if not isinstance(model, QueueModel):
            return
        item = model.items[index.row()]
        tokens = theme.tokens()
        rect = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(rect, tokens.color("selection"))
            painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), tokens.color("accent"))
        else:
            if option.state & QStyle.StateFlag.State_MouseOver:
                painter.fillRect(rect, tokens.color("hover"))
            painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), tokens.color("line"))
        colour = tokens.risk(item.row.risk)
        glyphs.paint_risk(painter, item.row.risk, QRectF(rect.left() + 16, rect.top() + 11, 11, 11), colour)
        self._paint_words(painter, item, rect, selected=selected)
        painter.restore()

    def _paint_words(self, painter: QPainter, item: QueueItem, rect: QRectF, *, selected: bool) -> None:
        tokens = theme.tokens()
        left, width = rect.left() + _LEFT, rect.width() - _LEFT - theme.GAP_M
        small, bold = theme.font(theme.SMALL), theme.font(theme.SMALL, semibold=True)
        when = words.short_time(item.row.created_at_utc)
        time_width = QFontMetricsF(small).horizontalAdvance(when)
        first = QRectF(left, rect.top() + 8, width, 16)
        word = item.row.risk if item.state != "AWAITING_SECOND" else f"{item.row.risk} · {words.review(item.state)}"
        _line(painter, bold, tokens.risk(item.row.risk).name(), word, first.adjusted(0, 0, -time_width - 8, 0))
        painter.setFont(small)
        painter.setPen(tokens.color("text" if selected else "muted"))
        painter.drawText(first, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, when)
        title = plaintext.visible(headline(item))
        second = QRectF(left, rect.top() + 25, width, 18)
        _line(painter, theme.font(semibold=selected), tokens.text, title, second)
        third = QRectF(left, rect.top() + 44, width, 16)
        _line(painter, small, tokens.text if selected else tokens.muted, where(item), third)


def _line(painter: QPainter, font: QFont, colour: str, text: str, rect: QRectF) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    flags = int(Qt.AlignmentFlag.AlignVCenter.value) | int(Qt.TextFlag.TextSingleLine.value)
    painter.drawText(rect, flags, shown)


class QueueList(QListView):
    """The list; ``chosen`` carries the row a person went to."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.queue = QueueModel(self)
        self.setModel(self.queue)
        self.setItemDelegate(_ItemDelegate(self))
        self.setAccessibleName(self.tr("Explanations to review"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setObjectName("queueList")
        self.viewport().setAutoFillBackground(False)

    def show_items(self, items: Sequence[QueueItem], row: int) -> None:
        """Show ``items`` with ``row`` current, without announcing it."""
        self.queue.set_items(items)
        self.go(row)

    def go(self, row: int) -> None:
        """Make ``row`` current without announcing it."""
        index = self.queue.index(row, 0) if 0 <= row < len(self.queue.items) else QModelIndex()
        self.selectionModel().blockSignals(True)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.selectionModel().blockSignals(False)
        if index.isValid():
            self.scrollTo(index)
        self.viewport().update()

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        """Announce the row a person went to by pointer or arrow keys."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.chosen.emit(current.row())

    def keyboardSearch(self, _search: str) -> None:
        """Letters are commands of the view, never a search in the list."""
