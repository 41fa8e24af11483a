"""Where in the queue a person is: "3 of 7", and one small bar per item."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rmos_console.desktop import theme, words

_MOST = 12
_BAR, _GAP = 16, 3


class Segments(QWidget):
    """The place in the queue; with many items the bars share the same width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._at, self._count = 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_place(self, at: int, count: int) -> None:
        """Show that item ``at`` (from 0) of ``count`` is on screen."""
        self._at, self._count = at, count
        self.setAccessibleName(self.words())
        self.updateGeometry()
        self.update()

    def words(self) -> str:
        """Return the place in words."""
        if not self._count:
            return ""
        place = self.tr("{n} of {total}")
        return place.format(n=words.number(self._at + 1), total=words.number(self._count))

    def sizeHint(self) -> QSize:
        """Return room for the words and the bars."""
        text = QFontMetricsF(theme.font(semibold=True)).horizontalAdvance(self.words())
        return QSize(int(text) + 14 + min(self._count, _MOST) * (_BAR + _GAP), 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the words and the bars: those behind solid, the current one in the accent, those ahead faint."""
        if not self._count:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        painter.setFont(theme.font(semibold=True))
        painter.setPen(tokens.color("text"))
        text = QFontMetricsF(painter.font()).horizontalAdvance(self.words())
        painter.drawText(QRectF(0, 0, text + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, self.words())
        painter.setPen(Qt.PenStyle.NoPen)
        shown = min(self._count, _MOST)
        current = self._at * shown // self._count
        for bar in range(shown):
            token = "accent" if bar == current else "edge" if bar < current else "line"
            painter.setBrush(tokens.color(token))
            left = text + 14 + bar * (_BAR + _GAP)
            painter.drawRoundedRect(QRectF(left, self.height() / 2 - 2, _BAR, 4), 2, 2)
        painter.end()
