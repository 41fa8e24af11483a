"""Labels that never guess rich text, and the caps that show a key."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from rmos_console.desktop import plaintext, theme


class PlainLabel(QLabel):
    """A label that shows every text as it is.

    ``tone`` is ``text``, ``muted``, ``accent``, ``red``, ``green``, ``yellow`` or ``unknown``. With ``elide`` it
    shortens its one line to the room it gets and shows the whole in a tooltip; with ``wrap`` it breaks lines.
    """

    def __init__(
        self,
        text: str = "",
        *,
        size: int = theme.BODY,
        semibold: bool = False,
        mono: bool = False,
        tone: str = "text",
        wrap: bool = False,
        elide: Qt.TextElideMode | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._elide = elide
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size, semibold=semibold, mono=mono))
        self.setWordWrap(wrap)
        self.setProperty("tone", tone)
        if elide is not None:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show ``text`` literally; line feeds stay only where the label wraps."""
        self._whole = text
        super().setText(plaintext.visible(text, lines=self.wordWrap()))
        if self._elide is not None:
            self.setToolTip(plaintext.tooltip(text))

    def whole(self) -> str:
        """Return the text as it was given."""
        return self._whole

    def set_tone(self, tone: str) -> None:
        """Change the colour to another tone."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)

    def minimumSizeHint(self) -> QSize:
        """An eliding label may shrink to a few letters."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), 24), hint.height()) if self._elide is not None else hint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, shortened where it does not fit."""
        if self._elide is None:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        rect: QRect = self.contentsRect()
        text = QFontMetrics(self.font()).elidedText(self.text(), self._elide, rect.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(rect, int(self.alignment().value) | int(Qt.TextFlag.TextSingleLine.value), text)
        painter.end()


class KeyCap(PlainLabel):
    """A key as it stands on the keyboard."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(key, size=theme.SMALL, semibold=True, parent=parent)
        self.setProperty("role", "keycap")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(20)
