"""Pictures of every view, light and dark, drawn without a display: for the headless demo and for looking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from rmos_console.core.errors import BadDataError
from rmos_console.core.records.run import RunRow
from rmos_console.core.records.times import sort_key
from rmos_console.core.store import open_store
from rmos_console.desktop import theme
from rmos_console.desktop.app import make_application
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.main_window import MainWindow
from rmos_console.desktop.settings import Settings
from rmos_console.desktop.tasks import TaskRunner

SIZE = (1440, 900)
_PATIENCE_MS = 30_000
_LEVELS = ("RED", "YELLOW")


def render_views(store_path: Path, folder: Path) -> list[Path]:
    """Draw every view of the store to ``folder`` as ``<view>-<theme>.png`` and return the files.

    The store is opened read-write but nothing is written. Raises :class:`BadDataError` where a file cannot be made.
    """
    app = make_application("light")
    before = theme.tokens().name
    folder.mkdir(parents=True, exist_ok=True)
    desk, tasks = Desk(), TaskRunner()
    window = MainWindow(desk, tasks, Settings())
    window.resize(*SIZE)
    made: list[Path] = []
    try:
        window.show()
        made.append(_save(window, folder / "first-run-light.png"))
        theme.apply(app, "dark")
        made.append(_save(window, folder / "first-run-dark.png"))
        desk.adopt(open_store(store_path))
        settle(tasks)
        views = [(view, _save(window, folder / f"{view}-dark.png")) for view in _prepared(window, tasks)]
        theme.apply(app, "light")  # once for all views: it restyles every widget there is
        for view, dark in views:
            window.perform(f"view.{view}")
            settle(tasks)
            made += [_save(window, folder / f"{view}-light.png"), dark]
    finally:
        tasks.close()
        desk.close()
        window.deleteLater()
        theme.apply(app, before)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return made


def settle(tasks: TaskRunner) -> None:
    """Let events and tasks run until there is nothing left to do."""
    QApplication.processEvents()
    while tasks.running:
        loop = QEventLoop()
        tasks.idle.connect(loop.quit)
        QTimer.singleShot(_PATIENCE_MS, loop.quit)
        loop.exec()
        tasks.idle.disconnect(loop.quit)
        QApplication.processEvents()


def _prepared(window: MainWindow, tasks: TaskRunner) -> Iterator[str]:
    """Bring one view after the other on screen, each with something worth seeing, and yield its name."""
    row = _telling_run(window)
    for view in ("runs", "queue", "compare", "audit"):
        window.perform(f"view.{view}")
        if view == "runs" and row is not None:
            window.runs.reveal(row.run_id)
        elif view == "compare" and row is not None:
            window.views["compare"].reveal((_other_run(window, row), row.run_id))
        elif view == "audit":
            window.perform("audit.run")
        settle(tasks)
        yield view


def _telling_run(window: MainWindow) -> RunRow | None:
    """Return a run that shows much: the first RED one that waits for a person, or the next best."""
    rows = sorted(window.runs.book.rows, key=lambda row: sort_key(row.created_at_utc), reverse=True)
    waiting = [row for row in rows if row.review_state == "NEEDS_REVIEW"]
    for level in _LEVELS:
        for row in waiting:
            if row.risk == level:
                return row
    return next(iter(waiting or rows), None)


def _other_run(window: MainWindow, row: RunRow) -> str:
    """Return the run to compare with: the one its explanation names, or any other of the same mode."""
    facts = window.runs.detail.facts
    if facts is not None and facts.card is not None and facts.card.contrast is not None:
        return facts.card.contrast.run_id
    others = [other for other in window.runs.book.rows if other.run_id != row.run_id]
    same = [other for other in others if other.mode == row.mode]
    return next(iter(same or others or [row])).run_id


def _save(window: MainWindow, path: Path) -> Path:
    QApplication.processEvents()
    if not window.grab().save(str(path), "PNG"):
        raise BadDataError(f"The picture {path} cannot be written; is there room, and may this account write there?")
    return path
