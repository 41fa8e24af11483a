"""The window: hands commands to whoever does them and changes to the views. It holds no rules of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow

from rmos_console.core.records.changes import Changes
from rmos_console.desktop import plaintext, theme
from rmos_console.desktop.actions import Where, of
from rmos_console.desktop.commands import Commands
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.settings import Settings
from rmos_console.desktop.shell import Shell
from rmos_console.desktop.store_door import StoreDoor
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.about import about_box
from rmos_console.desktop.views.audit_view import AuditView
from rmos_console.desktop.views.compare_view import CompareView
from rmos_console.desktop.views.keys_sheet import KeysSheet
from rmos_console.desktop.views.queue_view import QueueView
from rmos_console.desktop.views.runs_view import RunsView
from rmos_console.desktop.views.sign_in import SignInDialog
from rmos_console.desktop.views.view import View


class MainWindow(QMainWindow):
    """One window on one desk; closing it ends its tasks and puts the store away."""

    def __init__(self, desk: Desk, tasks: TaskRunner, settings: Settings) -> None:
        super().__init__()
        self.desk, self.tasks, self.settings = desk, tasks, settings
        self._offered: Path | None = None
        self.setWindowTitle("RMOS Console")
        self.setMinimumSize(1000, 600)
        self.setAcceptDrops(True)
        self.door = StoreDoor(desk, tasks, self)
        self.runs = RunsView(desk, tasks)
        self.views: dict[Where, View] = {
            "queue": QueueView(desk, tasks),
            "runs": self.runs,
            "compare": CompareView(desk, tasks),
            "audit": AuditView(desk, tasks),
        }
        self.shell = Shell(desk, tasks, self.views, self)
        self.setCentralWidget(self.shell)
        self.commands = Commands(self.perform, self)
        self.commands.bind(self, self.views)
        self._steps: dict[str, Callable[[], object]] = {
            "view.search": self._search,
            "view.theme": lambda: self.set_theme("light" if theme.tokens().name == "dark" else "dark"),
            "person.sign_in": self._sign_in,
            "person.sign_out": desk.sign_out,
            "help.keys": lambda: _shown(KeysSheet(self)),
            "help.about": lambda: about_box(self).open(),
            "app.quit": self.close,
        }
        self._connect()
        self._restore()
        self.open_view("runs")
        self._opened()

    def perform(self, action_id: str, subject: object = None) -> None:
        """Do a command, wherever it was asked for; ``subject`` is what another view asks to be shown."""
        name = action_id.removeprefix("view.")
        if name in self.views:
            self.open_view(name, subject)
        elif action_id in self._steps:
            self._steps[action_id]()
        elif not self.door.handle(action_id):
            self.current_view().handle(action_id)

    def open_view(self, where: str, subject: object = None) -> None:
        """Show a view, and in it what was asked for."""
        name = next(name for name in self.views if name == where)
        self.shell.open_view(name)
        if subject is not None:
            self.views[name].reveal(subject)

    def current_view(self) -> View:
        """Return the view on screen."""
        return self.views[self.shell.where()]

    def set_theme(self, name: theme.ThemeName) -> None:
        """Change the colours and remember it."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, name)
            self.settings.theme = name

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window, end its work, put the store away."""
        self.settings.geometry = _hex(self.saveGeometry())
        self.settings.splitter = _hex(self.runs.splitter.saveState())
        self.settings.save()
        self.tasks.close()
        self.desk.close()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take folders and files that lie on this machine."""
        if _local_paths(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what was dropped."""
        paths = _local_paths(event)
        if paths:
            event.acceptProposedAction()
            self.door.import_paths(paths)

    def _opened(self) -> None:
        store = self.desk.store
        if store is not None:
            self.settings.recent = str(store.path)
        self.setWindowTitle(f"{plaintext.visible(store.path.name)} · RMOS Console" if store else "RMOS Console")
        for command in of("global"):
            if (command.menu == "view" and command.id != "view.theme") or command.id == "store.explain_missing":
                self.commands.actions[command.id].setEnabled(store is not None)
        self.shell.show_store()
        if store is not None:
            self.runs.take_focus()
        self._signer_changed()

    def _changed(self, changes: Changes) -> None:
        for view in self.views.values():
            view.touched(changes)
        self.shell.show_standing()
        self.shell.show_status()

    def _signer_changed(self) -> None:
        signed_in = self.desk.signer is not None
        self.commands.actions["person.sign_in"].setEnabled(self.desk.store is not None and not signed_in)
        self.commands.actions["person.sign_out"].setEnabled(signed_in)
        self.shell.show_signer()

    def _open_menu(self) -> None:
        menu = self.commands.menu(self.shell.where(), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = self.shell.rail.menu.mapToGlobal(QPoint(0, 0))
        menu.popup(QPoint(corner.x(), corner.y() - menu.sizeHint().height()))

    def _offer_import(self, message: str, path: object) -> None:
        self._offered = path if isinstance(path, Path) else None
        self.shell.notice.say(message, act=self.tr("Import these runs"), stays=True)

    def _take_offer(self) -> None:
        if self._offered is not None:
            self.shell.notice.hide()
            self.door.import_paths([self._offered])

    def _search(self) -> None:
        self.open_view("runs")
        self.runs.handle("view.search")

    def _sign_in(self) -> None:
        if self.desk.store is not None:
            _shown(SignInDialog(self.desk, self.tasks, self))

    def _connect(self) -> None:
        self.desk.opened.connect(self._opened)
        self.desk.changed.connect(self._changed)
        self.desk.readOnlyChanged.connect(self.shell.show_standing)
        self.desk.signerChanged.connect(self._signer_changed)
        self.tasks.problem.connect(self.shell.problem)
        self.door.said.connect(partial(self.shell.notice.say, stays=True))
        self.door.foreign.connect(self._offer_import)
        self.shell.notice.acted.connect(self._take_offer)
        self.shell.first.asked.connect(self.perform)
        self.shell.rail.chosen.connect(self.open_view)
        self.shell.rail.menuAsked.connect(self._open_menu)
        for view in self.views.values():
            view.asked.connect(self.perform)

    def _restore(self) -> None:
        self.resize(1440, 900)
        if self.settings.geometry:
            self.restoreGeometry(QByteArray.fromHex(self.settings.geometry.encode("ascii", "ignore")))
        if self.settings.splitter:
            self.runs.splitter.restoreState(QByteArray.fromHex(self.settings.splitter.encode("ascii", "ignore")))


def _hex(data: QByteArray) -> str:
    return bytes(data.toHex().data()).decode("ascii")


def _local_paths(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


def _shown(dialog: QDialog) -> QDialog:
    """Open a dialog over the window; it deletes itself when it is closed."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog
