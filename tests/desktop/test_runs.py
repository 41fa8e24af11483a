"""The runs view, driven by mouse and keyboard over a real store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from rmos_console.core.store import Store
from rmos_console.core.usecases import explain, intake
from rmos_console.desktop import words
from rmos_console.desktop.main_window import MainWindow
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.runs.list_pages import RawPage
from rmos_console.desktop.views.runs.why_page import WhyPage
from rmos_console.desktop.widgets.evidence_text import EvidenceText
from rmos_console.desktop.widgets.labels import PlainLabel

from .conftest import CALLER, PATIENCE_MS

Settled = Callable[[TaskRunner], None]


def shown(window: MainWindow, column: str) -> list[str]:
    model = window.runs.model
    at = [each.key for each in model.columns].index(column)
    return [model.text(row, at) for row in range(model.rowCount())]


def press_header(window: MainWindow, column: str) -> None:
    header = window.runs.table.header
    at = [each.key for each in window.runs.model.columns].index(column)
    place = QPoint(header.sectionViewportPosition(at) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_risk_chip_filters_and_says_how_many_it_hides(opened: MainWindow) -> None:
    runs = opened.runs
    total = runs.model.rowCount()
    red = next(chip for chip in runs.filters.risks.chips if chip.level == "RED")
    QTest.mouseClick(red, Qt.MouseButton.LeftButton)
    assert set(shown(opened, "risk")) == {"RED"}
    count = runs.model.rowCount()
    assert runs.hidden.text() == f"{total - count} hidden"
    assert str(count) in red.accessibleName()
    assert f"{count} of {total} runs" in opened.shell.strip.view.text()
    QTest.mouseClick(runs.clear, Qt.MouseButton.LeftButton)
    assert runs.model.rowCount() == total
    assert not runs.hidden.isVisible()
    assert not red.isChecked()


def test_a_chip_works_by_keyboard(opened: MainWindow) -> None:
    chip = next(chip for chip in opened.runs.filters.risks.chips if chip.level == "YELLOW")
    chip.setFocus()
    QTest.keyClick(chip, Qt.Key.Key_Return)
    assert set(shown(opened, "risk")) == {"YELLOW"}


@pytest.mark.parametrize(
    ("facet", "column"), [("status", "status"), ("mode", "mode"), ("tool", "tool"), ("review", "review")]
)
def test_a_menu_filters_by_its_values(opened: MainWindow, facet: str, column: str) -> None:
    menu = opened.runs.filters.menus[facet]
    menu.values.aboutToShow.emit()
    entry = menu.values.actions()[-1]
    entry.trigger()
    assert len(set(shown(opened, column))) == 1
    assert menu.text().endswith(" 1")
    assert entry.text().endswith(words.number(opened.runs.model.rowCount()))


def test_search_narrows_as_one_types_and_return_goes_to_the_table(opened: MainWindow) -> None:
    runs = opened.runs
    QTest.keyClicks(runs.search, "T104 dxf")
    assert set(shown(opened, "tool")) == {"T104"}
    assert set(shown(opened, "event")) == {"dxf_to_grbl"}
    QTest.keyClick(runs.search, Qt.Key.Key_Return)
    assert runs.table.hasFocus()
    assert opened.shell.where() == "runs"
    runs.search.setFocus()
    QTest.keyClick(runs.search, Qt.Key.Key_Escape)
    assert not runs.wanted.is_filtering


def test_what_matches_nothing_says_so_and_offers_the_way_back(opened: MainWindow) -> None:
    runs = opened.runs
    runs.search.setText("no run says this")
    assert runs.empty.isVisible()
    assert "No run matches" in runs.empty.sentence.text()
    QTest.mouseClick(runs.empty.act, Qt.MouseButton.LeftButton)
    assert runs.table.isVisible()
    assert runs.model.rowCount() == len(runs.book)


def test_headers_sort_both_ways_with_missing_values_last(opened: MainWindow) -> None:
    press_header(opened, "score")
    scores = shown(opened, "score")
    known = [int(score) for score in scores if score != words.NOTHING]
    assert known == sorted(known)
    assert set(scores[len(known) :]) <= {words.NOTHING}
    press_header(opened, "score")
    known = [int(score) for score in shown(opened, "score") if score != words.NOTHING]
    assert known == sorted(known, reverse=True)
    press_header(opened, "risk")
    assert shown(opened, "risk")[0] == "RED"
    press_header(opened, "risk")
    assert shown(opened, "risk")[-1] == "RED"


def test_sorting_keeps_the_selection(opened: MainWindow) -> None:
    opened.runs.table.selectRow(5)
    selected = opened.runs.table.current()
    press_header(opened, "tool")
    assert opened.runs.table.current() is selected


def red_run(window: MainWindow, settled: Settled) -> str:
    rows = [row for row in window.runs.book.rows if row.risk == "RED" and row.review_state == "NEEDS_REVIEW"]
    window.runs.reveal(rows[0].run_id)
    settled(window.tasks)
    return rows[0].run_id


def test_the_detail_pane_shows_every_tab_of_the_selected_run(opened: MainWindow, settled: Settled) -> None:
    run_id = red_run(opened, settled)
    detail = opened.runs.detail
    assert detail.facts is not None
    assert detail.facts.run.run_id == run_id
    assert detail.risk.level == "RED"
    row = opened.runs.table.current()
    assert row is not None
    assert detail.headline.text() == row.explanation_summary
    for number, tab in enumerate(detail.tabs.tabs):
        if tab.isVisible():
            QTest.mouseClick(tab, Qt.MouseButton.LeftButton)
        assert detail.tabs.current() == number
    (raw,) = detail.findChildren(RawPage)
    assert run_id in raw.text.toPlainText()
    assert row.run_sha256 in raw.digest.text()


def test_tabs_go_by_arrow_keys(opened: MainWindow, settled: Settled) -> None:
    red_run(opened, settled)
    tabs = opened.runs.detail.tabs
    tabs.tabs[0].setFocus()
    QTest.keyClick(tabs.tabs[0], Qt.Key.Key_Right)
    assert tabs.current() == 1
    QTest.keyClick(tabs.tabs[1], Qt.Key.Key_Left)
    assert tabs.current() == 0


def test_evidence_is_marked_where_the_text_names_the_value(opened: MainWindow, settled: Settled) -> None:
    red_run(opened, settled)
    facts = opened.runs.detail.facts
    assert facts is not None
    assert facts.card is not None
    texts = [text for text in opened.runs.detail.findChildren(EvidenceText) if text.isVisible()]
    assert texts
    assert texts[0].mark_rects()


def test_review_opens_the_queue_at_the_run(opened: MainWindow, settled: Settled) -> None:
    red_run(opened, settled)
    QTest.mouseClick(opened.runs.detail.act, Qt.MouseButton.LeftButton)
    assert opened.shell.where() == "queue"
    opened.perform("view.runs")
    opened.runs.table.setFocus()
    QTest.keyClick(opened.runs.table, Qt.Key.Key_Return)
    assert opened.shell.where() == "queue"
    settled(opened.tasks)


def test_compare_takes_the_nearest_green_run_as_a(opened: MainWindow, qtbot: QtBot, settled: Settled) -> None:
    run_id = red_run(opened, settled)
    facts = opened.runs.detail.facts
    assert facts is not None
    assert facts.card is not None
    assert facts.card.contrast is not None
    opened.runs.table.setFocus()
    with qtbot.waitSignal(opened.runs.asked) as asked:
        QTest.keyClick(opened.runs.table, Qt.Key.Key_D)
    assert asked.args == ["view.compare", (facts.card.contrast.run_id, run_id)]
    assert opened.shell.where() == "compare"
    settled(opened.tasks)


def test_explaining_a_run_shows_its_explanation(opened: MainWindow, qtbot: QtBot, settled: Settled) -> None:
    row = next(row for row in opened.runs.book.rows if row.explanation_status == "NONE")
    opened.runs.reveal(row.run_id)
    settled(opened.tasks)
    opened.runs.table.setFocus()
    QTest.keyClick(opened.runs.table, Qt.Key.Key_E)  # a bare letter writes nothing
    settled(opened.tasks)
    assert not opened.runs.detail.facts or opened.runs.detail.facts.card is None
    QTest.keyClick(opened.runs.table, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    runs = opened.runs

    def explained() -> None:
        now = runs.table.current()
        assert now is not None
        assert now.run_id == row.run_id
        assert now.explanation_status == "READY"

    qtbot.waitUntil(explained, timeout=PATIENCE_MS)
    settled(opened.tasks)
    assert runs.detail.facts is not None
    assert runs.detail.facts.card is not None
    assert runs.detail.headline.text() == runs.detail.facts.card.title


def test_a_change_elsewhere_refreshes_only_the_pane_of_its_run(
    opened: MainWindow, another: Store, qtbot: QtBot, settled: Settled
) -> None:
    row = next(row for row in opened.runs.book.rows if row.explanation_status == "NONE")
    opened.runs.reveal(row.run_id)
    settled(opened.tasks)
    facts = opened.runs.detail.facts
    other = next(each for each in opened.runs.book.rows if each.run_id != row.run_id)
    intake.patch_meta(another, other.run_id, {"shift": "late"}, (), CALLER)
    head = another.snapshot().head.seq
    qtbot.waitUntil(lambda: opened.desk.snapshot is not None and opened.desk.snapshot.head.seq == head)
    settled(opened.tasks)
    assert opened.runs.detail.facts is facts
    explain.explain(another, row.run_id, caller=CALLER)
    qtbot.waitUntil(lambda: opened.runs.detail.facts is not facts, timeout=PATIENCE_MS)


@pytest.mark.parametrize("keys", [(Qt.Key.Key_Slash, "/"), (Qt.Key.Key_F, "")])
def test_search_has_two_keys_and_a_slash_can_still_be_typed(opened: MainWindow, keys: tuple[Qt.Key, str]) -> None:
    search = opened.runs.search
    opened.runs.table.setFocus()
    control = Qt.KeyboardModifier.NoModifier if keys[1] else Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(opened.runs.table, keys[0], control)
    field = QApplication.focusWidget()
    assert field is not None
    assert search.isAncestorOf(field) or search is field
    assert search.text() == ""
    QTest.keyClicks(field, "a/b")
    assert search.text() == "a/b"


def test_words_wider_than_the_pane_are_broken_not_cut_off(
    opened: MainWindow, another: Store, qtbot: QtBot, settled: Settled
) -> None:
    word = "Spindeldrehzahlueberwachungsgrenzwertueberschreitungsbehandlungsregel" * 2
    made = intake.create(
        another,
        {"mode": "mvp", "tool_id": "T1", "status": "BLOCKED", "decision": {"block_reason": word, "warnings": [word]}},
        CALLER,
    )
    run_id = made.value.run_id
    qtbot.waitUntil(lambda: any(row.run_id == run_id for row in opened.runs.book.rows), timeout=PATIENCE_MS)
    opened.runs.reveal(run_id)
    settled(opened.tasks)
    page = next(page for page in opened.runs.detail.findChildren(WhyPage))
    (label,) = [label for label in page.findChildren(PlainLabel) if label.whole() == word and label.isVisible()]
    assert page._inside.width() <= page.viewport().width()
    assert label.height() >= 2 * label.fontMetrics().lineSpacing()
    document = label.findChild(QTextDocument)
    assert document is not None
    label.grab()
    assert document.size().width() <= label.width()
    assert document.size().height() <= label.height() + 8
    plain = PlainLabel(word, wrap=True)
    qtbot.addWidget(plain)
    assert plain.heightForWidth(200) >= 3 * plain.fontMetrics().lineSpacing()
    plain.resize(200, plain.heightForWidth(200))
    picture = plain.grab(QRect(0, plain.fontMetrics().lineSpacing(), 200, plain.height())).toImage()
    assert len({picture.pixel(x, y) for x in range(0, 200, 2) for y in range(0, 20, 2)}) > 1


def test_the_run_id_is_copied_whole(opened: MainWindow, settled: Settled) -> None:
    run_id = red_run(opened, settled)
    opened.runs.table.setFocus()
    QTest.keyClick(opened.runs.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == run_id


def test_files_are_attached_and_saved(
    opened: MainWindow, qtbot: QtBot, settled: Settled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("first cut was fine", "utf-8")
    run_id = red_run(opened, settled)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "note.txt"), ""))
    opened.perform("runs.add_file")

    def arrived() -> None:
        facts = opened.runs.detail.facts
        assert facts is not None
        assert any(item.filename == "note.txt" for item in facts.run.attachments)

    qtbot.waitUntil(arrived, timeout=PATIENCE_MS)
    settled(opened.tasks)
    facts = opened.runs.detail.facts
    assert facts is not None
    item = next(item for item in facts.run.attachments if item.filename == "note.txt")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "again.txt"), ""))
    opened.runs.detail.save.emit(item.sha256, "note.txt")
    settled(opened.tasks)
    assert (tmp_path / "again.txt").read_text("utf-8") == "first cut was fine"
    assert run_id == facts.run.run_id


def test_columns_give_way_where_the_window_is_narrow(opened: MainWindow, qtbot: QtBot) -> None:
    keys = [column.key for column in opened.runs.model.columns]
    table = opened.runs.table
    assert not table.isColumnHidden(keys.index("event"))
    opened.resize(1200, 800)
    qtbot.waitUntil(lambda: table.isColumnHidden(keys.index("event")))
    assert not table.isColumnHidden(keys.index("explanation"))
    opened.resize(1440, 900)
    qtbot.waitUntil(lambda: not table.isColumnHidden(keys.index("event")))


def test_a_run_hidden_by_filters_is_revealed(opened: MainWindow) -> None:
    green = next(row for row in opened.runs.book.rows if row.risk == "GREEN")
    opened.runs.filters.toggled.emit("risk", "RED")
    opened.runs.reveal(green.run_id)
    current = opened.runs.table.current()
    assert current is not None
    assert current.run_id == green.run_id
