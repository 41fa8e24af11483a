"""Sign in: choose your name, give your passphrase; the key is unlocked off the UI thread and stays in memory only."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from rmos_console.core import identity
from rmos_console.core.errors import RmosError, SignatureError
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Person
from rmos_console.core.store import View as StoreView
from rmos_console.desktop import icons, plaintext, theme
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import Task, TaskRunner
from rmos_console.desktop.widgets.buttons import button
from rmos_console.desktop.widgets.labels import PlainLabel

_LONGEST_NAME = 60


def people_here(view: StoreView) -> list[Person]:
    """Return the enrolled people who can sign in: those with a key on this machine who are not revoked, by name."""
    known = (view.people.get(person_id) for person_id in identity.local_people(view.store_id))
    able = [person for person in known if person is not None and person.revoked_since is None]
    return sorted(able, key=lambda person: (person.name.casefold(), person.id))


class _WhoBox(QComboBox):
    """A drop-down that shows that it is one: the style sheet takes the arrow away."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        box = QRectF(self.width() - 32, self.height() / 2 - 10, 20, 20)
        icons.paint(painter, "chevron-down", box, theme.tokens().color("muted"))
        painter.end()


class SignInDialog(QDialog):
    """Asks for a person and a passphrase; accepted once the key is unlocked and the desk knows the signer."""

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._task: Task | None = None
        self.setWindowTitle(self.tr("Sign in"))
        self.setMinimumWidth(440)
        self.people = people_here(desk.snapshot) if desk.snapshot is not None else []
        self.who = _WhoBox()
        self.who.setProperty("touch", True)
        self.who.setAccessibleName(self.tr("Your name"))
        self.who.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for person in self.people:
            self.who.addItem(plaintext.visible(f"{person.name[:_LONGEST_NAME]} ({person.id})"), person.id)
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setMaxLength(identity.MAX_PASSPHRASE)
        self.passphrase.setProperty("touch", True)
        self.passphrase.setAccessibleName(self.tr("Passphrase"))
        self.passphrase.textChanged.connect(self._standing)
        self.passphrase.returnPressed.connect(self._unlock)
        self.message = PlainLabel(tone="red", wrap=True)
        self.message.hide()
        self.cancel = button(self.tr("Cancel"), touch=True)
        self.cancel.clicked.connect(self.reject)
        self.accept_button = button(self.tr("Sign in"), primary=True, touch=True)
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self._unlock)
        self._lay_out()
        self._start()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP_S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.accept_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_XL)
        layout.setSpacing(theme.GAP_S)
        layout.addWidget(PlainLabel(self.tr("Sign in to decide"), size=theme.HEAD, semibold=True))
        layout.addWidget(
            PlainLabel(
                self.tr(
                    "Your decisions are signed with your key. It stays on this machine and is locked when you sign out."
                ),
                tone="muted",
                wrap=True,
            )
        )
        layout.addSpacing(theme.GAP_S)
        layout.addWidget(PlainLabel(self.tr("Name"), size=theme.SMALL, tone="muted"))
        layout.addWidget(self.who)
        layout.addSpacing(theme.GAP_XS)
        layout.addWidget(PlainLabel(self.tr("Passphrase"), size=theme.SMALL, tone="muted"))
        layout.addWidget(self.passphrase)
        layout.addWidget(self.message)
        layout.addSpacing(theme.GAP_M)
        layout.addLayout(buttons)

    def _start(self) -> None:
        if self.people:
            (self.passphrase if len(self.people) == 1 else self.who).setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.who.setEnabled(False)
            self.passphrase.setEnabled(False)
            self._complain(
                self.tr("Nobody has a key for this store on this machine. An admin enrols you with `reviewer add`.")
            )
        self._standing()

    def _standing(self) -> None:
        busy = self._task is not None
        self.accept_button.setEnabled(bool(self.people) and bool(self.passphrase.text()) and not busy)
        self.accept_button.setText(self.tr("Unlocking…") if busy else self.tr("Sign in"))

    def _unlock(self) -> None:
        """Try the passphrase in a worker: deriving the key takes a while on purpose."""
        view, passphrase = self._desk.snapshot, self.passphrase.text()
        person_id = self.who.currentData()
        if view is None or not isinstance(person_id, str) or not passphrase or self._task is not None:
            return
        store_id = view.store_id
        self.message.hide()
        self._task = self._tasks.run(
            self.tr("Unlocking the key"),
            lambda _progress, _cancelled: identity.unlock(store_id, person_id, passphrase),
            self._unlocked,
            self._refused,
        )
        self._standing()

    def _unlocked(self, signer: Signer) -> None:
        if not isValid(self):  # closed and deleted while the key was being derived
            return
        self._task = None
        if not self.isVisible():
            return
        self.passphrase.clear()
        if self._desk.snapshot is None or self._desk.snapshot.store_id != signer.store_id:
            self.reject()
            return
        self._desk.sign_in(signer)
        self.accept()

    def _refused(self, error: RmosError) -> None:
        if not isValid(self):
            return
        self._task = None
        self._complain(error.message)
        self._standing()
        if isinstance(error, SignatureError):
            self.passphrase.selectAll()
            self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def _complain(self, text: str) -> None:
        self.message.setText(text)
        self.message.show()
        self.adjustSize()
