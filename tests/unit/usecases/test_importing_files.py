"""Files, links and texts that come beside their runs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from rmos_console.core.errors import UsageError
from rmos_console.core.records.actor import Caller
from rmos_console.core.store import Store
from rmos_console.core.usecases import audit, browse
from rmos_console.core.usecases.importing import import_paths
from tests.unit.usecases.foreign import counts, take, v1_record, write


@pytest.fixture
def v2(tmp_path: Path) -> Path:
    root = tmp_path / "v2"
    day = root / "runs" / "2026-11-22"
    day.mkdir(parents=True)
    record = {
        "run_id": "run_0d4f55a7a4054c5a883b7ab67a025914",
        "created_at_utc": "2026-11-22T14:12:53.031183Z",
        "mode": "mvp",
        "tool_id": "t",
        "status": "OK",
        "feasibility": {"risk_level": "GREEN"},
        "advisory_inputs": [],
        "attachments": [],
        "explanation_status": "NONE",
        "meta": {},
    }
    write(day / "run_0d4f55a7a4054c5a883b7ab67a025914.json", record)
    return root


def with_file(v2: Path, text: bytes) -> str:
    """Add an attachment to the v2 run, as RMOS does after the fact."""
    name = hashlib.sha256(text).hexdigest()
    path = v2 / "run_attachments" / name[:2] / name[2:4] / f"{name}.nc"
    path.parent.mkdir(parents=True)
    path.write_bytes(text)
    run = next((v2 / "runs").rglob("run_*.json"))
    record = json.loads(run.read_text())
    record["attachments"].append(
        {
            "sha256": name,
            "kind": "gcode",
            "mime": "text/plain",
            "filename": "a.nc",
            "size_bytes": len(text),
            "created_at_utc": "2026-11-22T14:12:54Z",
        }
    )
    write(run, record)
    return name


def test_files_come_with_their_run_and_later(store: Store, v2: Path, caller: Caller) -> None:
    first = with_file(v2, b"G0 X0\n")
    assert counts(take(store, v2, caller)) == (1, 0, 0, 0, 0)
    second = with_file(v2, b"G0 X1\n")
    assert counts(take(store, v2, caller)) == (0, 1, 0, 0, 0)
    assert counts(take(store, v2, caller)) == (0, 0, 1, 0, 0)
    (run,) = store.snapshot().runs()
    assert [item.sha256 for item in run.attachments] == [first, second]
    assert store.get_blob(second) == b"G0 X1\n"
    assert audit.audit(store.path).ok


def link(v2: Path, run_id: str, advisory_id: str) -> None:
    document = {
        "advisory_id": advisory_id,
        "run_id": run_id,
        "kind": "advisory.v1.json",
        "schema_version": "run_advisory_link.v1",
        "created_at_utc": "2026-01-01T00:00:00Z",
    }
    write(v2 / "runs" / "2026-11-22" / f"run_{run_id}_advisory_{advisory_id}.json", document)


def test_a_link_whose_run_is_not_there_is_said_so_and_joins_a_run_that_is(
    store: Store, v2: Path, tmp_path: Path, caller: Caller
) -> None:
    link(v2, "run_aaaaaaaaaaaaaaaa", "1111")
    report = take(store, v2, caller)
    assert counts(report) == (1, 0, 0, 0, 0)
    assert any("run_aaaaaaaaaaaaaaaa" in warning for warning in report.warnings)
    path = tmp_path / "runs.json"
    write(path, {"run_aaaaaaaaaaaaaaaa": v1_record("run_aaaaaaaaaaaaaaaa", status="OK", tool_id="t", risk="GREEN")})
    take(store, path, caller)
    take(store, v2, caller)
    (ref,) = browse.show(store, "run_aaaaaaaaaaaaaaaa").advisory_inputs
    assert (ref.advisory_id, ref.asset) == ("1111", "unresolved")


def test_an_advisory_that_comes_back_with_other_bytes_is_refused(store: Store, patch: Path, caller: Caller) -> None:
    take(store, patch, caller)
    path = patch / "advisory_assets" / "2026" / "11" / "22" / "adv_c10982db14f0.json"
    asset = json.loads(path.read_text())
    asset["suggestion_data"]["explanation"] = "All is well."
    write(path, asset)
    report = take(store, patch, caller)
    assert counts(report) == (0, 0, 1, 0, 1)
    assert "other bytes" in report.refused[0].reason
    assert browse.advisory(store, "adv_c10982db14f0").text == "Analysis complete."


def test_a_dry_run_sees_advisories_and_repeats(store: Store, patch: Path, caller: Caller) -> None:
    report = import_paths(store, [patch, patch], caller=caller, dry_run=True).value
    assert (report.imported, report.already_present, report.advisories) == (1, 1, 2)
    assert store.snapshot().run_count == 0


def test_a_layout_may_be_named(store: Store, v1: Path, caller: Caller) -> None:
    assert counts(take(store, v1, caller, layout="v1")) == (3, 0, 0, 0, 0)
    with pytest.raises(UsageError, match="no layout"):
        take(store, v1, caller, layout="v9")
