"""How stores come onto the desk: opened, created, filled with the demo, imported into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from rmos_console.core.errors import ForeignStoreError, RmosError
from rmos_console.core.usecases.admin import InitReport
from rmos_console.core.usecases.demo import DemoReport
from rmos_console.core.usecases.explain import ExplainSummary
from rmos_console.desktop import operations, words
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.create_store import CreateStoreDialog
from rmos_console.desktop.views.import_dialog import ImportDialog


class StoreDoor(QObject):
    """Does the commands of the Store menu; asks the person where it must."""

    said = Signal(str, str)
    """News to show: text, details."""
    foreign = Signal(str, object)
    """The folder that was to be opened is in another RMOS layout: message, path."""

    def __init__(self, desk: Desk, tasks: TaskRunner, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._tasks, self._window = desk, tasks, window
        self._creating: CreateStoreDialog | None = None
        self.importing: ImportDialog | None = None
        self._steps: dict[str, Callable[[], None]] = {
            "store.demo": self.demo,
            "store.open": lambda: self._ask_and_open(read_only=False),
            "store.open_read_only": lambda: self._ask_and_open(read_only=True),
            "store.create": self.create,
            "store.import": self._ask_and_import_folder,
            "store.import_file": self._ask_and_import_file,
            "store.explain_missing": self._explain_missing,
        }

    def handle(self, action_id: str) -> bool:
        """Do a command of the Store menu; False where it is none."""
        step = self._steps.get(action_id)
        if step is not None:
            step()
        return step is not None

    def open(self, path: Path, *, read_only: bool = False) -> None:
        """Open a store; a folder in another RMOS layout is offered for import instead."""

        def failed(error: RmosError) -> None:
            if isinstance(error, ForeignStoreError):
                self.foreign.emit(error.message, path)
            else:
                self._tasks.problem.emit(self.tr("Opening {path}").format(path=path), error)

        operations.open_at(self._desk, self._tasks, path, read_only=read_only, failed=failed)

    def demo(self) -> None:
        """Open the demo store, made first where it is missing."""
        operations.make_demo(self._desk, self._tasks, self._demo_made)

    def create(self) -> None:
        """Ask for a folder and the first admin, and make a store."""
        dialog = CreateStoreDialog(parent=self._window)
        dialog.wanted.connect(self._make)
        dialog.finished.connect(dialog.deleteLater)
        self._creating = dialog
        dialog.open()

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Import into the open store, or into this user's own."""
        if self._desk.store is not None and self._desk.read_only_reason is not None:
            self.said.emit(self.tr("This store cannot take runs: {reason}").format(
                reason=self._desk.read_only_reason), "")  # fmt: skip
            return
        self.importing = ImportDialog(self._desk, self._tasks, paths, self._window)
        self.importing.show()

    def _ask_and_open(self, *, read_only: bool) -> None:
        path = QFileDialog.getExistingDirectory(self._window, self.tr("Open a store"))
        if path:
            self.open(Path(path), read_only=read_only)

    def _ask_and_import_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self._window, self.tr("Import RMOS runs from a folder"))
        if path:
            self.import_paths([Path(path)])

    def _ask_and_import_file(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self._window, self.tr("Import RMOS runs from files"))
        if paths:
            self.import_paths([Path(path) for path in paths])

    def _make(self, folder: str, person: tuple[str, str, str] | None) -> None:
        operations.make_store(self._desk, self._tasks, Path(folder).expanduser(), person, self._made, self._not_made)

    def _made(self, report: InitReport) -> None:
        if self._creating is not None:
            self._creating.accept()
            self._creating = None
        code = report.admin.recovery_code if report.admin else None
        if code:
            told = self.tr("The store is made. Write this recovery code down, it is shown only now: {code}")
            self.said.emit(told.format(code=code), "")
        else:
            self.said.emit(self.tr("The store is made: {path}").format(path=report.path), "")

    def _not_made(self, error: RmosError) -> None:
        if self._creating is not None:
            self._creating.say(error.message)

    def _demo_made(self, report: DemoReport) -> None:
        people = self.tr(" or ").join(person.name for person in report.reviewers)
        told = self.tr("This is the demo store. Sign in as {people} with the passphrase “{passphrase}”.")
        self.said.emit(told.format(people=people, passphrase=report.passphrase), "")

    def _explain_missing(self) -> None:
        operations.explain_missing(self._desk, self._tasks, self._explained)

    def _explained(self, summary: ExplainSummary) -> None:
        told = self.tr("{n} explained, {failed} failed")
        self.said.emit(told.format(n=words.runs(summary.explained), failed=words.number(summary.failed)), "")
