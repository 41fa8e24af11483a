"""Labels that never guess rich text, and the caps that show a key."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QTextDocument, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from rmos_console.desktop import plaintext, theme

_NARROW = 80
"""Pixels to which a wrapping label may shrink."""


class PlainLabel(QLabel):
    """A label that shows every text as it is.

    ``tone`` is ``text``, ``muted``, ``accent``, ``red``, ``green``, ``yellow`` or ``unknown``. With ``elide`` it
    shortens its one line to the room it gets and shows the whole in a tooltip; with ``wrap`` it breaks lines,
    inside a word only where the word is wider than the label.
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
        """An eliding label may shrink to a few letters, a wrapping one to less than its longest word."""
        hint = super().minimumSizeHint()
        narrow = 24 if self._elide is not None else _NARROW if self.wordWrap() else hint.width()
        return QSize(min(hint.width(), narrow), hint.height())

    def heightForWidth(self, width: int) -> int:
        """Return how tall the text is when wrapped to ``width`` pixels."""
        height = super().heightForWidth(width)
        return height if self._fits(width) else max(height, int(self._broken(width)[1] + 0.999))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, shortened where it does not fit."""
        if self._elide is None:
            self._paint_wrapped(event)
            return
        painter = QPainter(self)
        rect: QRect = self.contentsRect()
        text = QFontMetrics(self.font()).elidedText(self.text(), self._elide, rect.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(rect, int(self.alignment().value) | int(Qt.TextFlag.TextSingleLine.value), text)
        painter.end()

    def _fits(self, width: int) -> bool:
        return not self.wordWrap() or super().minimumSizeHint().width() <= width

    def _paint_wrapped(self, event: QPaintEvent) -> None:
        selectable = self.findChild(QTextDocument)
        if self._fits(self.width()):
            super().paintEvent(event)
        elif selectable is not None:  # the label's own, so that what is selected is what is seen
            super().heightForWidth(self.width())  # has the label lay out first: it would set its way of wrapping again
            option = selectable.defaultTextOption()
            option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
            selectable.setDefaultTextOption(option)
            selectable.setTextWidth(self.contentsRect().width())
            super().paintEvent(event)
        else:
            painter = QPainter(self)
            painter.setPen(self.palette().color(self.foregroundRole()))
            self._broken(self.width())[0].draw(painter, QPointF(self.contentsRect().topLeft()))
            painter.end()

    def _broken(self, width: int) -> tuple[QTextLayout, float]:
        """Return the text laid out with words broken that are wider than ``width``, and how tall it is."""
        layout = QTextLayout(self.text().replace("\n", "\u2028"), self.font())
        option = QTextOption(self.alignment())
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        y = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            line.setPosition(QPointF(0, y))
            y += line.height()
        layout.endLayout()
        return layout, y


class KeyCap(PlainLabel):
    """A key as it stands on the keyboard."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(key, size=theme.SMALL, semibold=True, parent=parent)
        self.setProperty("role", "keycap")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(20)
