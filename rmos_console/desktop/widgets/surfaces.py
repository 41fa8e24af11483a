"""Cards and hairlines."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from rmos_console.desktop import theme


class Card(QFrame):
    """A raised, rounded surface with a hairline round it; lay out into ``self.body``."""

    def __init__(self, parent: QWidget | None = None, *, padding: int = theme.GAP_L) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(theme.GAP_S)


class Rule(QFrame):
    """A hairline, horizontal by default."""

    def __init__(self, parent: QWidget | None = None, *, vertical: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("role", "rule")
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


def row(*widgets: QWidget | int, spacing: int = theme.GAP_S) -> QHBoxLayout:
    """Return a horizontal layout of widgets; an int is a stretch of that factor."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for item in widgets:
        if isinstance(item, int):
            layout.addStretch(item)
        else:
            layout.addWidget(item, 0, Qt.AlignmentFlag.AlignVCenter)
    return layout
