"""Risk and review as glyph and word."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rmos_console.desktop import glyphs, plaintext, theme, words


class _Badge(QWidget):
    """A glyph, a gap and a word in one line; not focusable, its words are its accessible name."""

    def __init__(self, size: int, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._size = size
        self._word = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def font_used(self) -> QFont:
        """Return the font of the word."""
        return theme.font(self._size, semibold=True)

    def _set_word(self, word: str) -> None:
        self._word = plaintext.visible(word)
        self.setAccessibleName(self._word)
        self.updateGeometry()
        self.update()

    def _has_glyph(self) -> bool:
        return True

    def _glyph_side(self) -> float:
        return round(self._size * 0.8)

    def sizeHint(self) -> QSize:
        """Return what glyph, gap and word need."""
        metrics = QFontMetricsF(self.font_used())
        width = self._glyph_side() + self._size * 0.55 + metrics.horizontalAdvance(self._word)
        return QSize(int(width) + 2, int(metrics.height()) + 2)

    def _draw_word(self, painter: QPainter, colour: QColor) -> QRectF:
        side = self._glyph_side()
        painter.setFont(self.font_used())
        painter.setPen(colour)
        left = side + self._size * 0.55 if self._has_glyph() else 0.0
        flags = int(Qt.AlignmentFlag.AlignVCenter.value) | int(Qt.TextFlag.TextSingleLine.value)
        painter.drawText(QRectF(left, 0, self.width() - left, self.height()), flags, self._word)
        return QRectF(1, (self.height() - side) / 2, side, side)


class RiskBadge(_Badge):
    """A risk level: shape, colour and word."""

    def __init__(self, level: str = "UNKNOWN", *, size: int = theme.BODY, parent: QWidget | None = None) -> None:
        super().__init__(size, parent)
        self.level = level
        self.set_level(level)

    def set_level(self, level: str) -> None:
        """Show another level."""
        self.level = level
        self._set_word(level)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the badge."""
        painter = QPainter(self)
        colour = theme.tokens().risk(self.level)
        glyphs.paint_risk(painter, self.level, self._draw_word(painter, colour), colour)
        painter.end()


class ReviewBadge(_Badge):
    """A review state: glyph and short word."""

    def __init__(self, state: str = "NONE", *, size: int = theme.BODY, parent: QWidget | None = None) -> None:
        super().__init__(size, parent)
        self._glyph = ""
        self.set_state(state)

    def font_used(self) -> QFont:
        """Return the font of the word: regular, a state is no alarm."""
        return theme.font(self._size)

    def _has_glyph(self) -> bool:
        return bool(self._glyph)

    def set_state(self, state: str, at_source: str | None = None) -> None:
        """Show another state; ``at_source`` is what a source decided where this store did not."""
        self._glyph = words.review_glyph(state, at_source)
        self._set_word(words.review(state, at_source))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the badge."""
        painter = QPainter(self)
        tokens = theme.tokens()
        box = self._draw_word(painter, tokens.color("text"))
        if self._glyph:
            glyphs.paint_review(painter, self._glyph, box.adjusted(-1, -1, 1, 1), tokens.color("text"),
                                tokens.color("surface"))  # fmt: skip
        painter.end()
