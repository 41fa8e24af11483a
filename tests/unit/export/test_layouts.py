"""Runs as files of RMOS's layouts: nothing is approved there that is not here, and importing gives the same runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.errors import RefusedError, UsageError
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.report.layouts import Layout, file_name
from rmos_console.core.store import Store, create_store, open_store
from rmos_console.core.usecases import attach, browse, explain, importing, intake, review
from rmos_console.core.usecases.export_layout import as_layout, export_layout
from tests.unit.usecases.conftest import RED, decide, revoke

Make = Callable[..., RunArtifact]
LAYOUTS: tuple[Layout, ...] = ("patch", "v2")
KEPT: tuple[str, ...] = (
    "run_id",
    "created_at_utc",
    "mode",
    "tool_id",
    "status",
    "request_summary",
    "feasibility",
    "decision",
    "hashes",
)
KEPT += ("outputs", "lineage", "context", "request_id", "meta", "risk", "explanation_status", "explanation_summary")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    create_store(tmp_path / "other")
    with open_store(tmp_path / "other") as opened:
        yield opened


def shown(store: Store) -> dict[str, dict[str, Any]]:
    """Every run as it is shown, without what only says how it came here."""
    told = {}
    for entry in store.snapshot().runs():
        document = browse.show(store, entry.run_id).document()
        texts = [
            browse.advisory(store, ref["advisory_id"]).text
            for ref in document["advisory_inputs"]
            if ref["asset"] == "present"
        ]
        told[entry.run_id] = {**{key: document[key] for key in KEPT}, "texts": texts}
    return told


def documents(folder: Path, within: str) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted((folder / within).rglob("*.json"))]


def facts(folder: Path, layout: Layout, advisory_id: str) -> dict[str, Any]:
    """The review facts of an advisory, where the layout keeps them."""
    if layout == "patch":
        return next(each for each in documents(folder, "advisory_assets") if each["asset_id"] == advisory_id)
    refs = [ref for run in documents(folder, "runs") for ref in run["advisory_inputs"]]
    return next(ref for ref in refs if ref["advisory_id"] == advisory_id)


@pytest.fixture
def full(store: Store, make_run: Make, caller: Caller, tmp_path: Path) -> Store:
    """Runs with everything that a run can have."""
    (tmp_path / "x.bin").write_bytes(b"precious")
    program = {"gcode_text": "G1 X1.000\n" * 40_000, "opplan_json": [1, {"a": None}], "preview_svg_path": "a/b.svg"}
    run = make_run(
        RED, outputs=program, request_id="req-1", lineage={"parent_plan_run_id": "p"}, unknown_key={"k": [1]}
    )
    intake.add_file(store, run.run_id, tmp_path / "x.bin", caller)
    intake.patch_meta(store, run.run_id, {"note": "später"}, [], caller)
    explain.explain(store, run.run_id, caller=caller)
    explain.explain(store, make_run().run_id, caller=caller)
    make_run(decision={"score": 0, "risk_level": "YELLOW", "warnings": ["dull"]}, context={"machine_id": "M1"})
    text = {"advisory_id": "a/../b", "text": "two\nlines"}
    attach.attach(store, run.run_id, "a/../b", kind="explanation", document=text, author="k9", caller=caller)
    return store


@pytest.mark.parametrize("layout", LAYOUTS)
def test_importing_an_export_gives_the_same_runs(
    full: Store, other: Store, caller: Caller, tmp_path: Path, layout: Layout
) -> None:
    made = export_layout(full, tmp_path / "out", layout)
    assert (made.runs, made.advisories) == (full.snapshot().run_count, full.snapshot().asset_count)
    report = importing.import_paths(other, [tmp_path / "out"], caller=caller).value
    assert (report.imported, report.conflicts, report.refused) == (made.runs, (), ())
    assert shown(other) == shown(full)
    again = importing.import_paths(other, [tmp_path / "out"], caller=caller).value
    assert (again.already_present, again.imported, again.updated) == (made.runs, 0, 0)
    assert made.files == (1 if layout == "v2" else 0)
    assert made.files_left_out == (0 if layout == "v2" else 1)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_came_from_the_layout_goes_back_as_it_was(
    store: Store, other: Store, caller: Caller, patch: Path, tmp_path: Path, layout: Layout
) -> None:
    importing.import_paths(store, [patch], caller=caller)
    export_layout(store, tmp_path / "out", layout)
    importing.import_paths(other, [tmp_path / "out"], caller=caller)
    assert shown(other) == shown(store)
    if layout == "patch":
        (was,), (now,) = documents(patch, "rmos_runs"), documents(tmp_path / "out", "rmos_runs")
        assert {key: now[key] for key in ("run_id", "created_at_utc", "mode", "explanation_summary", "meta")} == {
            key: was[key] for key in ("run_id", "created_at_utc", "mode", "explanation_summary", "meta")
        }


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_samples_come_back(
    store: Store, other: Store, caller: Caller, samples: Path, tmp_path: Path, layout: Layout
) -> None:
    folder = {"patch": "patch-per-file", "v2": "v2-partitioned"}[layout]
    importing.import_paths(store, [samples / folder], caller=caller)
    export_layout(store, tmp_path / "out", layout)
    report = importing.import_paths(other, [tmp_path / "out"], caller=caller).value
    assert report.refused == ()
    mine, theirs = shown(store), shown(other)
    assert mine.keys() == theirs.keys()
    for run_id, run in mine.items():
        same = {key for key in run if theirs[run_id][key] == run[key]}
        assert same >= run.keys() - {"texts"}, (run_id, run.keys() - same)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_only_what_was_approved_here_is_approved_there(
    store: Store, make_run: Make, caller: Caller, voss: Signer, keller: Signer, tmp_path: Path, layout: Layout
) -> None:
    def explained(feasibility: dict[str, Any] | None = None) -> tuple[str, str]:
        run = explain.explain(store, make_run(feasibility).run_id, caller=caller).value
        return run.run_id, run.advisory_inputs[0].advisory_id

    approved, rejected, waiting, withdrawn, suspect = (explained(RED) for _ in range(5))
    automatic = explained()
    decide(store, voss, *approved, "approved", reason="Read it")
    decide(store, voss, *rejected, "rejected", reason="Wrong depth")
    decide(store, voss, *withdrawn, "approved", reason="Yes")
    review.withdraw(store, voss, *withdrawn, caller=caller)
    decide(store, keller, *suspect, "approved", reason="Yes")
    revoke(store, keller, voss, since="2026-01-01T00:00:00Z")
    export_layout(store, tmp_path / "out", layout)

    def told(of: tuple[str, str]) -> tuple[bool, str | None]:
        found = facts(tmp_path / "out", layout, of[1])
        return found["approved_for_workflow"], found["reviewed_by"]

    assert told(approved) == (True, "mvoss")
    assert told(automatic) == (True, "system:auto_explanation_green")
    assert told(rejected) == (False, "mvoss")
    assert [told(each) for each in (waiting, withdrawn, suspect)] == [(False, None)] * 3
    assert facts(tmp_path / "out", layout, rejected[1])["rejection_reason"] == "Wrong depth"
    assert facts(tmp_path / "out", layout, approved[1])["review_note"] == "Read it"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_approval_at_the_source_is_not_one_here(
    store: Store, caller: Caller, patch: Path, tmp_path: Path, layout: Layout
) -> None:
    importing.import_paths(store, [patch], caller=caller)
    export_layout(store, tmp_path / "out", layout)
    found = facts(tmp_path / "out", layout, "adv_c10982db14f0")
    assert (found["approved_for_workflow"], found["reviewed_by"]) == (False, None)


def test_a_text_on_two_runs_is_approved_only_where_it_is_on_both(
    store: Store, make_run: Make, caller: Caller, voss: Signer, tmp_path: Path
) -> None:
    runs = [make_run(RED).run_id, make_run(RED).run_id]
    document = {"advisory_id": "adv_both", "text": "Right"}
    for run_id in runs:
        attach.attach(store, run_id, "adv_both", kind="explanation", document=document, author="k9", caller=caller)
    decide(store, voss, runs[0], "adv_both", "approved", reason="Yes")
    export_layout(store, tmp_path / "1", "patch")
    assert not facts(tmp_path / "1", "patch", "adv_both")["approved_for_workflow"]
    decide(store, voss, runs[1], "adv_both", "approved", reason="Yes")
    export_layout(store, tmp_path / "2", "patch")
    assert facts(tmp_path / "2", "patch", "adv_both")["approved_for_workflow"]


def test_no_id_becomes_a_path(full: Store, tmp_path: Path) -> None:
    export_layout(full, tmp_path / "out", "patch")
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in written)
    assert file_name("a/../b") in {path.stem for path in written}
    assert {path.name for path in tmp_path.iterdir()} == {"out", "store", "x.bin"}
    assert [len(file_name(each)) for each in ("../x", ".hidden", "a" * 200, "ok_1")] == [64, 64, 64, 4]


def test_where_an_export_may_go(store: Store, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    for target in (tmp_path / "full", tmp_path / "full" / "x", store.path / "out", store.path):
        with pytest.raises(RefusedError):
            export_layout(store, target, "patch")
    with pytest.raises(UsageError, match="use patch or v2"):
        as_layout("v1")
    assert as_layout("v2") == "v2"
