"""The strip at the foot of the window: which store, how much, how far it is verified, who is signed in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from rmos_console.desktop import plaintext, theme
from rmos_console.desktop.widgets.icon_mark import IconMark
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.surfaces import row


class StatusStrip(QFrame):
    """Four facts in small type; ``store`` and ``person`` stand out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "status")
        self.setFixedHeight(28)
        self.store = PlainLabel(size=theme.SMALL, semibold=True)
        self.view = PlainLabel(size=theme.SMALL, tone="muted", elide=Qt.TextElideMode.ElideRight)
        self._mark = IconMark("check", size=14)
        self.verified = PlainLabel(size=theme.SMALL, tone="muted")
        self._face = IconMark("person", size=14)
        self.person = PlainLabel(size=theme.SMALL)
        layout = row(self.store, self.view, self._mark, self.verified, self._face, self.person)
        layout.setStretch(1, 1)
        layout.setContentsMargins(theme.GAP_M, 0, theme.GAP_M, 0)
        layout.insertSpacing(1, theme.GAP_S)
        layout.insertSpacing(5, theme.GAP_S)
        layout.setSpacing(6)
        self.setLayout(layout)

    def show_store(self, name: str, path: str) -> None:
        """Show the store's name; its path is the tooltip."""
        self.store.setText(name)
        self.store.setToolTip(plaintext.tooltip(path))

    def show_verified(self, text: str, *, warning: bool) -> None:
        """Show how far the ledger is verified, or that the store is read-only."""
        self.verified.setText(text)
        self.verified.set_tone("red" if warning else "muted")
        self._mark.set_icon("warning" if warning else "check", "red" if warning else "muted")
        self._mark.setVisible(bool(text))

    def show_person(self, text: str) -> None:
        """Show who is signed in; empty where there is nothing to sign in to."""
        self.person.setText(text)
        self._face.setVisible(bool(text))
