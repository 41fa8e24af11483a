"""Paints the cells of the run table: the good recedes, the exceptions stand out."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from rmos_console.core.records.run import RunRow
from rmos_console.desktop import glyphs, theme, words
from rmos_console.desktop.tables.run_table_model import RunTableModel

PAD = 6
FIRST_PAD = 16
_GLYPH = 10
_GLYPH_GAP = 10
_BAR = 3
_MUTED = {"event", "run"}
_LOUD_RISK = {"RED", "YELLOW", "ERROR", "UNKNOWN"}
_LOUD_REVIEW = {"NEEDS_REVIEW", "AWAITING_SECOND", "APPROVED", "REJECTED"}


class RunDelegate(QStyledItemDelegate):
    """Knows nothing of Qt's own item drawing: no focus rectangle, no cell boxes."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell."""
        model = index.model()
        if not isinstance(model, RunTableModel):
            return
        column = model.columns[index.column()]
        row = model.run(index.row())
        tokens = theme.tokens()
        rect = QRectF(option.rect)
        state = option.state.value
        selected = bool(state & _SELECTED)
        first = index.column() == 0
        if selected:
            painter.fillRect(rect, tokens.color("selection"))
            if first:
                painter.fillRect(QRectF(rect.left(), rect.top(), _BAR, rect.height()), tokens.color("accent"))
        elif state & _HOVERED:
            painter.fillRect(rect, tokens.color("hover"))
        inner = rect.adjusted(FIRST_PAD if first else PAD, 0, -PAD, 0)
        if column.key == "risk":
            _paint_risk(painter, row, inner)
        elif column.key == "review":
            _paint_review(painter, row, inner, "selection" if selected else "surface")
        else:
            text = model.text(index.row(), index.column())
            _write(painter, text, inner, _tone(column.key, row, text), mono=column.mono, right=column.right)


def _tone(key: str, row: RunRow, text: str) -> str:
    if text == words.NOTHING or key in _MUTED:
        return "muted"
    if key == "status" and row.status == "OK":
        return "muted"
    if key == "explanation" and (row.risk == "GREEN" or row.explanation_status != "READY"):
        return "muted"
    if key == "time" and not text[:1].isdigit():
        return "muted"
    return "text"


def _paint_risk(painter: QPainter, row: RunRow, inner: QRectF) -> None:
    colour = theme.tokens().risk(row.risk)
    glyphs.paint_risk(painter, row.risk, QRectF(inner.left(), inner.center().y() - _GLYPH / 2, _GLYPH, _GLYPH), colour)
    rest = inner.adjusted(_GLYPH + _GLYPH_GAP, 0, 0, 0)
    painter.setPen(colour)
    painter.setFont(theme.font(semibold=row.risk in _LOUD_RISK))
    painter.drawText(rest, _FLAGS, row.risk)


def _paint_review(painter: QPainter, row: RunRow, inner: QRectF, ground: str) -> None:
    glyph = words.review_glyph(row.review_state, row.at_source)
    tone = "text" if row.review_state in _LOUD_REVIEW else "muted"
    if glyph:
        tokens = theme.tokens()
        box = QRectF(inner.left(), inner.center().y() - 6, 12, 12)
        glyphs.paint_review(painter, glyph, box, tokens.color(tone), tokens.color(ground))
        inner = inner.adjusted(12 + _GLYPH_GAP - 1, 0, 0, 0)
    _write(painter, words.review(row.review_state, row.at_source), inner, tone)


def _write(painter: QPainter, text: str, rect: QRectF, tone: str, *, mono: bool = False, right: bool = False) -> None:
    painter.setPen(theme.tokens().color(tone))
    painter.setFont(theme.font(mono=mono))
    painter.drawText(rect, _FLAGS_RIGHT if right else _FLAGS, _fitted(text, round(rect.width()), mono))


@lru_cache(maxsize=20_000)
def _fitted(text: str, width: int, mono: bool) -> str:
    """Return the text, shortened to what fits; measuring costs more than drawing, and rows repeat."""
    metrics = QFontMetricsF(theme.font(mono=mono))
    if metrics.horizontalAdvance(text) <= width:
        return text
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


_SELECTED = QStyle.StateFlag.State_Selected.value
_HOVERED = QStyle.StateFlag.State_MouseOver.value
_FLAGS = int((Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value) | int(Qt.TextFlag.TextSingleLine.value)
_FLAGS_RIGHT = int((Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value) | int(
    Qt.TextFlag.TextSingleLine.value
)
