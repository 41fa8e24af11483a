"""What every window test shares: our look on Qt, a real store with the demo's runs, a window that leaves nothing."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.store import Store, open_store
from rmos_console.core.usecases import demo
from rmos_console.desktop.app import make_application
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.main_window import MainWindow
from rmos_console.desktop.settings import Settings
from rmos_console.desktop.tasks import TaskRunner

PATIENCE_MS = 10_000
"""How long a test waits for something that should come at once; only a failing test waits so long."""

CALLER = Caller(by=Actor(kind="service", id="test"))


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a filled demo store and the folder of its reviewers' keys, made once; tests work on copies."""
    root = tmp_path_factory.mktemp("demo") / "store"
    demo.fill(root, CALLER)
    return root, Path(os.environ["XDG_CONFIG_HOME"]) / "rmos-console" / "keys"


@pytest.fixture
def store_path(_filled: tuple[Path, Path], tmp_path: Path) -> Path:
    """Return a demo store of this test's own, with the reviewers' keys in this test's home."""
    store, keys = _filled
    shutil.copytree(keys, Path(os.environ["XDG_CONFIG_HOME"]) / "rmos-console" / "keys", dirs_exist_ok=True)
    return Path(shutil.copytree(store, tmp_path / "workshop"))


@pytest.fixture
def application(qapp: QApplication) -> QApplication:
    """Return the application in our light palette."""
    assert qapp is QApplication.instance()
    return make_application("light")


@pytest.fixture
def desk(application: QApplication) -> Iterator[Desk]:
    """Return an empty desk that is put away after the test."""
    assert application is QApplication.instance()
    made = Desk()
    yield made
    made.close()


@pytest.fixture
def tasks(application: QApplication) -> Iterator[TaskRunner]:
    """Return a task runner whose threads end with the test."""
    assert application is QApplication.instance()
    made = TaskRunner()
    yield made
    made.close()


@pytest.fixture
def settled(qtbot: QtBot) -> Callable[[TaskRunner], None]:
    """Return `settled(tasks)`, which waits until no task runs and every event is handled."""

    def wait(runner: TaskRunner) -> None:
        QApplication.processEvents()
        qtbot.waitUntil(lambda: not runner.running, timeout=PATIENCE_MS)
        QApplication.processEvents()

    return wait


@pytest.fixture
def window(desk: Desk, tasks: TaskRunner, qtbot: QtBot, settled: Callable[[TaskRunner], None]) -> Iterator[MainWindow]:
    """Return the window on an empty desk; it must end without a thread of ours left."""
    before = set(threading.enumerate())
    made = MainWindow(desk, tasks, Settings(theme="light"))
    made.resize(1440, 900)
    made.show()
    qtbot.waitExposed(made)
    settled(tasks)
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [thread.name for thread in set(threading.enumerate()) - before if thread.is_alive()]
    assert not left, f"threads left behind: {left}"


@pytest.fixture
def opened(window: MainWindow, store_path: Path, settled: Callable[[TaskRunner], None]) -> MainWindow:
    """Return the window with a demo store open and its rows shown."""
    window.desk.adopt(open_store(store_path))
    settled(window.tasks)
    return window


@pytest.fixture
def another(store_path: Path) -> Iterator[Store]:
    """Return the same store opened a second time, as another program would."""
    with open_store(store_path) as store:
        yield store
