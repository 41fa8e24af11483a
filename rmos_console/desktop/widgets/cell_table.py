"""A quiet table: muted small header, one hairline under it, no grid; every cell is painted as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from rmos_console.desktop import glyphs, plaintext, theme
from rmos_console.desktop.widgets.cells import Cell, CellModel, Column, Row

_PAD = 8
_GLYPH = 10
_HEADER = 32
_TWO_LINES = 52
_MEASURED = 300


class CellDelegate(QStyledItemDelegate):
    """Paints a :class:`Cell`: ground, glyph, text with its mark, unit, second line."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell."""
        model = index.model()
        if not isinstance(model, CellModel):
            return
        cell, column = model.cell(index.row(), index.column()), model.columns[index.column()]
        tokens = theme.tokens()
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        rect = QRectF(option.rect)
        if selected:
            painter.fillRect(rect, tokens.color("selection"))
            if index.column() == 0:
                painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), tokens.color("accent"))
        elif cell.ground:
            painter.fillRect(rect.adjusted(0, 0, 0, -1), tokens.color(cell.ground))
        _paint_cell(
            painter, cell, column, rect.adjusted(_inset(model, index.column()), 0, -_end(model, index.column()), 0)
        )
        painter.restore()


def _inset(model: CellModel, column: int) -> int:
    return model.inset if column == 0 else _PAD


def _end(model: CellModel, column: int) -> int:
    return 2 if column == len(model.columns) - 1 else _PAD


def cell_width(cell: Cell) -> float:
    """Return how many pixels a cell needs without its padding."""
    font = theme.font(mono=cell.mono, semibold=cell.strong)
    width = QFontMetricsF(font).horizontalAdvance(plaintext.visible(cell.text))
    if cell.risk or cell.review:
        width += _GLYPH + _PAD
    if cell.marked:
        width += 8
    if cell.unit:
        width += 5 + QFontMetricsF(theme.font()).horizontalAdvance(cell.unit)
    if cell.below:
        width = max(width, QFontMetricsF(theme.font()).horizontalAdvance(plaintext.visible(cell.below)))
    return width


def _paint_cell(painter: QPainter, cell: Cell, column: Column, rect: QRectF) -> None:
    tokens = theme.tokens()
    if cell.below:
        lower = QRectF(rect.left(), rect.center().y() + 1, rect.width(), rect.height() / 2 - 6)
        painter.setFont(theme.font())
        painter.setPen(tokens.color("muted"))
        painter.drawText(
            lower, _flags(right=False), _elided(theme.font(), plaintext.visible(cell.below), lower.width(), column)
        )
        rect = QRectF(rect.left(), rect.top() + 5, rect.width(), rect.height() / 2 - 6)
    font = theme.font(mono=cell.mono, semibold=cell.strong)
    unit_width = 5 + QFontMetricsF(theme.font()).horizontalAdvance(cell.unit) if cell.unit else 0.0
    glyph_width = _GLYPH + _PAD if cell.risk or cell.review else 0
    mark = 4 if cell.marked else 0
    room = max(0.0, rect.width() - unit_width - glyph_width - 2 * mark)
    text = _elided(font, plaintext.visible(cell.text), room, column)
    width = QFontMetricsF(font).horizontalAdvance(text)
    left = rect.left()
    if column.right:
        left = max(left, rect.right() - unit_width - 2 * mark - width - glyph_width)
    elif column.centre:
        left = max(left, rect.center().x() - width / 2)
    if glyph_width:
        _paint_glyph(painter, cell, QRectF(left, rect.center().y() - _GLYPH / 2, _GLYPH, _GLYPH))
        left += glyph_width
    if cell.marked:
        _paint_mark(painter, QRectF(left, rect.center().y() - 9, width + 2 * mark, 18))
    painter.setFont(font)
    painter.setPen(tokens.color("text" if cell.marked else cell.tone))
    painter.drawText(QRectF(left + mark, rect.top(), width + 1, rect.height()), _flags(right=False), text)
    if cell.unit:
        painter.setFont(theme.font())
        painter.setPen(tokens.color("muted"))
        start = left + 2 * mark + width + 5
        painter.drawText(QRectF(start, rect.top(), unit_width, rect.height()), _flags(right=False), cell.unit)


def _paint_glyph(painter: QPainter, cell: Cell, box: QRectF) -> None:
    tokens = theme.tokens()
    if cell.risk:
        glyphs.paint_risk(painter, cell.risk, box, tokens.risk(cell.risk))
    else:
        glyphs.paint_review(
            painter, cell.review, box.adjusted(-1, -1, 1, 1), tokens.color(cell.tone), tokens.color("surface")
        )


def _paint_mark(painter: QPainter, rect: QRectF) -> None:
    tokens = theme.tokens()
    painter.fillRect(rect, tokens.color("evidence"))
    painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), tokens.color("evidence_line"))


