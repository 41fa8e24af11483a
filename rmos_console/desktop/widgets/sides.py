"""The two sides of a comparison look the same everywhere: A grey and dashed, B in the accent colour and solid."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from rmos_console.desktop import theme

Side = Literal["a", "b"]
_DASHES = [3.0, 2.0]


def pen(side: Side, width: float = 1.0) -> QPen:
    """Return the cosmetic pen of a side: its colour and its line style."""
    tokens = theme.tokens()
    result = QPen(tokens.color("muted" if side == "a" else "accent"), width)
    result.setCosmetic(True)
    if side == "a":
        result.setDashPattern(_DASHES)
    return result


def paint_badge(painter: QPainter, side: Side, rect: QRectF) -> None:
    """Draw the letter of a side in its frame."""
    tokens = theme.tokens()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen(side, 1.25))
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 5, 5)
    painter.setFont(theme.font(theme.SMALL if rect.height() < 24 else theme.BODY, semibold=True))
    painter.setPen(tokens.color("text" if side == "a" else "accent"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, side.upper())
    painter.restore()


class SideBadge(QWidget):
    """The letter of a side as a small widget; it is never focused."""

    def __init__(self, side: Side, size: int = 28, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side: Side = side
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        return QSize(self._size, self._size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the letter."""
        painter = QPainter(self)
        paint_badge(painter, self._side, QRectF(self.rect()))
        painter.end()
