"""The queue: one explanation at a time, decided under the name of whoever is signed in."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from rmos_console.core.errors import NotFoundError, RmosError
from rmos_console.core.records.changes import Changes
from rmos_console.core.records.review import Verb
from rmos_console.core.usecases.review import QueueItem
from rmos_console.desktop import words
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.queue.course import Key, Made, key_of, place_after
from rmos_console.desktop.views.queue.decisions import Decisions
from rmos_console.desktop.views.queue.facts import CardFacts
from rmos_console.desktop.views.queue.page import QueuePage
from rmos_console.desktop.views.queue.readiness import Missing
from rmos_console.desktop.views.queue.reading import CardReader, QueueReader
from rmos_console.desktop.views.queue.words import advice
from rmos_console.desktop.views.view import View


class QueueView(View):
    """Reads the queue, shows its items, and commits decisions about exactly what was shown."""

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(desk, tasks, parent)
        self.page = QueuePage()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)
        self._row = -1
        self._current: Key | None = None
        self._facts: CardFacts | None = None
        self._wish: str | None = None
        self._left: Key | None = None
        self._queue = QueueReader(desk, tasks, self)
        self._queue.items.connect(self._take_items)
        self._queue.failed.connect(partial(self.page.notice.fail, self.tr("The queue could not be read")))
        self._card = CardReader(desk, tasks, self)
        self._card.loaded.connect(self._loaded)
        self._card.failed.connect(self._not_loaded)
        self._card.drawn.connect(self.page.card.show_drawing)
        self._decisions = Decisions(desk, tasks, self)
        self._decisions.decided.connect(self._decided)
        self._decisions.withdrawn.connect(self._withdrawn)
        self._decisions.refused.connect(self._refused)
        self._decisions.hint.connect(self.page.notice.say)
        self.page.chosen.connect(self._go)
        self.page.asked.connect(self._asked)
        self.page.readChanged.connect(self._stand)
        desk.opened.connect(self._opened)
        desk.signerChanged.connect(self._stand)
        desk.readOnlyChanged.connect(self._stand)
        self._opened()

    def count(self) -> int | None:
        """Return how many explanations wait."""
        return len(self.page.items) if self.desk.store is not None else None

    def status(self) -> str:
        """Return how many wait, under which policy."""
        if self.desk.snapshot is None:
            return ""
        policy = self.desk.snapshot.policy
        return self.tr("{n} to review · policy {mode}, version {version}").format(
            n=words.number(len(self.page.items)), mode=policy.mode, version=policy.version
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Put the keyboard where the keys of the queue work."""
        super().showEvent(event)
        if not self.isAncestorOf(QApplication.focusWidget() or self.window()):
            self.page.focus_target().setFocus(Qt.FocusReason.OtherFocusReason)

    def touched(self, changes: Changes) -> None:
        """Read the queue again; the card only where its run, its text, the policy or the people changed."""
        facts = self._facts
        if facts is not None and (
            changes.everything
            or changes.policy
            or changes.people
            or facts.run.run_id in changes.run_ids
            or facts.advisory.asset.advisory_id in changes.advisory_ids
        ):
            self._facts = None
            if self._left is None and not self._decisions.running:
                self.page.notice.say(self.tr("Something about this explanation changed. It is shown as it is now."))
        self._queue.read()

    def reveal(self, subject: object) -> None:
        """Show the explanation of a run, once the queue is read."""
        self._wish = subject if isinstance(subject, str) else None
        self._queue.read()

    def handle(self, action_id: str) -> bool:
        """Do an action of the queue."""
        steps = {
            "queue.approve": partial(self._asked, "approved"),
            "queue.reject": partial(self._asked, "rejected"),
            "queue.skip": partial(self._asked, "skip"),
            "queue.next": partial(self._step, 1),
            "queue.previous": partial(self._step, -1),
            "queue.compare": partial(self._asked, "compare"),
            "queue.undo": partial(self._asked, "undo"),
        }
        step = steps.get(action_id)
        if step is not None:
            step()
        return step is not None

    def _opened(self) -> None:
        self._row, self._current, self._facts, self._left = -1, None, None, None
        for each in (self._decisions, self._queue, self._card):
            each.forget()
        self.page.notice.hide()
        self.page.show_items((), -1)
        self._stand()
        self._queue.read()

    def _take_items(self, items: tuple[QueueItem, ...]) -> None:
        """Take over who waits; the person keeps their place, or moves on after a decision."""
        gone = self._current is not None and all(key_of(item) != self._current for item in items)
        if gone and self._left != self._current and not self._decisions.running and self._wish is None:
            self.page.notice.say(self.tr("The explanation you were looking at no longer waits for a decision."))
        decided = self._left is not None and self._left == self._current  # else an earlier reading has moved on
        row = place_after(items, self._current, self._row, move_on=decided)
        if self._wish is not None:
            wished = next((at for at, item in enumerate(items) if item.row.run_id == self._wish), None)
            if wished is None:
                self.page.notice.say(self.tr("This run has no explanation that waits for a decision."))
            row, self._wish = (row if wished is None else wished), None
        self._left = None
        self.page.show_items(items, row)
        self._go(row)
        self.statusChanged.emit()

    def _go(self, row: int) -> None:
        """Show the item in ``row``; its run and text are read and verified before anything can be decided."""
        items = self.page.items
        if not 0 <= row < len(items):
            self._row, self._current, self._facts = -1, None, None
            self._card.forget()
            self._stand()
            return
        key = key_of(items[row])
        same = key == self._current and self._facts is not None
        self._row, self._current = row, key
        self.page.show_place(row)
        if same:
            return
        self._facts = None
        self.page.wait()
        self._stand()
        self._card.read(key)

    def _loaded(self, facts: CardFacts) -> None:
        self._facts = facts
        if self.page.bar.reason.field.hasFocus():
            self.page.card.setFocus(Qt.FocusReason.OtherFocusReason)
        self.page.show_facts(facts)
        self._stand()

    def _not_loaded(self, error: RmosError) -> None:
        """A run that cannot be read cannot be decided; a damaged one has turned the store read-only by now."""
        self._facts = None
        self.desk.check_standing()
        self.page.show_problem(error)
        self._stand()
        if isinstance(error, NotFoundError):
            self._queue.read()

    def _stand(self) -> None:
        if not self.page.items:
            self.page.show_nothing(any_runs=_any_runs(self.desk), writable=self.desk.read_only_reason is None)
        self.page.set_standing(signer=self.desk.signer, read_only_reason=self.desk.read_only_reason)

    def _step(self, by: int) -> None:
        items = self.page.items
        if items:
            self.page.list.go((self._row + by) % len(items))
            self._go((self._row + by) % len(items))

    def _asked(self, what: str) -> None:
        if what in {"approved", "rejected"}:
            self._decide("approved" if what == "approved" else "rejected")
        elif what == "skip":
            self._step(1)
        elif what == "sign_in":
            self.asked.emit("person.sign_in", None)
        elif what in {"view.runs", "view.audit", "store.import"}:
            self.asked.emit(what, None)
        elif what == "undo":
            self._decisions.undo()
        elif what == "compare" and self._facts is not None:
            if self._facts.contrast is None:
                self.page.notice.say(self.tr("There is no GREEN run of the same mode and tool to compare with."))
            else:
                self.asked.emit("view.compare", (self._facts.contrast.run_id, self._facts.run.run_id))

    def _decide(self, verb: Verb) -> None:
        """Have it signed and committed, or say what is missing and lead there."""
        lacking = self.page.bar.missing(verb)
        if lacking:
            self._lead_to(lacking[0], verb)
        elif self._facts is not None:
            self._decisions.decide(self._facts, verb, self.page.bar.reason.text() or None)

    def _lead_to(self, lacking: Missing, verb: Verb) -> None:
        if lacking is Missing.REASON:
            self.page.bar.ask_reason(verb)
            return
        if lacking is Missing.WRITABLE and self.desk.read_only_reason:
            self.page.notice.say(self.desk.read_only_reason)
            return
        if lacking is Missing.READ:
            self.page.card.page_down()
            self.page.card.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if lacking is Missing.SIGNER:
            self.asked.emit("person.sign_in", None)
            return
        self.page.notice.say(advice(lacking))

    def _decided(self, made: Made, title: str) -> None:
        self._left = made.key
        if made.key == self._current:
            self._facts = None
        said = self.tr("Approved: {title}") if made.verb == "approved" else self.tr("Rejected: {title}")
        self.page.notice.say(said.format(title=title or made.key.run_id), act=self.tr("Undo"))
        self._queue.read()

    def _withdrawn(self, made: Made) -> None:
        self._wish, self._facts = made.key.run_id, None
        self.page.notice.say(self.tr("Your decision was withdrawn. Both stay in the history."))
        self._queue.read()

    def _refused(self, title: str, error: RmosError) -> None:
        """Say plainly what was refused, and show the item as the store has it now."""
        self.desk.check_standing()
        self.page.notice.fail(title, error)
        self._facts = None
        self._queue.read()


def _any_runs(desk: Desk) -> bool:
    return desk.snapshot is not None and desk.snapshot.run_count > 0