def _elided(font: QFont, text: str, room: float, column: Column) -> str:
    metrics = QFontMetricsF(font)
    if metrics.horizontalAdvance(text) <= room + 0.5:
        return text
    return metrics.elidedText(text, column.elide, room)


def _flags(*, right: bool) -> int:
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return int((side | Qt.AlignmentFlag.AlignVCenter).value) | int(Qt.TextFlag.TextSingleLine.value)


class CellHeader(QHeaderView):
    """Titles muted and small over one hairline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFixedHeight(_HEADER)
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(8)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one title."""
        model = self.model()
        if not isinstance(model, CellModel):
            return
        column = model.columns[section]
        tokens = theme.tokens()
        box = QRectF(rect)
        painter.save()
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), tokens.color("line"))
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(tokens.color("muted"))
        inner = box.adjusted(_inset(model, section), 0, -_end(model, section), 0)
        text = _elided(theme.font(theme.SMALL), plaintext.visible(column.title), inner.width(), column)
        painter.drawText(inner, _flags(right=column.right), text)
        if column.risk:
            width = QFontMetricsF(theme.font(theme.SMALL)).horizontalAdvance(text)
            left = inner.right() - width - 16 if column.right else inner.left() + width + 8
            box = QRectF(left, inner.center().y() - 4.5, 9, 9)
            glyphs.paint_risk(painter, column.risk, box, tokens.risk(column.risk))
        painter.restore()


class CellTable(QTableView):
    """A table of cells; ``fit`` makes it exactly as tall as its rows, for use inside a page that scrolls."""

    def __init__(
        self,
        columns: Sequence[Column],
        name: str,
        *,
        row_height: int = theme.ROW,
        fit: bool = False,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._fit, self._row_height = fit, row_height
        self.cells = CellModel(columns, self)
        self.cells.inset = theme.GAP_M if selectable and columns and not columns[0].centre else 0
        self.setModel(self.cells)
        self.setItemDelegate(CellDelegate(self))
        self.setHorizontalHeader(CellHeader(self))
        self.verticalHeader().hide()
        self.setAccessibleName(name)
        self.setObjectName("cells")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(
            QAbstractItemView.SelectionMode.SingleSelection
            if selectable
            else QAbstractItemView.SelectionMode.NoSelection
        )
        if not selectable:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if fit:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.set_rows(())

    def set_rows(self, rows: Sequence[Row], columns: Sequence[Column] | None = None) -> None:
        """Show ``rows``, under other ``columns`` if they are given, and give each the room its cells ask for."""
        self.cells.set_rows(rows, columns)
        tall = any(cell.below for row in rows[:_MEASURED] for cell in row)
        self.verticalHeader().setDefaultSectionSize(_TWO_LINES if tall else self._row_height)
        self._fit_columns(rows)
        if self._fit:
            self.setFixedHeight(self.sizeHint().height())
        self.updateGeometry()

    def _fit_columns(self, rows: Sequence[Row]) -> None:
        header = self.horizontalHeader()
        small = QFontMetricsF(theme.font(theme.SMALL))
        for at, column in enumerate(self.cells.columns):
            if column.stretch:
                header.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)
                continue
            widths = [cell_width(row[at]) for row in rows[:_MEASURED]]
            glyph = 16 if column.risk else 0
            wanted = max([small.horizontalAdvance(column.title) + glyph, column.narrowest, *widths])
            pad = _inset(self.cells, at) + _end(self.cells, at) + 1
            header.setSectionResizeMode(at, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(at, round(min(wanted, column.widest) + pad))

    def sizeHint(self) -> QSize:
        """Return the size that shows every row."""
        header = 0 if self.horizontalHeader().isHidden() else _HEADER
        return QSize(240, header + self.cells.rowCount() * self.verticalHeader().defaultSectionSize() + 2)

    def minimumSizeHint(self) -> QSize:
        """A table in a page may get as narrow as the page."""
        return QSize(120, self.sizeHint().height() if self._fit else _HEADER + 2 * self._row_height)

    def changeEvent(self, event: QEvent) -> None:
        """Measure again where the fonts changed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.cells.rowCount():
            self._fit_columns([[self.cells.cell(r, c) for c in range(self.cells.columnCount())]
                               for r in range(min(self.cells.rowCount(), _MEASURED))])  # fmt: skip

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the current row; letters belong to the view around the table."""
        if event.matches(QKeySequence.StandardKey.Copy) and self.currentIndex().isValid():
            row = self.currentIndex().row()
            spoken = [self.cells.cell(row, column).spoken() for column in range(self.cells.columnCount())]
            QApplication.clipboard().setText("\t".join(spoken))
        elif event.text() and event.text().isprintable() and event.key() != Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)
