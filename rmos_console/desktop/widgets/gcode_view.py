"""Two programs side by side in one scrolling area: one scroll model, so the sides can never drift apart."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from rmos_console.core.records.diff import WordChange
from rmos_console.desktop import plaintext, theme
from rmos_console.desktop.widgets.gcode_rows import PairedRows, Row
from rmos_console.desktop.widgets.sides import Side

ROW = 20
_HATCH = 8
_LONGEST = 4000
"""Characters of one line that are drawn; a longer line ends in a note that says how many more there are."""

_SIGNS = {"added": "+", "removed": "\u2212", "changed": "~", "same": ""}
_GROUNDS = {"added": "added", "removed": "removed", "changed": "changed"}


def word_spans(line: str, changes: Sequence[WordChange], side: Side) -> list[tuple[int, int]]:
    """Return (start, end) of the numbers in ``line`` that the changed words stand for."""
    spans: list[tuple[int, int]] = []
    for change in changes:
        shown = change.a if side == "a" else change.b
        if shown is None:
            continue
        found = re.search(rf"{re.escape(change.word)}\s*({re.escape(shown)})", line, re.IGNORECASE)
        if found:
            spans.append(found.span(1))
    return spans


class GcodeView(QAbstractScrollArea):
    """The rows of two programs; arrow keys and clicks choose a row, which ``rowChosen`` announces."""

    rowChosen = Signal(int)
    scrolled = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self._lines: dict[Side, Sequence[str]] = {"a": (), "b": ()}
        self.rows = PairedRows(0, 0, ())
        self.current = -1
        self._longest = 0
        self.verticalScrollBar().valueChanged.connect(self.scrolled)

    def set_programs(self, a: Sequence[str], b: Sequence[str], rows: PairedRows, longest: int) -> None:
        """Show the lines of both programs, the ``longest`` of so many characters, as ``rows`` lays them out."""
        self._lines = {"a": a, "b": b}
        self._longest = longest
        self.rows = rows
        self.current = -1
        self._fit_bars()
        self.verticalScrollBar().setValue(0)
        self.horizontalScrollBar().setValue(0)
        self.viewport().update()
        self.scrolled.emit()

    def choose(self, row: int, *, announce: bool = True) -> None:
        """Make ``row`` the current one and bring it into the middle if it is out of sight."""
        if not 0 <= row < self.rows.count:
            return
        self.current = row
        top, height = self.verticalScrollBar().value(), self.viewport().height()
        if not top <= row * ROW <= top + height - 2 * ROW:
            self.verticalScrollBar().setValue(row * ROW - height // 3)
        self.viewport().update()
        self.scrolled.emit()
        if announce:
            self.rowChosen.emit(row)

    def go(self, step: int) -> bool:
        """Go to the next (1) or previous (-1) difference; false where there is none further."""
        target = self.rows.next_difference(self.current, 1 if step > 0 else -1)
        if target is None:
            return False
        self.choose(target)
        return True

    def leave(self) -> None:
        """Have no current row."""
        self.current = -1
        self.viewport().update()

    def shown_share(self) -> tuple[float, float]:
        """Return which part of the rows is in sight, as shares of the whole."""
        whole = max(1, self.rows.count * ROW)
        top = self.verticalScrollBar().value() / whole
        return top, min(1.0, top + self.viewport().height() / whole)

    def spoken_row(self, row: int) -> str:
        """Return a row as text: line numbers, signs, and both sides."""
        at = self.rows.at(row)
        return "\t".join(self._spoken_side(side, at) for side in ("a", "b"))

    def _spoken_side(self, side: str, at: Row) -> str:
        key: Side = "a" if side == "a" else "b"
        number = at.a if key == "a" else at.b
        return "" if number is None else f"{number}{_SIGNS[at.op]} {plaintext.visible(self._lines[key][number - 1])}"

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 15 * ROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the bars in step with the room there is."""
        super().resizeEvent(event)
        self._fit_bars()
        self.scrolled.emit()

    def _fit_bars(self) -> None:
        height = self.viewport().height()
        self.verticalScrollBar().setRange(0, max(0, self.rows.count * ROW - height))
        self.verticalScrollBar().setPageStep(height)
        self.verticalScrollBar().setSingleStep(ROW)
        metrics = QFontMetricsF(theme.font(mono=True))
        wanted = metrics.horizontalAdvance("0") * min(self._longest + 2, _LONGEST)
        room = self.viewport().width() / 2 - self._gutter()
        self.horizontalScrollBar().setRange(0, max(0, round(wanted - room)))
        self.horizontalScrollBar().setPageStep(max(1, round(room)))

    def _gutter(self) -> float:
        digits = max(3, len(str(max(len(self._lines["a"]), len(self._lines["b"])))))
        return QFontMetricsF(theme.font(mono=True)).horizontalAdvance("0") * (digits + 3) + theme.GAP_L

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the row that was pressed."""
        self.choose((int(event.position().y()) + self.verticalScrollBar().value()) // ROW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the current row by arrow keys; other keys scroll or belong to the view around."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None and self.rows.count:
            self.choose(max(0, min(self.rows.count - 1, self.current + step)))
        elif event.key() == Qt.Key.Key_Home:
            self.choose(0)
        elif event.key() == Qt.Key.Key_End:
            self.choose(self.rows.count - 1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows in sight, side A first."""
        painter = QPainter(self.viewport())
        painter.setFont(theme.font(mono=True))
        offset = self.verticalScrollBar().value()
        first = (event.rect().top() + offset) // ROW
        last = min(self.rows.count - 1, (event.rect().bottom() + offset) // ROW)
        half = self.viewport().width() / 2
        for row in range(first, last + 1):
            at = self.rows.at(row)
            top = row * ROW - offset
            self._paint_side(painter, "a", at, QRectF(0, top, half, ROW))
            self._paint_side(painter, "b", at, QRectF(half, top, half, ROW))
            if row == self.current:
                painter.fillRect(QRectF(0, top, 3, ROW), theme.tokens().color("accent"))
                painter.fillRect(QRectF(half, top, 3, ROW), theme.tokens().color("accent"))
        painter.setPen(QPen(theme.tokens().color("line"), 1))
        painter.drawLine(QPointF(half, event.rect().top()), QPointF(half, event.rect().bottom() + 1))
        painter.end()

    def _paint_side(self, painter: QPainter, side: Side, at: Row, rect: QRectF) -> None:
        tokens = theme.tokens()
        number = at.a if side == "a" else at.b
        if number is None:
            hatch(painter, rect)
            return
        if at.op in _GROUNDS:
            painter.fillRect(rect, tokens.color(_GROUNDS[at.op]))
        gutter = self._gutter()
        digit = QFontMetricsF(painter.font()).horizontalAdvance("0")
        vertical = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(tokens.color("text" if at.op != "same" else "muted"))
        place = QRectF(rect.left(), rect.top(), gutter - 3 * digit, ROW)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | vertical, str(number))
        painter.setPen(tokens.color("text"))
        painter.drawText(
            QRectF(rect.left() + gutter - 2 * digit, rect.top(), digit * 2, ROW), int(vertical.value), _SIGNS[at.op]
        )
        painter.save()
        painter.setClipRect(QRectF(rect.left() + gutter, rect.top(), rect.width() - gutter, ROW))
        self._paint_code(painter, side, number, rect.left() + gutter - self.horizontalScrollBar().value(), rect.top())
        painter.restore()

    def _paint_code(self, painter: QPainter, side: Side, number: int, left: float, top: float) -> None:
        tokens = theme.tokens()
        line = self._lines[side][number - 1]
        metrics = QFontMetricsF(painter.font())
        if len(line) > _LONGEST:
            line = line[:_LONGEST] + self.tr(" … {n} more characters").format(n=len(line) - _LONGEST)
        for start, end in word_spans(line, self.rows.words(side, number), side):
            before = metrics.horizontalAdvance(plaintext.visible(line[:start]))
            width = metrics.horizontalAdvance(plaintext.visible(line[start:end]))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("changed_word"))
            painter.drawRoundedRect(QRectF(left + before - 1, top + 1.5, width + 2, ROW - 3), 3, 3)
        painter.setPen(tokens.color("text"))
        painter.drawText(QPointF(left, top + (ROW + metrics.ascent() - metrics.descent()) / 2), plaintext.visible(line))


def hatch(painter: QPainter, rect: QRectF) -> None:
    """Hatch a gap; the lines meet across rows because they are laid out on the whole viewport."""
    painter.save()
    painter.setClipRect(rect)
    line = QPen(theme.tokens().color("line"), 1)
    line.setCosmetic(True)
    painter.setPen(line)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    height = rect.height()
    start = _HATCH * math.floor((rect.left() - height) / _HATCH) - rect.bottom() % _HATCH
    while start < rect.right() + _HATCH:
        painter.drawLine(QPointF(start, rect.bottom()), QPointF(start + height, rect.top()))
        start += _HATCH
    painter.restore()
