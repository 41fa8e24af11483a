"""The whole path on the command line: import, browse, compare, explain, decide, audit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.end2end.stores import RUN_IDS, patch_store, v1_record, v1_store

GREEN = {number for number in range(20) if number % 5 < 2}


def imported(cli: Command, *paths: Path, code: int = 0) -> dict[str, Any]:
    """Import and return the account, which always adds up."""
    answer = cli("import", *paths, "--json")
    assert answer.code == code, answer
    report: dict[str, Any] = answer.json
    parts = report["imported"] + report["updated"] + report["already_present"]
    assert report["found"] == parts + len(report["conflicts"]) + len(report["refused"])
    return report


@pytest.mark.usefixtures("signing")
def test_a_run_of_an_imported_store_is_compared_explained_approved_and_audited(cli: Command, tmp_path: Path) -> None:
    assert imported(cli, v1_store(tmp_path / "v1"))["imported"] == 20
    listed = cli.ok("list", "--json").json
    assert listed["total"] == 20
    assert sum(row["risk"] == "GREEN" for row in listed["items"]) == len(GREEN)
    assert {row["risk"] for row in listed["items"]} == {"GREEN", "UNKNOWN"}

    blocked, neighbour = RUN_IDS[2], RUN_IDS[1]
    diff = cli.ok("diff", blocked, neighbour, "--json").json
    assert diff["diff_severity"] == "CRITICAL"
    assert diff["diff"]["status"] == {"a": "BLOCKED", "b": "OK"}
    assert cli("diff", blocked, neighbour, "--exit-code").code == 1

    explained = cli.ok("explain", blocked, "--json").json
    assert (explained["explanation_status"], explained["review_state"]) == ("READY", "NEEDS_REVIEW")
    [waiting] = cli.ok("queue", "--json").json["items"]
    assert waiting["row"]["run_id"] == blocked
    advisory = cli.ok("advisory", waiting["advisory_id"], "--json").json

    cli.ok("reviewer", "add", "anna", "--name", "Anna Voss")
    cli.ok("reviewer", "add", "ben", "--name", "Ben Ito", "--by", "anna")
    decided = cli.ok(
        *["review", blocked, waiting["advisory_id"], "--approve", "--reviewer", "ben"],
        *["--text-sha256", advisory["text_sha256"], "--reason", "measured by hand", "--json"],
    ).json
    assert decided["review_state"] == "APPROVED"

    audit = cli.ok("audit", "--json").json
    assert audit["ok"]
    [line] = [item for item in audit["decisions"] if item["kind"] == "human"]
    assert (line["person_id"], line["person_name"], line["verb"]) == ("ben", "Ben Ito", "approved")
    assert (line["run_id"], line["advisory_id"], line["signature"]) == (blocked, waiting["advisory_id"], "valid")
    assert line["at_utc"] == decided["at_utc"]
    assert line["text_sha256"] == advisory["text_sha256"]
    assert audit["reviews"]["human"] == 1
    assert "signature valid" in cli.ok("audit").out


def test_a_second_import_brings_nothing_new(cli: Command, tmp_path: Path) -> None:
    store = v1_store(tmp_path / "v1")
    imported(cli, store)
    lines = cli.ok("audit", "--json").json["runs"]
    again = imported(cli, store)
    assert (again["imported"], again["updated"], again["already_present"]) == (0, 0, 20)
    assert cli.ok("audit", "--json").json["runs"] == lines == 20


def test_a_changed_source_updates_and_an_altered_sealed_part_conflicts(cli: Command, tmp_path: Path) -> None:
    imported(cli, v1_store(tmp_path / "v1"))
    before = cli.ok("show", RUN_IDS[0], "--json").json
    changed = imported(cli, v1_store(tmp_path / "v1", n0={"meta": {"operator": "kim"}}))
    assert (changed["updated"], changed["already_present"]) == (1, 19)
    shown = cli.ok("show", RUN_IDS[0], "--json").json
    assert shown["meta"] == {"operator": "kim"}
    assert shown["run_sha256"] == before["run_sha256"]

    report = imported(cli, v1_store(tmp_path / "v1", n1={"request_summary": {"stepdown": 9}}), code=1)
    [conflict] = report["conflicts"]
    assert conflict["run_id"] == RUN_IDS[1]
    assert conflict["stored_sha256"] != conflict["found_sha256"]
    kept = cli.ok("show", RUN_IDS[1], "--json").json
    assert kept["request_summary"] == v1_record(1, RUN_IDS[1])["request_summary"]
    assert "Conflicts" in cli("import", tmp_path / "v1").out


def test_an_approval_by_the_system_is_history_and_waits_for_a_person(cli: Command, tmp_path: Path) -> None:
    imported(cli, patch_store(tmp_path / "patch"))
    [item] = cli.ok("queue", "--json").json["items"]
    assert (item["row"]["risk"], item["state"]) == ("UNKNOWN", "NEEDS_REVIEW")
    assert "by system" in item["row"]["at_source"]
    audit = cli.ok("audit", "--json").json
    assert audit["reviews"] == {"human": 0, "automatic": 0, "at_source": 1}
    assert audit["decisions"] == []


def test_one_bad_record_never_stops_the_rest(cli: Command, tmp_path: Path) -> None:
    file = v1_store(tmp_path / "v1")
    records = json.loads(file.read_text())
    text = json.dumps({**records, "run_bad": {"run_id": "run_bad", "meta": {"x": 0}}})
    file.write_text(text.replace('"x": 0', '"x": 1e999'))
    report = imported(cli, file, code=1)
    assert (report["imported"], len(report["refused"])) == (20, 1)
    assert "run_bad" in report["refused"][0]["source"]
    assert "Refused" in cli("import", file).out


def test_a_dry_run_writes_nothing(cli: Command, tmp_path: Path) -> None:
    report = cli.ok("import", v1_store(tmp_path / "v1"), "--dry-run", "--json").json
    assert (report["imported"], report["dry_run"]) == (20, True)
    assert cli.ok("list", "--json").json["total"] == 0
    assert cli.ok("import", tmp_path / "v1", "--dry-run").out.startswith("Would import 20 runs of 20 found.")


def test_nothing_recognised_is_bad_data(cli: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    answer = cli("import", tmp_path / "notes.txt", "--json")
    assert (answer.code, answer.error["code"]) == (5, "bad_data")


def test_the_sample_stores_are_imported_whole(cli: Command, samples: Path) -> None:
    assert imported(cli, samples / "v1-single-file")["imported"] == 20
    shown = [row["risk"] for row in cli.ok("list", "--json").json["items"]]
    assert (shown.count("GREEN"), shown.count("UNKNOWN")) == (8, 12)
    assert imported(cli, samples / "saw-runs")["imported"] == 5
    assert imported(cli, samples / "job-log")["imported"] == 8
    two = imported(cli, samples / "v2-partitioned")
    assert two["imported"] == 15
    patch = imported(cli, samples / "patch-per-file")
    assert (patch["imported"], patch["advisories"]) == (4, 4)
    assert cli.ok("list", "--json").json["total"] == 52
    system = [item for item in cli.ok("queue", "--json").json["items"] if item["row"]["at_source"]]
    assert any(item["row"]["risk"] == "UNKNOWN" and item["state"] == "NEEDS_REVIEW" for item in system)
    folders = [samples / name for name in ("v1-single-file", "saw-runs", "job-log", "v2-partitioned", "patch-per-file")]
    again = imported(cli, *folders)
    assert (again["imported"], again["updated"], again["already_present"]) == (0, 0, 52)
    assert cli.ok("audit", "--json").json["ok"]
