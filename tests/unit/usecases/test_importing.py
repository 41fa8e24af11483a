"""Foreign stores come in: idempotent, resumable, every record counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.errors import BadDataError, CancelledError, NotFoundError
from rmos_console.core.records.actor import Caller
from rmos_console.core.store import Store
from rmos_console.core.usecases import audit, browse, intake, review
from tests.unit.usecases.foreign import RUNS, change, counts, take, v1_record, write


def test_a_store_comes_in_once(store: Store, v1: Path, caller: Caller) -> None:
    assert counts(take(store, v1, caller)) == (3, 0, 0, 0, 0)
    head = store.snapshot().head
    assert counts(take(store, v1, caller)) == (0, 0, 3, 0, 0)
    assert store.snapshot().head == head
    shown = {run_id: browse.show(store, run_id) for run_id in RUNS}
    assert [run.risk.shown for run in shown.values()] == ["GREEN", "UNKNOWN", "UNKNOWN"]
    assert shown["RUN-DXF-0123456789AB"].source.run_id == "RUN-DXF-0123456789AB"
    assert shown["run_00000000000000aa"].hashes.feasibility_sha256 is None
    assert audit.audit(store.path).ok


def test_the_original_bytes_are_kept(store: Store, v1: Path, caller: Caller) -> None:
    take(store, v1, caller)
    whole = v1.read_bytes()
    for run_id in RUNS:
        pack = browse.show(store, run_id).source.pack
        assert pack is not None
        original = store.get_blob(pack.sha256)[pack.start : pack.end]
        assert original in whole
        assert json.loads(original)["run_id"] == run_id


def test_a_dry_run_counts_the_same_and_writes_nothing(store: Store, v1: Path, caller: Caller) -> None:
    head = store.snapshot().head
    report = take(store, v1, caller, dry_run=True)
    assert counts(report) == (3, 0, 0, 0, 0)
    assert report.dry_run
    assert store.snapshot().head == head
    assert not list((store.path / "blobs").rglob("*"))


def test_what_the_source_may_change_is_updated(store: Store, v1: Path, caller: Caller) -> None:
    take(store, v1, caller)
    before = browse.show(store, "run_00000000000000aa")
    change(v1, "run_00000000000000aa", meta={"operator": "k"}, explanation_status="ERROR")
    assert counts(take(store, v1, caller)) == (0, 1, 2, 0, 0)
    after = browse.show(store, "run_00000000000000aa")
    assert after.run_sha256 == before.run_sha256
    assert after.meta == {"operator": "k"}
    assert after.source_facts["explanation_status"] == "ERROR"
    assert counts(take(store, v1, caller)) == (0, 0, 3, 0, 0)
    change(v1, "run_00000000000000aa", meta={})
    assert counts(take(store, v1, caller)) == (0, 1, 2, 0, 0)
    assert browse.show(store, "run_00000000000000aa").meta == {}


def test_a_local_patch_is_not_undone_by_importing_again(store: Store, v1: Path, caller: Caller) -> None:
    change(v1, "run_00000000000000aa", meta={"operator": "k"})
    take(store, v1, caller)
    intake.patch_meta(store, "run_00000000000000aa", {"operator": "local"}, [], caller)
    assert counts(take(store, v1, caller)) == (0, 0, 3, 0, 0)
    assert browse.show(store, "run_00000000000000aa").meta == {"operator": "local"}


def test_another_sealed_part_is_a_conflict_that_keeps_both(store: Store, v1: Path, caller: Caller) -> None:
    take(store, v1, caller)
    before = browse.show(store, "run_00000000000000bb")
    change(v1, "run_00000000000000bb", status="OK")
    report = take(store, v1, caller)
    assert counts(report) == (0, 0, 2, 1, 0)
    (conflict,) = report.conflicts
    assert conflict.run_id == "run_00000000000000bb"
    assert conflict.stored_sha256 != conflict.found_sha256
    assert json.loads(store.get_blob(conflict.blob_sha256))["status"] == "OK"
    assert browse.show(store, "run_00000000000000bb") == before


def test_one_bad_record_never_stops_the_rest(store: Store, v1: Path, caller: Caller) -> None:
    text = v1.read_text()
    v1.write_text(text.replace('"status": "BLOCKED"', '"status": NaN'))
    report = take(store, v1, caller)
    assert counts(report) == (2, 0, 0, 0, 1)
    assert "NaN" in report.refused[0].reason
    v1.write_text(text)
    assert counts(take(store, v1, caller)) == (1, 0, 2, 0, 0)


def test_an_import_that_was_stopped_goes_on(store: Store, tmp_path: Path, caller: Caller, expected_logs: Any) -> None:
    path = tmp_path / "runs.json"
    ids = [f"run_{number:016x}" for number in range(400)]
    write(path, {run_id: v1_record(run_id, status="OK", tool_id="t", risk="GREEN") for run_id in ids})
    answers = iter([False] * 4 + [True] * 100)
    with pytest.raises(CancelledError, match="goes on from there"):
        take(store, path, caller, cancelled=lambda: next(answers))
    taken = store.snapshot().run_count
    assert 0 < taken < 400
    assert counts(take(store, path, caller)) == (400 - taken, 0, taken, 0, 0)
    assert callable(expected_logs)


def test_an_approval_by_system_is_history_and_the_text_needs_a_review(
    store: Store, patch: Path, caller: Caller
) -> None:
    report = take(store, patch, caller)
    assert counts(report) == (1, 0, 0, 0, 0)
    assert report.advisories == 1
    assert any("run_000000000009.json.tmp" in item for item in report.ignored)
    (item,) = review.queue(store.snapshot())
    assert (item.row.run_id, item.state, item.row.risk) == ("run_000000000007", "NEEDS_REVIEW", "UNKNOWN")
    assert item.row.at_source == "approved at source by system, no time"
    shown = browse.show(store, "run_000000000007")
    assert (shown.explanation_status, shown.explanation_summary) == ("READY", "Analysis complete.")
    result = audit.audit(store.path)
    assert (result.ok, result.reviews.human, result.reviews.automatic, result.reviews.at_source) == (True, 0, 0, 1)
    assert counts(take(store, patch, caller)) == (0, 0, 1, 0, 0)


def test_a_review_at_the_source_that_changes_is_an_update(store: Store, patch: Path, caller: Caller) -> None:
    take(store, patch, caller)
    path = patch / "advisory_assets" / "2026" / "11" / "22" / "adv_c10982db14f0.json"
    asset = json.loads(path.read_text())
    write(path, {**asset, "reviewed_by": "alice", "reviewed_at_utc": "2026-11-22T15:00:00Z"})
    assert counts(take(store, patch, caller)) == (0, 1, 0, 0, 0)
    (item,) = review.queue(store.snapshot())
    assert item.row.at_source == "approved at source by alice, 2026-11-22T15:00:00Z"


def test_a_text_that_arrives_later_makes_the_explanation_ready(store: Store, patch: Path, caller: Caller) -> None:
    path = patch / "advisory_assets" / "2026" / "11" / "22" / "adv_c10982db14f0.json"
    text = path.read_text()
    path.unlink()
    take(store, patch, caller)
    shown = browse.show(store, "run_000000000007")
    assert (shown.explanation_status, shown.advisory_inputs[0].asset) == ("NONE", "unresolved")
    assert shown.source_facts["explanation_status"] == "READY"
    path.write_text(text)
    assert counts(take(store, patch, caller)) == (0, 1, 0, 0, 0)
    assert browse.show(store, "run_000000000007").explanation_status == "READY"


def test_a_text_that_comes_without_its_run_reaches_it(store: Store, patch: Path, caller: Caller) -> None:
    assets = patch / "advisory_assets"
    elsewhere = patch.parent / "elsewhere"
    elsewhere.mkdir()
    assets.rename(elsewhere / "advisory_assets")
    take(store, patch, caller)
    assert counts(take(store, elsewhere, caller, dry_run=True)) == (0, 1, 0, 0, 0)
    assert counts(take(store, elsewhere, caller)) == (0, 1, 0, 0, 0)
    (item,) = review.queue(store.snapshot())
    assert (item.row.explanation_summary, item.row.at_source) == (
        "Analysis complete.",
        "approved at source by system, no time",
    )
    assert counts(take(store, elsewhere, caller)) == (0, 0, 0, 0, 0)


def test_an_id_met_again_in_another_layout_is_another_run(
    store: Store, patch: Path, tmp_path: Path, caller: Caller
) -> None:
    take(store, patch, caller)
    path = tmp_path / "runs.json"
    write(path, {"run_000000000007": v1_record("run_000000000007", status="OK", tool_id="t", risk="GREEN")})
    assert counts(take(store, path, caller)) == (1, 0, 0, 0, 0)
    assert counts(take(store, path, caller)) == (0, 0, 1, 0, 0)
    assert store.snapshot().run_count == 2
    (derived,) = store.snapshot().find_original("run_000000000007")
    assert browse.show(store, derived).source.discriminator.startswith("v1")


def test_equal_lines_of_a_job_log_are_different_attempts(store: Store, tmp_path: Path, caller: Caller) -> None:
    log = tmp_path / "cam_job_log.jsonl"
    line = json.dumps(
        {"run_id": "job-1", "job_name": "x", "sim_time_s": 4.5, "created_at": "2025-11-24T07:14:53.7381472-06:00"}
    )
    log.write_text(f"{line}\n{line}\n{line.replace('4.5', '5')}\n")
    assert counts(take(store, log, caller)) == (3, 0, 0, 0, 0)
    assert counts(take(store, log, caller)) == (0, 0, 3, 0, 0)
    found = store.snapshot().find_original("job-1")
    assert len(found) == 3
    assert browse.show(store, "job-1").also


def test_nothing_to_import_is_said_so(store: Store, tmp_path: Path, caller: Caller) -> None:
    with pytest.raises(NotFoundError, match="nothing at"):
        take(store, tmp_path / "absent", caller)
    (tmp_path / "letter.txt").write_text("Dear all")
    with pytest.raises(BadDataError, match="Nothing can be imported"):
        take(store, tmp_path / "letter.txt", caller)
