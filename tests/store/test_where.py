"""Queries by expression."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.errors import UsageError
from rmos_console.core.store import Limits, Store, open_store
from rmos_console.core.store.where import parse
from tests.store.making import new_store, run_document, run_id, seal


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    path = tmp_path_factory.mktemp("where") / "s"
    new_store(path, *range(10), limits=Limits(runs=4)).close()
    return open_store(path, read_only=True)


RUNS = [run_document(number) for number in range(10)]


@pytest.mark.parametrize(
    ("expression", "numbers"),
    [
        ('decision.score < 6 and tool_id == "T2"', [2]),
        ("decision.score >= 8 or status == 'BLOCKED'", [1, 4, 7, 8, 9]),
        ("not decision.score > 1", [0, 1]),
        ("2 <= decision.score < 5", [2, 3, 4]),
        ("5 > decision.score", [0, 1, 2, 3, 4]),
        ('tool_id in ["T1", "T2"]', [1, 2, 8, 9]),
        ('tool_id not in ("T1", "T2", "T0")', [3, 4, 5, 6]),
        ('"saw" in mode', [1, 4, 7]),
        ('"1" not in context.machine_id', [0, 2, 4, 6, 8]),
        ("context.session_id == null", list(range(10))),
        ("context.session_id != none and mode == 'saw'", []),
        ('request_summary["depth_mm"] == 3', [3]),
        ("meta.batch == 1", []),
        ("decision.score == -1", []),
        ("decision.score", list(range(1, 10))),
        ("no.such.field == 1", []),
        ("no.such.field != 1", []),
        ("tool_id < 5", []),
        ("risk.policy == 'RED' and (status == 'OK' or status == 'ERROR')", [2, 5, 8]),
        ("true == meta.batch", []),
    ],
)
def test_an_expression_finds_its_runs(store: Store, expression: str, numbers: list[int]) -> None:
    assert store.query_where(expression) == {run_id(number) for number in numbers}


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "tool_id ==",
        "tool_id = 'T1'",
        "1 < 2",
        "tool_id == mode",
        "tool_id == f('x')",
        "__import__('os').system('true') == 1",
        "tool_id == ().__class__",
        "(lambda: 1)() == 1",
        "tool_id is null",
        "tool_id == -'x'",
        "5",
        "tool_id[0] == 'T'",
        "tool_id == b'x'",
        "tool_id == 1j",
        "f(tool_id).x == 1",
        "x" * 3000,
        "(" * 900 + "x" + ")" * 900,
        "not " * 499 + "x",
    ],
)
def test_what_cannot_be_understood_is_a_usage_error(store: Store, expression: str) -> None:
    with pytest.raises(UsageError):
        store.query_where(expression)


@given(st.text(max_size=60))
def test_no_text_makes_it_stumble(text: str) -> None:
    try:
        parse(text)
    except UsageError as error:
        assert "--where" in error.message  # noqa: PT017  both outcomes are fine, a crash is not


def test_new_runs_and_deleted_databases_are_found_too(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, *range(10), limits=Limits(runs=4)).close()
    with open_store(path) as store:
        seal(store, 30)
        for file in (path / "catalog").glob("*.catalog"):
            file.unlink()
        assert store.query_where("decision.score == 30") == {run_id(30)}
        assert store.query_where("decision.score == 0") == {run_id(0)}
        assert store.snapshot().run_count == 11
    with open_store(path) as store:
        for file in (path / "catalog").glob("*.catalog"):
            file.unlink()
        ledger = path / "ledger/000001.jsonl"
        ledger.write_bytes(ledger.read_bytes().replace(b'"score":1', b'"score":2'))
        with pytest.raises(Exception, match=r"ledger/000001\.jsonl is damaged"):
            store.query_where("decision.score == 0")
        assert store.read_only_reason is not None
