"""The partitioned store: partitions, links of both shapes, indexes, and advisories among the attachments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.canonical import canonical_sha256, sha256_hex
from rmos_console.core.importers.found import FoundAdvisory, FoundLink, FoundRun, Ignored, Refused
from tests.unit.importers.stores import DAY, RUN_A, RUN_B, everything, only, record, reference, runs, write

LINK = {
    "schema_version": "run_advisory_link.v1",
    "run_id": RUN_B,
    "advisory_id": "u-1",
    "advisory_sha256": "a" * 64,
    "kind": "advisory.v1.json",
    "created_at_utc": "2026-03-14T10:00:00Z",
    "status": "ACTIVE",
    "tags": None,
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store of two runs in two partitions."""
    write(tmp_path / "runs" / DAY / f"{RUN_A}.json", record(request_id="req-1", lineage=None))
    write(tmp_path / "runs" / "2026-03-15" / f"{RUN_B}.json", record(RUN_B))
    return tmp_path


def refs_of(items: list[Any], run_id: str) -> dict[str, dict[str, Any]]:
    (found,) = [each for each in only(FoundRun, items) if each.original_id == run_id]
    return {ref.advisory_id: ref.at_source or {} for ref in found.refs}


def advice(run_id: str = RUN_A) -> dict[str, Any]:
    return {
        "based_on": {"run_id": run_id},
        "meta": {"generator": "deterministic.v1"},
        "summary": "One rule triggered.",
        "operator_notes": ["F012: Large stepdown"],
        "suggested_actions": [],
        "disclaimer": "Advisory only.",
        "version": "phase5.v1",
    }


def attach(store: Path, data: bytes, name: str | None = None, ext: str = ".json") -> str:
    sha = name or sha256_hex(data)
    write(store / "run_attachments" / sha[:2] / sha[2:4] / f"{sha}{ext}", data)
    return sha


def test_a_run_is_sealed_with_its_partition(store: Path) -> None:
    first, second = runs(store, "v2")
    assert (first.sealed.run_id, first.sealed.request_id, first.partition) == (RUN_A, "req-1", DAY)
    assert first.sealed.source.path == f"{DAY}/{RUN_A}.json"
    assert first.sealed.source.extra == {"lineage": None}
    assert second.partition == "2026-03-15"


def test_both_link_shapes_reach_their_runs(store: Path) -> None:
    write(store / "runs" / DAY / f"{RUN_A}_advisory_adv_9.json", reference("adv_9", status="NEW"))
    write(store / "runs" / DAY / f"run_{RUN_B}_advisory_u-1.json", LINK)
    items = everything(store, "v2")
    assert refs_of(items, RUN_A) == {"adv_9": {"status": "NEW"}}
    ref = refs_of(items, RUN_B)["u-1"]
    assert {key: ref[key] for key in ("kind", "advisory_sha256", "schema_version", "run_id")} == {
        "kind": "advisory.v1.json",
        "advisory_sha256": "a" * 64,
        "schema_version": "run_advisory_link.v1",
        "run_id": RUN_B,
    }
    assert not only(FoundLink, items)
    assert not only(Refused, items)


def test_a_reference_that_stands_twice_is_one_and_the_richer_copy_wins(store: Path) -> None:
    write(store / "runs" / DAY / f"{RUN_A}_advisory_adv_9.json", reference("adv_9", status="NEW", rating=None))
    write(
        store / "runs" / DAY / f"{RUN_A}.json",
        record(advisory_inputs=[reference("adv_9", status="REVIEWED", rating=4)]),
    )
    assert refs_of(everything(store, "v2"), RUN_A) == {
        "adv_9": {"status": "REVIEWED", "rating": 4, "other_copies": [{"status": "NEW", "rating": None}]}
    }


def test_a_link_to_a_run_under_another_name_is_found_by_either(store: Path) -> None:
    write(store / "runs" / DAY / "x_y.json", record("x/y"))
    write(store / "runs" / DAY / "x_y_advisory_n_1.json", reference("n/1"))
    write(store / "runs" / DAY / "run_x_y_advisory_u-1.json", {**LINK, "run_id": "x/y"})
    assert set(refs_of(everything(store, "v2"), "x/y")) == {"n/1", "u-1"}


