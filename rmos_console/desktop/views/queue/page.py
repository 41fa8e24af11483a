"""How the queue is laid out: the list at the left, the card and its decision bar at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from rmos_console.core.errors import RmosError
from rmos_console.core.identity import Signer
from rmos_console.core.usecases.review import QueueItem
from rmos_console.desktop import plaintext, theme, words
from rmos_console.desktop.views.queue.card import QueueCard
from rmos_console.desktop.views.queue.decision_bar import DecisionBar
from rmos_console.desktop.views.queue.facts import CardFacts
from rmos_console.desktop.views.queue.item_list import QueueList
from rmos_console.desktop.views.queue.segments import Segments
from rmos_console.desktop.widgets.buttons import link
from rmos_console.desktop.widgets.empty_state import EmptyState
from rmos_console.desktop.widgets.focus_kept import focus_kept
from rmos_console.desktop.widgets.labels import KeyCap, PlainLabel
from rmos_console.desktop.widgets.notice_bar import NoticeBar
from rmos_console.desktop.widgets.problem_state import ProblemState
from rmos_console.desktop.widgets.surfaces import Rule

_LIST_WIDTH = 272
_HEAD = 52
_WITH_LIST = 960
"""Pixels from which the list has room beside the card."""


class QueuePage(QWidget):
    """The widgets of the queue; it shows what it is told and reports what a person asks for."""

    chosen = Signal(int)
    asked = Signal(str)
    """``approved``, ``rejected``, ``skip``, ``sign_in``, ``undo``, ``compare``, ``view.runs`` or ``store.import``"""
    readChanged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[QueueItem, ...] = ()
        self.list = QueueList()
        self.list.chosen.connect(self.chosen)
        self.card = QueueCard()
        self.card.readChanged.connect(self.readChanged)
        self.card.compareAsked.connect(lambda: self.asked.emit("compare"))
        self.bar = DecisionBar()
        self.bar.asked.connect(self.asked)
        self.notice = NoticeBar()
        self.notice.acted.connect(lambda: self.asked.emit("undo"))
        self.problem = ProblemState()
        self.problem.acted.connect(lambda: self.asked.emit("skip"))
        self.nothing = EmptyState()
        self._way_out = "view.runs"
        self.nothing.acted.connect(lambda: self.asked.emit(self._way_out))
        self._blank = QWidget()
        self._title = PlainLabel(size=theme.LARGE, semibold=True)
        self._facts_line = PlainLabel(tone="muted", elide=Qt.TextElideMode.ElideRight)
        self._segments = Segments()
        self._inside = QStackedWidget()
        for widget in (self._blank, self.card, self.problem):
            self._inside.addWidget(widget)
        self._whole = QStackedWidget()
        self._whole.addWidget(self._split())
        self._whole.addWidget(self.nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice)
        layout.addWidget(self._whole, 1)

    def _split(self) -> QSplitter:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("queueSplit")
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        self._panel = self._left()
        split.addWidget(self._panel)
        split.addWidget(self._right())
        split.setSizes([_LIST_WIDTH, 1000])
        split.setStretchFactor(1, 1)
        return split

    def _left(self) -> QFrame:
        left = QFrame()
        left.setProperty("role", "panel")
        left.setMinimumWidth(_LIST_WIDTH)
        head = QHBoxLayout()
        head.setContentsMargins(theme.GAP_L, 0, theme.GAP_L, 0)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(PlainLabel(self.tr("Worst first"), tone="muted"))
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.GAP_L, theme.GAP_S, theme.GAP_M, theme.GAP_S)
        foot.setSpacing(theme.GAP_S)
        foot.addWidget(KeyCap("J"))
        foot.addWidget(KeyCap("K"))
        foot.addWidget(PlainLabel(self.tr("next, previous"), size=theme.SMALL, tone="muted"))
        foot.addStretch(1)
        foot.addWidget(KeyCap("U"))
        self.undo = link(self.tr("undo"), name=self.tr("Undo my last decision"))
        self.undo.setMinimumHeight(theme.TOUCH)
        self.undo.clicked.connect(lambda: self.asked.emit("undo"))
        foot.addWidget(self.undo)
        _stack(left, (_fixed(head, _HEAD), Rule(), self.list, Rule(), _fixed(foot, None)), self.list)
        return left

    def _right(self) -> QWidget:
        right = QWidget()
        head = QHBoxLayout()
        head.setContentsMargins(theme.GAP_XL, 0, theme.GAP_XL, 0)
        head.setSpacing(theme.GAP_L)
        head.addWidget(self._facts_line, 1)
        head.addWidget(self._segments)
        _stack(right, (_fixed(head, _HEAD), Rule(), self._inside, self.bar), self._inside)
        return right

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window shows one explanation at a time without the list; the keys and Skip still walk it."""
        super().resizeEvent(event)
        self._panel.setVisible(event.size().width() >= _WITH_LIST)

    def show_items(self, items: Sequence[QueueItem], row: int) -> None:
        """Show the queue with ``row`` current."""
        self.items = tuple(items)
        self.list.show_items(self.items, row)
        self._title.setText(self.tr("{n} to review").format(n=words.number(len(items))))
        self.show_place(row)

    def show_place(self, row: int) -> None:
        """Show where in the queue the person is."""
        self._segments.show_place(max(row, 0), len(self.items))
        self._facts_line.setText(about(self.items[row]) if 0 <= row < len(self.items) else "")

    def show_nothing(self, *, any_runs: bool, writable: bool) -> None:
        """Say that nothing waits, and where to go from here."""
        self._way_out = "view.runs" if any_runs else "store.import" if writable else "view.audit"
        with focus_kept(self, self.focus_target):
            self.card.clear()
            self.bar.clear()
            if any_runs:
                said = self.tr("Nothing waits for a decision. New explanations that need one appear here.")
                self.nothing.say(said, self.tr("Show the runs"))
            elif not writable:
                said = self.tr("This store is read-only and shows no runs. Run the audit to see whether it is damaged.")
                self.nothing.say(said, self.tr("Go to the audit"))
            else:
                said = self.tr("This store has no runs yet, so there is nothing to decide.")
                self.nothing.say(said, self.tr("Import RMOS runs"))
            self._whole.setCurrentWidget(self.nothing)

    def focus_target(self) -> QWidget:
        """Return the part in which the keys of the queue work now."""
        if self._whole.currentWidget() is self.nothing:
            return self.nothing.act
        return self.problem.act if self._inside.currentWidget() is self.problem else self.card

    def wait(self) -> None:
        """Show nothing to decide about while the next item is being read."""
        with focus_kept(self, lambda: self.card):
            self._whole.setCurrentIndex(0)
            self.card.clear()
            self.bar.clear()

    def show_facts(self, facts: CardFacts) -> None:
        """Show an explanation that was read and verified."""
        with focus_kept(self, lambda: self.card):
            self._whole.setCurrentIndex(0)
            self._inside.setCurrentWidget(self.card)
            self.bar.take(facts)
            self.card.show_facts(facts)

    def show_problem(self, error: RmosError) -> None:
        """Show why this item cannot be read; nothing can be decided about it."""
        with focus_kept(self, lambda: self.problem.act):
            self.card.clear()
            self.bar.clear()
            self.problem.show_error(self.tr("This explanation cannot be decided"), error, act=self.tr("Go to the next"))
            self._inside.setCurrentWidget(self.problem)

    def set_standing(self, *, signer: Signer | None, read_only_reason: str | None) -> None:
        """Take over who is signed in and whether the store can be written."""
        with focus_kept(self, self.focus_target):
            self.bar.set_standing(signer=signer, writable=read_only_reason is None, read=self.card.read)
        self.undo.setEnabled(read_only_reason is None)


def about(item: QueueItem) -> str:
    """Return the line over the card: run, time, event, material, machine, tool."""
    row = item.row
    things = ", ".join(part for part in (row.material_id, row.machine_id, row.tool_id) if part)
    parts = (
        words.tr("Run {id}").format(id=words.short_id(row.run_id)),
        words.short_time(row.created_at_utc),
        row.event_type or row.mode or "",
        things,
    )
    return "   ·   ".join(plaintext.visible(part) for part in parts if part)


def _fixed(layout: QHBoxLayout, height: int | None) -> QWidget:
    line = QWidget()
    line.setLayout(layout)
    if height is not None:
        line.setFixedHeight(height)
    return line


def _stack(parent: QWidget, widgets: Sequence[QWidget], growing: QWidget) -> None:
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget, 1 if widget is growing else 0)
