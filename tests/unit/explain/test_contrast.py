"""The run to compare with: GREEN, the same mode, then the same tool, then the nearest parameters."""

from __future__ import annotations

import random
import time
from typing import Any, NamedTuple

from rmos_console.core.explain.contrast import MAX_ROWS, SHORTLIST, Greens, differences, nearest, shortlist


class Entry(NamedTuple):
    run_id: str
    mode: str | None = "mvp"
    tool_id: str | None = "T1"
    created_at_utc: str = "2026-01-01T00:00:00Z"


def green(**request: Any) -> dict[str, Any]:
    tool = request.pop("tool_id", "T1")
    made = request.pop("created_at_utc", "2026-01-01T00:00:00Z")
    level = request.pop("level", "GREEN")
    return {"tool_id": tool, "created_at_utc": made, "decision": {"risk_level": level}, "request_summary": request}


ME = {"run_id": "run_me", "tool_id": "T1", "request_summary": {"depth": 10.0, "tool_d": 3.0, "kind": "pocket"}}


def test_the_shortlist_keeps_the_mode_and_prefers_tool_then_time() -> None:
    entries = [
        Entry("other_mode", mode="saw"),
        Entry("no_mode", mode=None),
        Entry("other_tool", tool_id="T2", created_at_utc="2026-09-01T00:00:00Z"),
        Entry("old"),
        Entry("new", created_at_utc="2026-02-01T00:00:00Z"),
        Entry("me", created_at_utc="2026-12-01T00:00:00Z"),
    ]
    for _ in range(5):
        random.Random(7).shuffle(entries)  # noqa: S311  any order will do, the same each time
        assert shortlist(entries, Entry("me")) == ["new", "old", "other_tool"]


def test_the_shortlist_is_that_of_a_plain_sort() -> None:
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311  the same seed must give the same runs
        entries = [
            Entry(
                f"run_{number}",
                chance.choice(["mvp", "saw", None]),
                chance.choice(["T1", "T2", "T3", None]),
                f"2026-01-{chance.randint(1, 28):02}T00:00:00Z",
            )
            for number in range(chance.randrange(400))
        ]
        known = Greens(entries)
        for me in entries[:40]:
            fitting = [item for item in entries if item.mode == me.mode and item is not me]
            if me.mode is None:
                fitting = [item for item in fitting if item.tool_id == me.tool_id is not None]
            fitting.sort(key=lambda item: (item.tool_id == me.tool_id, item.created_at_utc, item.run_id), reverse=True)
            wanted = [item.run_id for item in fitting[:SHORTLIST]]
            assert known.shortlist(me) == wanted, f"seed {seed} {me}"


def test_a_run_without_a_mode_is_compared_within_its_tool() -> None:
    entries = [Entry("a", None, "T1"), Entry("b", None, "T2"), Entry("c", None, None), Entry("d", "mvp", "T1")]
    assert shortlist(entries, Entry("me", None, "T1")) == ["a"]
    assert shortlist(entries, Entry("me", None, None)) == []


def test_the_shortlist_is_short_and_quick_among_100_000() -> None:
    entries = [
        Entry(f"run_{number:012x}", created_at_utc=f"2026-01-{number % 28 + 1:02d}") for number in range(100_000)
    ]
    started = time.process_time()
    found = shortlist(entries, entries[5])
    assert time.process_time() - started < 2, "a scan of 100,000 entries must not keep a person waiting"
    assert len(found) == SHORTLIST
    assert entries[5].run_id not in found
    assert len(shortlist(entries[: SHORTLIST + 1], entries[0])) == SHORTLIST


def test_the_nearest_parameters_win_within_the_same_tool() -> None:
    loaded = {
        "far": green(depth=20.0, tool_d=3.0, kind="pocket"),
        "near": green(depth=11.0, tool_d=3.0, kind="pocket"),
        "same_but_other_tool": green(tool_id="T2", depth=10.0, tool_d=3.0, kind="pocket"),
        "lacks": green(tool_d=3.0, kind="pocket"),
        "worse": green(level="YELLOW", depth=10.0, tool_d=3.0, kind="pocket"),
        "run_me": green(depth=10.0, tool_d=3.0, kind="pocket"),
    }
    assert nearest(ME, loaded) == "near"
    assert nearest(ME, dict(reversed(loaded.items()))) == "near"
    assert nearest(ME, {"same_but_other_tool": loaded["same_but_other_tool"]}) == "same_but_other_tool"
    assert nearest(ME, {"worse": loaded["worse"]}) is None
    assert nearest(ME, {}) is None


def test_ties_go_to_fewer_other_words_then_the_newest_then_the_id() -> None:
    same = {"depth": 11.0, "tool_d": 3.0}
    loaded = {"a": green(**same, kind="slot"), "b": green(**same, kind="pocket"), "c": green(**same, kind="pocket")}
    assert nearest(ME, loaded) == "c"
    loaded["b"]["created_at_utc"] = "2026-05-01T00:00:00Z"
    assert nearest(ME, loaded) == "b"


def test_numbers_beyond_floats_and_zero_are_compared_too() -> None:
    huge = {"run_id": "x", "tool_id": "T1", "request_summary": {"n": 10**400, "z": 0}}
    loaded = {"equal": green(n=10**400, z=0), "other": green(n=10**401, z=0)}
    assert nearest(huge, loaded) == "equal"


def test_differences_are_named_by_path_with_units_and_what_is_equal_is_counted() -> None:
    a = {
        "request_summary": {
            "tool_d": 3.0,
            "feed_xy": 800,
            "x": {"y": {"z": 1}},
            "a.b": 1,
            "list": [1],
            "n": None,
            "t": True,
        }
    }
    b = {
        "request_summary": {
            "tool_d": 6,
            "feed_xy": 800.0,
            "x": {"y": {"z": 2}},
            "a.b": 2,
            "list": [2],
            "n": None,
            "t": 1,
        }
    }
    rows, equal = differences(a, b)
    assert [tuple(row) for row in rows] == [
        ("request_summary.list", "[1]", "[2]", None),
        ("request_summary.t", True, 1, None),
        ("request_summary.tool_d", 3.0, 6, "mm"),
        ("request_summary.x.y.z", 1, 2, None),
        ('request_summary["a.b"]', 1, 2, None),
    ]
    assert equal == 1
    inches = {"request_summary": {"units": "inch", "tool_d": 0.25}}
    assert {row.path: row.unit for row in differences(inches, a)[0]}["request_summary.tool_d"] == "in"
    assert differences({"request_summary": "none"}, {}) == ([], 0)


def test_rows_are_bounded_and_long_texts_cut() -> None:
    many = {"request_summary": {f"k{number:04d}": "x" * 900 for number in range(500)}}
    rows, _ = differences(many, {})
    assert len(rows) == MAX_ROWS
    assert all(isinstance(row.a, str) and len(row.a) <= 200 and row.b is None for row in rows)
