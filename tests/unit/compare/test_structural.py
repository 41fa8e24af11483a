"""Comparing runs field by field: what differs, how grave it is, and why."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.canonical import sha256_hex
from rmos_console.core.compare.structural import diff_runs
from rmos_console.core.compare.units import unit_of
from rmos_console.core.records.diff import DiffRow, RunDiff
from tests.unit.compare.documents import RUN_A, RUN_B, SHA, run_document


def row(diff: RunDiff, path: str) -> DiffRow:
    return next(each for each in diff.rows if each.path == path)


def against(**changes: Any) -> RunDiff:
    """Compare the plain run with a changed one of another id."""
    return diff_runs(run_document(), run_document(RUN_B, **changes))


def test_a_run_does_not_differ_from_itself() -> None:
    diff = diff_runs(run_document(), run_document())
    assert (diff.diff_severity, diff.reasons, diff.differing, diff.changed_paths) == ("NONE", (), (), ())
    assert diff.equal == len(diff.rows) > 20
    assert diff.json_document()["diff"] == {}


def test_times_and_ids_of_the_records_show_but_do_not_count() -> None:
    diff = against(
        created_at_utc="2026-11-20T15:00:00Z",
        request_id="req_2",
        feasibility__computed_at_utc="2026-11-20T14:59:59Z",
        hashes__feasibility_sha256=SHA["9"],
        source={"format": "v1", "path": "x"},
        meta={"timings": {"parse": 3}, "elapsed_ms": 4},
    )
    assert "request_id" in diff.changed_paths
    assert "source.format" in diff.changed_paths
    assert diff.diff_severity == "NONE"
    assert diff.reasons == ("Only times and ids differ",)
    assert diff.json_document()["volatile_paths"] == list(diff.changed_paths)


@pytest.mark.parametrize(
    ("changes", "severity", "reason"),
    [
        ({"status": "BLOCKED"}, "CRITICAL", "Status differs: OK and BLOCKED"),
        ({"decision__risk_level": "RED"}, "CRITICAL", "Risk differs: GREEN and RED"),
        ({"hashes__gcode_sha256": SHA["4"]}, "CRITICAL", "G-code differs"),
        ({"hashes__gcode_sha256": None}, "CRITICAL", "Only A has G-code"),
        ({"hashes__toolpaths_sha256": SHA["4"]}, "CRITICAL", "Toolpaths differ"),
        ({"hashes__toolpaths_sha256": SHA["0"]}, "CRITICAL", "Only A has toolpaths"),
        ({"decision__score": 31}, "WARNING", "Score differs: 91 and 31 (-60)"),
        ({"decision__score": None}, "WARNING", "Score differs: 91 and none"),
        ({"request_summary__tool_d": 3.0}, "WARNING", "Request differs in 1 field"),
        ({"feasibility__warnings": ["deep", "thin"]}, "WARNING", "Feasibility differs in 2 fields"),
        ({"hashes__opplan_sha256": SHA["4"]}, "INFO", "hashes.opplan_sha256 differs"),
        ({"context__machine_id": "ShopBot"}, "INFO", "context.machine_id differs"),
        ({"meta": {"a": 1, "b": 2}}, "INFO", "meta.a and meta.b differ"),
        ({"meta": {"a": 1, "b": 2, "c": 3, "d": 4}}, "INFO", "4 fields differ"),
    ],
)
def test_severity_and_its_reason(changes: dict[str, Any], severity: str, reason: str) -> None:
    diff = against(**changes)
    assert diff.diff_severity == severity
    assert diff.reasons[0] == reason


def test_the_gravest_reason_comes_first_and_the_rest_is_counted() -> None:
    diff = against(status="BLOCKED", decision__score=31, request_summary__stepdown=5.0, meta={"a": 1})
    assert diff.reasons == (
        "Status differs: OK and BLOCKED",
        "Risk for the policy differs: GREEN and YELLOW",
        "Score differs: 91 and 31 (-60)",
        "Request differs in 1 field",
        "meta.a differs",
    )


def test_a_red_rule_hit_is_a_difference_of_risk_for_the_policy() -> None:
    diff = against(feasibility__rules_triggered=["F020"])
    assert diff.diff_severity == "CRITICAL"
    assert diff.reasons[0] == "Risk for the policy differs: GREEN and RED"
    assert diff.rules_added == ("F020",)
    assert row(diff, "feasibility.rules_triggered[F020]").op == "added"


def test_rules_are_named_whether_they_stand_as_ids_or_in_objects() -> None:
    objects = [{"rule_id": "F021", "level": "RED"}, {"id": "F012"}, {"text": "none"}, 7]
    diff = diff_runs(
        run_document(feasibility__rules_triggered=["F020", "F012"]),
        run_document(feasibility__rules_triggered=objects),
    )
    assert (diff.rules_added, diff.rules_removed) == (("F021",), ("F020",))


@pytest.mark.parametrize("value", [False, 0, "", None, [], {}, "0", "null"])
def test_empty_values_all_look_different(value: Any) -> None:
    for other in [False, 0, "", None, [], {}, "0", "null"]:
        diff = diff_runs(run_document(meta={"k": value}), run_document(meta={"k": other}))
        assert bool(diff.differing) is (json.dumps(value) != json.dumps(other)), (value, other)
    missing = diff_runs(run_document(meta={"k": value}), run_document(meta={}))
    assert missing.json_document()["diff"] == {"meta.k": {"a": value}}


def test_numbers_are_equal_by_value_and_booleans_are_no_numbers() -> None:
    assert against(request_summary__feed_xy=800.0).diff_severity == "NONE"
    assert against(request_summary__coolant_enabled=1).diff_severity == "WARNING"
    assert diff_runs(run_document(meta={"k": 2**53 + 1}), run_document(meta={"k": float(2**53)})).differing


def test_numbers_come_with_delta_percent_and_unit() -> None:
    diff = against(
        request_summary__tool_d=3.0, request_summary__feed_xy=1000, request_summary__stepover=0.3, meta={"z": 0}
    )
    assert row(diff, "request_summary.tool_d")[4:7] == (-3.0, -50.0, "mm")
    assert row(diff, "request_summary.feed_xy")[4:7] == (200, 25.0, "mm/min")
    assert row(diff, "request_summary.stepover")[4:7] == (-0.1, -25.0, None)
    assert row(diff, "decision.score")[3:7] == (91, None, None, None)


def test_lengths_without_a_unit_of_their_own_are_in_that_of_the_request() -> None:
    inch = run_document(request_summary__units="inch")
    assert (
        row(
            diff_runs(inch, run_document(request_summary__units="inch", request_summary__tool_d=0.25)),
            "request_summary.tool_d",
        ).unit
        == "inch"
    )
    assert row(diff_runs(inch, run_document(request_summary__tool_d=0.25)), "request_summary.tool_d").unit is None


@pytest.mark.parametrize(
    ("a", "b", "delta", "percent"),
    [
        (0, 5, 5, None),
        (-12.0, -18.0, -6.0, -50.0),
        (10**400, 1.0, None, None),
        (1e308, -1e308, None, None),
        (5e-324, 1e300, 1e300, None),
        (10**400, 10**400 + 1, 1, 0.0),
    ],
)
def test_deltas_at_the_edges(a: Any, b: Any, delta: Any, percent: Any) -> None:
    found = row(diff_runs(run_document(meta={"k": a}), run_document(meta={"k": b})), "meta.k")
    assert (found.delta, found.percent) == (delta, percent)


def test_ignored_paths_neither_show_nor_count() -> None:
    a, b = run_document(), run_document(RUN_B, status="BLOCKED", meta={"a": 1}, request_summary__tool_d=3.0)
    diff = diff_runs(a, b, ignore=["status", "meta", "request_sum*", "run_id"])
    assert (diff.diff_severity, diff.changed_paths, diff.reasons) == ("NONE", (), ())
    assert diff.ignored == 8  # status, meta.a, five of the request, run_id
    assert diff_runs(a, b, ignore=["stat"]).reasons[0].startswith("Status")


def test_programs_are_compared_by_text_where_both_are_here() -> None:
    text, hashed = "G0 X1\n", sha256_hex(b"G0 X1\n")
    both = diff_runs(
        run_document(outputs__gcode_text=text, hashes__gcode_sha256=None),
        run_document(outputs__gcode_text="G0 X2\n", hashes__gcode_sha256=None),
    )
    assert both.reasons == ("G-code differs",)
    shown = both.json_document()["diff"]["outputs.gcode_text"]["a"]
    assert shown == {"sha256": hashed, "bytes": 6, "lines": 2}
    blob = {"$blob": hashed, "bytes": 6, "type": "text"}
    same = diff_runs(
        run_document(outputs__gcode_text=text, hashes__gcode_sha256=hashed),
        run_document(outputs__gcode_text=blob, hashes__gcode_sha256=hashed),
    )
    assert next(each for each in same.hashes if each.name == "gcode_sha256").equal
    assert same.diff_severity == "INFO"


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (("G0", None), (None, sha256_hex(b"G0")), True),
        (("G0", None), (None, SHA["5"]), False),
        ((None, sha256_hex(b"G0")), ("G0", None), True),
        (("G0", SHA["5"]), ("G0", SHA["6"]), False),
        (("G0", SHA["5"]), ("G0", None), True),
        ((None, None), (None, None), True),
        ((None, SHA["0"]), (None, None), True),
        (("G0", None), (None, None), False),
    ],
)
def test_a_hash_stands_in_for_a_text_that_is_not_here(a: tuple[Any, Any], b: tuple[Any, Any], equal: bool) -> None:
    diff = diff_runs(
        run_document(outputs__gcode_text=a[0], hashes__gcode_sha256=a[1]),
        run_document(outputs__gcode_text=b[0], hashes__gcode_sha256=b[1]),
    )
    assert next(each for each in diff.hashes if each.name == "gcode_sha256").equal is equal
    assert (diff.diff_severity == "CRITICAL") is not equal


def test_feasibility_is_judged_by_content_not_by_its_hash() -> None:
    same, other = against(hashes__feasibility_sha256=SHA["9"]), against(feasibility__warnings=["thin"])
    by_name = [{each.name: each for each in diff.hashes} for diff in (same, other)]
    assert by_name[0]["feasibility_sha256"].equal
    assert by_name[0]["feasibility_sha256"].b == SHA["9"]
    assert not by_name[1]["feasibility_sha256"].equal


def test_the_document_has_the_promised_shape() -> None:
    diff = against(status="ERROR", request_summary__coolant_enabled=..., decision__score=0)
    document = json.loads(json.dumps(diff.json_document()))
    assert (document["a"], document["b"], document["diff_severity"]) == (RUN_A, RUN_B, "CRITICAL")
    assert document["diff"]["request_summary.coolant_enabled"] == {"a": True}
    assert document["diff"]["status"] == {"a": "OK", "b": "ERROR"}
    assert document["outcome"]["score"] == {"a": 91, "b": 0, "equal": False}
    assert set(document["changed_paths"]) == set(document["diff"])
    assert set(document["hashes"]) == {"feasibility_sha256", "toolpaths_sha256", "gcode_sha256", "opplan_sha256"}


def test_derived_parts_of_an_artifact_are_left_to_the_outcome() -> None:
    a, b = run_document(), {**run_document(RUN_B), "risk": {"shown": "RED"}, "warnings": ["x"], "also": []}
    assert diff_runs(a, b).diff_severity == "NONE"


def test_a_parent_in_the_lineage_is_content() -> None:
    diff = diff_runs(run_document(lineage={"run_id": RUN_A}), run_document(lineage={"run_id": RUN_B}))
    assert (diff.diff_severity, diff.reasons) == ("INFO", ("lineage.run_id differs",))


def test_nothing_that_a_document_may_lack_is_needed() -> None:
    diff = diff_runs({}, {"run_id": RUN_B, "feasibility": None, "decision": [], "hashes": "x", "outputs": 3})
    assert (diff.a, diff.b) == ("", RUN_B)
    assert diff.diff_severity == "WARNING"


def test_a_comparison_can_be_sent_to_another_process() -> None:
    diff = against(status="BLOCKED")
    copied = pickle.loads(pickle.dumps(diff))  # noqa: S301  made by this very test
    assert copied.rows == diff.rows
    assert copied == diff


def test_real_runs_compare(samples: Path) -> None:
    folder = samples / "v2-partitioned" / "runs"
    files = sorted(path for path in folder.glob("*/run_*.json") if "_advisory_" not in path.name)
    documents = [json.loads(path.read_bytes()) for path in files]
    assert len(documents) == 15
    severities = {diff_runs(one, other).diff_severity for one in documents for other in documents if one is not other}
    assert "CRITICAL" in severities
    assert all(diff_runs(one, one).diff_severity == "NONE" for one in documents)


@pytest.mark.parametrize(
    ("key", "length", "unit"),
    [
        ("tool_d", "mm", "mm"),
        ("feed_z", "inch", "inch/min"),
        ("feed_z", None, None),
        ("feed_mm_min", None, "mm/min"),
        ("wall_thickness_mm", None, "mm"),
        ("feed_override_percent", "mm", "%"),
        ("spindle_rpm", "mm", "rpm"),
        ("rpm", "mm", "rpm"),
        ("loop_count_hint", "mm", None),
    ],
)
def test_units_follow_from_names(key: str, length: str | None, unit: str | None) -> None:
    assert unit_of(key, length) == unit
