"""Runs: find runs in the table, read the selected one beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rmos_console.core.records.changes import Changes
from rmos_console.core.records.run import RunRow
from rmos_console.core.store import Snapshot
from rmos_console.core.usecases.table import run_table
from rmos_console.desktop import operations, theme, words
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tables.run_book import RunBook, Wanted
from rmos_console.desktop.tables.run_table_model import RunTableModel
from rmos_console.desktop.tables.run_table_view import RunTableView
from rmos_console.desktop.tasks import Task, TaskRunner
from rmos_console.desktop.views.runs import files
from rmos_console.desktop.views.runs.detail import WIDTH, RunDetail
from rmos_console.desktop.views.runs.filter_bar import FilterBar
from rmos_console.desktop.views.view import View
from rmos_console.desktop.widgets.buttons import button, link
from rmos_console.desktop.widgets.empty_state import EmptyState
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.search_box import SearchBox


class RunsView(View):
    """The table with its filters, and the detail pane."""

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(desk, tasks, parent)
        self.book = RunBook()
        self.wanted = Wanted()
        self._loading: Task | None = None
        self._again = self._focus_next = False
        self._reveal_next: str | None = None
        self._build()
        desk.opened.connect(self.reload)
        desk.readOnlyChanged.connect(self._stand)
        self.reload()

    def reload(self) -> None:
        """Read all rows again, in the background."""
        if self.desk.snapshot is None:
            self._loaded(RunBook())
            return
        if self._loading is not None:
            self._again = True
            return
        snapshot = self.desk.snapshot
        self._loading = self.tasks.run(self.tr("Reading runs"), lambda _p, _c: _read(snapshot), self._loaded)
        self._loading.ended.connect(self._load_ended)

    def touched(self, changes: Changes) -> None:
        """Take over the runs that changed; their place, the selection and the scroll position stay."""
        if changes.run_ids or changes.advisory_ids or changes.everything or changes.people or changes.policy:
            self.reload()

    def handle(self, action_id: str) -> bool:
        """Do one of the actions of this view."""
        selected = self.table.current()
        todo: dict[str, Callable[[], object]] = {
            "view.search": lambda: self.search.setFocus(Qt.FocusReason.ShortcutFocusReason),
            "runs.clear": lambda: self._want(self.wanted.cleared()),
        }
        if selected is not None:
            todo |= {
                "runs.review": lambda: self.asked.emit("view.queue", selected.run_id),
                "runs.explain": lambda: operations.explain_run(self.desk, self.tasks, selected.run_id),
                "runs.compare": self._compare_contrast,
                "runs.side_a": lambda: self.asked.emit("view.compare", (selected.run_id, None)),
                "runs.side_b": lambda: self.asked.emit("view.compare", (None, selected.run_id)),
                "runs.copy_id": lambda: QApplication.clipboard().setText(selected.run_id),
                "runs.add_file": lambda: files.attach(self, self.desk, self.tasks, selected.run_id),
            }
        if action_id in todo:
            todo[action_id]()
        return action_id in todo

    def reveal(self, subject: object) -> None:
        """Select a run, given by its id; filters that hide it are cleared."""
        if not isinstance(subject, str):
            return
        if self._loading is not None:
            self._reveal_next = subject
        elif not self.table.select(subject):
            self._want(self.wanted.cleared())
            self.table.select(subject)

    def take_focus(self) -> None:
        """Put the focus where work begins: into the table, or on what to do without one."""
        self._focus_next = self._loading is not None
        target = self.empty.act if self._stack.currentWidget() is self.empty else self.table
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def status(self) -> str:
        """Return how many runs are shown, and whether one is selected."""
        shown, total = self.model.rowCount(), len(self.book)
        if self.wanted.is_filtering:
            text = self.tr("{shown} of {runs}").format(shown=words.number(shown), runs=words.runs(total))
        else:
            text = words.runs(total)
        return f"{text} · {self.tr('1 selected')}" if self.table.current() is not None else text

    def _loaded(self, book: RunBook) -> None:
        self.book = book
        self._show()
        if len(book):
            self.tasks.run(self.tr("Preparing the search"), lambda _p, _c: book.prepare(), lambda _none: None)
        if self._focus_next:
            self.take_focus()
        if self._reveal_next is not None:
            wanted, self._reveal_next = self._reveal_next, None
            self.table.select(wanted)
        elif self.table.current() is None and self.model.rowCount():
            self.table.selectRow(0)

    def _load_ended(self) -> None:
        self._loading = None
        if self._again:
            self._again = False
            self.reload()

    def _want(self, wanted: Wanted) -> None:
        self.wanted = wanted
        if self.search.text() != wanted.text:
            self.search.setText(wanted.text)
        self._show()

    def _show(self) -> None:
        self.table.header.sorted_by = (self.wanted.sort, self.wanted.descending)
        self.table.show_rows(self.book, self.book.order(self.wanted))
        self.table.header.viewport().update()
        self.filters.show_state(self.book, self.wanted)
        hidden = len(self.book) - self.model.rowCount()
        self.hidden.setText(self.tr("{n} hidden").format(n=words.number(hidden)))
        self.hidden.setVisible(hidden > 0)
        self.clear.setVisible(self.wanted.is_filtering)
        self.detail.setVisible(len(self.book) > 0)
        self._stand()
        self.statusChanged.emit()

    def _stand(self) -> None:
        """Offer an import only where the store can take runs."""
        self.bring.setEnabled(self.desk.read_only_reason is None)
        self._say_what_is_empty()

    def _say_what_is_empty(self) -> None:
        if self.model.rowCount():
            self._stack.setCurrentWidget(self.table)
            return
        if len(self.book):
            self.empty.say(self.tr("No run matches these filters."), self.tr("Clear filters"))
        elif self._loading is not None and self.desk.snapshot is not None and self.desk.snapshot.run_count:
            self.empty.say(self.tr("Reading the runs…"))
        elif self.desk.read_only_reason is not None:
            told = self.tr("This store is read-only and shows no runs. Run the audit to see whether it is damaged.")
            self.empty.say(told, self.tr("Go to the audit"))
        else:
            self.empty.say(self.tr("This store has no runs yet."), self.tr("Import RMOS runs"))
        self._stack.setCurrentWidget(self.empty)

    def _empty_acted(self) -> None:
        if len(self.book):
            self._want(self.wanted.cleared())
        elif self.desk.read_only_reason is not None:
            self.asked.emit("view.audit", None)
        else:
            self.asked.emit("store.import", None)

    def _selected(self, row: RunRow | None) -> None:
        self.detail.show_run(row)
        self.statusChanged.emit()

    def _compare_contrast(self) -> None:
        facts = self.detail.facts
        if facts is not None and facts.card is not None and facts.card.contrast is not None:
            self._compare(facts.card.contrast.run_id)

    def _compare(self, other: str) -> None:
        """Compare with a run: it is A, the selected one is B, so that the difference reads as what went wrong."""
        row = self.table.current()
        if row is not None:
            self.asked.emit("view.compare", (other, row.run_id))

    def _save_file(self, sha256: str, name: str) -> None:
        row = self.table.current()
        if row is not None:
            files.save(self, self.desk, self.tasks, row.run_id, sha256, name)

    def _build(self) -> None:
        self.model = RunTableModel(self.book, self)
        self.table = RunTableView(self.model, self.tr("Runs"))
        self.table.chosen.connect(self._selected)
        self.table.sortAsked.connect(lambda key: self._want(self.wanted.sorted_by(key)))
        self.table.activatedRun.connect(lambda row: self.asked.emit("view.queue", row.run_id))
        self.filters = FilterBar()
        self.filters.toggled.connect(lambda facet, value: self._want(self.wanted.toggled(facet, value)))
        self.empty = EmptyState()
        self.empty.acted.connect(self._empty_acted)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.empty)
        self.detail = RunDetail(self.desk, self.tasks)
        self.detail.review.connect(lambda: self.handle("runs.review"))
        self.detail.explain.connect(lambda: self.handle("runs.explain"))
        self.detail.compare.connect(self._compare)
        self.detail.save.connect(self._save_file)
        self.detail.attach.connect(lambda: self.handle("runs.add_file"))
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, theme.GAP_M, 0, 0)
        column.setSpacing(theme.GAP_S)
        filters = QVBoxLayout()
        filters.setContentsMargins(theme.GAP_L, 0, theme.GAP_L, 0)
        filters.addWidget(self.filters)
        column.addLayout(filters)
        column.addWidget(self._stack, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(left)
        self.splitter.addWidget(self.detail)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setCollapsible(0, False)
        self.splitter.setSizes([888, WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._build_bar())
        layout.addWidget(self.splitter, 1)

    def _build_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("role", "bar")
        self.search = SearchBox(self.tr("Search runs"))
        self.search.setMinimumWidth(220)
        self.search.setMaximumWidth(400)
        self.search.textChanged.connect(lambda text: self._want(replace(self.wanted, text=text)))
        self.search.left.connect(lambda: self.table.setFocus(Qt.FocusReason.OtherFocusReason))
        self.hidden = PlainLabel(tone="muted")
        self.clear = link(self.tr("Clear filters"))
        self.clear.clicked.connect(lambda: self._want(self.wanted.cleared()))
        self.bring = button(self.tr("Import"), icon="import", name=self.tr("Import RMOS runs"))
        self.bring.clicked.connect(lambda: self.asked.emit("store.import", None))
        layout = QHBoxLayout(bar)
        layout.setContentsMargins(theme.GAP_L, theme.GAP_S, theme.GAP_L, theme.GAP_S)
        layout.setSpacing(theme.GAP_M)
        layout.addWidget(self.search, 1)
        layout.addWidget(self.hidden)
        layout.addWidget(self.clear)
        layout.addStretch(1)
        layout.addWidget(self.bring)
        return bar


def _read(snapshot: Snapshot) -> RunBook:
    book = RunBook(run_table(snapshot))
    book.count_all()
    return book
