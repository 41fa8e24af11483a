"""Work off the UI thread, the desk, and the pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QThread
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from rmos_console.core.errors import BadDataError, CancelledError, RmosError
from rmos_console.core.records.changes import Changes
from rmos_console.core.store import Store, open_store
from rmos_console.core.usecases import intake
from rmos_console.desktop import theme
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.screens import render_views
from rmos_console.desktop.tasks import TaskRunner

from .conftest import CALLER, PATIENCE_MS

RUN = {"mode": "mvp", "tool_id": "T1", "status": "OK"}


def test_work_runs_elsewhere_and_its_result_arrives_here(tasks: TaskRunner, qtbot: QtBot) -> None:
    here = threading.get_ident()
    got: list[tuple[int, int]] = []
    tasks.run("Work", lambda _p, _c: threading.get_ident(), lambda there: got.append((there, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(got), timeout=PATIENCE_MS)
    ((there, arrived),) = got
    assert there != here
    assert arrived == here
    application = QCoreApplication.instance()
    assert application is not None
    assert QThread.currentThread() is application.thread()
    assert not tasks.running


def test_an_error_goes_to_its_handler_or_else_to_the_one_place(tasks: TaskRunner, qtbot: QtBot) -> None:
    def refuse(_progress: object, _cancelled: object) -> None:
        raise BadDataError("no")

    mine: list[RmosError] = []
    tasks.run("Mine", refuse, lambda _: None, mine.append)
    qtbot.waitUntil(lambda: bool(mine), timeout=PATIENCE_MS)
    with qtbot.waitSignal(tasks.problem, timeout=PATIENCE_MS) as problem:
        tasks.run("Open", refuse, lambda _: None)
    assert problem.args is not None
    assert problem.args[0] == "Open"


def test_a_fault_of_ours_is_logged_and_reported_without_a_traceback(
    tasks: TaskRunner, qtbot: QtBot, expected_logs: Callable[..., object]
) -> None:
    expected_logs("swallowed")

    def fault(_progress: object, _cancelled: object) -> None:
        raise ZeroDivisionError

    with qtbot.waitSignal(tasks.problem, timeout=PATIENCE_MS) as problem:
        tasks.run("Counting", fault, lambda _: None)
    assert problem.args is not None
    assert "Counting stopped unexpectedly (ZeroDivisionError)" in problem.args[1].message


def test_progress_arrives_in_order_and_a_cancelled_task_is_silent(tasks: TaskRunner, qtbot: QtBot) -> None:
    told: list[int] = []
    started = threading.Event()

    def work(progress: Callable[[int, int | None, str], None], cancelled: Callable[[], bool]) -> None:
        for number in range(50):
            progress(number, 50, "steps")
        started.set()
        while not cancelled():
            started.wait(0.001)
        raise CancelledError("stopped")

    with qtbot.assertNotEmitted(tasks.problem):
        task = tasks.run("Slow", work, lambda _: pytest.fail("a cancelled task has no result"))
        task.progress.connect(lambda done, _total, _what: told.append(done))
        qtbot.waitUntil(lambda: len(told) == 50, timeout=PATIENCE_MS)
        with qtbot.waitSignal(tasks.idle, timeout=PATIENCE_MS):
            task.cancel()
    assert told == list(range(50))


def test_closing_cancels_waits_and_drops_what_comes_late(tasks: TaskRunner) -> None:
    started = threading.Event()

    def work(_progress: object, cancelled: Callable[[], bool]) -> int:
        started.set()
        while not cancelled():
            pass
        return 1

    tasks.run("Long", work, lambda _: pytest.fail("the window is gone"))
    assert started.wait(5)
    tasks.close()
    QCoreApplication.processEvents()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("rmos-task")]


def test_the_desk_gathers_many_changes_into_few(desk: Desk, store_path: Path, another: Store, qtbot: QtBot) -> None:
    desk.open(store_path)
    heard: list[Changes] = []
    desk.changed.connect(heard.append)
    made = {intake.create(another, RUN, CALLER).value.run_id for _ in range(30)}

    def all_there() -> None:
        assert desk.snapshot is not None
        assert all(desk.snapshot.run(run_id) is not None for run_id in made)

    qtbot.waitUntil(all_there, timeout=PATIENCE_MS)
    assert made <= {run_id for changes in heard for run_id in changes.run_ids}
    assert len(heard) < 30


def test_another_store_replaces_the_first_and_signs_out(desk: Desk, store_path: Path, tmp_path: Path) -> None:
    from rmos_console.core.store import create_store  # noqa: PLC0415 - only here

    create_store(tmp_path / "second")
    desk.open(store_path)
    first = desk.store
    desk.open(tmp_path / "second")
    assert desk.store is not first
    assert desk.snapshot is not None
    assert desk.snapshot.run_count == 0
    assert desk.signer is None
    desk.close()
    assert desk.store is None


def test_every_view_is_drawn_light_and_dark_without_writing(
    application: QApplication, store_path: Path, tmp_path: Path
) -> None:
    assert application is QApplication.instance()
    before = {path: path.read_bytes() for path in store_path.rglob("*.jsonl")}
    made = render_views(store_path, tmp_path / "pictures")
    names = {path.stem for path in made}
    assert names == {f"{view}-{name}" for view in ("first-run", "queue", "runs", "compare", "audit")
                     for name in theme.THEMES}  # fmt: skip
    for path in made:
        image = QImage(str(path))
        assert (image.width(), image.height()) == (1440, 900)
        wanted = theme.THEMES["dark" if path.stem.endswith("dark") else "light"]
        assert image.pixelColor(700, 870).lightness() == pytest.approx(QColor(wanted.surface).lightness(), abs=60)
    assert {path: path.read_bytes() for path in store_path.rglob("*.jsonl")} == before
    with open_store(store_path, read_only=True) as store:
        assert store.snapshot().run_count >= 60
