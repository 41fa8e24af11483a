"""The sample runs: written by their script, true to themselves, and enough of everything to show."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core import resources
from rmos_console.core.canonical import canonical, canonical_sha256, read_json, sha256_hex
from rmos_console.core.compare.structural import diff_runs
from rmos_console.core.compare.toolpath import parse
from rmos_console.core.explain.registry import RULES
from rmos_console.core.records.ids import is_run_id
from rmos_console.core.review.risk import judge_risk

SCRIPT = Path(__file__).resolve().parents[3] / "packaging" / "make_sample.py"
Document = dict[str, Any]


def script(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def runs() -> dict[str, Document]:
    lines = resources.path("sample/runs.jsonl").read_bytes().splitlines()
    documents = [read_json(line, name="a sample run") for line in lines]
    assert [canonical(document) for document in documents] == lines
    return {document["meta"]["sample"]: document for document in documents}


def test_the_committed_files_are_what_the_script_writes(tmp_path: Path) -> None:
    check = script("--check")
    assert (check.returncode, check.stderr) == (0, ""), check.stdout
    written = script("--to", str(tmp_path / "sample"))
    assert written.returncode == 0, written.stderr
    assert script("--check", "--to", str(tmp_path / "sample")).returncode == 0


def test_the_check_names_what_differs(tmp_path: Path) -> None:
    copy = tmp_path / "sample"
    shutil.copytree(resources.path("sample"), copy)
    (copy / "runs.jsonl").write_bytes((copy / "runs.jsonl").read_bytes().replace(b"ebony", b"ivory", 1))
    (copy / "files" / "left-over.txt").write_text("x", "utf-8")
    check = script("--check", "--to", str(copy))
    assert check.returncode == 1
    assert check.stdout == "differs: files/left-over.txt, runs.jsonl; run packaging/make_sample.py\n"


def test_there_is_enough_of_everything(runs: dict[str, Document]) -> None:
    assert len(runs) >= 60
    assert len({document["created_at_utc"][:10] for document in runs.values()}) >= 5
    assert Counter(document["status"] for document in runs.values()).keys() == {"OK", "BLOCKED", "ERROR"}
    shown = Counter(judge_risk(document).shown for document in runs.values())
    assert shown.keys() == {"GREEN", "YELLOW", "RED", "UNKNOWN", "ERROR"}
    assert {document["mode"] for document in runs.values()} == {"mvp", "adaptive", "rosette", "helical", "saw"}
    for place, least in (("machine_id", 3), ("material_id", 6), ("session_id", 10), ("batch_label", 6)):
        assert len({document["context"][place] for document in runs.values()}) >= least, place
    assert len({document["tool_id"] for document in runs.values()}) >= 5
    assert any(document["decision"].get("score") == 0 for document in runs.values())
    assert any(judge_risk(document).warnings for document in runs.values())
    sizes = [len(document["outputs"].get("gcode_text") or "") for document in runs.values()]
    assert sum(size > 80_000 for size in sizes) >= 5
    folder = resources.path("sample")
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 3_000_000


def test_ids_times_and_parents_are_sound(runs: dict[str, Document]) -> None:
    ids = [document["run_id"] for document in runs.values()]
    assert len(set(ids)) == len(ids)
    assert all(map(is_run_id, ids))
    times = [document["created_at_utc"] for document in runs.values()]
    assert times == sorted(times)
    made = dict(zip(ids, times, strict=True))
    for name, document in runs.items():
        parent = document["lineage"].get("parent_run_id")
        assert parent is None or made[parent] < document["created_at_utc"], name


def test_hashes_are_of_what_they_say(runs: dict[str, Document]) -> None:
    for name, document in runs.items():
        hashes, outputs = document["hashes"], document["outputs"]
        if document["feasibility"]:
            assert hashes["feasibility_sha256"] == canonical_sha256(document["feasibility"]), name
        if outputs:
            assert hashes["gcode_sha256"] == sha256_hex(outputs["gcode_text"].encode()), name
            assert hashes["opplan_sha256"] == canonical_sha256(outputs["opplan_json"]), name


def test_every_program_is_understood_and_as_deep_as_its_request(runs: dict[str, Document]) -> None:
    for name, document in runs.items():
        text = document["outputs"].get("gcode_text")
        if text is None:
            continue
        path = parse(text)
        assert path.not_understood == (), name
        assert path.cut_bounds is not None, name
        assert path.cut_bounds.low[2] == pytest.approx(-document["request_summary"]["geometry_depth_mm"]), name
        assert path.cut_minutes, name


def test_the_rules_that_are_named_exist_with_that_level(runs: dict[str, Document]) -> None:
    for name, document in runs.items():
        feasibility = document["feasibility"]
        for rule in feasibility.get("rules_triggered", []):
            assert rule in RULES, name
        if feasibility:
            worst = {RULES[rule].level for rule in feasibility["rules_triggered"]}
            level = "RED" if "RED" in worst else "YELLOW" if worst else "GREEN"
            assert feasibility["risk_level"] == level, name


def test_the_values_really_are_beyond_the_limits(runs: dict[str, Document]) -> None:
    """Judge the graver rules once more from the numbers, by the design's own words."""
    for name, document in runs.items():
        if not document["feasibility"]:
            continue
        asked, fired = document["request_summary"], set(document["feasibility"]["rules_triggered"])
        tool, depth = asked["tool_d"], asked["geometry_depth_mm"]
        hard = asked["material_hardness"] == "hard"
        expected = {
            "F020": hard and asked["stepdown"] > 1.5 * tool,
            "F021": depth / tool > 5,
            "F022": depth > asked["material_thickness_mm"],
            "F028": (asked.get("wall_thickness_mm") or 9) < 1,
            "F032": tool < 2,
            "F035": asked["stepover"] > 0.7,
            "F040": not 80 <= asked["feed_override_percent"] <= 120,
        }
        assert {rule for rule, hit in expected.items() if hit} == fired & set(expected), name


