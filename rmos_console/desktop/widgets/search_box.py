"""One line to search with: Return and Down go on to what was found, Escape clears."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from rmos_console.desktop import icons, theme

_LEAVING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down)


class SearchBox(QLineEdit):
    """A text field with a lens; ``left`` when the person wants to go on to the results."""

    left = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setFont(theme.font())
        self.setMaxLength(1000)
        self.setClearButtonEnabled(True)
        self._lens = self.addAction(icons.icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)

    def event(self, event: QEvent) -> bool:
        """Keep Return and Escape for this box while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in (*_LEAVING, Qt.Key.Key_Escape) and not event.modifiers():
                event.accept()
                return True
        elif event.type() == QEvent.Type.PaletteChange:
            self._lens.setIcon(icons.icon("search", "muted"))
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on, clear, or type."""
        if event.key() in _LEAVING:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.clear()
        else:
            super().keyPressEvent(event)