def test_a_run_whose_own_name_looks_like_a_link_is_a_run(store: Path) -> None:
    write(store / "runs" / DAY / "my_advisory_run.json", record("my_advisory_run"))
    assert {each.original_id for each in runs(store, "v2")} == {RUN_A, RUN_B, "my_advisory_run"}


def test_links_without_a_run_are_left_at_the_end_once_each(store: Path) -> None:
    gone = "run_" + "d" * 32
    write(store / "runs" / DAY / f"{gone}_advisory_u-1.json", reference("u-1", status="NEW"))
    write(store / "runs" / DAY / f"run_{gone}_advisory_u-1.json", {**LINK, "run_id": gone})
    write(store / "runs" / DAY / "run_old_advisory_u-2.json", {**LINK, "run_id": "old", "advisory_id": "u-2"})
    write(store / "runs" / DAY / "run_bad_advisory_u-3.json", {**LINK, "run_id": "../x", "advisory_id": "u-3"})
    write(store / "runs" / DAY / "run_odd_advisory_u-4.json", {**LINK, "run_id": 4})
    write(store / "runs" / DAY / "torn_advisory_u-5.json", b'{"adv')
    items = everything(store, "v2")
    links = only(FoundLink, items)
    assert [(each.original_run_id, each.ref.advisory_id) for each in links] == [("old", "u-2"), (gone, "u-1")]
    assert links[1].run_id == gone
    assert links[0].run_id.startswith("run_")
    assert {each.source: each.is_run for each in only(Refused, items)} == {
        f"{DAY}/run_bad_advisory_u-3.json": False,
        f"{DAY}/run_odd_advisory_u-4.json": False,
        f"{DAY}/torn_advisory_u-5.json": False,
    }


def test_the_lookup_counts_where_no_link_file_does(store: Path) -> None:
    write(store / "runs" / DAY / f"{RUN_A}_advisory_u-1.json", reference("u-1", status="NEW"))
    lookup = {
        "u-1": {"advisory_id": "u-1", "run_id": RUN_A, "status": "ACTIVE"},
        "u-2": {"run_id": RUN_A, "sha256": "b" * 64},
        "u-3": {"run_id": "run_" + "e" * 32},
        "u-4": {"run_id": 4},
        "": {"run_id": RUN_A},
    }
    write(store / "runs" / "_advisory_lookup.json", lookup)
    items = everything(store, "v2")
    assert refs_of(items, RUN_A) == {"u-1": {"status": "NEW"}, "u-2": {"run_id": RUN_A, "sha256": "b" * 64}}
    assert [each.ref.advisory_id for each in only(FoundLink, items)] == ["u-3"]
    assert only(FoundLink, everything(store / "runs" / DAY, "v2")) == []


def test_a_tombstone_is_a_fact_about_a_run_that_is_there(store: Path) -> None:
    stone = {"run_id": RUN_A, "deleted": True, "deleted_by": "ops"}
    write(store / "runs" / "_index.json", {RUN_A: stone, "run_gone": {"deleted": True}, "run_lost": {"deleted": False}})
    items = everything(store, "v2")
    first, second = only(FoundRun, items)
    assert first.mutable["tombstone"] == stone
    assert "tombstone" not in second.mutable
    assert first.sealed_sha256 == runs(store / "runs" / DAY, "v2")[0].sealed_sha256
    assert len(first.warnings) == 1
    assert only(Ignored, items) == [
        Ignored("_index.json", "lists 1 runs that have no readable file: run_lost"),
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"%s": {"deleted": true}, "x": {"dele' % RUN_A.encode(), "is cut off at byte 71; what precedes is used"),
        (b'{"%s": {"deleted": true}, "x": [1]}' % RUN_A.encode(), "the entry x is a JSON array"),
    ],
)
def test_a_damaged_index_is_named_and_used_as_far_as_it_goes(store: Path, data: bytes, told: str) -> None:
    write(store / "runs" / "_index.json", data)
    items = everything(store, "v2")
    (ignored,) = only(Ignored, items)
    assert ignored.source == "_index.json"
    assert told in ignored.reason
    assert only(FoundRun, items)[0].mutable["tombstone"] == {"deleted": True}
    (store / "runs" / "_index.json").unlink()
    (store / "runs" / "_index.json").mkdir()
    assert "not a file" in only(Ignored, everything(store, "v2"))[0].reason


