"""Every command with its key and what it does, made of the table of commands."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from rmos_console.desktop import theme, words
from rmos_console.desktop.actions import ACTIONS, Action
from rmos_console.desktop.commands import MENUS, menu_title
from rmos_console.desktop.widgets.buttons import button
from rmos_console.desktop.widgets.cell_table import CellTable
from rmos_console.desktop.widgets.cells import Cell, Column
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.surfaces import row


class KeysSheet(QDialog):
    """A table of all commands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys and commands"))
        table = CellTable(
            (Column(self.tr("Command"), stretch=True), Column(self.tr("Key")), Column(self.tr("Works in"))),
            self.tr("Keys and commands"),
            selectable=True,
        )
        table.set_rows(
            [
                (
                    Cell(command.label(), below=command.explanation()),
                    Cell(self._keys(command), mono=True),
                    Cell(self.tr("everywhere") if command.where == "global" else menu_title(menu), tone="muted"),
                )
                for menu in MENUS
                for command in ACTIONS
                if command.menu == menu
            ]
        )
        close = button(self.tr("Close"), primary=True, touch=True)
        close.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_L)
        layout.setSpacing(theme.GAP_M)
        layout.addWidget(PlainLabel(self.tr("Keys and commands"), size=theme.HEAD, semibold=True))
        layout.addWidget(table, 1)
        layout.addLayout(row(1, close))

    def sizeHint(self) -> QSize:
        """Return room for a good part of the list."""
        return QSize(920, 680)

    def _keys(self, command: Action) -> str:
        keys = key_text(command.shortcut)
        return self.tr("{key} or {other}").format(key=keys, other=key_text(command.also)) if command.also else keys


def key_text(shortcut: str) -> str:
    """Return a key as the keyboard names it; a dash where there is none."""
    if not shortcut:
        return words.NOTHING
    sequence = QKeySequence.fromString(shortcut, QKeySequence.SequenceFormat.PortableText)
    return sequence.toString(QKeySequence.SequenceFormat.NativeText)
