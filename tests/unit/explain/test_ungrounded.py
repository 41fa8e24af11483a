"""Which numbers of a foreign text are flagged."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.explain.engine import EngineInput
from rmos_console.core.explain.offline import OfflineEngine
from rmos_console.core.explain.testkit import BLOCKED, GREEN, inputs
from rmos_console.core.explain.ungrounded import MOST_SPANS, ungrounded
from tests.unit.explain.runs import run

RUN: dict[str, Any] = {
    "run_id": "run_0000000000aa",
    "request_summary": {"tool_d": 3.175, "stepdown": -18.0, "feed": 12345},
    "feasibility": {"rules_triggered": ["F777"], "warnings": ["Dust at 12.5 % of its rating"]},
    "meta": {"batch": 4711},
}
CONTRAST = {"request_summary": {"stepdown": 2.25}}


def flagged(text: str, given: dict[str, Any] = RUN, contrast: dict[str, Any] | None = CONTRAST) -> list[str]:
    return [text[at.start : at.end] for at in ungrounded(text, EngineInput(given, "0" * 64, contrast))]


@pytest.mark.parametrize(
    "text",
    [
        "18 mm", "18.0mm", "-18", "3.175", "3.18", "3.2 mm", "12,345 and 12345.0", "12.5 %", "4711",
        "2.25 in the contrast",
        "15.75 mm less", "that is 8 : 1", "800 % of the 2.25", "700 % more", "87.5 % less",
        "5 : 1 from the rules", "F777",
        "1.8e1", "none", "",
    ],
)  # fmt: skip
def test_what_follows_from_the_inputs_is_grounded(text: str) -> None:
    assert flagged(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("18.3 mm", ["18.3"]),
        ("33,333 mm", ["33,333"]), ("3.19 mm", ["3.19"]), ("77,777 rpm", ["77,777"]),
        ("4710", ["4710"]),
        ("run 5 with 98765 and 43210", ["98765", "43210"]), ("9.87e99", ["9.87e99"]), ("1e999", ["1e999"]),
        ("\u0669\u0668\u0667 mm", ["\u0669\u0668\u0667"]), ("half: \u00bd, \u2460", ["\u00bd", "\u2460"]),
        ("16,000-27,777 mm", ["16,000", "27,777"]),
    ],
)  # fmt: skip
def test_what_does_not_is_flagged(text: str, found: list[str]) -> None:
    assert flagged(text) == found


def test_a_run_without_numbers_grounds_only_what_the_rules_say() -> None:
    assert flagged("at most 120 %, 5 : 1, 3 mm", {}, None) == []
    assert flagged("at most 121 %, 9 : 1", {}, None) == ["121", "9"]


def test_what_the_offline_engine_writes_is_hardly_ever_flagged() -> None:
    """Its rounding differs (a limit is rounded to the safe side), so a few of thousands may be flagged, not more."""
    wrong = numbers = 0
    for seed in range(100):
        document, _ = run(seed)
        source = EngineInput(document, "0" * 64, run(seed + 1000)[0], "1" * 64)
        text = OfflineEngine().explain(source).text
        wrong += len(ungrounded(text, source))
        numbers += sum(word.strip(".,;()").replace(".", "").isdigit() for word in text.split())
    assert numbers > 1000
    assert wrong < numbers / 50


@given(st.text(max_size=300))
def test_any_text_is_read_in_order_and_within_itself(text: str) -> None:
    spans = ungrounded(text, EngineInput(BLOCKED, "0" * 64, GREEN))
    assert spans == sorted(spans)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


def test_hostile_runs_and_endless_numbers_are_read_quickly() -> None:
    for _, source in inputs():
        assert len(ungrounded("987654321.5 " * 2000, source)) in {0, MOST_SPANS}
    many = {"request_summary": {f"p{number}": number * 1.37 for number in range(50_000)}}
    assert len(ungrounded("98765432.5 " * 50, EngineInput(many, "0" * 64))) == 50
