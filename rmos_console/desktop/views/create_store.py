"""Creating a store: a folder, and who its first admin is."""

from __future__ import annotations

import re
import unicodedata

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from rmos_console.core.identity import MIN_PASSPHRASE
from rmos_console.desktop import theme
from rmos_console.desktop.widgets.buttons import button
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.surfaces import row


class CreateStoreDialog(QDialog):
    """Asks for what a new store needs; ``wanted`` carries (folder, (id, name, passphrase) or None)."""

    wanted = Signal(str, object)

    def __init__(self, folder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Create a store"))
        self.setMinimumWidth(560)
        self.folder = _field(self.tr("Empty folder"), folder)
        self.name = _field(self.tr("Your name"))
        self.passphrase = _field(self.tr("Passphrase"), secret=True)
        self.again = _field(self.tr("Passphrase again"), secret=True)
        self.problem = PlainLabel(tone="red", wrap=True)
        browse = button(self.tr("Browse…"))
        browse.clicked.connect(self._browse)
        line = row(self.folder, browse)
        line.setStretch(0, 1)
        form = QFormLayout()
        form.setSpacing(theme.GAP_M)
        form.addRow(PlainLabel(self.tr("Empty folder")), line)
        form.addRow(PlainLabel(self.tr("Your name")), self.name)
        form.addRow(PlainLabel(self.tr("Passphrase")), self.passphrase)
        form.addRow(PlainLabel(self.tr("Again")), self.again)
        told = self.tr(
            "You become its first admin: your decisions are signed with a key that your passphrase unlocks. "
            "Leave the name empty to do that later."
        )
        self.make = button(self.tr("Create the store"), primary=True, touch=True)
        self.make.clicked.connect(self._check)
        stop = button(self.tr("Cancel"), touch=True)
        stop.clicked.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_L)
        layout.setSpacing(theme.GAP_M)
        layout.addWidget(PlainLabel(self.tr("Create a store"), size=theme.HEAD, semibold=True))
        layout.addWidget(PlainLabel(told, tone="muted", wrap=True))
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addLayout(row(1, stop, self.make))
        for field in (self.folder, self.name, self.passphrase, self.again):
            field.returnPressed.connect(self._check)

    def say(self, problem: str) -> None:
        """Show why the store could not be made."""
        self.problem.setText(problem)
        self.make.setEnabled(True)

    def _browse(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Empty folder"))
        if path:
            self.folder.setText(path)

    def _check(self) -> None:
        folder, name = self.folder.text().strip(), self.name.text().strip()
        if not folder:
            self.say(self.tr("Name an empty folder."))
            return
        if not name:
            self._go(folder, None)
            return
        if self.passphrase.text() != self.again.text():
            self.say(self.tr("The two passphrases differ; type them again."))
            return
        if len(self.passphrase.text()) < MIN_PASSPHRASE:
            self.say(self.tr("The passphrase needs at least {n} characters.").format(n=MIN_PASSPHRASE))
            return
        self._go(folder, (person_id(name), name, self.passphrase.text()))

    def _go(self, folder: str, person: tuple[str, str, str] | None) -> None:
        self.problem.setText("")
        self.make.setEnabled(False)
        self.wanted.emit(folder, person)


def person_id(name: str) -> str:
    """Return the id made of a name: lower-case ASCII letters, digits and dots ("M. Voß" becomes "m.voss")."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", ".", plain).strip(".")[:64] or "admin"


def _field(name: str, text: str = "", *, secret: bool = False) -> QLineEdit:
    field = QLineEdit(text)
    field.setAccessibleName(name)
    if secret:
        field.setEchoMode(QLineEdit.EchoMode.Password)
    return field
