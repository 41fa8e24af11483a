"""The per-file store: runs, and the advisory assets whose review facts join their references."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rmos_console.core.importers import roots
from rmos_console.core.importers.found import FoundAdvisory, FoundRun, Ignored, Refused
from tests.unit.importers.stores import RUN_A, RUN_B, asset, everything, only, record, reference, runs, write

SYSTEM = {"reviewed": True, "approved_for_workflow": True, "reviewed_by": "system", "reviewed_at_utc": None}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store with two runs, an asset each for one of them and for none, and a leftover."""
    root = tmp_path / "data"
    write(root / "rmos_runs" / f"{RUN_A}.json", record(advisory_inputs=[reference()], explanation_status="READY"))
    write(root / "rmos_runs" / "a_b.json", record("a/b"))
    write(root / "rmos_runs" / f"{RUN_B}.json.tmp", b"{")
    write(root / "advisory_assets" / "2026" / "03" / "14" / "adv_1.json", asset())
    write(root / "advisory_assets" / "2026" / "03" / "14" / "adv_2.json", asset("adv_2", "a/b"))
    return root


def test_runs_come_with_the_review_facts_of_their_assets(store: Path) -> None:
    slashed, found = only(FoundRun, everything(store, "patch"))
    assert found.sealed.run_id == RUN_A
    assert found.sealed.source.run_id is None
    assert found.sealed.source.extra == {}
    assert found.mutable == {
        "explanation_status": "READY",
        "explanation_summary": None,
        "meta": {"operator": "ines"},
    }
    (ref,) = found.refs
    assert (ref.advisory_id, ref.kind, ref.engine_id, ref.engine_version) == ("adv_1", "explanation", "explainer", "2")
    assert ref.at_source == SYSTEM
    assert found.explanation_status == "READY"
    assert slashed.sealed.source.run_id == "a/b"
    assert slashed.refs == ()


def test_an_asset_is_sealed_without_its_review_facts(store: Path) -> None:
    first, second = only(FoundAdvisory, everything(store, "patch"))
    assert first.asset.document() == {
        "advisory_id": "adv_1",
        "kind": "explanation",
        "created_at_utc": "2026-03-14T09:26:59.500000Z",
        "headline": "All is well.",
        "text": "All is well.",
        "content": asset()["suggestion_data"],
        "evidence": [],
        "based_on": None,
        "engine": {"id": "explainer", "version": "unknown"},
        "author": None,
        "confidence": 0.75,
        "request_id": None,
        "source": {
            "format": "patch",
            "record": {
                "asset_type": "analysis",
                "created_at_utc": "2026-03-14T09:26:59.5Z",
                "source": "ai_analysis",
                "model": "explainer",
                "content_hash": asset()["content_hash"],
                "meta": {},
            },
        },
    }
    assert first.at_source == SYSTEM
    assert (first.original_run_id, first.run_id, first.warnings) == (RUN_A, RUN_A, ())
    (derived,) = [each.sealed.run_id for each in runs(store, "patch") if each.original_id == "a/b"]
    assert (second.original_run_id, second.run_id) == ("a/b", derived)


def test_a_later_review_changes_nothing_that_is_sealed(store: Path) -> None:
    before = only(FoundAdvisory, everything(store, "patch"))[0]
    path = store / "advisory_assets" / "2026" / "03" / "14" / "adv_1.json"
    write(path, asset(reviewed_by="alice", rating=5, review_note="fine"))
    after = only(FoundAdvisory, everything(store, "patch"))[0]
    assert after.asset == before.asset
    assert after.at_source["reviewed_by"] == "alice"
    (found,) = [each for each in runs(store, "patch") if each.refs]
    assert (found.refs[0].at_source or {})["rating"] == 5


def test_what_a_reference_says_itself_goes_before_the_asset(store: Path) -> None:
    write(store / "rmos_runs" / f"{RUN_A}.json", record(advisory_inputs=[reference(reviewed_by="bob", status="NEW")]))
    (found,) = [each for each in runs(store, "patch") if each.refs]
    assert found.refs[0].at_source == {**SYSTEM, "reviewed_by": "bob", "status": "NEW"}


def test_any_place_within_stands_for_the_store(store: Path) -> None:
    whole = everything(store, "patch")
    for inner in ("rmos_runs", "advisory_assets", "advisory_assets/2026", "advisory_assets/2026/03/14"):
        assert [root.layout for root in roots(store / inner)] == ["patch"]
        assert everything(store / inner, "patch") == whole
    (found,) = everything(store / "rmos_runs" / f"{RUN_A}.json", "patch")
    assert isinstance(found, FoundRun)
    assert found.refs[0].at_source == SYSTEM
    (advisory,) = everything(store / "advisory_assets" / "2026" / "03" / "14" / "adv_2.json", "patch")
    assert isinstance(advisory, FoundAdvisory)


