"""A small picture that is no button: one of our icons in a palette colour, drawn anew in every theme."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from rmos_console.desktop import icons, theme


class IconMark(QWidget):
    """Shows an icon of ``size`` pixels in the colour of the palette token ``tone``."""

    def __init__(self, name: str, tone: str = "muted", *, size: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tone = name, tone
        self.setFixedSize(size, size)

    def set_icon(self, name: str, tone: str) -> None:
        """Show another icon."""
        self._name, self._tone = name, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        icons.paint(painter, self._name, QRectF(self.rect()), theme.tokens().color(self._tone))
        painter.end()
