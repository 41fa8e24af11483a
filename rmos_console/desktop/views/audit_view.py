"""The audit: verify the whole store, read-only, and say what was proven."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from rmos_console.core.errors import RmosError, StoreError
from rmos_console.core.records.changes import Changes
from rmos_console.core.records.report import AuditReport
from rmos_console.core.usecases import audit, reporting
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.progress import Cancelled, Progress
from rmos_console.desktop import theme, words
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import Task, TaskRunner
from rmos_console.desktop.views.audit.report_page import ReportPage
from rmos_console.desktop.views.audit.verdict import verdict
from rmos_console.desktop.views.view import View
from rmos_console.desktop.widgets.buttons import button
from rmos_console.desktop.widgets.empty_state import EmptyState
from rmos_console.desktop.widgets.focus_kept import focus_kept
from rmos_console.desktop.widgets.icon_mark import IconMark
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.notice_bar import NoticeBar
from rmos_console.desktop.widgets.problem_state import ProblemState
from rmos_console.desktop.widgets.progress_line import ProgressLine
from rmos_console.desktop.widgets.surfaces import Rule

_TELL_EVERY_S = 0.05


class AuditView(View):
    """Runs audits of the open store and shows the last report; it never writes into the store."""

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(desk, tasks, parent)
        self.report: AuditReport | None = None
        self._task: Task | None = None
        self._finished = ""
        self.notice = NoticeBar()
        self.again = button(self.tr("Run again"), icon="audit", touch=True)
        self.again.clicked.connect(self.start)
        self.export = button(self.tr("Export report"), icon="export", primary=True, touch=True)
        self.export.clicked.connect(self._choose_file)
        self.progress = ProgressLine(delay_ms=0)
        self.page = ReportPage()
        self.page.copied.connect(lambda: self.notice.say(self.tr("The head digest was copied. Keep it elsewhere.")))
        self.empty = EmptyState()
        self.empty.acted.connect(self.start)
        self.problem = ProblemState()
        self.problem.acted.connect(self.start)
        self._inside = QStackedWidget()
        for widget in (self.empty, self.page, self.problem):
            self._inside.addWidget(widget)
        self._lay_out()
        desk.opened.connect(self._opened)
        self._opened()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(theme.GAP_XL, 0, theme.GAP_XL, 0)
        line.setSpacing(theme.GAP_M)
        line.addWidget(PlainLabel(self.tr("Audit"), size=theme.LARGE, semibold=True))
        line.addWidget(_pill(self.tr("Read-only: this audit cannot change the store")))
        line.addStretch(1)
        line.addWidget(self.again)
        line.addWidget(self.export)
        head = QWidget()
        head.setLayout(line)
        head.setFixedHeight(56)
        going = QVBoxLayout()
        going.setContentsMargins(theme.GAP_XL, theme.GAP_S, theme.GAP_XL, theme.GAP_S)
        going.addWidget(self.progress)
        self._going = QWidget()
        self._going.setLayout(going)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (head, Rule(), self.notice, self._going):
            layout.addWidget(widget)
        layout.addWidget(self._inside, 1)

    def status(self) -> str:
        """Return up to where the store was audited, and with what result."""
        if self._task is not None:
            return self.tr("Audit is running")
        if self.report is None:
            return self.tr("Not audited in this window")
        newer = max(0, self._head() - self.report.head.seq)
        said = self.tr("Audited to line {n}: {verdict}").format(
            n=words.number(self.report.head.seq), verdict=verdict(self.report).title
        )
        return said if not newer else said + " · " + self.tr("{n} newer lines").format(n=words.number(newer))

    def showEvent(self, event: QShowEvent) -> None:
        """Put the keyboard where the keys of the audit work."""
        super().showEvent(event)
        if not self.isAncestorOf(QApplication.focusWidget() or self.window()):
            (self.page if self.report is not None else self.empty.act).setFocus(Qt.FocusReason.OtherFocusReason)

    def touched(self, changes: Changes) -> None:
        """Say that there are newer lines than the report covers."""
        if self.report is not None:
            self._say_finished()
            self.statusChanged.emit()

    def handle(self, action_id: str) -> bool:
        """Do an action of the audit."""
        if action_id == "audit.run":
            self.start()
        elif action_id == "audit.cancel":
            self.cancel()
        elif action_id == "audit.export":
            self._choose_file()
        else:
            return False
        return True

    def start(self) -> None:
        """Audit the open store from its first line, unless that is going on already."""
        store = self.desk.store
        if store is None or self._task is not None:
            return
        path = store.path
        with focus_kept(self, lambda: self.progress.cancel):
            self.notice.hide()
            self.again.setEnabled(False)
            self.export.setEnabled(False)
            self.empty.say(self.tr("Every line, file and signature of this store is being verified."))
            self._inside.setCurrentWidget(self.empty)
            self._going.show()
            self.progress.show()
        self._task = self.tasks.run(
            self.tr("Auditing the store"),
            lambda progress, cancelled: audit.audit(path, progress=_seldom(progress), cancelled=cancelled),
            partial(self._done, path),
            partial(self._failed, path),
        )
        self._task.ended.connect(self._ended)
        self.progress.follow(self._task)
        self.statusChanged.emit()

    def cancel(self) -> None:
        """Stop a running audit; the report of the last one stays."""
        if self._task is not None:
            self._task.cancel()

    def _opened(self) -> None:
        self.cancel()
        self.report = None
        self._finished = ""
        self.notice.hide()
        self._show()

    def _ended(self) -> None:
        self._task = None
        self._show()
        self.statusChanged.emit()

    def _done(self, path: Path, report: AuditReport) -> None:
        if self.desk.store is None or self.desk.store.path != path:
            return
        self.report = report
        self._finished = datetime.now(UTC).isoformat()
        self.page.show_report(report, "")
        self._say_finished()
        self._show()
        self.desk.check_standing()
        self.statusChanged.emit()

    def _failed(self, path: Path, error: RmosError) -> None:
        if self.desk.store is None or self.desk.store.path != path:
            return
        act = self.tr("Run again") if isinstance(error, StoreError) else ""
        self.report = None
        self.problem.show_error(self.tr("The audit could not be made"), error, act=act)
        self._show()
        self._inside.setCurrentWidget(self.problem)

    def _show(self) -> None:
        """Show the report if there is one, else what an audit is for."""
        with focus_kept(self, lambda: self.page if self.report is not None else self.empty.act):
            self._show_parts()

    def _show_parts(self) -> None:
        running = self._task is not None
        self._going.setVisible(running)
        self.again.setEnabled(not running and self.desk.store is not None)
        self.again.setVisible(self.report is not None or running)
        self.export.setVisible(self.report is not None)
        self.export.setEnabled(not running)
        if self.report is not None:
            self._inside.setCurrentWidget(self.page)
        elif self._inside.currentWidget() is not self.problem or self.desk.store is None:
            self.empty.say(
                self.tr(
                    "An audit reads the whole store and proves that nothing in it was altered, and who decided what."
                ),
                self.tr("Run the audit") if self.desk.store is not None else "",
            )
            self._inside.setCurrentWidget(self.empty)

    def _say_finished(self) -> None:
        if self.report is None:
            return
        said = self.tr("Finished in {n} s, {time}").format(
            n=f"{self.report.elapsed_s:.1f}", time=words.short_time(self._finished)
        )
        newer = self._head() - self.report.head.seq
        if newer > 0:
            said += " · " + self.tr("{n} lines were written since; run again to cover them").format(
                n=words.number(newer)
            )
        self.page.finished.setText(said)

    def _head(self) -> int:
        return self.desk.snapshot.head.seq if self.desk.snapshot is not None else 0

    def _choose_file(self) -> None:
        """Ask where to; what the report is written as follows from the name of the file."""
        if self.report is None:
            return
        formats = " ".join(f"*{suffix}" for suffix in reporting.FORMATS)
        name, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Export the audit report"),
            "audit.pdf",
            self.tr("Reports ({formats})").format(formats=formats),
            options=QFileDialog.Option.DontConfirmOverwrite,  # an existing file is refused, never replaced
        )
        if name:
            target = Path(name)
            self.write_report(target if target.suffix else target.with_suffix(".pdf"))

    def write_report(self, target: Path) -> None:
        """Audit the store once more and write a report that a stranger can read to the new file ``target``."""
        store = self.desk.store
        if store is None:
            return
        task = self.tasks.run(
            self.tr("Exporting the report"),
            partial(_write, store.path, target),
            lambda _nothing: self.notice.say(self.tr("The report was written to {path}").format(path=str(target))),
            lambda error: self.notice.fail(self.tr("The report was not written"), error),
        )
        task.ended.connect(self._going.hide)
        self._going.show()
        self.progress.follow(task)


def _seldom(progress: Progress) -> Progress:
    """Pass progress on a few times a second; every line would drown the window in news."""
    last = [0.0]

    def tell(done: int, total: int | None, what: str) -> None:
        now = time.monotonic()
        if now - last[0] >= _TELL_EVERY_S:
            last[0] = now
            progress(done, total, what)

    return tell


def _write(store: Path, target: Path, progress: Progress, cancelled: Cancelled) -> None:
    reporting.check_report(target, store)
    content = reporting.compose(store, made_at_utc=now_utc(), progress=_seldom(progress), cancelled=cancelled)
    reporting.write(content, target)


def _pill(text: str) -> QFrame:
    """Return the outlined note that says what this view can and cannot do."""
    pill = QFrame()
    pill.setObjectName("pill")
    pill.setFixedHeight(theme.ROW + 2)
    layout = QHBoxLayout(pill)
    layout.setContentsMargins(theme.GAP_S, theme.GAP_XS, theme.GAP_M, theme.GAP_XS)
    layout.setSpacing(theme.GAP_XS)
    layout.addWidget(IconMark("lock", "text", size=16))
    layout.addWidget(PlainLabel(text, semibold=True))
    return pill
