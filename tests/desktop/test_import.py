"""Importing in the window: dropped, by menu, cancelled, refused, and into no store at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from rmos_console.core.store import find_store
from rmos_console.desktop.main_window import MainWindow
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.import_dialog import ImportDialog

from .conftest import PATIENCE_MS

Settled = Callable[[TaskRunner], None]


@pytest.fixture
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where no ./data/rmos_runs is, so that the usual place is this test's own."""
    monkeypatch.chdir(tmp_path)


def v1_store(folder: Path, runs: int, *, broken: bool = False) -> Path:
    """Write a single-file RMOS store of our own."""
    document: dict[str, dict[str, object]] = {
        f"run_{number:032x}": {
            "run_id": f"run_{number:032x}",
            "created_at_utc": f"2026-03-01T10:{number % 60:02}:00",
            "mode": "mvp",
            "tool_id": "T1",
            "status": "OK",
            "event_type": "dxf_to_grbl",
        }
        for number in range(1, runs + 1)
    }
    if broken:
        document["run_bad"] = {"run_id": 7}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run_artifacts.json").write_text(json.dumps(document), "utf-8")
    return folder


def drop(window: MainWindow, *paths: Path) -> bool:
    """Drop paths onto the window as a file manager does; tell whether they were welcome."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPointF(50, 50).toPoint(), Qt.DropAction.CopyAction, data, left, none)
    enter.setAccepted(False)
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, left, none))
    return enter.isAccepted()


def finished(window: MainWindow, qtbot: QtBot) -> ImportDialog:
    dialog = window.door.importing
    assert dialog is not None
    qtbot.waitUntil(dialog.shut.isVisible, timeout=PATIENCE_MS)
    return dialog


def test_a_dropped_folder_is_imported_and_summed_up(
    opened: MainWindow, tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    before = len(opened.runs.book)
    assert drop(opened, v1_store(tmp_path / "old", 12))
    dialog = finished(opened, qtbot)
    assert dialog.report is not None
    assert dialog.report.imported == 12
    assert dialog.page is not None
    assert "12 runs found, all taken" in dialog.page.headline.text()
    qtbot.waitUntil(lambda: len(opened.runs.book) == before + 12, timeout=PATIENCE_MS)
    QTest.keyClick(dialog.shut, Qt.Key.Key_Return)
    assert drop(opened, tmp_path / "old")
    again = finished(opened, qtbot)
    assert again.page is not None
    assert "Nothing new" in again.page.headline.text()
    again.close()
    settled(opened.tasks)


def test_refusals_are_listed_with_their_reasons(opened: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    drop(opened, v1_store(tmp_path / "old", 3, broken=True))
    dialog = finished(opened, qtbot)
    assert dialog.report is not None
    assert dialog.report.imported == 3
    assert len(dialog.report.refused) == 1
    assert dialog.page is not None
    assert "1 not taken" in dialog.page.headline.text()
    dialog.close()


def test_what_nobody_knows_is_refused_as_a_whole(opened: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "photo").mkdir()
    (tmp_path / "photo" / "a.jpg").write_bytes(b"\xff\xd8")
    drop(opened, tmp_path / "photo")
    dialog = finished(opened, qtbot)
    assert dialog.report is None
    assert "Nothing was imported" in dialog.headline.text()
    assert "photo" in dialog.about.text()
    dialog.close()


def test_an_import_can_be_cancelled(opened: MainWindow, tmp_path: Path, qtbot: QtBot, settled: Settled) -> None:
    before = len(opened.runs.book)
    opened.door.import_paths([v1_store(tmp_path / "old", 4000)])
    dialog = opened.door.importing
    assert dialog is not None
    dialog.progress.cancel.click()
    finished(opened, qtbot)
    settled(opened.tasks)
    assert dialog.report is None
    assert "stopped" in dialog.headline.text()
    assert len(opened.runs.book) < before + 4000
    dialog.close()


def test_by_menu_without_a_store_it_goes_into_the_own_store(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(v1_store(tmp_path / "old", 5)))
    QTest.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    dialog = finished(window, qtbot)
    settled(window.tasks)
    dialog.close()
    assert window.desk.store is not None
    assert window.desk.store.path == find_store(None)
    assert len(window.runs.book) == 5


@pytest.mark.usefixtures("_elsewhere")
def test_a_foreign_folder_opened_as_a_store_is_offered_for_import(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    window.door.open(v1_store(tmp_path / "old", 5))
    settled(window.tasks)
    notice = window.shell.notice
    assert notice.act.isVisible()
    QTest.mouseClick(notice.act, Qt.MouseButton.LeftButton)
    dialog = finished(window, qtbot)
    settled(window.tasks)
    dialog.close()
    assert len(window.runs.book) == 5


def test_a_read_only_store_takes_nothing(
    window: MainWindow, store_path: Path, tmp_path: Path, settled: Settled
) -> None:
    window.door.open(store_path, read_only=True)
    settled(window.tasks)
    drop(window, v1_store(tmp_path / "old", 2))
    assert window.door.importing is None
    assert "cannot take runs" in window.shell.notice.text.text()


def test_links_to_elsewhere_are_not_welcome(opened: MainWindow) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.com/runs.json")])
    enter = QDragEnterEvent(
        QPointF(50, 50).toPoint(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    enter.setAccepted(False)
    QApplication.sendEvent(opened, enter)
    assert not enter.isAccepted()


@pytest.mark.usefixtures("_elsewhere")
def test_the_samples_dropped_at_once(window: MainWindow, samples: Path, qtbot: QtBot, settled: Settled) -> None:
    drop(window, samples / "v1-single-file", samples / "job-log")
    dialog = finished(window, qtbot)
    settled(window.tasks)
    assert dialog.report is not None
    assert dialog.report.imported == 28
    dialog.close()
    assert len(window.runs.book) == 28
