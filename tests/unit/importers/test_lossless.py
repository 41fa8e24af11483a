"""Every key and value of a source record is kept: sealed, mutable, in a reference, or verbatim in source.extra."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.canonical import read_json
from rmos_console.core.importers.found import FoundRun
from tests.unit.importers.stores import DAY, RUN_A, record, reference, runs, write
from tests.unit.importers.whole import missing, put_together

SURROGATE_FREE = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
) | SURROGATE_FREE
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SURROGATE_FREE, inner, max_size=3),
    max_leaves=6,
)
KNOWN_KEYS = (
    *("mode", "tool_id", "status", "request_id", "request_summary", "feasibility", "decision", "hashes", "outputs"),
    *("context", "lineage", "meta", "attachments", "workflow_mode", "toolpaths_hash", "gcode_hash", "request_hash"),
    *("machine_id", "material_id", "event_type", "workflow_session_id", "session_id", "batch_label", "notes"),
    *("explanation_status", "explanation_summary", "advisory_reviews", "manufacturing_candidates"),
)
DECISIONS = st.dictionaries(st.sampled_from(["risk_level", "score", "warnings", "details", "block_reason", "by"]), JSON)
HASHES = st.dictionaries(st.sampled_from(["gcode_sha256", "snapshot_sha256"]), JSON | st.just("c" * 64))
REFERENCES = st.lists(
    st.fixed_dictionaries(
        {"advisory_id": st.text("abc123", min_size=1, max_size=6)},
        optional={"kind": JSON, "created_at_utc": JSON, "engine_id": JSON, "status": JSON, "rating": JSON},
    )
    | SCALARS.filter(lambda each: not isinstance(each, str)),
    max_size=4,
    unique_by=lambda each: str(each["advisory_id"]) if isinstance(each, dict) else repr(each),
)
TIMES = st.sampled_from(
    ["2026-03-14T09:26:53Z", "2026-03-14T09:26:53.5897932-06:00", "2026-03-14T09:26:53+00:00", "2026-03-14 09:26:53.1"]
)
RECORDS = st.builds(
    lambda known, other, decision, hashes, references, time: {
        **other,
        **known,
        "decision": decision,
        "hashes": hashes,
        "advisory_inputs": references,
        "created_at_utc": time,
        "run_id": RUN_A,
    },
    st.dictionaries(st.sampled_from(KNOWN_KEYS), JSON),
    st.dictionaries(SURROGATE_FREE, JSON, max_size=3),
    DECISIONS | st.none(),
    HASHES,
    REFERENCES | st.none() | st.text(max_size=3),
    TIMES,
)


def lost(found: FoundRun, original: dict[str, Any]) -> list[str]:
    # A string in advisory_inputs is read as an id; it comes back as an object that names it.
    return missing(original, put_together(found))


@given(RECORDS)
@pytest.mark.parametrize("layout", ["patch", "v1", "v2"])
def test_generated_records_are_kept_whole(layout: str, original: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = {
            "patch": Path(folder, "rmos_runs", f"{RUN_A}.json"),
            "v1": Path(folder, "runs.json"),
            "v2": Path(folder, "runs", DAY, f"{RUN_A}.json"),
        }[layout]
        write(path, {RUN_A: original} if layout == "v1" else original)
        (found,) = runs(path, layout)
    assert lost(found, original) == []
    assert json.loads(found.original) == original


@given(st.dictionaries(SURROGATE_FREE, JSON, max_size=4), TIMES, JSON, JSON)
def test_generated_saw_runs_and_log_lines_are_kept_whole(
    other: dict[str, Any], time: str, meta: object, gcode: object
) -> None:
    original = {**other, "meta": meta, "gcode": gcode, "status": "running", "created_at": time, "run_id": "sägen 1"}
    with tempfile.TemporaryDirectory() as folder:
        (saw,) = runs(write(Path(folder, "saw.json"), {"runs": {"sägen 1": original}}), "saw")
        (job,) = runs(write(Path(folder, "log.jsonl"), json.dumps(original).encode()), "job-log")
    assert lost(saw, original) == []
    assert lost(job, original) == []


def test_two_copies_of_one_reference_are_one_with_both_words(tmp_path: Path) -> None:
    new, reviewed = reference(status="NEW", rating=None), reference(status="REVIEWED", rating=2, notes="thin")
    for order in ([new, reviewed], [reviewed, new]):
        (found,) = runs(write(tmp_path / "runs.json", {RUN_A: record(advisory_inputs=order)}), "v1")
        (ref,) = found.refs
        assert ref.at_source == {
            "status": "REVIEWED",
            "rating": 2,
            "notes": "thin",
            "other_copies": [{"status": "NEW", "rating": None}],
        }


def test_sample_records_are_kept_whole(samples: Path) -> None:
    v1 = samples / "v1-single-file" / "runs.json"
    originals = read_json(v1.read_bytes(), name="v1")
    found = runs(v1, "v1")
    assert len(found) == len(originals)
    for each in found:
        assert lost(each, originals[each.original_id]) == []
    for layout, folder in (("patch", "patch-per-file"), ("v2", "v2-partitioned"), ("job-log", "job-log")):
        for each in runs(samples / folder, layout):
            assert lost(each, read_json(each.original, name=each.source)) == [], each.source
    for each in runs(samples / "saw-runs", "saw"):
        assert lost(each, read_json(each.original, name=each.source)) == []
