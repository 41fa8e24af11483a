"""Buttons: links, primary ones, icons, and the big ones of the queue that carry a key and a sentence."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QToolButton, QWidget

from rmos_console.desktop import icons, plaintext, theme
from rmos_console.desktop.widgets.pressing import Pressing, PushButton, ToolButton


def button(text: str, *, icon: str = "", primary: bool = False, touch: bool = False, name: str = "") -> QPushButton:
    """Return a push button; ``primary`` is the filled one, ``touch`` is 44 px tall."""
    result = PushButton(plaintext.label(text))
    result.setAccessibleName(name or text)
    result.setFont(theme.font(semibold=True))
    result.setAutoDefault(False)
    if primary:
        result.setProperty("role", "primary")
    if touch:
        result.setProperty("touch", "true")
    if icon:
        result.set_themed_icon(icon, "on_accent" if primary else "text")
    return result


def link(text: str, *, name: str = "") -> QPushButton:
    """Return a button that looks like a link."""
    result = PushButton(plaintext.label(text))
    result.setAccessibleName(name or text)
    result.setProperty("role", "link")
    result.setAutoDefault(False)
    result.setCursor(Qt.CursorShape.PointingHandCursor)
    result.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return result


def icon_button(icon: str, name: str) -> QToolButton:
    """Return a flat button that shows only an icon; ``name`` is its accessible name and tooltip."""
    result = ToolButton()
    result.setProperty("role", "icon")
    result.set_themed_icon(icon, "muted")
    result.setAccessibleName(name)
    result.setToolTip(plaintext.tooltip(name))
    result.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return result


class BigButton(Pressing, QAbstractButton):
    """A touch target with an icon, a word, a sentence of what it means, and its key.

    ``primary`` fills it with the accent; otherwise it is an outline. ``needs`` replaces the sentence and takes the fill
    away while something is missing.
    """

    def __init__(
        self,
        word: str,
        sentence: str,
        *,
        icon: str,
        key: str = "",
        primary: bool = False,
        flat: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._sentence, self._icon, self._key = sentence, icon, key
        self._primary, self._flat, self._needs = primary, flat, ""
        self.setText(word)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._describe()

    def set_sentence(self, sentence: str) -> None:
        """Say something else under the word."""
        self._sentence = sentence
        self._describe()

    def set_needs(self, needs: str) -> None:
        """Say what is missing before this button can do its work; empty when nothing is."""
        self._needs = needs
        self._describe()

    @property
    def needs(self) -> str:
        """What is missing, empty when nothing is."""
        return self._needs

    def sizeHint(self) -> QSize:
        """Return a target that is at least 56 px tall."""
        word = QFontMetricsF(theme.font(theme.LARGE, semibold=True)).horizontalAdvance(self.text())
        sentence = QFontMetricsF(theme.font(theme.SMALL)).horizontalAdvance(self._needs or self._sentence)
        key = self._key_width() + theme.GAP_L if self._key else 0
        return QSize(int(54 + max(word, sentence) + key + theme.GAP_L), 56)

    def minimumSizeHint(self) -> QSize:
        """Never narrower than its words."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon, word, sentence and key."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        filled = self._primary and not self._needs and self.isEnabled()
        ink = tokens.color("on_accent" if filled else "text" if self.isEnabled() else "muted")
        soft = ink if filled else tokens.color("muted")
        self._paint_ground(painter, filled=filled)
        icons.paint(painter, self._icon, QRectF(20, self.height() / 2 - 10, 20, 20), ink)
        left, right = 54.0, self.width() - theme.GAP_M - (self._key_width() + theme.GAP_S if self._key else 0)
        flags = int(Qt.AlignmentFlag.AlignVCenter.value) | int(Qt.TextFlag.TextSingleLine.value)
        middle = self.height() / 2
        painter.setPen(ink)
        painter.setFont(theme.font(theme.LARGE, semibold=not self._flat))
        painter.drawText(QRectF(left, middle - 21, right - left, 22), flags, self.text())
        painter.setPen(soft)
        painter.setFont(theme.font(theme.SMALL))
        painter.drawText(QRectF(left, middle + 2, right - left, 16), flags, self._needs or self._sentence)
        if self._key:
            self._paint_key(painter, ink)
        painter.end()

    def _paint_ground(self, painter: QPainter, *, filled: bool) -> None:
        tokens = theme.tokens()
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = tokens.color("accent" if filled else "selection" if self.isDown() else "raised")
        if not filled and self.underMouse() and self.isEnabled() and not self.isDown():
            ground = tokens.color("hover")
        edge = tokens.color("accent" if self._primary else "edge")
        width = 1.0
        if self.hasFocus():
            edge, width = tokens.color("text" if filled else "accent"), 2.0
        painter.setPen(Qt.PenStyle.NoPen if self._flat and not self.hasFocus() else QPen(edge, width))
        painter.setBrush(Qt.BrushStyle.NoBrush if self._flat and not self.isDown() else ground)
        painter.drawRoundedRect(rect, theme.CORNER, theme.CORNER)

    def _key_width(self) -> float:
        return max(22.0, QFontMetricsF(theme.font(theme.SMALL, semibold=True)).horizontalAdvance(self._key) + 12)

    def _paint_key(self, painter: QPainter, ink: QColor) -> None:
        width = self._key_width()
        box = QRectF(self.width() - theme.GAP_L - width, self.height() / 2 - 11, width, 22)
        painter.setPen(QPen(ink, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(theme.font(theme.SMALL, semibold=True))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter.value), self._key)

    def _describe(self) -> None:
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(self._needs or self._sentence)
        self.updateGeometry()
        self.update()
