"""The saw line's file and the job log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.canonical import sha256_hex
from rmos_console.core.importers.found import FoundRun, Ignored, Refused
from tests.unit.importers.stores import everything, only, runs, write

SAW: dict[str, Any] = {
    "run_id": "run_20260314_092653",
    "meta": {
        "op_type": "slice",
        "machine_profile": "SAW_2",
        "material_family": "hardwood",
        "blade_id": "BLADE_60T",
        "risk_grade": "YELLOW",
        "risk_warnings": ["thin"],
    },
    "gcode": "G21\nM30",
    "created_at": "2026-03-14T09:26:53.5",
    "started_at": "2026-03-14T09:26:54",
    "completed_at": None,
    "status": "running",
    "error_message": None,
}


def test_a_saw_run_is_mapped_and_its_progress_is_mutable(tmp_path: Path) -> None:
    path = write(tmp_path / "saw.json", {"version": 2, "runs": {SAW["run_id"]: SAW}})
    ignored, found = everything(path, "saw", "America/Chicago")
    assert ignored == Ignored("saw.json#version", "stands beside the runs and is none")
    assert isinstance(found, FoundRun)
    run = found.sealed
    assert (run.mode, run.tool_id, run.status) == ("saw", "BLADE_60T", None)
    assert (run.created_at_utc, run.source.assumed_timezone) == ("2026-03-14T14:26:53.500000Z", "America/Chicago")
    assert run.outputs.gcode_text == "G21\nM30"
    assert (run.context.machine_id, run.context.material_id, run.context.event_type) == ("SAW_2", "hardwood", "slice")
    assert (run.decision.risk_level, run.decision.warnings) == ("YELLOW", ("thin",))
    assert run.meta == SAW["meta"]
    assert run.source.extra == {"created_at": SAW["created_at"]}
    assert found.mutable == {
        "status": "running",
        "started_at": "2026-03-14T09:26:54",
        "completed_at": None,
        "error_message": None,
    }


@pytest.mark.parametrize(
    ("status", "ours"), [("completed", "OK"), ("error", "ERROR"), ("aborted", "ERROR"), ("created", None), (3, None)]
)
def test_the_progress_of_a_saw_run_becomes_its_status(tmp_path: Path, status: object, ours: str | None) -> None:
    found = [
        runs(write(tmp_path / "saw.json", {"runs": {"s": {**SAW, "run_id": "s", "status": each}}}), "saw")[0]
        for each in (status, "created")
    ]
    assert found[0].sealed.status == ours
    assert found[0].sealed_sha256 == found[1].sealed_sha256


def test_a_grade_that_is_no_level_is_only_kept(tmp_path: Path) -> None:
    meta = {**SAW["meta"], "risk_grade": "B+", "risk_warnings": None, "blade_id": None}
    (found,) = runs(write(tmp_path / "saw.json", {"runs": {"other": {**SAW, "meta": meta}}}), "saw")
    assert (found.sealed.decision.risk_level, found.sealed.tool_id) == (None, None)
    assert found.sealed.meta["risk_grade"] == "B+"
    assert found.warnings == (f"it is filed under 'other' but calls itself '{SAW['run_id']}'",)


@pytest.mark.parametrize("data", [b"[]", b' {"runs": {}}', b'{"runs": []}', b'{"runs": null}'])
def test_an_empty_saw_store_has_no_runs(tmp_path: Path, data: bytes) -> None:
    assert everything(write(tmp_path / "saw.json", data), "saw") == []


@pytest.mark.parametrize("data", [b'[{"run_id": "a"}]', b'{"runs": [{"run_id": "a"}]}', b'{"runs": 3}'])
def test_runs_that_are_no_object_are_refused_and_never_passed_over(tmp_path: Path, data: bytes) -> None:
    (refused,) = everything(write(tmp_path / "saw.json", data), "saw")
    assert isinstance(refused, Refused)


LINE = {"run_id": "job-1", "machine_id": "Haas", "material": "Ebony", "sim_time_s": 4.5, "source": "seed"}


def log(path: Path, *stamps: str) -> Path:
    lines = [json.dumps({**LINE, "created_at": stamp}) for stamp in stamps]
    return write(path, "\n".join(lines).encode() + b"\n")


def test_lines_with_one_id_are_different_runs(tmp_path: Path) -> None:
    path = log(tmp_path / "log.jsonl", "2026-03-14T09:00:00-06:00", "2026-03-14T10:00:00Z", "2026-03-14T10:00:00Z")
    found = runs(path, "job-log")
    assert [each.original_id for each in found] == ["job-1"] * 3
    assert len({each.sealed.run_id for each in found}) == 3
    digest = sha256_hex(found[1].original)
    assert [each.discriminator for each in found[1:]] == [f"{digest}:1", f"{digest}:2"]
    assert [each.source for each in found] == ["log.jsonl:1", "log.jsonl:2", "log.jsonl:3"]
    run = found[0].sealed
    assert (run.created_at_utc, run.mode, run.tool_id, run.status) == ("2026-03-14T15:00:00Z", None, None, None)
    assert (run.context.machine_id, run.context.material_id) == ("Haas", "Ebony")
    assert run.source.extra == {"sim_time_s": 4.5, "source": "seed", "created_at": "2026-03-14T09:00:00-06:00"}


def test_a_line_keeps_its_id_when_the_log_grows_or_its_line_ends_change(tmp_path: Path) -> None:
    path = log(tmp_path / "log.jsonl", "2026-03-14T09:00:00Z", "2026-03-14T09:00:00Z")
    before = [each.sealed.run_id for each in runs(path, "job-log")]
    path.write_bytes(b"\n" + path.read_bytes().replace(b"\n", b"\r\n") * 2)
    after = [each.sealed.run_id for each in runs(path, "job-log")]
    assert len(after) == 4
    assert after[:2] == before


def test_even_an_id_of_ours_is_derived_in_a_log(tmp_path: Path) -> None:
    own = "run_" + "9" * 32
    line = json.dumps({**LINE, "run_id": own, "created_at": "2026-03-14T09:00:00Z"})
    (found,) = runs(write(tmp_path / "log.jsonl", line.encode()), "job-log")
    assert found.sealed.run_id != own
    assert found.sealed.source.run_id == own


def test_a_bad_line_is_refused_alone_and_a_cut_off_end_is_told(tmp_path: Path) -> None:
    path = log(tmp_path / "log.jsonl", "2026-03-14T09:00:00Z")
    path.write_bytes(b'{"run_id": 5}\n[1]\n' + path.read_bytes() + b'{"run_id": "x", "crea')
    items = everything(path, "job-log")
    assert [each.source for each in only(FoundRun, items)] == ["log.jsonl:3"]
    first, second, last = only(Refused, items)
    assert first.reason == "The run_id is a JSON number."
    assert "log.jsonl:2 is a JSON array" in second.reason
    assert last.source == "log.jsonl:4"
    assert last.reason.endswith("The line has no end: the file may be cut off.")


def test_a_line_over_the_limit_is_refused_without_being_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = log(tmp_path / "log.jsonl", "2026-03-14T09:00:00Z")
    path.write_bytes(b'{"run_id": "' + b"x" * 1000 + b'"}\n' + path.read_bytes() + b"y" * 900)
    monkeypatch.setattr("rmos_console.core.importers.job_log.MAX_DOCUMENT_BYTES", 300)
    items = everything(path, "job-log")
    assert [type(each) for each in items] == [Refused, FoundRun, Refused]
    assert [each.source for each in items] == ["log.jsonl:1", "log.jsonl:2", "log.jsonl:3"]
    assert "more than 300 bytes" in only(Refused, items)[0].reason
