"""Says over everything that the store cannot be changed, and why."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget

from rmos_console.desktop import plaintext, theme
from rmos_console.desktop.widgets.icon_mark import IconMark
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.surfaces import row


class ReadOnlyBanner(QFrame):
    """A strip with a lock; hidden while the store can be written."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "readonly")
        self._lock = IconMark("lock", "text", size=18)
        self.text = PlainLabel(semibold=True, wrap=True)
        line = row(self._lock, self.text)
        line.setStretch(1, 1)
        line.setContentsMargins(theme.GAP_L, theme.GAP_S, theme.GAP_L, theme.GAP_S)
        self.setLayout(line)
        self.say(None)

    def say(self, reason: str | None) -> None:
        """Show why nothing can be written; None hides the strip."""
        self.setVisible(reason is not None)
        if reason is not None:
            text = self.tr("Read-only: {reason}").format(reason=reason)
            self.text.setText(text)
            self.setAccessibleName(plaintext.visible(text))
