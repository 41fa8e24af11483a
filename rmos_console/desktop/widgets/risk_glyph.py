"""The shape of a risk level alone, beside a sentence that says the word."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rmos_console.desktop import glyphs, theme


class RiskGlyph(QWidget):
    """A painted shape; it is never focused and says nothing that the words beside it do not say."""

    def __init__(self, level: str = "UNKNOWN", *, size: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level, self._size = level, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_level(self, level: str) -> None:
        """Show another level."""
        self._level = level
        self.update()

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        return QSize(self._size, self._size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the shape."""
        painter = QPainter(self)
        glyphs.paint_risk(painter, self._level, QRectF(self.rect()), theme.tokens().risk(self._level))
        painter.end()
