"""The detail pane: head, tabs and foot of the selected run."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from rmos_console.core.errors import RmosError
from rmos_console.core.records.run import RunRow
from rmos_console.desktop import plaintext, theme, words
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import Task, TaskRunner
from rmos_console.desktop.views.runs import facts as run_facts
from rmos_console.desktop.views.runs.facts import RunFacts
from rmos_console.desktop.views.runs.list_pages import (
    AdvisoriesPage,
    EvidencePage,
    FilesPage,
    HistoryPage,
    RawPage,
    ReviewsPage,
)
from rmos_console.desktop.views.runs.why_page import WhyPage
from rmos_console.desktop.widgets.badges import ReviewBadge, RiskBadge
from rmos_console.desktop.widgets.buttons import button, link
from rmos_console.desktop.widgets.empty_state import EmptyState
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.surfaces import Rule, row
from rmos_console.desktop.widgets.tab_strip import TabStrip

WIDTH = 384
_LONGEST = 110
"""Characters of a headline before it is shortened: three lines."""


class RunDetail(QFrame):
    """Shows one run at a time; the head at once from its row, the pages as soon as they are read."""

    review = Signal()
    explain = Signal()
    compare = Signal(str)
    save = Signal(str, str)
    attach = Signal()

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._reading: Task | None = None
        self.row: RunRow | None = None
        self.facts: RunFacts | None = None
        self.setMinimumWidth(300)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._stack = QStackedWidget()
        layout.addWidget(self._stack)
        self.empty = EmptyState(self.tr("Select a run to see why it was allowed or stopped."))
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._build())

    def sizeHint(self) -> QSize:
        """Return the usual width of the pane."""
        return QSize(WIDTH, 600)

    def show_run(self, row: RunRow | None) -> None:
        """Show a run, or nothing; the tab that was open stays open."""
        again = row is not None and self.row is not None and row.run_id == self.row.run_id
        self.row = row
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if row is None or self._desk.store is None:
            self.facts = None
            self._stack.setCurrentIndex(0)
            return
        self._stack.setCurrentIndex(1)
        self._head(row)
        if not again:
            self.facts = None
            self._pages.setCurrentWidget(self._waiting)
            self._waiting.say("")
        self._read(row)

    def _read(self, row: RunRow) -> None:
        store = self._desk.store
        if store is None:
            return
        self._reading = self._tasks.run(
            self.tr("Reading the run"),
            lambda _progress, _cancelled: run_facts.load(store, row.run_id, row.advisory_id),
            lambda facts: self._arrived(row, facts),
            lambda error: self._failed(row, error),
        )

    def _arrived(self, row: RunRow, facts: RunFacts) -> None:
        if row is not self.row:
            return
        self._reading = None
        self.facts = facts
        for page in self._all_pages:
            page.show_facts(facts)
        self._pages.setCurrentIndex(self.tabs.current())
        engine = facts.card.advisory.asset.engine if facts.card else None
        author = facts.card.advisory.asset.author if facts.card else None
        told = self.tr("{engine} engine v{version}").format(engine=engine.id, version=engine.version) if engine else ""
        self.source.setText(f"· {told or (author.id if author else '')}" if told or author else "")

    def _failed(self, row: RunRow, error: RmosError) -> None:
        if row is not self.row:
            return
        self._reading = None
        self.facts = None
        self._desk.check_standing()
        self._waiting.say(error.message)
        self._pages.setCurrentWidget(self._waiting)

    def _head(self, row: RunRow) -> None:
        self.risk.set_level(row.risk)
        facts = [
            words.status(row.status) if row.status != "OK" else "",
            self.tr("score {n}").format(n=words.number(row.score)) if row.score is not None else "",
            words.short_time(row.created_at_utc),
        ]
        self.about.setText(" · ".join(fact for fact in facts if fact))
        self.about.setToolTip(plaintext.tooltip(words.exact_time(row.created_at_utc)))
        headline = row.explanation_summary or self._unexplained(row)
        self.headline.setText(headline if len(headline) <= _LONGEST else f"{headline[: _LONGEST - 1]}…")
        self.headline.setToolTip(plaintext.tooltip(headline) if len(headline) > _LONGEST else "")
        self.id.setText(f"…{words.short_id(row.run_id)}")
        original = f"\n{row.source_run_id}" if row.source_run_id else ""
        self.id.setToolTip(plaintext.tooltip(row.run_id + original))
        self.state.set_state(row.review_state, row.at_source)
        self.state.setToolTip(plaintext.tooltip(row.at_source or ""))
        waits = row.review_state in {"NEEDS_REVIEW", "AWAITING_SECOND"}
        self.act.setVisible(row.review_state != "NONE" and waits)
        self.source.setText("")

    def _unexplained(self, row: RunRow) -> str:
        if row.explanation_status == "PENDING":
            return self.tr("Being explained")
        return self.tr("Not explained yet")

    def _copy_id(self) -> None:
        if self.row is not None:
            QApplication.clipboard().setText(self.row.run_id)

    def _choose(self, number: int) -> None:
        if self.facts is not None:
            self._pages.setCurrentIndex(number)

    def _build(self) -> QWidget:
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._build_head())
        layout.addWidget(Rule())
        why, files = WhyPage(), FilesPage()
        why.explain.connect(self.explain)
        why.compare.connect(self.compare)
        files.save.connect(self.save)
        files.attach.connect(self.attach)
        self._all_pages = (why, EvidencePage(), AdvisoriesPage(), ReviewsPage(), files, RawPage(), HistoryPage())
        self._pages = QStackedWidget()
        for page in self._all_pages:
            self._pages.addWidget(page)
        self._waiting = EmptyState()
        self._pages.addWidget(self._waiting)
        layout.addWidget(self._pages, 1)
        layout.addWidget(Rule())
        layout.addLayout(self._build_foot())
        return inside

    def _build_head(self) -> QVBoxLayout:
        self.risk = RiskBadge()
        self.about = PlainLabel(tone="muted", elide=Qt.TextElideMode.ElideRight)
        self.headline = PlainLabel(size=theme.HEAD, semibold=True, wrap=True)
        self.id = PlainLabel(mono=True, tone="muted")
        copy = link(self.tr("Copy id"), name=self.tr("Copy the run id"))
        copy.clicked.connect(self._copy_id)
        self.tabs = TabStrip(
            [self.tr("Why"), self.tr("Evidence"), self.tr("Advisories"), self.tr("Reviews"), self.tr("Files"),
             self.tr("Raw"), self.tr("History")]
        )  # fmt: skip
        self.tabs.changed.connect(self._choose)
        head = QVBoxLayout()
        head.setContentsMargins(theme.GAP_L, theme.GAP_M, theme.GAP_L, 0)
        head.setSpacing(theme.GAP_XS)
        first = row(self.risk, self.about)
        first.setStretch(1, 1)
        head.addLayout(first)
        head.addWidget(self.headline)
        head.addLayout(row(self.id, copy, 1))
        head.addWidget(self.tabs)
        return head

    def _build_foot(self) -> QHBoxLayout:
        self.state = ReviewBadge()
        self.source = PlainLabel(tone="muted", elide=Qt.TextElideMode.ElideRight)
        self.act = button(self.tr("Review"), primary=True, touch=False, name=self.tr("Review this run"))
        self.act.clicked.connect(self.review)
        foot = row(self.state, self.source, self.act)
        foot.setStretch(1, 1)
        foot.setContentsMargins(theme.GAP_L, theme.GAP_M, theme.GAP_L, theme.GAP_M)
        return foot