def test_what_is_no_partition_is_named_and_left_alone(store: Path) -> None:
    write(store / "runs" / "_audit" / "deletes.json", record("run_" + "f" * 32))
    write(store / "runs" / "2026-13-45" / "x.json", record("run_" + "f" * 32))
    write(store / "runs" / "stray.json", b"{}")
    write(store / "runs" / "_index.json.tmp", b"{}")
    write(store / "runs" / DAY / "x.json.tmp", b"{}")
    write(store / "runs" / DAY / "notes.txt", b"{}")
    items = everything(store, "v2")
    assert only(Ignored, items) == [
        Ignored("2026-13-45", "no partition"),
        Ignored("_audit", "no partition"),
        Ignored("_index.json.tmp", "left over from an interrupted write"),
        Ignored("stray.json", "no run record of this layout"),
        Ignored(f"{DAY}/notes.txt", "no run record of this layout"),
        Ignored(f"{DAY}/x.json.tmp", "left over from an interrupted write"),
    ]
    assert len(only(FoundRun, items)) == 2


def test_a_run_without_a_time_takes_its_partitions(store: Path) -> None:
    write(store / "runs" / DAY / f"{RUN_A}.json", record(created_at_utc=None))
    first = runs(store, "v2")[0]
    assert first.sealed.created_at_utc == f"{DAY}T00:00:00Z"
    assert first.sealed.source.extra == {"created_at_utc": None}
    (warning,) = first.warnings
    assert warning.startswith("created_at_utc is missing")
    assert warning.endswith(f"{DAY}T00:00:00Z is taken from its folder")


def test_meta_and_request_fill_what_the_context_leaves_empty(store: Path) -> None:
    more = record(
        meta={"session_id": "s", "batch_label": "b"},
        request_summary={"material_id": "maple", "machine_id": "m"},
        material_id="oak",
        machine_id=None,
    )
    write(store / "runs" / DAY / f"{RUN_A}.json", more)
    context = runs(store, "v2")[0].sealed.context
    assert (context.session_id, context.batch_label, context.material_id, context.machine_id) == ("s", "b", "oak", "m")


def test_the_text_of_an_advisory_comes_from_the_attachments(store: Path) -> None:
    sha = attach(store, json.dumps(advice(), indent=2).encode(), canonical_sha256(advice()))
    for run_id, day in ((RUN_A, DAY), (RUN_B, "2026-03-15")):
        write(store / "runs" / day / f"{run_id}.json", record(run_id, advisory_inputs=[reference(sha)]))
    items = everything(store, "v2")
    (found,) = only(FoundAdvisory, items)
    assert (found.advisory_id, found.run_id) == (sha, RUN_A)
    assert found.asset.text == ("One rule triggered.\n\nNotes:\n- F012: Large stepdown\n\nAdvisory only.")
    assert found.asset.headline == "One rule triggered."
    assert found.asset.content == advice()
    assert found.asset.engine is not None
    assert found.asset.engine.document() == {"id": "deterministic.v1", "version": "phase5.v1"}
    assert [each.warnings for each in only(FoundRun, items)] == [
        (),
        (f"advisory {sha} was written about the run {RUN_A}",),
    ]


def test_an_advisory_may_be_any_text_and_is_named_by_its_link(store: Path) -> None:
    sha = attach(store, b"Mind the grain.\nReally.", ext=".txt")
    write(store / "runs" / DAY / "l_advisory_u.json", {**LINK, "run_id": RUN_A, "advisory_sha256": sha})
    data = attach(store, json.dumps({"created_at_utc": "2026-03-14T10:00:00+01:00", "x": 1}).encode())
    write(store / "runs" / DAY / "m_advisory_v.json", reference("v", sha256=data, run_id=RUN_A))
    text, other = only(FoundAdvisory, everything(store, "v2"))
    assert (text.advisory_id, text.asset.text, text.asset.headline) == (
        "u-1",
        "Mind the grain.\nReally.",
        "Mind the grain.",
    )
    assert (other.asset.kind, other.asset.text, other.asset.created_at_utc) == (
        "advisory",
        None,
        "2026-03-14T09:00:00Z",
    )
    assert other.run_id is None


