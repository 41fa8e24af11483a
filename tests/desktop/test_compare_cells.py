"""The painted tables: a sound Qt model, plain text whatever is in a cell, spoken and copied in full."""

from __future__ import annotations

import pytest
from PySide6 import QtGui
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from rmos_console.desktop import theme
from rmos_console.desktop.widgets.cell_table import CellTable
from rmos_console.desktop.widgets.cells import Cell, CellModel, Column
from rmos_console.desktop.widgets.json_words import at_path, shown

COLUMNS = (Column("Path", stretch=True), Column("Value", right=True))
HOSTILE = "<img src=x>\u202etxt\x07&lt;"


def rows(count: int) -> list[tuple[Cell, Cell]]:
    return [(Cell(f"path_{at}", mono=True), Cell(str(at), unit="mm", marked=at % 2 == 0)) for at in range(count)]


@pytest.mark.usefixtures("qtbot")
def test_the_model_keeps_qts_rules_while_rows_come_and_go() -> None:
    model = CellModel(COLUMNS)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for count in (0, 3, 1, 0, 5):
        model.set_rows(rows(count))
        assert model.rowCount() == count
        assert model.columnCount() == 2
        assert count == 0 or model.rowCount(model.index(0, 0)) == 0
    assert model.data(QModelIndex()) is None
    model.set_rows([(Cell("a"), Cell("b"), Cell("c"))], (Column("Field"), Column("This run", risk="RED"), Column("")))
    assert model.columnCount() == 3
    assert model.headerData(1, Qt.Orientation.Horizontal) == "This run"
    assert model.columns[1].risk == "RED"


def test_hostile_text_shows_itself_and_is_never_markup() -> None:
    model = CellModel(COLUMNS)
    model.set_rows([(Cell(HOSTILE), Cell("1"))])
    index = model.index(0, 0)
    said = str(model.data(index))
    assert "[U+202E]" in said
    assert "[U+0007]" in said
    tooltip = str(model.data(index, Qt.ItemDataRole.ToolTipRole))
    assert not QtGui.Qt.mightBeRichText(tooltip)
    assert "\u202e" not in tooltip
    assert "[U+202E]" in str(model.data(index, Qt.ItemDataRole.AccessibleTextRole))


def test_a_fitting_table_is_as_tall_as_its_rows(qtbot: QtBot) -> None:
    table = CellTable(COLUMNS, "Values", fit=True)
    qtbot.addWidget(table)
    heights = []
    for count in (0, 2, 7):
        table.set_rows(rows(count))
        heights.append(table.height())
    assert heights[1] - heights[0] == 2 * theme.ROW
    assert heights[2] - heights[1] == 5 * theme.ROW


def test_a_row_is_chosen_by_keys_and_copied_whole(qtbot: QtBot) -> None:
    table = CellTable(COLUMNS, "Values", selectable=True)
    qtbot.addWidget(table)
    table.set_rows([(Cell("short", whole="the whole value"), Cell("5", unit="mm")), (Cell("b"), Cell("6"))])
    table.resize(300, 200)
    table.show()
    qtbot.waitExposed(table)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "the whole value\t5 mm"
    QTest.keyClick(table, Qt.Key.Key_B)
    assert table.currentIndex().row() == 0  # letters are commands of the view, never a search
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert table.currentIndex().row() == 1


@pytest.mark.parametrize("name", list(theme.THEMES))
def test_every_kind_of_cell_is_painted_in_both_themes(name: theme.ThemeName, qtbot: QtBot, qapp: QApplication) -> None:
    before = theme.tokens().name
    theme.apply(qapp, name)
    try:
        table = CellTable((Column("A"), Column("B", right=True, risk="GREEN"), Column("C", centre=True)), "All kinds")
        qtbot.addWidget(table)
        table.resize(500, 160)
        plain = (Cell("a"), Cell("b"), Cell("c"))
        table.set_rows([plain])
        empty = table.grab().toImage()
        kinds = (Cell("RED", risk="RED", tone="red"), Cell("5.0", unit="mm", marked=True), Cell("~", ground="changed"))
        table.set_rows([kinds])
        assert table.grab().toImage() != empty
        table.set_rows([(Cell("two", below="lines"), Cell("x" * 500), Cell("ok", review="APPROVED"))])
        assert table.verticalHeader().defaultSectionSize() > theme.ROW
        assert not table.grab().isNull()
    finally:
        theme.apply(qapp, before)


def test_false_zero_empty_null_and_missing_all_look_different() -> None:
    document = {"a": {"no": False, "zero": 0, "empty": "", "null": None, "text": "null", "blank": " "}}
    words = [at_path(document, f"a.{key}") for key in ("no", "zero", "empty", "null", "blank", "missing")]
    assert words == ["false", "0", '""', "null", '" "', ""]
    odd: dict[str, object] = {"warnings": ["first", None], "a.b": {"c": None, 'd["e': 5}, "x[": None}
    found = {
        "warnings[0]": "first", "warnings[1]": "null", "warnings[2]": "", '["a.b"].c': "null", '["a.b"]["d[\\"e"]': "5",
        '["x["]': "null", '["y["]': "", '["a.b"].e': "", "": "", "]": "", '"]': "", "a..b": "",
    }  # fmt: skip
    assert {path: at_path(odd, path) for path in found} == found
    assert shown("x" * 999).endswith("…")
    assert len(shown("x" * 999)) == 200
