"""The comparison of two runs: A at the left, B at the right, what differs between them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from rmos_console.core.errors import RmosError
from rmos_console.core.records.changes import Changes
from rmos_console.core.records.run import RunArtifact
from rmos_console.desktop import icons, theme
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.compare.facts import CompareFacts
from rmos_console.desktop.views.compare.page import ComparePage
from rmos_console.desktop.views.compare.reading import PairReader
from rmos_console.desktop.views.compare.run_card import RunCard
from rmos_console.desktop.views.compare.run_picker import RunPicker
from rmos_console.desktop.views.view import View
from rmos_console.desktop.widgets.buttons import icon_button
from rmos_console.desktop.widgets.empty_state import EmptyState
from rmos_console.desktop.widgets.focus_kept import focus_kept
from rmos_console.desktop.widgets.notice_bar import NoticeBar
from rmos_console.desktop.widgets.problem_state import ProblemState
from rmos_console.desktop.widgets.progress_line import ProgressLine
from rmos_console.desktop.widgets.sides import Side


class CompareView(View):
    """Remembers which run lies on which side, and compares them off the UI thread."""

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(desk, tasks, parent)
        self.a: str | None = None
        self.b: str | None = None
        self.facts: CompareFacts | None = None
        self._reader = PairReader(desk, tasks, self)
        self.notice = NoticeBar()
        self.card_a, self.card_b = RunCard("a"), RunCard("b")
        self.card_a.clicked.connect(lambda: self.pick("a"))
        self.card_b.clicked.connect(lambda: self.pick("b"))
        self.swap = _swap_button(self.tr("Swap A and B"))
        self.swap.clicked.connect(self.exchange)
        self.progress = ProgressLine()
        self.page = ComparePage()
        self.page.nextAsked.connect(lambda: self._go(1))
        self.empty = EmptyState()
        self.empty.acted.connect(self._pick_missing)
        self.problem = ProblemState()
        self._inside = QStackedWidget()
        for widget in (self.empty, self.page, self.problem):
            self._inside.addWidget(widget)
        self._lay_out()
        self._reader.working.connect(self.progress.follow)
        self._reader.compared.connect(self._compared)
        self._reader.drawn.connect(self.page.show_drawings)
        self._reader.failed.connect(self._failed)
        self._reader.cancelled.connect(self._cancelled)
        self._reader.single.connect(self._show_card)
        desk.opened.connect(self._opened)
        self._opened()

    def _lay_out(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(theme.GAP_M)
        cards.addWidget(self.card_a, 1)
        cards.addWidget(self.swap, 0, Qt.AlignmentFlag.AlignVCenter)
        cards.addWidget(self.card_b, 1)
        body = QVBoxLayout()
        body.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_M)
        body.setSpacing(theme.GAP_M)
        body.addLayout(cards)
        body.addWidget(self.progress)
        body.addWidget(self._inside, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice)
        layout.addLayout(body, 1)

    def status(self) -> str:
        """Return what is being compared."""
        return self.tr("Comparing 2 runs") if self.facts is not None else self.tr("Nothing to compare yet")

    def showEvent(self, event: QShowEvent) -> None:
        """Put the keyboard where the keys of the comparison work."""
        super().showEvent(event)
        if not self.isAncestorOf(QApplication.focusWidget() or self.window()):
            (self.page.parameters if self.facts is not None else self.card_a).setFocus(Qt.FocusReason.OtherFocusReason)

    def touched(self, changes: Changes) -> None:
        """Compare again where one of the two runs changed."""
        if changes.everything or {self.a, self.b} & changes.run_ids:
            self._compare()

    def reveal(self, subject: object) -> None:
        """Put a pair (A, B) on the desk; None leaves that side as it is."""
        if isinstance(subject, tuple) and len(subject) == 2:
            a, b = subject
            self.a = a if isinstance(a, str) else self.a
            self.b = b if isinstance(b, str) else self.b
            self._compare()

    def handle(self, action_id: str) -> bool:
        """Do an action of the comparison."""
        if action_id == "compare.next":
            self._go(1)
        elif action_id == "compare.previous":
            self._go(-1)
        elif action_id == "compare.swap":
            self.exchange()
        elif action_id == "compare.equal":
            self.page.toggle_equal()
        else:
            return False
        return True

    def exchange(self) -> None:
        """Swap the sides."""
        self.a, self.b = self.b, self.a
        self._compare()

    def pick(self, side: Side) -> None:
        """Ask for the run of one side."""
        if self.desk.snapshot is None:
            return
        picker = RunPicker(self.desk.snapshot, self.tasks, side.upper(), self)
        picker.accepted.connect(lambda: self.reveal((picker.chosen, None) if side == "a" else (None, picker.chosen)))
        picker.finished.connect(picker.deleteLater)
        picker.open()

    def _pick_missing(self) -> None:
        self.pick("a" if self.a is None else "b")

    def _go(self, step: int) -> None:
        if self.facts is None:
            return
        if self.page.go(step):
            self.notice.hide()
        else:
            self.notice.say(self.tr("There is no further difference in this direction."))

    def _opened(self) -> None:
        self.a = self.b = None
        self._compare()

    def _compare(self) -> None:
        """Compare the two sides; without both, invite to choose."""
        self.notice.hide()
        with focus_kept(self, lambda: self.card_b if self.a is not None else self.card_a):
            if self.desk.store is not None and self.a is not None and self.b is not None:
                self._reader.read(self.a, self.b)
                return
            self._reader.forget()
            self.facts = None
            self._show_cards()
            self._invite()
            self.statusChanged.emit()

    def _compared(self, facts: CompareFacts) -> None:
        self.facts = facts
        self.card_a.show_run(facts.a)
        self.card_b.show_run(facts.b)
        with focus_kept(self, lambda: self.page.parameters):
            self.page.show_facts(facts)
            self._inside.setCurrentWidget(self.page)
        self.statusChanged.emit()

    def _failed(self, error: RmosError) -> None:
        """Say why in place of the comparison; a drawing that failed leaves the rest on screen."""
        self.desk.check_standing()
        if self.facts is not None and (self.facts.a.run_id, self.facts.b.run_id) == (self.a, self.b):
            self.notice.fail(self.tr("The comparison is not up to date"), error)
            return
        self.facts = None
        self._show_cards()
        self.problem.show_error(self.tr("These runs cannot be compared"), error)
        self._inside.setCurrentWidget(self.problem)
        self.statusChanged.emit()

    def _cancelled(self) -> None:
        """A comparison that was stopped by hand leaves nothing to show."""
        self.facts = None
        self.empty.say(self.tr("The comparison was cancelled."), "")
        self._inside.setCurrentWidget(self.empty)

    def _invite(self) -> None:
        if self.desk.store is None:
            self.empty.say(self.tr("Open a store to compare its runs."))
        elif self.a is None and self.b is None:
            self.empty.say(
                self.tr("Two runs side by side: what was asked, what was found, the G-code, the toolpath."),
                self.tr("Choose run A"),
            )
        else:
            act = self.tr("Choose run A") if self.a is None else self.tr("Choose run B")
            self.empty.say(self.tr("One run is on the desk. Choose the other one."), act)
        self._inside.setCurrentWidget(self.empty)

    def _show_cards(self) -> None:
        """Show on the cards what is known without a comparison."""
        sides: tuple[tuple[Side, str | None], ...] = (("a", self.a), ("b", self.b))
        for side, run_id in sides:
            (self.card_a if side == "a" else self.card_b).show_run(None)
            if run_id is not None and (self.a is None or self.b is None):
                self._reader.read_single(side, run_id)

    def _show_card(self, side: str, run: RunArtifact) -> None:
        if run.run_id == (self.a if side == "a" else self.b):
            (self.card_a if side == "a" else self.card_b).show_run(run)


def _swap_button(name: str) -> QToolButton:
    swap = icon_button("swap", name)
    swap.setProperty("role", "button")
    swap.setIcon(icons.icon("swap"))
    swap.setIconSize(QSize(20, 20))
    swap.setProperty("touch", True)
    return swap
