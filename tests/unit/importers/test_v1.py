"""The single-file store: streamed, each record on its own."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.importers.found import FoundRun, Refused
from rmos_console.core.review.risk import judge_risk
from tests.unit.importers.stores import RUN_A, RUN_B, everything, only, record, runs, write

OLD = {
    "run_id": "run_20260105_050716",
    "created_at_utc": "2026-01-05T05:07:16.690677+00:00",
    "mode": None,
    "workflow_mode": "helical",
    "tool_id": "helical_gcode",
    "status": "BLOCKED",
    "feasibility": {"safety": {"risk_level": "GREEN", "score": 0}},
    "decision": None,
    "meta": None,
    "request_hash": "1" * 64,
    "toolpaths_hash": "2" * 64,
    "gcode_hash": None,
    "machine_id": "mill-1",
    "workflow_session_id": "s-9",
    "event_type": "plan",
    "notes": "Blocked",
    "explanation_status": "NONE",
    "attachments": None,
}


def test_a_record_of_january_is_sealed_as_it_was(tmp_path: Path) -> None:
    (found,) = runs(write(tmp_path / "runs.json", {OLD["run_id"]: OLD}), "v1")
    run = found.sealed
    assert run.run_id.startswith("run_")
    assert run.run_id != OLD["run_id"]
    assert (run.source.run_id, run.source.path) == (OLD["run_id"], f"runs.json#{OLD['run_id']}")
    assert run.created_at_utc == "2026-01-05T05:07:16.690677Z"
    assert (run.mode, run.tool_id, run.status) == ("helical", "helical_gcode", "BLOCKED")
    assert run.hashes.toolpaths_sha256 == "2" * 64
    assert run.hashes.feasibility_sha256 is None
    assert run.context.document() == {
        "machine_id": "mill-1",
        "material_id": None,
        "session_id": "s-9",
        "batch_label": None,
        "event_type": "plan",
    }
    assert run.source.extra == {
        "created_at_utc": OLD["created_at_utc"],
        "decision": None,
        "gcode_hash": None,
        "mode": None,
        "notes": "Blocked",
        "request_hash": "1" * 64,
        "workflow_mode": "helical",
    }
    assert found.mutable == {"explanation_status": "NONE", "meta": None, "attachments": None}
    assert (found.explanation_status, found.warnings) == ("NONE", ())


def test_the_sealed_digest_covers_all_but_the_mutable_keys(tmp_path: Path) -> None:
    (first,) = runs(write(tmp_path / "a.json", {RUN_A: record()}), "v1")
    sealed = {key: value for key, value in record().items() if key not in first.mutable and key != "advisory_inputs"}
    assert first.sealed_sha256 == canonical_sha256(sealed)
    (same,) = runs(
        write(tmp_path / "b.json", {RUN_A: record(meta={"x": 1}, explanation_status="READY", attachments=[])}), "v1"
    )
    assert (same.sealed_sha256, same.mutable["meta"]) == (first.sealed_sha256, {"x": 1})
    (other,) = runs(write(tmp_path / "c.json", {RUN_A: record(tool_id="vbit-90")}), "v1")
    assert other.sealed_sha256 != first.sealed_sha256


def test_the_original_is_the_bytes_as_they_stand_in_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "runs.json", {RUN_A: record(), RUN_B: record(RUN_B)})
    found = runs(path, "v1")
    assert [each.sealed.run_id for each in found] == [RUN_A, RUN_B]
    for each in found:
        assert each.original in path.read_bytes()
        assert json.loads(each.original)["run_id"] == each.original_id


def test_a_file_that_is_cut_off_yields_what_precedes_the_cut_and_one_refusal(tmp_path: Path) -> None:
    whole = json.dumps({RUN_A: record(), RUN_B: record(RUN_B)}, indent=1).encode()
    path = write(tmp_path / "runs.json", whole[:-40])
    found, refused = everything(path, "v1")
    assert isinstance(found, FoundRun)
    assert found.sealed.run_id == RUN_A
    assert isinstance(refused, Refused)
    assert refused.reason == f"runs.json is cut off at byte {len(whole) - 40:,}."


def test_a_key_and_the_id_inside_may_disagree(tmp_path: Path) -> None:
    (found,) = runs(write(tmp_path / "runs.json", {RUN_A: record(RUN_B)}), "v1")
    assert found.sealed.run_id == RUN_A
    assert found.sealed.source.extra["run_id"] == RUN_B
    assert found.warnings == (f"it is filed under '{RUN_A}' but calls itself '{RUN_B}'",)


def test_an_id_that_stands_twice_is_taken_once(tmp_path: Path) -> None:
    one = json.dumps(record())
    path = write(tmp_path / "runs.json", f'{{"{RUN_A}": {one}, "{RUN_A}": {one}}}'.encode())
    items = everything(path, "v1")
    assert len(only(FoundRun, items)) == 1
    assert [each.reason for each in only(Refused, items)] == [
        f"runs.json#{RUN_A}: the id stands in the file twice; the first record is taken."
    ]


@pytest.mark.parametrize("data", [b"{}", b"[]", b" { } "])
def test_an_empty_store_has_no_runs(tmp_path: Path, data: bytes) -> None:
    assert everything(write(tmp_path / "runs.json", data), "v1") == []


def test_odd_values_are_kept_with_a_warning_each(tmp_path: Path) -> None:
    odd = record(
        status="DONE",
        mode=7,
        decision={"risk_level": "PURPLE", "score": 101, "warnings": "w", "by": "x"},
        hashes={"gcode_sha256": "nope", "snapshot_sha256": None},
        feasibility=[],
        outputs="none",
        lineage=None,
    )
    (found,) = runs(write(tmp_path / "runs.json", {RUN_A: odd}), "v1")
    assert found.sealed.status is None
    assert found.sealed.mode is None
    assert found.sealed.decision.document()["risk_level"] is None
    extra = found.sealed.source.extra
    assert {key: extra[key] for key in odd if key in extra} == {
        "status": "DONE",
        "mode": 7,
        "decision": odd["decision"],
        "hashes": odd["hashes"],
        "feasibility": [],
        "outputs": "none",
        "lineage": None,
    }
    assert len(found.warnings) == 8
    assert "status is 'DONE', which this console has no place for; it is kept as it was" in found.warnings


@pytest.mark.parametrize(("score", "kept"), [(0, True), (100, True), (0.0, True), (-1, False), (True, False)])
def test_a_score_is_a_number_from_0_to_100(tmp_path: Path, score: object, kept: bool) -> None:
    (found,) = runs(write(tmp_path / "runs.json", {RUN_A: record(decision={"score": score})}), "v1")
    assert (found.sealed.decision.score is not None) == kept
    assert ("decision" in found.sealed.source.extra) == (not kept)


def test_hashes_that_do_not_hold_are_findings_and_refuse_nothing(tmp_path: Path) -> None:
    wrong = record(hashes={"feasibility_sha256": "1" * 64, "gcode_sha256": "2" * 64})
    (found,) = runs(write(tmp_path / "runs.json", {RUN_A: wrong}), "v1")
    assert found.sealed.hashes.feasibility_sha256 == "1" * 64
    assert [each.split(" is ")[0] for each in found.warnings] == ["hashes.feasibility_sha256", "hashes.gcode_sha256"]
    absent = record(hashes={"feasibility_sha256": "0" * 64, "gcode_sha256": "0" * 64})
    (found,) = runs(write(tmp_path / "runs.json", {RUN_A: absent}), "v1")
    assert found.warnings == ()


def test_the_sample_store_shows_the_risk_that_its_records_hide(samples: Path) -> None:
    found = runs(samples / "v1-single-file", "v1")
    assert len({each.sealed.run_id for each in found}) == 20
    assert [each.warnings for each in found] == [()] * 20
    shown = Counter(judge_risk(each.sealed.document()).shown for each in found)
    assert shown == {"GREEN": 8, "UNKNOWN": 12}
