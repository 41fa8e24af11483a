"""Two runs compared in the real window: by keyboard, by mouse, alone, unreadable, changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from rmos_console.core.records.run import RunRow
from rmos_console.core.store import Store
from rmos_console.core.usecases import intake, listing
from rmos_console.core.usecases.table import RunFilter
from rmos_console.desktop.main_window import MainWindow
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.compare.run_picker import RunPicker
from rmos_console.desktop.views.compare_view import CompareView

from .conftest import CALLER, PATIENCE_MS

Settled = Callable[[TaskRunner], None]


@pytest.fixture
def compare(opened: MainWindow, settled: Settled) -> CompareView:
    opened.perform("view.compare")
    settled(opened.tasks)
    view = opened.views["compare"]
    assert isinstance(view, CompareView)
    return view


def rows(view: CompareView) -> tuple[RunRow, ...]:
    assert view.desk.snapshot is not None
    return listing.table(view.desk.snapshot, RunFilter())


def red_and_green(view: CompareView) -> tuple[str, str]:
    """Return a RED run and the GREEN one of the same part, both with G-code."""
    red = next(row for row in rows(view) if row.risk == "RED" and row.event_type == "rosette_inlay")
    green = next(row for row in rows(view) if row.risk == "GREEN" and row.event_type == "rosette_inlay")
    return green.run_id, red.run_id


def key(which: Qt.Key) -> None:
    target = QApplication.focusWidget()
    assert isinstance(target, QWidget)
    QTest.keyClick(target, which)


def choose(view: CompareView, card: QWidget, words: str, qtbot: QtBot, settled: Settled) -> None:
    """Press the card by keyboard, type words, take the first run found."""
    QTest.keyClick(card, Qt.Key.Key_Return)
    picker = next(each for each in view.findChildren(RunPicker) if each.isVisible())
    qtbot.waitUntil(picker.isActiveWindow, timeout=PATIENCE_MS)
    settled(view.tasks)
    everything = picker.table.cells.rowCount()
    QTest.keyClicks(picker.search, words)
    qtbot.waitUntil(lambda: 0 < picker.table.cells.rowCount() < everything, timeout=PATIENCE_MS)
    QTest.keyClick(picker.search, Qt.Key.Key_Return)
    view.window().activateWindow()  # the offscreen platform does not do it when a dialog closes
    qtbot.waitUntil(lambda: view.isAncestorOf(QApplication.focusWidget() or view), timeout=PATIENCE_MS)
    settled(view.tasks)


def test_two_runs_are_chosen_swapped_and_walked_through_by_keyboard(
    compare: CompareView, qtbot: QtBot, settled: Settled
) -> None:
    green, red = red_and_green(compare)
    assert QApplication.focusWidget() is compare.card_a
    choose(compare, compare.card_a, green[-8:], qtbot, settled)
    assert (compare.a, compare.b) == (green, None)
    assert "other one" in compare.empty.sentence.text()
    choose(compare, compare.card_b, red[-8:], qtbot, settled)
    assert (compare.a, compare.b) == (green, red)
    facts = compare.facts
    assert facts is not None
    assert facts.runs.diff_severity == "CRITICAL"
    assert facts.programs is not None
    parameters = len(compare.page._differing)
    assert parameters == compare.page.parameters.cells.rowCount()  # differences only
    for row in range(parameters):
        key(Qt.Key.Key_N)
        assert compare.page.parameters.currentIndex().row() == row
    walked = []
    for _ in facts.programs.rows.differences:
        key(Qt.Key.Key_N)
        walked.append(compare.page.gcode.view.current)
    assert walked == [start for start, _, _ in facts.programs.rows.differences]
    key(Qt.Key.Key_N)
    assert "no further difference" in compare.notice.text.whole()
    key(Qt.Key.Key_P)
    assert compare.page.gcode.view.current == walked[-2]
    key(Qt.Key.Key_S)
    settled(compare.tasks)
    assert compare.facts is not None
    assert (compare.facts.runs.a, compare.facts.runs.b) == (red, green)


def test_equal_rows_are_hidden_until_asked_for(compare: CompareView, settled: Settled) -> None:
    compare.reveal(red_and_green(compare))
    settled(compare.tasks)
    facts = compare.facts
    assert facts is not None
    table = compare.page.parameters.cells
    hidden = table.rowCount()
    QTest.mouseClick(compare.page.show_equal, Qt.MouseButton.LeftButton)
    assert table.rowCount() > hidden
    assert any(table.cell(row, 0).whole == "equal" for row in range(table.rowCount()))
    compare.handle("compare.equal")
    assert table.rowCount() == hidden


def test_a_line_and_its_move_are_found_from_each_other(compare: CompareView, settled: Settled) -> None:
    compare.reveal(red_and_green(compare))
    settled(compare.tasks)
    assert compare.facts is not None
    page, view = compare.page, compare.page.gcode.view
    line = 12
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 20 * (line - 1) + 5))
    at = view.rows.at(view.current)
    assert at.b is not None
    assert page.picture._marked == ("b", at.b)
    view.leave()
    centre = page.picture.rect().center()
    found: list[tuple[str, int]] = []
    page.picture.lineChosen.connect(lambda side, number: found.append((side, number)))
    for x in range(0, centre.x(), 4):  # from the edge inwards until the pointer meets the outermost move
        QTest.mouseClick(page.picture, Qt.MouseButton.LeftButton, pos=QPoint(x, centre.y()))
        if found:
            break
    assert found
    side, number = found[0]
    assert view.current == view.rows.row_of("b" if side == "b" else "a", number)


def test_a_run_compared_with_itself_is_equal(compare: CompareView, settled: Settled) -> None:
    run_id = rows(compare)[0].run_id
    compare.reveal((run_id, run_id))
    settled(compare.tasks)
    assert compare.page.banner.severity.text() == "EQUAL"
    assert not compare.page.go(1)


def test_runs_without_gcode_compare_all_the_same(compare: CompareView, settled: Settled) -> None:
    store = compare.desk.store
    assert store is not None
    made = [
        intake.create(
            store, {"mode": "mvp", "tool_id": "T1", "status": "OK", "request_summary": {"tool_d": size}}, CALLER
        )
        for size in (3, 6)
    ]
    compare.reveal((made[0].value.run_id, made[1].value.run_id))
    settled(compare.tasks)
    assert compare.page._no_gcode.isVisible()
    assert not compare.page.gcode.isVisible()
    cells = compare.page.parameters.cells
    said = [[cells.cell(row, column).spoken() for column in range(7)] for row in range(cells.rowCount())]
    assert ["different", "request_summary.tool_d", "3", "6", "mm", "+3", "+100\u00a0%"] in said


def test_what_another_program_adds_to_a_side_is_compared_again(
    compare: CompareView, another: Store, qtbot: QtBot, settled: Settled
) -> None:
    first, second = rows(compare)[:2]
    compare.reveal((first.run_id, second.run_id))
    settled(compare.tasks)
    intake.patch_meta(another, second.run_id, {"checked": "twice"}, [], CALLER)
    qtbot.waitUntil(
        lambda: compare.facts is not None and "meta.checked" in compare.facts.runs.changed_paths, timeout=PATIENCE_MS
    )


def test_a_run_that_is_not_there_is_said_plainly(compare: CompareView, settled: Settled) -> None:
    missing = "run_" + "0" * 32
    compare.reveal((rows(compare)[0].run_id, missing))
    settled(compare.tasks)
    assert compare.problem.isVisible()
    assert missing in compare.problem.message.text()
