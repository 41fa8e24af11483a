"""The document of an imported run is made without pydantic, and is what pydantic would have made of it; so is a run
that is made of a document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rmos_console.core.canonical import canonical
from rmos_console.core.importers.found import FoundRun
from rmos_console.core.records.run import sealed_run
from tests.unit.importers.stores import RUN_A, everything, only, record, write

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
ANY = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=6
)
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
NESTED = {
    "decision": ("risk_level", "score", "block_reason", "warnings", "details", "odd"),
    "hashes": ("feasibility_sha256", "toolpaths_sha256", "gcode_sha256", "opplan_sha256", "odd"),
    "outputs": ("gcode_text", "opplan_json", "gcode_path", "opplan_path", "preview_svg_path", "odd"),
    "context": ("machine_id", "material_id", "session_id", "batch_label", "event_type", "odd"),
}
FITTING = {
    "mode": st.text(),
    "status": st.sampled_from(["OK", "BLOCKED", "ERROR", "other"]),
    "risk_level": st.sampled_from(["GREEN", "RED", "UNKNOWN", "green"]),
    "score": st.integers(-1, 101) | st.floats(-1, 101),
    "warnings": st.lists(st.text() | st.integers(), max_size=2),
    "feasibility": st.dictionaries(st.text(), ANY, max_size=3),
    "meta": st.dictionaries(st.sampled_from(["machine_id", "x"]), ANY),
    **dict.fromkeys(("gcode_sha256", "toolpaths_hash"), HEX | st.just("0" * 64)),
}
TOP = ("mode", "tool_id", "status", "request_id", "request_summary", "feasibility", "lineage", "meta", "machine_id")


def value(name: str) -> st.SearchStrategy[Any]:
    """Return what may stand under a key: often what belongs there, often anything at all."""
    return FITTING.get(name, st.text()) | ANY


def part(names: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Return an object with some of the keys, or anything at all in its place."""
    return st.fixed_dictionaries({}, optional={name: value(name) for name in names}) | SCALARS


RECORDS = st.fixed_dictionaries(
    {"created_at_utc": st.just("2026-03-14T09:26:53.5Z"), "run_id": st.sampled_from([RUN_A, "old/1"])},
    optional={
        **{name: value(name) for name in (*TOP, "toolpaths_hash", "workflow_mode", "advisory_inputs", "attachments")},
        **{name: part(names) for name, names in NESTED.items()},
    },
)


def agree(found: FoundRun) -> None:
    """Fail where the document is not that of the run it makes, byte for byte."""
    run = found.sealed
    assert canonical(found.body) == canonical(run.document())
    assert sealed_run(found.body) == run
    assert canonical(sealed_run(found.body).document()) == canonical(found.body)
    assert (found.run_id, found.sealed_sha256) == (run.run_id, run.source.sealed_sha256)


@settings(max_examples=150, deadline=None)
@given(records=st.lists(RECORDS, min_size=1, max_size=3), layout=st.sampled_from(["v1", "saw", "job-log"]))
def test_the_document_is_that_of_the_record(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], layout: str
) -> None:
    folder = tmp_path_factory.mktemp("foreign")
    for item in records:
        item["created_at"] = item["created_at_utc"]
    by_id = {f"id {number}": item for number, item in enumerate(records)}
    whole: Any = {"runs": by_id} if layout == "saw" else by_id
    text = "\n".join(map(json.dumps, records)) if layout == "job-log" else json.dumps(whole)
    path = write(folder / "runs.json", text.encode())
    found = only(FoundRun, everything(path, layout))
    assert len(found) == len(records)
    for each in found:
        agree(each)
        agree(each.set_apart())


def test_defaults_are_shared_by_no_two_runs(tmp_path: Path) -> None:
    bare = {key: record()[key] for key in ("created_at_utc",)}
    path = write(tmp_path / "runs.json", {"a": bare, "b": bare})
    first, second = only(FoundRun, everything(path, "v1"))
    for key in ("meta", "lineage", "decision", "outputs", "attachments"):
        assert first.body[key] is not second.body[key]
    assert first.body["decision"]["details"] is not second.body["decision"]["details"]


@pytest.mark.parametrize(
    "wrong", [{"feasibility": []}, {"decision": {"details": 1}}, {"source": {"format": "v1", "extra": None}}, {"x": 1}]
)
def test_a_document_that_is_no_run_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    path = write(tmp_path / "runs.json", {RUN_A: record()})
    (found,) = only(FoundRun, everything(path, "v1"))
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        sealed_run({**found.body, **wrong})
