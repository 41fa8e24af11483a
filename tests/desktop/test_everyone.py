"""For everyone: names for assistive technology, targets for fingers, and no widget that guesses rich text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QDialog,
    QLabel,
    QMenu,
    QPushButton,
    QWidget,
)

from rmos_console.core.store import create_store, open_store
from rmos_console.core.usecases import attach, intake
from rmos_console.desktop.main_window import MainWindow
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.create_store import CreateStoreDialog
from rmos_console.desktop.views.keys_sheet import KeysSheet
from rmos_console.desktop.views.sign_in import SignInDialog
from rmos_console.desktop.widgets.buttons import BigButton
from rmos_console.desktop.widgets.rail import RailButton

from .conftest import CALLER

Settled = Callable[[TaskRunner], None]
NAME = QAccessible.Text.Name
guessed_rich = GuiQt.mightBeRichText
VIEWS = ("queue", "runs", "compare", "audit")


def everything(window: QWidget) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, QMenu):
            yield widget


def nameless(window: QWidget) -> list[str]:
    """Return what is on screen and takes the focus without a name to read out."""
    found = []
    for widget in everything(window):
        if not widget.isVisible():
            continue
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.objectName().startswith("qt_"):
            continue
        if isinstance(widget.parent(), QAbstractScrollArea) and widget.parent().focusProxy() is None:  # type: ignore[union-attr] # checked on this line
            continue  # the inside of a scroll area: the area itself is what takes the focus
        if not (widget.accessibleName() or QAccessible.queryAccessibleInterface(widget).text(NAME)).strip():
            found.append(f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}")
    return found


def test_everything_that_takes_the_focus_has_a_name(opened: MainWindow, settled: Settled) -> None:
    for view in VIEWS:
        opened.perform(f"view.{view}")
        settled(opened.tasks)
        for number in range(7 if view == "runs" else 1):
            opened.runs.detail.tabs.choose(number)
            assert not (found := nameless(opened)), f"{view}: {found}"
    sign_in = SignInDialog(opened.desk, opened.tasks, opened)
    dialogs: tuple[QDialog, ...] = (CreateStoreDialog(parent=opened), KeysSheet(opened), sign_in)
    for dialog in dialogs:
        dialog.show()
        settled(opened.tasks)
        assert not (found := nameless(dialog)), f"{type(dialog).__name__}: {found}"
        dialog.close()


def test_the_first_page_is_reached_by_tab_alone(window: MainWindow) -> None:
    window.shell.first.demo.setFocus()
    seen = set()
    for _ in range(8):
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.add(focus.accessibleName())
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert {"Start the demo", "Open a store", "Import RMOS runs", "Create a store"} <= seen


def test_tab_goes_round_the_runs_view_and_comes_back(opened: MainWindow, settled: Settled) -> None:
    settled(opened.tasks)
    start = opened.runs.search
    start.setFocus()
    seen: list[QWidget] = []
    for _ in range(60):
        focus = QApplication.focusWidget()
        assert focus is not None
        if seen and focus is start:
            break
        seen.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    else:
        pytest.fail("Tab never came back to where it started")
    assert opened.runs.table in seen
    assert {*opened.shell.rail.rows.values()} <= {*seen}
    assert opened.runs.detail.act in seen or not opened.runs.detail.act.isVisible()


def test_what_one_must_hit_is_large_enough(opened: MainWindow, settled: Settled) -> None:
    for view in VIEWS:
        opened.perform(f"view.{view}")
        settled(opened.tasks)
        for button in opened.findChildren(QAbstractButton):
            if button.isVisible() and (isinstance(button, BigButton) or button.property("role") == "primary"):
                assert button.height() >= 44, f"{view}: {button.text()}"
            if button.isVisible() and isinstance(button, RailButton):
                assert button.height() >= 36


@pytest.fixture
def hostile_path(tmp_path: Path) -> Path:
    """Return a store in which every text is an attack."""
    path = tmp_path / "<b>store"
    create_store(path)
    evil = "<img src='file:///etc/passwd'>\u202e\x07&lt;b&gt;<b>x</b>"
    with open_store(path) as store:
        run = intake.create(
            store,
            {
                "mode": evil, "tool_id": evil * 3, "status": "BLOCKED", "event_type": evil,
                "decision": {"risk_level": "RED", "score": 0, "block_reason": evil, "warnings": [evil]},
                "request_summary": {evil: evil}, "machine_id": evil, "meta": {evil: evil},
            },
            CALLER,
        ).value.run_id  # fmt: skip
        (tmp_path / "a<b>.txt").write_text("x", "utf-8")
        intake.add_file(store, run, tmp_path / "a<b>.txt", CALLER)
        document = {"advisory_id": "<i>id</i>", "kind": "explanation", "text": f"{evil}\n\n{evil}", "headline": evil}
        attach.attach(store, run, "<i>id</i>", kind="explanation", document=document, caller=CALLER)
        attach.attach(store, run, "<u>nowhere</u>", kind="note", caller=CALLER)
    return path


def test_hostile_texts_stay_plain_in_every_view(window: MainWindow, hostile_path: Path, settled: Settled) -> None:
    window.desk.adopt(open_store(hostile_path))
    settled(window.tasks)
    assert window.runs.model.rowCount() == 1
    run_id = window.runs.model.run(0).run_id
    for view in VIEWS:
        window.perform(f"view.{view}", (run_id, run_id) if view == "compare" else None)
        settled(window.tasks)
        window.grab()
        if view == "runs":
            for number in range(7):
                window.runs.detail.tabs.choose(number)
                window.grab()
        for label in window.findChildren(QLabel):
            assert label.textFormat() == Qt.TextFormat.PlainText, f"{view}: {label.text()[:60]!r}"
        for widget in everything(window):
            assert not guessed_rich(widget.toolTip()), f"{view}: {type(widget).__name__}"
            if isinstance(widget, QPushButton):
                assert "\u202e" not in widget.text()
    assert window.windowTitle().startswith("<b>store ")


def test_a_button_never_hides_behind_its_neighbour(opened: MainWindow, settled: Settled) -> None:
    opened.resize(opened.minimumSize())
    for view in VIEWS:
        opened.perform(f"view.{view}")
        settled(opened.tasks)
        inside = opened.rect()
        for button in opened.findChildren(QAbstractButton):
            if button.isVisible() and isinstance(button, RailButton):
                place = button.mapTo(opened, button.rect().bottomRight())
                assert inside.contains(place), f"{view}: {button.text()}"
