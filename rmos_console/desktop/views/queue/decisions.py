"""Signing and withdrawing off the UI thread, one at a time, and the memory of what was decided in this window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from rmos_console.core.errors import RmosError
from rmos_console.core.records.changes import Written
from rmos_console.core.records.review import Review, Verb
from rmos_console.core.usecases import review
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.queue.course import Key, Made
from rmos_console.desktop.views.queue.facts import CardFacts


class Decisions(QObject):
    """Commits decisions about exactly what was shown; every end is announced."""

    decided = Signal(object, str)
    """Made, and the title of what was decided"""
    withdrawn = Signal(object)
    """Made"""
    refused = Signal(str, object)
    """What did not happen, and the error that says why"""
    hint = Signal(str)
    """Why nothing was tried"""

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._made: list[Made] = []
        self.running = False

    def forget(self) -> None:
        """Start anew, as for another store."""
        self._made.clear()
        self.running = False

    def decide(self, facts: CardFacts, verb: Verb, reason: str | None) -> None:
        """Sign ``verb`` over the bytes in ``facts`` and commit; the store judges every rule again inside its lock."""
        store, signer = self._desk.store, self._desk.signer
        if store is None or signer is None or self.running:
            return
        self.running = True
        made = Made(Key(facts.run.run_id, facts.advisory.asset.advisory_id), signer.person_id, verb)
        caller = self._desk.caller
        self._tasks.run(
            self.tr("Signing the decision"),
            lambda _progress, _cancelled: review.decide(
                store,
                signer,
                made.key.run_id,
                made.key.advisory_id,
                verb,
                text_sha256=facts.advisory.text_sha256,
                reason=reason,
                seen=facts.seen,
                caller=caller,
            ),
            partial(self._done, made, facts.title),
            partial(self._failed, self.tr("The decision was refused and nothing was written")),
        )

    def undo(self) -> None:
        """Withdraw the last decision made here; both stay in the history."""
        store, signer = self._desk.store, self._desk.signer
        if not self._made or store is None:
            self.hint.emit(self.tr("There is no decision of yours in this window to take back."))
            return
        made = self._made[-1]
        if signer is None or signer.person_id != made.person_id:
            self.hint.emit(self.tr("Sign in as {person} to take that decision back.").format(person=made.person_id))
            return
        if self.running:
            return
        self.running = True
        caller = self._desk.caller
        self._tasks.run(
            self.tr("Withdrawing the decision"),
            lambda _progress, _cancelled: review.withdraw(
                store, signer, made.key.run_id, made.key.advisory_id, caller=caller
            ),
            partial(self._taken_back, made),
            partial(self._failed, self.tr("The decision could not be taken back")),
        )

    def _done(self, made: Made, title: str, _written: Written[Review]) -> None:
        self.running = False
        self._made.append(made)
        self.decided.emit(made, title)

    def _taken_back(self, made: Made, _written: Written[Review]) -> None:
        self.running = False
        self._made.remove(made)
        self.withdrawn.emit(made)

    def _failed(self, title: str, error: RmosError) -> None:
        self.running = False
        self.refused.emit(title, error)
