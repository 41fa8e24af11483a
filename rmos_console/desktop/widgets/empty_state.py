"""What a view shows when it has nothing: one sentence, one button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from rmos_console.desktop import plaintext, theme
from rmos_console.desktop.widgets.buttons import button
from rmos_console.desktop.widgets.labels import PlainLabel


class EmptyState(QWidget):
    """One sentence and, where something can be done, one button; ``acted`` when it is pressed."""

    acted = Signal()

    def __init__(self, sentence: str = "", act: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = PlainLabel(sentence, size=theme.LARGE, tone="muted", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setMaximumWidth(520)
        self.sentence.setMinimumWidth(280)
        self.act = button(act, touch=True)
        self.act.clicked.connect(self.acted)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.GAP_L)
        layout.addStretch(2)
        middle = QHBoxLayout()  # an aligned item would get the height of another width and be cut off
        middle.addStretch(1)
        middle.addWidget(self.sentence, 1000)
        middle.addStretch(1)
        layout.addLayout(middle)
        layout.addWidget(self.act, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.say(sentence, act)

    def say(self, sentence: str, act: str = "") -> None:
        """Show another sentence; without ``act`` there is no button."""
        self.sentence.setText(sentence)
        self.act.setText(plaintext.label(act))
        self.act.setAccessibleName(act)
        self.act.setVisible(bool(act))
