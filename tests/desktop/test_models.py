"""Every Qt model obeys Qt's rules for models, and painting does not leak references."""

from __future__ import annotations

import gc
import inspect
import pkgutil
import random
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

import rmos_console.desktop
from rmos_console.core.records.run import RunRow
from rmos_console.core.store import open_store
from rmos_console.core.usecases.review import QueueItem
from rmos_console.core.usecases.table import run_table
from rmos_console.desktop.main_window import MainWindow
from rmos_console.desktop.tables.run_book import RunBook, Wanted
from rmos_console.desktop.tables.run_table_model import RunTableModel
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.queue.item_list import QueueModel
from rmos_console.desktop.widgets.cells import Cell, CellModel, Column
from tests.store.making import draft, new_store, sealed

Settled = Callable[[TaskRunner], None]
STRICT = QAbstractItemModelTester.FailureReportingMode.Warning
"""The tester warns through Qt's log, and every Qt warning fails a test here."""


def some_rows(count: int, seed: int = 1) -> list[RunRow]:
    """Return made-up rows; the same seed gives the same ones."""
    dice = random.Random(seed)  # noqa: S311 - test data
    return [
        RunRow(
            run_id=f"run_{number:032x}",
            created_at_utc=f"2026-11-{dice.randint(1, 28):02}T10:00:{dice.randint(0, 59):02}.000000Z",
            status=dice.choice(["OK", "BLOCKED", "ERROR", None]),
            risk=dice.choice(["GREEN", "YELLOW", "RED", "UNKNOWN", "ERROR"]),
            risk_policy="RED",
            score=dice.choice([None, 0, 31, 59.5, 100]),
            mode=dice.choice([None, "mvp", "saw"]),
            tool_id=dice.choice([None, "T1", "T2"]),
            machine_id=None, material_id=None, session_id=None,
            event_type=dice.choice([None, "dxf"]),
            explanation_status=dice.choice(["NONE", "READY", "PENDING", "ERROR"]),
            explanation_summary=dice.choice([None, "All limits kept", "Too deep"]),
            review_state=dice.choice(["NONE", "NEEDS_REVIEW", "APPROVED"]),
            at_source=None, advisory_id=None, source_run_id=None, run_sha256="0" * 64,
        )
        for number in range(count)
    ]  # fmt: skip


def book_of(folder: Path, count: int, seed: int = 1) -> RunBook:
    """Return the book of a store with so many made-up runs, half of them stored in columns."""
    dice = random.Random(seed)  # noqa: S311 - test data
    runs = [
        sealed(
            number,
            created_at_utc=f"2026-11-{dice.randint(1, 28):02}T10:00:{dice.randint(0, 59):02}Z",
            status=dice.choice(["OK", "BLOCKED", "ERROR", None]),
            mode=dice.choice([None, "mvp", "saw"]),
            tool_id=dice.choice([None, "T1", "T2"]),
            decision={"score": dice.choice([None, 0, 31, 59.5, 100])},
        )
        for number in range(count)
    ]
    with new_store(folder / f"s{seed}") as store:
        store.commit_many([draft(run) for run in runs[: count // 2]])
    with open_store(folder / f"s{seed}") as store:
        store.commit_many([draft(run) for run in runs[count // 2 :]])
        return RunBook(run_table(store.snapshot()))


def test_the_run_model_obeys_the_rules(application: QApplication, tmp_path: Path) -> None:
    assert application is QApplication.instance()
    book = book_of(tmp_path, 40)
    model = RunTableModel(RunBook())
    tester = QAbstractItemModelTester(model, STRICT)
    model.show_rows(book, book.order(Wanted()))
    model.show_rows(book, book.order(Wanted().toggled("risk", "RED")))
    model.show_rows(book, [])
    assert tester.model() is model


def test_the_cell_model_obeys_the_rules(application: QApplication) -> None:
    assert application is QApplication.instance()
    model = CellModel((Column("A"), Column("B", right=True)))
    tester = QAbstractItemModelTester(model, STRICT)
    model.set_rows([(Cell("a"), Cell("1", unit="mm")), (Cell("b"), Cell(""))])
    model.set_rows([], (Column("C"), Column("D"), Column("E")))
    assert tester.model() is model


def test_the_queue_model_obeys_the_rules(application: QApplication) -> None:
    assert application is QApplication.instance()
    model = QueueModel()
    tester = QAbstractItemModelTester(model, STRICT)
    model.set_items(
        [QueueItem(row=row, advisory_id="adv_1", headline=None, state="NEEDS_REVIEW", why="x") for row in some_rows(3)]
    )
    model.set_items([])
    assert tester.model() is model


def test_no_model_of_the_window_is_left_untested() -> None:
    tested = {RunTableModel, CellModel, QueueModel}
    found = set()
    for module in pkgutil.walk_packages(rmos_console.desktop.__path__, "rmos_console.desktop."):
        for _, each in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(each, QAbstractItemModel) and each.__module__.startswith("rmos_console"):
                found.add(each)
    assert found == tested


@pytest.mark.parametrize(
    "sort", ["time", "status", "risk", "score", "mode", "tool", "event", "explanation", "review", "run"]
)
@pytest.mark.parametrize("descending", [True, False])
def test_an_order_is_a_permutation_sorted_with_missing_last(tmp_path: Path, sort: str, descending: bool) -> None:
    for seed in range(2):
        book = book_of(tmp_path, 60, seed)
        rows = book.rows
        order = book.order(Wanted(sort=sort, descending=descending))
        assert sorted(order) == list(range(60)), f"seed {seed}"
        if sort == "score":
            scores = [rows[at].score for at in order]
            known = [score for score in scores if score is not None]
            assert known == sorted(known, reverse=descending), f"seed {seed}"
            assert scores[len(known) :] == [None] * (60 - len(known)), f"seed {seed}"


def test_filters_and_counts_agree(tmp_path: Path) -> None:
    for seed in range(3):
        book = book_of(tmp_path, 80, seed)
        wanted = Wanted().toggled("status", "OK").toggled("status", "")
        counts = book.counts("risk", wanted)
        for level, count in counts.items():
            assert len(book.order(wanted.toggled("risk", level))) == count, f"seed {seed}"
        assert sum(counts.values()) == len(book.order(wanted)), f"seed {seed}"
        assert book.order(wanted.cleared()) == book.order(Wanted()), f"seed {seed}"


def test_references_to_none_do_not_drift_while_painting(opened: MainWindow, settled: Settled) -> None:
    table, model = opened.runs.table, opened.runs.model

    def work() -> None:
        for round_ in range(20):
            table.viewport().repaint()
            table.selectRow(round_)
            for role in (Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.FontRole):
                for row in range(20):
                    for column in range(model.columnCount()):
                        model.data(model.index(row, column), role)
            model.rowCount(QModelIndex())
            opened.grab()
        settled(opened.tasks)

    work()
    gc.collect()
    before = sys.getrefcount(None)
    work()
    gc.collect()
    drift = sys.getrefcount(None) - before
    assert abs(drift) < 2000, f"{drift} references to None came or went over some 12,000 calls"
