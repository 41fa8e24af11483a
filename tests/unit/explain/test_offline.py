"""What the offline engine says: headlines, reasons in the run's own words, hostile runs, and the sample stores."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.canonical import canonical
from rmos_console.core.explain.contrast import nearest
from rmos_console.core.explain.engine import EngineInput, Explanation
from rmos_console.core.explain.offline import OfflineEngine
from rmos_console.core.explain.registry import RULES
from tests.unit.explain.grounding import ungrounded, value_at


def explained(run: Any, contrast: Any = None) -> Explanation:
    return OfflineEngine().explain(EngineInput(run, "0" * 64, contrast, None))


def content(told: Explanation) -> dict[str, Any]:
    assert isinstance(told.content, dict)
    return told.content


def asked(rule: str | None = None, message: str | None = None, **request: Any) -> dict[str, Any]:
    """A run that was reported for one rule, by id or by message."""
    level = RULES[rule].level if rule is not None and rule in RULES else "RED"
    feasibility: dict[str, Any] = {"risk_level": level, "blocking_reasons": [message] if message else []}
    if rule is not None:
        feasibility["rules_triggered"] = [rule]
    return {"status": "BLOCKED", "request_summary": request, "feasibility": feasibility}


HEADLINES = [
    (asked("F021", stepdown=18.0, tool_d=3.0), "Pass too deep for a 3 mm tool"),
    (asked("F021", stepdown=3, geometry_depth_mm=18.0, tool_d=3.0), "Pocket too deep for a 3 mm tool"),
    (asked("F022", geometry_depth_mm=50.0, material_thickness_mm=20), "Pocket deeper than the material"),
    (asked("F022", geometry_depth_mm=50.0), "Pocket deeper than the material (values missing)"),
    (asked("F028", wall_thickness_mm=0.5), "Wall of 0.5 mm will break"),
    (asked("F035", stepover=0.72), "Stepover of 72 %, care above 70 %"),
    (asked("F040", feed_override_percent=130.0), "Feed override 130 %, care beyond 120 %"),
    (asked("F040", feed_override_percent=60), "Feed override 60 %, care beyond 80 %"),
    (asked("F032", tool_d=1.5), "Tool of 1.5 mm may break"),
    (asked("F024", material_hardness=None), "Hardness of the material is unknown"),
    (asked("F007", has_closed_paths=False), "No closed paths in the drawing"),
    (asked("F999", "Chips do not clear"), "Rule F999, which is not in the registry"),
    (asked(None, "Chips do not clear"), "Blocked: Chips do not clear"),
    (
        {"status": "ERROR", "decision": {"block_reason": "Post-processor stopped"}},
        "Stopped with an error: Post-processor stopped",
    ),
    ({"decision": {"block_reason": "No"}}, "Objection: No"),
    ({"status": "ERROR"}, "Stopped with an error; no reason was recorded"),
    ({"status": "BLOCKED", "decision": {"risk_level": "RED"}}, "Blocked; no reason was recorded"),
    (
        {"source": {"extra": {"error_message": "Blade jammed"}}, "status": "ERROR"},
        "Stopped with an error: Blade jammed",
    ),
    ({"decision": {"risk_level": "YELLOW"}}, "Rated YELLOW; no reason was recorded"),
    ({"decision": {"risk_level": "YELLOW", "warnings": ["Mind the dust"]}}, "Warning: Mind the dust"),
    ({"decision": {"risk_level": "GREEN"}}, "Rated GREEN; no check is on record"),
    ({"feasibility": {"risk_level": "GREEN", "rules_triggered": []}}, "All checks pass"),
    ({"decision": {"risk_level": "GREEN"}, "request_summary": {"tool_d": 6.0}}, "All checks pass"),
    (
        {"decision": {"risk_level": "GREEN"}, "request_summary": {"stepdown": 9.0}},
        "Stepdown is high, though nobody reported it",
    ),
    ({"feasibility": {"computed": True}}, "No risk level was recorded"),
    ({}, "No feasibility was recorded"),
]


@pytest.mark.parametrize(("run", "headline"), HEADLINES)
def test_the_headline_says_in_one_sentence_what_matters(run: dict[str, Any], headline: str) -> None:
    told = explained(run)
    assert told.headline == headline
    assert told.text.split("\n", 1)[0] == headline


def test_value_limit_and_miss_are_said_with_their_rule() -> None:
    told = explained(asked("F020", stepdown=5.0, tool_d=3.0, material_hardness="hard"))
    assert (
        "Each pass takes 5.0 mm in hard material; with a tool of 3.0 mm the most is 4.5 mm; 0.5 mm (11 %) too much."
        in told.text
    )
    assert content(told)["remedies"] == ["A stepdown of at most 4.5 mm, or a tool diameter of at least 3.34 mm"]
    first, second, third = content(told)["failed"]
    assert (first["path"], first["value"], first["limit"], first["unit"], first["miss_percent"]) == (
        "request_summary.stepdown", 5.0, "≤ 4.5", "mm", 11.0,
    )  # fmt: skip
    assert (second["limit"], second["miss_percent"]) == ("≥ 3.34", -10.0)
    assert (third["value"], third["limit"], third["miss_percent"]) == ("hard", None, None)


def test_the_limit_that_the_run_was_judged_by_goes_before_the_registry() -> None:
    eight = asked("F026", "Stickout:diameter ratio (9.0:1) exceeds limit (8:1)", tool_stickout_mm=27.0, tool_d=3.0)
    assert "that is 9.0 : 1, and the limit is 8 : 1" in explained(eight).text
    most = asked("F020", "DOC too aggressive; max safe = 4.0mm", stepdown=5.0, tool_d=3.0, material_hardness="hard")
    told = explained(most)
    assert "the most is 4 mm" in told.text
    sentence = next(each for each in told.evidence if "the most is" in told.text[each.start : each.end])
    assert "feasibility.blocking_reasons[0]" in sentence.paths


def test_a_rule_that_the_recorded_values_keep_to_is_told_with_its_message() -> None:
    told = explained(asked("F028", "Wall too thin near the rim", wall_thickness_mm=3.0))
    assert "the recorded values keep to that, yet RMOS reported it." in told.text
    assert "“Wall too thin near the rim”" in told.text
    assert content(told)["remedies"] == []


def test_an_unknown_rule_is_named_with_its_message_verbatim() -> None:
    told = explained(asked("F777", "Dust at 12 % of its rating"))
    assert "rule F777, which is not in this program's registry: “Dust at 12 % of its rating”." in told.text
    assert content(told)["failed"][0]["rule"] == "F777"


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_is_told_without_any_of_its_values(rule: str) -> None:
    told = explained(asked(rule))
    assert rule in told.text
    assert "missing" in told.text
    assert [row["rule"] for row in content(told)["failed"]] == [rule] * max(1, len(RULES[rule].needs))


def test_an_unreported_value_beyond_a_limit_is_pointed_out() -> None:
    run = {
        "decision": {"risk_level": "GREEN"},
        "request_summary": {"has_closed_paths": False, "wall_thickness_mm": 0.5},
    }
    told = explained(run)
    assert (
        "Nobody reported F028, yet the wall thickness is 0.5 mm and should be at least 1 mm; look twice." in told.text
    )
    assert "Nobody reported F007, yet the closed paths is no; look twice." in told.text
    assert {"F007", "F028"} <= set(content(told)["unreported"])


def test_lengths_in_inches_are_not_measured_with_limits_in_millimetres() -> None:
    told = explained(
        {"request_summary": {"units": "inch", "tool_d": 0.25, "stepdown": 0.1}, "decision": {"risk_level": "GREEN"}}
    )
    assert {"rule": "F032", "missing": ["request_summary.units"]} in content(told)["not_checked"]
    assert "F021" in content(told)["passed"]


@pytest.mark.parametrize(("score", "said"), [(0, "of 0."), (0.0, "of 0."), (75.0, "of 75."), (62.5, "of 62.5.")])
def test_a_score_of_zero_is_a_score(score: float, said: str) -> None:
    assert f"The decision gives a score {said}" in explained({"decision": {"score": score}}).text
    assert f"The safety check gives a score {said}" in explained({"feasibility": {"safety": {"score": score}}}).text


def test_levels_that_disagree_and_what_counts_for_approval_are_said() -> None:
    told = explained({"decision": {"risk_level": "GREEN"}, "feasibility": {"risk_level": "RED"}})
    assert "The decision rates this run GREEN, but for approval it counts as RED." in told.text
    assert "decision.risk_level says GREEN, feasibility.risk_level says RED" in told.text
    odd = explained({"decision": {"risk_level": "purple"}})
    assert "no level that is known" in odd.text


def test_a_reason_joined_of_known_messages_is_not_repeated() -> None:
    run = asked("F028", "Wall of 0.5 breaks; below minimum", wall_thickness_mm=0.5)
    run["decision"] = {
        "block_reason": "Wall of 0.5 breaks; below minimum",
        "warnings": ["Wall of 0.5 breaks; below minimum"],
    }
    assert "“" not in explained(run).text
    run["feasibility"]["blocking_reasons"].append("Dust")
    run["decision"]["block_reason"] += "; Dust"
    assert explained(run).text.count("Dust") == 1


def test_the_contrast_names_what_the_failed_rules_look_at() -> None:
    green = {
        "run_id": "run_00000000000a",
        "request_summary": {"stepdown": 2.0, "tool_d": 6.0, "feed_xy": 800.0, "material_id": "pine"},
    }
    run = asked("F021", stepdown=18.0, tool_d=3.0, feed_xy=800.0, material_id="oak")
    told = explained(run, green)
    rows = content(told)["contrast"]["rows"]
    assert [(row["path"], row["a"], row["b"], row["unit"], row["looked_at"]) for row in rows] == [
        ("request_summary.stepdown", 18.0, 2.0, "mm", True),
        ("request_summary.tool_d", 3.0, 6.0, "mm", True),
        ("request_summary.material_id", "oak", "pine", None, False),
    ]
    assert content(told)["contrast"]["equal"] == 1
    assert "The nearest GREEN run is run_00000000000a. There the stepdown is 2.0 mm, here it is 18.0 mm." in told.text


HOSTILE = "<b>bold</b> \u202eevil\u202c \x00\x07 line\nbreak \u2066" + "x" * 5000


def test_hostile_text_stays_one_line_of_plain_text() -> None:
    run = asked("F0\n99", HOSTILE, tool_d=HOSTILE, material_hardness=HOSTILE, **{HOSTILE: HOSTILE})
    told = explained(run, {"run_id": HOSTILE, "request_summary": {HOSTILE: 5}})
    assert len(told.headline) < 300
    assert not any(unicodedata.category(each) in {"Cc", "Cf"} for each in told.text.replace("\n\n", ""))
    assert "<b>bold</b>" in told.text
    canonical(told.document())


numbers = (
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([10**400, -(10**400), 1e308, 5e-324])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=12) | st.sampled_from(["hard", "RED", "F021", "inch"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted({name for rule in RULES.values() for name in rule.fields} | {"units", "odd key"})
requests = st.dictionaries(st.sampled_from(FIELDS), values, max_size=25) | values
rules = st.lists(st.sampled_from([*RULES, "F555"]) | values, max_size=12)
feasibilities = st.fixed_dictionaries(
    {}, optional={"risk_level": values, "rules_triggered": rules, "warnings": rules, "safety": values, "score": values}
)
runs = st.fixed_dictionaries(
    {},
    optional={
        "run_id": values, "status": values, "request_summary": requests, "feasibility": feasibilities | values,
        "decision": values | st.fixed_dictionaries({"block_reason": values, "warnings": rules, "score": values}),
        "source": values,
    },
)  # fmt: skip


@given(runs, st.none() | runs)
def test_whatever_a_run_holds_it_is_explained(run: dict[str, Any], contrast: dict[str, Any] | None) -> None:
    told = explained(run, contrast)
    assert told.headline.strip()
    assert told.text.startswith(told.headline)
    assert json.loads(canonical(told.document()))
    nearest(run, {"run_00000000000a": contrast or {}})


def test_the_sample_runs_are_explained_with_values_and_limits(samples: Path) -> None:
    runs = {}
    for path in sorted((samples / "v2-partitioned" / "runs").glob("*/run_*.json")):
        document = json.loads(path.read_text("utf-8"))
        if "feasibility" in document:
            runs[document["run_id"]] = document
    assert len(runs) == 15
    for run_id, document in runs.items():
        chosen = nearest(document, runs)
        source = EngineInput(document, "0" * 64, runs[chosen] if chosen else None, "1" * 64)
        told = OfflineEngine().explain(source)
        assert ungrounded(source, told) == [], run_id
        assert {row["rule"] for row in content(told)["failed"]} == set(document["feasibility"]["rules_triggered"])
        assert all(row["value"] is not None for row in content(told)["failed"]), run_id
        assert "not in" not in told.text
        assert content(told)["unreported"] == []
        assert (told.headline == "All checks pass") is (document["decision"]["risk_level"] == "GREEN")
        for sentence in told.evidence:
            for start, end, field in sentence.marks:
                assert value_at(source, field) is not None, (run_id, field, told.text[start:end])


def test_the_blocked_sample_runs_say_why_in_one_sentence(samples: Path) -> None:
    runs = json.loads((samples / "v1-single-file" / "runs.json").read_text("utf-8"))
    blocked = [run for run in runs.values() if run["status"] == "BLOCKED"]
    assert blocked
    for run in blocked:
        assert explained(run).headline == "Blocked: Unsupported mode for feasibility: unknown"
