"""RMOS rules are told by id and, where there is none, by message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rmos_console.core.review.rule_levels import LEVELS, MAX_MESSAGES, messages, recognise, rule_ids

SAID = {
    "F001": "tool_d must be > 0",
    "F002": "Stepover must be within (0, 0.95]",
    "F003": "stepdown must be positive",
    "F004": "z_rough must be negative",
    "F005": "safe_z must be > 0",
    "F006": "Closed paths could not be confirmed for this drawing",
    "F007": "No closed paths found in the DXF",
    "F010": "Tool (6mm) is larger than the smallest feature (4mm)",
    "F011": "Plunge feed exceeds cutting feed",
    "F012": "stepdown is very high (> 3.0mm)",
    "F013": "High loop count (250) in the drawing",
    "F020": "Depth of cut 9mm too aggressive for hard material",
    "F021": "Depth to tool diameter ratio is 9:1",
    "F022": "Pocket is deeper than the stock",
    "F023": "Invalid geometry: width is negative",
    "F024": "Material hardness is unknown",
    "F025": "Tool (12mm) is wider than the pocket (10mm)",
    "F026": "Tool stick-out (40mm) is excessive",
    "F027": "Resinous wood with a small tool and no coolant",
    "F028": "Wall 0.4mm is too thin and will break",
    "F029": "Multiple unsafe conditions (4)",
    "F030": "Deep pocket (20mm) for this tool",
    "F031": "Hardwood: depth 4mm is above half the diameter",
    "F032": "Small tool (1mm) breaks easily",
    "F033": "Depth exceeds flute length",
    "F034": "Narrow slot with an aspect of 3:1",
    "F035": "Stepover 80% is aggressive",
    "F036": "Thin wall (1.5mm), handle with care",
    "F037": "Multiple edge conditions (2)",
    "F038": "Thin floor (1mm)",
    "F039": "Complex geometry needs a look",
    "F040": "Feed override at 140 percent",
    "F041": "Severe combined pressure",
}


def test_there_are_33_rules_and_each_is_recognised() -> None:
    assert len(LEVELS) == 33
    assert {rule: recognise(message) for rule, message in SAID.items()} == {rule: rule for rule in LEVELS}
    assert {rule: recognise(message.upper()) for rule, message in SAID.items()} == {rule: rule for rule in LEVELS}


@pytest.mark.parametrize(
    "other", ["", "All checks passed", "Unsupported mode for feasibility: unknown", "Spindle is warm"]
)
def test_other_messages_are_no_rule(other: str) -> None:
    assert recognise(other) is None


def test_ids_are_read_from_texts_and_objects_and_anything_else_is_passed_over() -> None:
    run = {"feasibility": {"rules_triggered": ["F001", {"rule": "x9"}, 3, None, "", {"name": "F002"}, ["F003"]]}}
    assert [(hit.rule, hit.position) for hit in rule_ids(run)] == [("F001", 0), ("X9", 1)]
    assert list(rule_ids({"feasibility": ["F001"], "decision": {"details": {"rules_triggered": "F001"}}})) == []


def test_messages_say_where_they_stand_and_are_bounded() -> None:
    run = {
        "feasibility": {"warnings": ["one", 2, "three"], "safety": {"block_reason": "four"}, "block_reason": " "},
        "decision": {"warnings": ["w"] * 1000},
    }
    found = [(each.text, ".".join(each.keys), each.position) for each in messages(run)]
    assert found[:3] == [
        ("one", "feasibility.warnings", 0),
        ("three", "feasibility.warnings", 2),
        ("four", "feasibility.safety.block_reason", None),
    ]
    assert len(found) == 3 + MAX_MESSAGES


def test_the_messages_of_the_sample_runs_give_their_ids(samples: Path) -> None:
    seen = 0
    for path in sorted((samples / "v2-partitioned" / "runs").glob("*/run_*.json")):
        run = json.loads(path.read_text("utf-8"))
        if "feasibility" not in run:
            continue
        told = [recognise(each.text) for each in messages(run) if each.keys[0] == "feasibility"]
        assert told == run["feasibility"]["rules_triggered"], path.name
        seen += 1
    assert seen == 15
