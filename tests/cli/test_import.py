"""Importing on the command line: layouts, time zones, exit codes and the account for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.terminal import converse
from tests.end2end.stores import patch_store, v1_store

SAW = {
    "saw-1": {
        "run_id": "saw-1",
        "meta": {"op_type": "crosscut", "machine_profile": "saw-a", "risk_grade": "GREEN"},
        "gcode": "G1 X1\n",
        "created_at": "2026-01-05T08:00:00",
        "completed_at": "2026-01-05T08:05:00",
        "status": "completed",
        "error_message": None,
    }
}
JOB = '{"run_id":"job-1","job_name":"Rosette","machine_id":"m1","post_id":"grbl","created_at":"2026-01-05T10:00:00Z"}\n'


def layouts(folder: Path) -> dict[str, Path]:
    """Write a store of each single-file layout and of the per-file one."""
    folder.mkdir()
    saw = folder / "saw_runs.json"
    saw.write_text(json.dumps({"runs": SAW}))
    log = folder / "cam_job_log.jsonl"
    log.write_text(JOB + JOB.replace("Rosette", "Binding"))
    return {"saw": saw, "job-log": log, "v1": v1_store(folder / "v1"), "patch": patch_store(folder / "patch")}


@pytest.mark.parametrize(("layout", "runs"), [("saw", 1), ("job-log", 2), ("v1", 20), ("patch", 1)])
def test_each_layout_is_recognised_or_named(cli: Command, tmp_path: Path, layout: str, runs: int) -> None:
    path = layouts(tmp_path / "sources")[layout]
    assert cli.ok("import", path, "--json").json["imported"] == runs
    assert cli.ok("import", path, "--format", layout, "--json").json["already_present"] == runs
    assert {row["run_id"] for row in cli.ok("list", "--json").json["items"]}
    formats = {cli.ok("show", row["run_id"], "--json").json["source"]["format"] for row in _rows(cli)}
    assert formats == {layout}


def _rows(cli: Command) -> list[dict[str, str]]:
    items: list[dict[str, str]] = cli.ok("list", "--json").json["items"]
    return items


def test_several_paths_are_one_account(cli: Command, tmp_path: Path) -> None:
    paths = layouts(tmp_path / "sources")
    answer = cli.ok("import", *paths.values())
    assert answer.lines[0] == "Imported 24 runs of 24 found."
    again = cli.ok("import", *paths.values())
    assert again.lines[0] == "Imported 0 runs of 24 found."
    assert ["Already", "present", "24"] in [line.split() for line in again.lines]


def test_times_without_a_zone_are_read_in_the_one_named(cli: Command, tmp_path: Path) -> None:
    cli.ok("import", layouts(tmp_path / "sources")["saw"], "--timezone", "-06:00")
    [row] = _rows(cli)
    assert row["created_at_utc"] == "2026-01-05T14:00:00Z"
    shown = cli.ok("show", row["run_id"], "--json").json
    assert shown["source"]["assumed_timezone"] == "-06:00"
    assert "Zone assumed" in cli.ok("show", row["run_id"]).out


def test_a_zone_nobody_knows_is_wrong_usage(cli: Command, tmp_path: Path) -> None:
    answer = cli("import", layouts(tmp_path / "sources")["saw"], "--timezone", "Mars/Olympus")
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert _rows(cli) == []


def test_what_is_refused_or_ignored_is_named(cli: Command, tmp_path: Path) -> None:
    store = patch_store(tmp_path / "patch")
    (store / "rmos_runs" / "run_00000000000c.json").write_text('{"run_id": "run_00000000000c", "x": NaN}')
    (store / "rmos_runs" / "run_00000000000d.json.tmp").write_text("half")
    answer = cli("import", store)
    assert answer.code == 1
    assert answer.lines[0] == "Imported 1 run of 2 found."
    assert "run_00000000000c.json" in answer.out
    assert "run_00000000000d.json.tmp" in answer.out


def test_a_terminal_sees_progress_and_a_pipe_does_not(cli: Command, tmp_path: Path) -> None:
    path = v1_store(tmp_path / "v1")
    assert cli.ok("import", path, "--dry-run").err == ""
    code, screen = converse(["--store", str(cli.store), "import", str(path)], [])
    assert (code, "\x1b[?25l" in screen) == (0, True)  # the bar hides the cursor while it moves
    assert "Imported 20 runs of 20 found." in screen
