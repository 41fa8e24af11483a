"""Asks for a reason: one touch for the usual ones, a field for any other."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from rmos_console.core.records.review import Verb
from rmos_console.desktop import theme
from rmos_console.desktop.views.queue.words import reasons
from rmos_console.desktop.widgets.buttons import button
from rmos_console.desktop.widgets.labels import PlainLabel

_LONGEST = 2000


class ReasonBar(QWidget):
    """One line over the decision buttons; ``confirmed`` when Return ends the field."""

    changed = Signal()
    confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = PlainLabel(size=theme.SMALL, tone="muted")
        self.field = QLineEdit()
        self.field.setMaxLength(_LONGEST)
        self.field.setProperty("touch", True)
        self.field.setMinimumWidth(160)
        self.field.setFont(theme.font())
        self.field.setAccessibleName(self.tr("Your reason"))
        self.field.setPlaceholderText(self.tr("or write your own"))
        self.field.textChanged.connect(self._typed)
        self.field.returnPressed.connect(self.confirmed)
        self.chips = {verb: [self._chip(reason) for reason in each] for verb, each in reasons().items()}
        line = QHBoxLayout()
        line.setSpacing(theme.GAP_S)
        for chip in self._all():
            line.addWidget(chip)
        line.addWidget(self.field, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP_XL, theme.GAP_S, theme.GAP_XL, 0)
        layout.setSpacing(theme.GAP_XS)
        layout.addWidget(self.label)
        layout.addLayout(line)

    def text(self) -> str:
        """Return the reason as it stands."""
        return self.field.text().strip()

    def ask(self, label: str, verb: Verb) -> None:
        """Show the bar under ``label``, with the usual reasons for ``verb``."""
        self.label.setText(label)
        for each, chips in self.chips.items():
            for chip in chips:
                chip.setVisible(each == verb)
        self.show()

    def _all(self) -> list[QPushButton]:
        return [chip for chips in self.chips.values() for chip in chips]

    def clear(self) -> None:
        """Forget the reason; each decision has its own."""
        self.field.clear()

    def _chip(self, reason: str) -> QPushButton:
        chip = button(reason, touch=True)
        chip.setCheckable(True)
        chip.setFont(theme.font())
        chip.clicked.connect(lambda checked: self.field.setText(reason if checked else ""))
        return chip

    def _typed(self, text: str) -> None:
        for chip in self._all():
            chip.setChecked(chip.accessibleName() == text)
        self.changed.emit()
