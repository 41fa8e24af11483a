"""The frame of the window: first page or rail and views, what is said over them, and the strip at the foot."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from rmos_console import __version__
from rmos_console.core.errors import RmosError
from rmos_console.desktop import words
from rmos_console.desktop.actions import BY_ID, Where
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import Task, TaskRunner
from rmos_console.desktop.views.first_run import FirstRun
from rmos_console.desktop.views.view import View
from rmos_console.desktop.widgets.notice_bar import NoticeBar
from rmos_console.desktop.widgets.progress_line import ProgressLine
from rmos_console.desktop.widgets.rail import Rail
from rmos_console.desktop.widgets.read_only_banner import ReadOnlyBanner
from rmos_console.desktop.widgets.status_strip import StatusStrip
from rmos_console.desktop.widgets.surfaces import Rule

_OWN_PROGRESS = {"audit"}
"""Views that show the progress of their own work."""


class Shell(QWidget):
    """Shows the state of the desk round the view on screen."""

    def __init__(self, desk: Desk, tasks: TaskRunner, views: Mapping[Where, View], parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._tasks, self.views = desk, tasks, dict(views)
        self.banner = ReadOnlyBanner()
        self.notice = NoticeBar()
        self.progress = ProgressLine()
        self.progress.setContentsMargins(16, 8, 16, 8)
        self.first = FirstRun()
        self.rail = Rail()
        self.stack = QStackedWidget()
        for name, view in views.items():
            self.rail.add(name, name, BY_ID[f"view.{name}"].label())
            self.stack.addWidget(view)
            view.statusChanged.connect(self.show_status)
        self._work = QWidget()
        across = QHBoxLayout(self._work)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.rail)
        across.addWidget(Rule(vertical=True))
        across.addWidget(self.stack, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.first)
        self.pages.addWidget(self._work)
        self.strip = StatusStrip()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.banner, self.notice):
            layout.addWidget(widget)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.progress)
        layout.addWidget(self.strip)
        tasks.started.connect(self.follow)

    def where(self) -> Where:
        """Return the name of the view on screen."""
        return next((name for name, view in self.views.items() if view is self.stack.currentWidget()), "runs")

    def open_view(self, name: Where) -> None:
        """Put a view on screen."""
        self.stack.setCurrentWidget(self.views[name])
        self.rail.mark(name)
        self.show_status()

    def show_store(self) -> None:
        """Show the store that lies on the desk now, or the first page."""
        store = self._desk.store
        self.pages.setCurrentWidget(self.first if store is None else self._work)
        if store is not None:
            self.strip.show_store(store.path.name, str(store.path))
            self.rail.mark(self.where())
        else:
            self.strip.show_store(f"RMOS Console {__version__}", "")
        self.show_standing()
        self.show_signer()
        self.show_status()

    def show_standing(self) -> None:
        """Show whether the store can be written, and up to which line it was verified when it was read."""
        reason = self._desk.read_only_reason
        self.banner.say(reason if self._desk.store is not None else None)
        if self._desk.snapshot is None:
            self.strip.show_verified("", warning=False)
        elif reason is not None:
            self.strip.show_verified(self.tr("read-only"), warning=True)
        else:
            head = words.number(self._desk.snapshot.head.seq)
            self.strip.show_verified(self.tr("verified to line {n}").format(n=head), warning=False)

    def show_signer(self) -> None:
        """Show who is signed in."""
        signer = self._desk.signer
        if self._desk.store is None:
            self.strip.show_person("")
        else:
            self.strip.show_person(signer.name if signer is not None else self.tr("Not signed in"))

    def show_status(self) -> None:
        """Show what the view on screen says about itself, and the counts of all."""
        is_open = self._desk.store is not None
        self.strip.view.setText(self.views[self.where()].status() if is_open else self.tr("Works without a network"))
        for name, view in self.views.items():
            self.rail.rows[name].set_count(view.count() if is_open else None)

    def follow(self, _task: Task | None = None) -> None:
        """Show the oldest task that runs, if it takes longer than a moment and no view shows it itself."""
        if self._tasks.running and not self.progress.is_following and self.where() not in _OWN_PROGRESS:
            task = self._tasks.running[0]
            self.progress.follow(task)
            task.ended.connect(self.follow)

    def problem(self, title: str, error: RmosError) -> None:
        """Say what went wrong."""
        self._desk.check_standing()
        self.notice.fail(title, error)