@pytest.mark.parametrize(
    ("a", "b", "severity", "reason"),
    [
        ("rosette-green", "rosette-red", "CRITICAL", "Status differs: OK and BLOCKED"),
        ("rosette-green", "rosette-again", "NONE", None),
        ("soundhole-1", "soundhole-2", "CRITICAL", "G-code differs"),
        ("truss-1", "truss-2", "CRITICAL", "G-code differs"),
        ("rosette-maple", "rosette-override", "CRITICAL", "Risk differs: GREEN and YELLOW"),
        ("bridge-1", "bridge-2", "CRITICAL", "G-code differs"),
    ],
)
def test_pairs_worth_comparing(runs: dict[str, Document], a: str, b: str, severity: str, reason: str | None) -> None:
    ignore = ["lineage", "meta", "context.session_id"]
    diff = diff_runs(runs[a], runs[b], ignore=ignore)
    assert diff.diff_severity == severity
    assert reason is None or diff.reasons[0] == reason


def test_one_toolpath_posted_for_two_controllers(runs: dict[str, Document]) -> None:
    one, other = runs["truss-1"]["hashes"], runs["truss-2"]["hashes"]
    assert one["toolpaths_sha256"] == other["toolpaths_sha256"]
    assert one["gcode_sha256"] != other["gcode_sha256"]


def test_the_story_speaks_of_runs_and_files_that_are_there(runs: dict[str, Document]) -> None:
    story = json.loads(resources.path("sample/story.json").read_text("utf-8"))
    ids = {document["run_id"] for document in runs.values()}
    people = {each["id"] for each in story["reviewers"]}
    for step in story["steps"]:
        assert step.get("run") in {*ids, None}
        assert step.get("by") in {*people, None}
        if step["do"] == "file":
            assert resources.path(f"sample/{step['path']}").is_file()
