"""The risk of a run: what is shown, what the policy goes by, and what disagrees."""

from __future__ import annotations

import json
import time
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.review.risk import judge_risk

WEIGHT = {"GREEN": 0, "YELLOW": 1, "RED": 2, "UNKNOWN": 2, "ERROR": 2}
NAMES = ["GREEN", "YELLOW", "RED"]


def placed(levels: tuple[Any, ...], **more: Any) -> dict[str, Any]:
    """A run with a level, or None, in each of the five places, in the order in which they count."""
    first, second, third, fourth, fifth = levels
    return {
        "decision": {"risk_level": first},
        "feasibility": {
            "risk_level": second,
            "decision": {"risk_level": third},
            "safety": {"risk_level": fourth},
            "risk_bucket": fifth,
        },
        **more,
    }


PLACES = (
    "decision.risk_level",
    "feasibility.risk_level",
    "feasibility.decision.risk_level",
    "feasibility.safety.risk_level",
    "feasibility.risk_bucket",
)


def test_the_first_place_is_shown_and_the_worst_counts() -> None:
    for levels in product((None, "GREEN", "YELLOW", "RED", "UNKNOWN"), repeat=5):
        found = [(path, level) for path, level in zip(PLACES, levels, strict=True) if level is not None]
        risk = judge_risk(placed(levels))
        assert (risk.found_at, risk.shown) == (found[0] if found else (None, "UNKNOWN")), levels
        worst = max((WEIGHT[level] for _, level in found), default=2)
        assert risk.policy == NAMES[worst], levels
        disagree = len({level for _, level in found}) > 1
        assert any("disagrees" in warning for warning in risk.warnings) is disagree, levels


@pytest.mark.parametrize(
    ("written", "read"), [("green", "GREEN"), (" Red ", "RED"), ("ERROR", "ERROR"), ("unknown", "UNKNOWN")]
)
def test_levels_are_read_in_any_case(written: str, read: str) -> None:
    risk = judge_risk({"feasibility": {"risk_bucket": written}})
    assert risk.shown == read
    assert risk.found_at == "feasibility.risk_bucket"


@pytest.mark.parametrize("odd", [0, False, 3.5, [], {}, ["GREEN"], "purple"])
def test_a_value_that_is_no_level_is_unknown_and_said(odd: Any) -> None:
    risk = judge_risk({"decision": {"risk_level": odd}, "feasibility": {"risk_level": "GREEN"}})
    assert (risk.shown, risk.found_at, risk.policy) == ("UNKNOWN", "decision.risk_level", "RED")
    assert any("no risk level" in warning for warning in risk.warnings)


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_null_and_empty_levels_are_absent(empty: Any) -> None:
    assert judge_risk({"decision": {"risk_level": empty}, "feasibility": {"risk_level": "GREEN"}}).shown == "GREEN"


@pytest.mark.parametrize(
    ("status", "policy"), [("BLOCKED", "YELLOW"), ("ERROR", "YELLOW"), ("OK", "GREEN"), (None, "GREEN")]
)
def test_a_status_raises_green_to_yellow(status: str | None, policy: str) -> None:
    risk = judge_risk({"decision": {"risk_level": "GREEN"}, "status": status})
    assert (risk.shown, risk.policy) == ("GREEN", policy)
    assert bool(risk.warnings) is (policy != "GREEN")


@pytest.mark.parametrize("level", ["GREEN", "YELLOW"])
@pytest.mark.parametrize(
    "hit",
    [
        {"rules_triggered": ["F030", " f021 "]},
        {"rules_triggered": [{"rule_id": "F021"}]},
        {"safety": {"rules_triggered": [{"id": "F021"}]}},
        {"blocking_reasons": ["DOC:diameter ratio (9.0:1) exceeds safe limit (5:1)"]},
        {"safety": {"block_reason": "Wall thickness (0.5mm) below structural minimum (1mm)"}},
    ],
)
def test_a_red_rule_counts_as_red(level: str, hit: dict[str, Any]) -> None:
    risk = judge_risk({"decision": {"risk_level": level}, "feasibility": hit})
    assert (risk.shown, risk.policy) == (level, "RED")
    assert "RED" in risk.warnings[0]


def test_messages_count_only_where_no_ids_are_named() -> None:
    message = {"warnings": ["Wall thickness (0.5mm) below structural minimum (1mm)"]}
    assert judge_risk({"decision": {"risk_level": "YELLOW"}, "feasibility": message}).policy == "RED"
    named = {**message, "rules_triggered": ["F036"]}
    assert judge_risk({"decision": {"risk_level": "YELLOW"}, "feasibility": named}).policy == "YELLOW"


def test_a_yellow_rule_or_message_leaves_the_level() -> None:
    run = {"decision": {"risk_level": "GREEN"}, "feasibility": {"warnings": ["Deep pocket: take care", "hello"]}}
    assert judge_risk(run).policy == "GREEN"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["risk_level", "decision", "safety", "risk_bucket", "rules_triggered", "warnings", "id"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.fixed_dictionaries({}, optional={"decision": json_values, "feasibility": json_values, "status": json_values}))
def test_whatever_a_document_holds_its_risk_is_judged(run: dict[str, Any]) -> None:
    risk = judge_risk(run)
    assert WEIGHT[risk.policy] >= WEIGHT[risk.shown]


def test_judging_is_quick_enough_for_every_run_at_every_start() -> None:
    run = placed(("GREEN", None, None, None, None), status="OK")
    run["feasibility"]["warnings"] = ["Using stub feasibility - real engine not implemented"]
    best = min(_seconds(run) for _ in range(5))
    assert best < 1e-3, f"{best * 1e6:.0f} µs for one run; 100,000 runs are judged when a store is read"


def _seconds(run: dict[str, Any]) -> float:
    started = time.process_time()
    for _ in range(200):
        judge_risk(run)
    return (time.process_time() - started) / 200


def test_a_hostile_message_does_not_make_it_slow() -> None:
    run = {
        "decision": {"risk_level": "GREEN"},
        "feasibility": {"warnings": ["tool larger wall thin depth " * 40_000] * 500},
    }
    started = time.process_time()
    judge_risk(run)
    assert time.process_time() - started < 1


def test_the_samples_have_the_risk_that_is_written_in_them(samples: Path) -> None:
    runs = json.loads((samples / "v1-single-file" / "runs.json").read_text("utf-8"))
    shown = [judge_risk(run).shown for run in runs.values()]
    assert (len(shown), shown.count("GREEN"), shown.count("UNKNOWN")) == (20, 8, 12)
