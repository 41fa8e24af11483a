"""Filtering, sorting and paging."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rmos_console.core.errors import UsageError
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import explain
from rmos_console.core.usecases.listing import page, table
from rmos_console.core.usecases.table import SORT_KEYS, RunFilter
from tests.unit.usecases.conftest import GREEN, RED

Make = Callable[..., RunArtifact]


@pytest.fixture
def runs(make_run: Make) -> list[RunArtifact]:
    """Four runs, an hour apart."""
    return [
        make_run(GREEN, decision={"score": 90}, context={"machine_id": "Haas VF-2"}),
        make_run(RED, status="BLOCKED", tool_id="T110", decision={"score": 0, "block_reason": "Straße zu tief"}),
        make_run({}, mode="saw", status="ERROR"),
        make_run({"risk_level": "YELLOW"}, tool_id="T110", workflow_session_id="s-1"),
    ]


def ids(store: Store, **fields: object) -> list[str]:
    return [item.run_id for item in page(store, RunFilter.model_validate(fields)).items]


@pytest.mark.usefixtures("runs")
def test_newest_first_unless_asked_otherwise(store: Store, runs: list[RunArtifact]) -> None:
    made = [run.run_id for run in runs]
    assert ids(store) == made[::-1]
    assert ids(store, descending=False) == made


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"risk": ("RED",)}, [1]),
        ({"risk": ("red", "unknown")}, [2, 1]),
        ({"status": ("blocked",)}, [1]),
        ({"mode": ("saw",)}, [2]),
        ({"tool": ("T110",)}, [3, 1]),
        ({"tool": ("T110",), "risk": ("YELLOW",)}, [3]),
        ({"machine": ("haas vf-2",)}, [0]),
        ({"session": ("s-1",)}, [3]),
        ({"since": "2026-11-01T02:00:00Z"}, [3, 2]),
        ({"until": "2026-11-01T01:00:00Z"}, [0]),
        ({"text": "STRASSE tief"}, [1]),
        ({"text": "strasse zu flach"}, []),
        ({"text": "t110 yellow"}, []),
        ({"where": "decision.score < 60"}, [1]),
        ({"where": "decision.score == 0 or mode == 'saw'"}, [2, 1]),
        ({"review": ("NONE",)}, [3, 2, 1, 0]),
        ({"sort": "score"}, [0, 1, 3, 2]),
        ({"sort": "score", "descending": False}, [1, 0, 3, 2]),
        ({"sort": "risk"}, [1, 2, 3, 0]),
        ({"sort": "tool_id", "descending": False}, [2, 0, 3, 1]),
        ({"limit": 2}, [3, 2]),
        ({"limit": 2, "offset": 3}, [0]),
    ],
)
def test_what_is_asked_for_comes(
    store: Store, runs: list[RunArtifact], wanted: dict[str, object], expected: list[int]
) -> None:
    assert ids(store, **wanted) == [runs[index].run_id for index in expected]


@pytest.mark.usefixtures("runs")
def test_the_total_counts_all_that_match(store: Store) -> None:
    found = page(store, RunFilter(tool=("T110",), limit=1))
    assert (len(found.items), found.total) == (1, 2)


@pytest.mark.parametrize("key", SORT_KEYS)
def test_every_column_sorts_both_ways(store: Store, runs: list[RunArtifact], key: str) -> None:
    assert sorted(ids(store, sort=key)) == sorted(run.run_id for run in runs)
    assert sorted(ids(store, sort=key, descending=False)) == sorted(run.run_id for run in runs)


@pytest.mark.parametrize(
    "wanted", [RunFilter(sort="secret"), RunFilter(limit=-1), RunFilter(offset=-1), RunFilter(where="import os")]
)
def test_what_cannot_be_asked_is_a_usage_error(store: Store, wanted: RunFilter) -> None:
    with pytest.raises(UsageError):
        page(store, wanted)


def test_a_where_needs_a_store(store: Store) -> None:
    with pytest.raises(UsageError):
        table(store.snapshot(), RunFilter(where="mode == 'saw'"))


def test_rows_follow_what_happens_to_a_run(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run(RED)
    (before,) = table(store.snapshot(), RunFilter())
    assert (before.explanation_status, before.review_state) == ("NONE", "NONE")
    view = store.snapshot()
    explain.explain(store, run.run_id, caller=caller)
    (after,) = table(store.snapshot(), RunFilter())
    assert (after.explanation_status, after.review_state) == ("READY", "NEEDS_REVIEW")
    assert table(view, RunFilter()) == (before,)
    assert ids(store, text=(after.explanation_summary or "?").split()[0]) == [run.run_id]
