"""Buttons that keep Space and Return for being pressed, whatever the view around binds these keys to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton

from rmos_console.desktop import icons

if TYPE_CHECKING:
    _Button = QAbstractButton
else:
    _Button = object

_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Pressing(_Button):
    """A mixin before a Qt button class; it also keeps the button's icon in the colours of the theme."""

    _themed: tuple[str, str] | None = None

    def set_themed_icon(self, name: str, tone: str, *, size: int = 18) -> None:
        """Show one of our icons in the colour of a palette token."""
        self._themed = (name, tone)
        self.setIconSize(QSize(size, size))
        self.setIcon(icons.icon(name, tone))

    def event(self, event: QEvent) -> bool:
        """Claim Space and Return while the button has the focus; recolour the icon in another theme."""
        if event.type() == QEvent.Type.PaletteChange and self._themed is not None:
            self.setIcon(icons.icon(*self._themed))
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _KEYS
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press on Return as on Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class PushButton(Pressing, QPushButton):
    """A push button that Return presses too."""


class ToolButton(Pressing, QToolButton):
    """A tool button that Return presses too."""
