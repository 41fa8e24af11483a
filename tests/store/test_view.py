"""Snapshots, the fold of every event kind, and lists that grow in layers."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.records import events
from rmos_console.core.records.review import AutoApproval, Policy
from rmos_console.core.records.run import Attachment
from rmos_console.core.store import RunEntry, Store, open_store
from rmos_console.core.store.layers import Layered
from tests.store.making import (
    asset_event,
    attached,
    draft,
    enrolled,
    everything,
    new_store,
    review,
    run_id,
    sealed,
    slots,
)


def entry_of(store: Store, number: int) -> RunEntry:
    entry = store.snapshot().run(run_id(number))
    assert entry is not None
    return entry


def pending(number: int, attempt: str) -> events.Event:
    return events.explanation_pending(
        run_id(number), attempt, key="k", engine_id="offline", engine_version="1", deadline_utc="2026-01-01T00:01:00Z"
    )


def test_a_snapshot_never_changes(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1, 2) as store:
        before = store.snapshot()
        told = everything(before)
        assert store.snapshot() is before, "a snapshot is made although nothing changed"
        store.commit(draft(asset_event("adv_1"), attached(1, "adv_1")))
        store.commit(draft(events.meta_patched(run_id(2), set_={"a": 1}, unset=[]), enrolled("mvoss")))
        store.commit_many([draft(sealed(number)) for number in range(3, 1300)])  # more than one layer holds
        assert everything(before) == told
        now = store.snapshot()
        assert (before.run_count, now.run_count) == (2, 1299)
        assert [entry.run_id for entry in now.runs()] == [run_id(number) for number in range(1, 1300)]
        assert now.run(run_id(3)) is not None
        assert before.run(run_id(3)) is None


def test_an_entry_that_changes_is_another_object_and_the_others_stay(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1, 2) as store:
        one, two = entry_of(store, 1), entry_of(store, 2)
        store.commit(draft(events.meta_patched(run_id(1), set_={"a": 1}, unset=["batch"])))
        assert entry_of(store, 1) is not one
        assert entry_of(store, 2) is two
        assert (one.meta, entry_of(store, 1).meta, entry_of(store, 1).sealed_meta) == (
            {"batch": 0},
            {"a": 1},
            {"batch": 0},
        )


def test_an_explanation_and_its_decisions_are_folded_in(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        store.commit(draft(pending(1, "att_1")))
        assert [(run, attempt.state) for run, attempt in store.snapshot().open_attempts()] == [(run_id(1), "open")]
        store.commit(draft(events.explanation_failed(run_id(1), "att_1", reason="out of time")))
        assert list(store.snapshot().open_attempts()) == []
        store.commit(draft(pending(1, "att_2")))
        ready = events.explanation_ready(run_id(1), "att_2", advisory_id="adv_1", summary="Too Deep", key="k")
        store.commit(draft(asset_event("adv_1"), attached(1, "adv_1"), ready))
        store.commit(draft(enrolled("mvoss")))
        store.commit(draft(review(store, 1, "adv_1")))
        store.commit(draft(review(store, 1, "adv_1", "rejected")))
        entry, view = entry_of(store, 1), store.snapshot()
        assert [(attempt.attempt, attempt.state, attempt.reason) for attempt in entry.attempts] == [
            ("att_1", "failed", "out of time"),
            ("att_2", "ready", None),
        ]
        (word,) = entry.explanations
        assert (word.advisory_id, word.summary, word.made_here, word.seq) == ("adv_1", "Too Deep", True, 6)
        assert "too deep" in entry.text
        assert [decision.verb for decision in entry.decisions] == ["approved", "rejected"]
        assert entry.decision_seqs == (8, 9)
        assert [location.seq for location in entry.lines] == [2, 3, 4, 5, 6, 8, 9]
        assert len(store.history(run_id(1))) == 8
        asset = view.asset("adv_1")
        assert asset is not None
        assert (asset.kind, asset.headline, asset.seq) == ("explanation", "The tool is too long", 6)
        assert view.runs_with("adv_1") == (run_id(1),)
        assert view.people["mvoss"].role == "admin"
        assert view.person_history("mvoss")[0]["verb"] == "enrolled"
        assert view.person_history("nobody") == ()


def test_a_failure_at_the_source_and_an_automatic_approval_are_kept(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        store.commit(draft(asset_event("adv_1"), attached(1, "adv_1"), attached(1, "adv_2")))
        store.commit(draft(events.explanation_failed(run_id(1), None, reason="said so")))
        approval = AutoApproval(
            run_id=run_id(1),
            run_sha256=entry_of(store, 1).run_sha256,
            advisory_id="adv_1",
            advisory_sha256="1" * 64,
            text_sha256="2" * 64,
            policy_version=1,
            at_utc="2026-01-01T00:00:00Z",
        )
        store.commit(draft(events.auto_approved(approval)))
        entry = entry_of(store, 1)
        assert (entry.attempts[0].attempt, entry.attempts[0].state) == (None, "failed")
        assert (entry.auto, entry.auto_seqs) == ((approval,), (5,))
        assert [ref.advisory_id for ref in entry.refs] == ["adv_1", "adv_2"]
        assert (store.snapshot().has_asset("adv_2"), store.snapshot().asset_count) == (False, 1)


def test_a_later_word_of_the_source_replaces_only_that(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        store.commit(draft(attached(1, "adv_1", request_id="r1")))
        store.commit(draft(attached(1, "adv_1", request_id="r2", at_source={"status": "REJECTED"})))
        (ref,) = entry_of(store, 1).refs
        assert (ref.request_id, ref.at_source) == ("r1", {"status": "REJECTED"})
        store.commit(draft(events.meta_patched(run_id(1), set_={}, unset=[], source={"deleted": True})))
        assert entry_of(store, 1).source_facts == {"deleted": True}


def test_people_and_policies_have_a_history(tmp_path: Path) -> None:
    act = {"verb": "x", "person": {"id": "mvoss"}, "at_utc": "2026-02-01T00:00:00Z", "by": "mvoss"}
    with new_store(tmp_path / "s") as store:
        first = store.commit(draft(enrolled("mvoss")))
        assert first.changes.people
        store.commit(draft({"kind": "reviewer.rekeyed", "act": {**act, "public_key": "ef" * 32}}))
        store.commit(draft(events.reviewer_revoked({**act, "since": "2026-01-15T00:00:00Z"})))
        person = store.snapshot().people["mvoss"]
        assert (person.public_key, person.revoked_since) == ("ef" * 32, "2026-01-15T00:00:00Z")
        assert len(store.snapshot().person_history("mvoss")) == 3
        assert store.snapshot().policy == Policy()
        done = store.commit(draft(events.policy_set(Policy(version=2, mode="strict"), act)))
        assert done.changes.policy
        assert [policy.mode for policy in store.snapshot().policies] == ["tiered", "strict"]


def test_imported_runs_are_found_by_their_identity(tmp_path: Path) -> None:
    def imported(number: int, layout: str, original: str | None, discriminator: str = "") -> events.Event:
        source = {"format": layout, "run_id": original, "discriminator": discriminator, "extra": {"odd": 1}}
        return sealed(number, source=source)

    with new_store(tmp_path / "s") as store:
        store.commit(draft(imported(1, "saw", "a/b"), imported(2, "job-log", "a/b", "x:0"), imported(3, "v1", None)))
        view = store.snapshot()
        assert view.find_original("a/b") == (run_id(1), run_id(2))
        assert view.find_original("b") == ()
        for layout, original, discriminator, number in (
            ("saw", "a/b", "", 1),
            ("job-log", "a/b", "x:0", 2),
            ("v1", run_id(3), "", 3),
        ):
            found = view.find_identity(layout, original, discriminator)
            assert found is not None
            assert found.run_id == run_id(number)
        assert view.find_identity("saw", "a/b", "x:0") is None
        assert entry_of(store, 1).source.extra == {}
        assert store.read_run(run_id(1))["source"]["extra"] == {"odd": 1}


def test_later_files_join_the_sealed_ones(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        attachment = Attachment(sha256=store.put_blob(b"dxf"), kind="file", size_bytes=3)
        store.commit(draft(events.attachment_added(run_id(1), attachment)))
        assert entry_of(store, 1).attachments == (attachment,)
        assert store.has_blob(attachment.sha256)


def test_the_fold_of_a_store_opened_again_is_the_same(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1, 2, 3) as store:
        store.commit(draft(asset_event("adv_1"), attached(2, "adv_1"), pending(2, "att")))
        store.commit(draft(enrolled("mvoss"), events.import_completed("v1", {"found": 1}, [])))
        told = everything(store.snapshot())
        with open_store(tmp_path / "s", read_only=True) as other:
            assert everything(other.snapshot()) == told
    with open_store(tmp_path / "s") as again:
        assert everything(again.snapshot()) == told


def test_equal_runs_fold_to_equal_entries(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        entry = entry_of(store, 1)
        told = slots(entry)
        assert told["run_sha256"] == canonical_sha256(store.read_run(run_id(1)))
        assert "t1" in entry.text
        assert "m1" in entry.text


Step = tuple[str, dict[int, int]]


@given(
    st.lists(
        st.tuples(st.sampled_from(["set", "take", "drop", "freeze"]), st.dictionaries(st.integers(0, 9), st.integers()))
    )
)
def test_layers_behave_like_a_plain_map(steps: list[Step]) -> None:
    layered: Layered[int, int] = Layered()
    plain: dict[int, int] = {}
    frozen: list[tuple[Any, dict[int, int]]] = []
    for what, changes in steps:
        target = layered if what == "set" else layered.child()
        for key, value in changes.items():
            target[key] = value
        if what == "take":
            layered.take(target)
        if what in {"set", "take"}:
            plain.update(changes)
        if what == "freeze":
            frozen.append((layered.frozen(), dict(plain)))
    for layers, expected in [*frozen, (layered, plain)]:
        assert layers.merged() == expected
        assert list(layers) == list(expected)
        assert list(layers.values()) == list(expected.values())
        assert len(layers) == len(expected)
        assert all(layers.get(key) == expected.get(key) and (key in layers) == (key in expected) for key in range(10))


def test_layers_merge_when_they_grow() -> None:
    layered: Layered[int, int] = Layered()
    for key in range(5000):
        layered[key] = key
        if key % 500 == 0:
            assert len(layered.frozen()) == key + 1
    layered[0] = -1
    assert layered.get(0) == -1
    assert next(layered.frozen().values()) == -1


def test_entries_can_be_remembered_without_being_kept_alive(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1, 2) as store:
        remembered = weakref.WeakKeyDictionary({entry: entry.run_id for entry in store.snapshot().runs()})
        assert sorted(remembered.values()) == [run_id(1), run_id(2)]