@pytest.mark.parametrize(
    ("data", "named", "told"),
    [
        (b"other bytes", "1" * 64, "holds other bytes than its name says"),
        (b"\xff\xfe", None, "is neither JSON nor text"),
        (b"[" * 190 + b"]" * 190, None, "nested deeper"),
    ],
)
def test_a_text_that_cannot_be_trusted_is_not_taken(store: Path, data: bytes, named: str | None, told: str) -> None:
    sha = attach(store, data, named)
    write(store / "runs" / DAY / f"{RUN_A}.json", record(advisory_inputs=[reference(sha)]))
    items = everything(store, "v2")
    assert only(FoundAdvisory, items) == []
    (warning,) = only(FoundRun, items)[0].warnings
    assert told in warning


def test_one_file_alone_is_one_run_with_its_links(store: Path) -> None:
    write(store / "runs" / DAY / "other.json", record("other"))
    write(store / "runs" / DAY / "other_advisory_u-2.json", reference("u-2"))
    write(store / "runs" / DAY / f"run_{RUN_A}_advisory_u-1.json", {**LINK, "run_id": RUN_A})
    (link,) = everything(store / "runs" / DAY / f"run_{RUN_A}_advisory_u-1.json", "v2")
    assert isinstance(link, FoundLink)
    assert link.run_id == RUN_A
    (found,) = everything(store / "runs" / DAY / "other.json", "v2")
    assert isinstance(found, FoundRun)
    assert [ref.advisory_id for ref in found.refs] == ["u-2"]
    assert len(runs(store / "runs" / DAY, "v2")) == 2


def test_the_sample_store(samples: Path) -> None:
    items = everything(samples / "v2-partitioned", "v2")
    found = {each.original_id: each for each in only(FoundRun, items)}
    assert len(found) == 15
    assert {type(each) for each in items} == {FoundRun, FoundAdvisory}
    linked = {run_id: [ref.advisory_id for ref in each.refs] for run_id, each in found.items() if each.refs}
    assert linked == {
        "run_ca75dbac66124050b8f08930b2d71863": ["11111111-2222-3333-4444-555555555555"],
        "run_45edb7befdbc4ce6a1529e1180560cc4": ["e9dccbb979c070c68462d998ab9f3b0a8d140b8056e5f456cf8006e5cd9bfd30"],
    }
    assert (found["run_45edb7befdbc4ce6a1529e1180560cc4"].refs[0].at_source or {})["rating"] == 4
    assert all(len(each.files) == 1 for each in found.values())


def test_a_text_without_an_engine_or_a_time_has_neither(store: Path) -> None:
    documents: list[dict[str, Any]] = [
        {"explanation": "Fine.", "meta": {"generator": 7}, "created_at_utc": "soon"},
        {"summary": "Fine.", "meta": {"generator": "g"}, "operator_notes": "none", "based_on": {"run_id": "old 1"}},
    ]
    named = [attach(store, json.dumps(each).encode()) for each in documents]
    write(store / "runs" / DAY / f"{RUN_A}.json", record(advisory_inputs=[*map(reference, named)]))
    items = everything(store, "v2")
    first, second = only(FoundAdvisory, items)
    assert (first.asset.text, first.asset.engine, first.asset.created_at_utc) == ("Fine.", None, None)
    assert second.asset.engine is not None
    assert (second.asset.text, second.asset.engine.version) == ("Fine.", "unknown")
    assert second.original_run_id == "old 1"
    assert (second.run_id or "").startswith("run_")
    assert only(FoundRun, items)[0].warnings == (f"advisory {named[1]} was written about the run old 1",)


def test_an_index_that_cannot_be_parsed_hides_no_run(store: Path) -> None:
    entry = b'{"x": {"deleted": true, "y": "' + b"z" * (33 << 20) + b'"}, "w": {"deleted": NaN}}'
    write(store / "runs" / "_index.json", entry)
    items = everything(store, "v2")
    assert only(Ignored, items) == [
        Ignored("_index.json", "the entry w holds NaN, which is no JSON number; write null or a number. (and 1 more)")
    ]
    assert len(only(FoundRun, items)) == 2