def test_a_flat_folder_of_runs_is_a_store_too(tmp_path: Path) -> None:
    write(tmp_path / "flat" / "one.json", record())
    write(tmp_path / "flat" / "notes.txt", b"x")
    ignored, found = everything(tmp_path / "flat", "patch")
    assert ignored == Ignored("notes.txt", "no run record of this layout")
    assert isinstance(found, FoundRun)


def test_a_bad_file_is_refused_alone(store: Path) -> None:
    write(store / "rmos_runs" / "x.json", b"{not json")
    write(store / "rmos_runs" / "y.json", {"no": "id"})
    write(store / "rmos_runs" / "z.json", record(created_at_utc="yesterday"))
    write(store / "advisory_assets" / "2026" / "adv_3.json", {"asset_type": "analysis"})
    write(store / "advisory_assets" / "2026" / "adv_4.json", b"\xff")
    write(store / "advisory_assets" / "2026" / "readme.txt", b"x")
    write(store / "advisory_assets" / "2026" / "adv.json.tmp", b"x")
    write(store / "advisory_assets" / "1" / "2" / "3" / "4" / "5" / "deep.json", asset("deep"))
    (store / "rmos_runs" / "old").mkdir()
    items = everything(store, "patch")
    assert {each.source: (each.reason, each.is_run) for each in only(Refused, items)} == {
        "rmos_runs/x.json": (
            "rmos_runs/x.json is not JSON: Expecting property name enclosed in double quotes at line 1, column 2.",
            True,
        ),
        "rmos_runs/y.json": ("The run_id is missing.", True),
        "rmos_runs/z.json": (
            "created_at_utc is 'yesterday', which is no time; write it as 2026-01-31T12:00:00Z.",
            True,
        ),
        "advisory_assets/2026/adv_3.json": ("It has no asset_id, so it is no advisory.", False),
        "advisory_assets/2026/adv_4.json": (
            "advisory_assets/2026/adv_4.json is not UTF-8 at byte 0; save it as UTF-8.",
            False,
        ),
    }
    assert {each.source for each in only(Ignored, items)} == {
        f"rmos_runs/{RUN_B}.json.tmp",
        "rmos_runs/old",
        "advisory_assets/2026/readme.txt",
        "advisory_assets/2026/adv.json.tmp",
        "advisory_assets/1/2/3/4/5",
    }
    assert len(only(FoundRun, items)) == 2
    assert len(only(FoundAdvisory, items)) == 2


def test_links_and_devices_are_refused_unread(store: Path, tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.json", record("run_" + "c" * 32))
    (store / "rmos_runs" / "link.json").symlink_to(secret)
    os.mkfifo(store / "rmos_runs" / "pipe.json")
    items = everything(store, "patch")
    assert {each.source for each in only(Refused, items)} == {"rmos_runs/link.json", "rmos_runs/pipe.json"}
    assert all("not a file" in each.reason for each in only(Refused, items))


def test_an_asset_without_a_text_is_shown_as_what_it_is(store: Path) -> None:
    path = store / "advisory_assets" / "2026" / "03" / "14" / "adv_1.json"
    write(path, asset(suggestion_data=["a"], confidence="high", model=None, created_at_utc=None, content_hash="7"))
    first = only(FoundAdvisory, everything(store, "patch"))[0]
    assert (first.asset.kind, first.asset.text, first.asset.content) == ("advisory", None, ["a"])
    assert (first.asset.engine, first.asset.confidence, first.asset.created_at_utc) == (None, None, None)
    assert isinstance(first.asset.source, dict)
    assert json.dumps(first.asset.source["record"]["confidence"]) == '"high"'  # type: ignore[index,call-overload]  # JSON of unknown shape
    assert first.original_run_id is None
    assert first.warnings == ("content_hash is neither that of the feasibility snapshot nor that of the content",)
    write(path, {"asset_id": "adv_1"})
    assert only(FoundAdvisory, everything(store, "patch"))[0].warnings == ()


def test_the_sample_store(samples: Path) -> None:
    items = everything(samples / "patch-per-file", "patch")
    assert len(items) == 8
    advisories = {each.advisory_id: each for each in only(FoundAdvisory, items)}
    for found in only(FoundRun, items):
        (ref,) = found.refs
        advisory = advisories[ref.advisory_id]
        assert advisory.run_id == found.sealed.run_id
        assert (ref.at_source or {})["reviewed_by"] == "system"
        assert advisory.asset.text == found.explanation_summary
        assert advisory.warnings == ()
