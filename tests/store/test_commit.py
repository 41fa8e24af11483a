"""Committing: durable, all or nothing, idempotent, judged one by one, shared by threads."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.errors import BadDataError, ConflictError, NotFoundError, PolicyError, ReadOnlyError, RmosError
from rmos_console.core.records.events import Event
from rmos_console.core.records.ids import new_id
from rmos_console.core.store import Committed, Limits, View, open_store
from tests.store.making import (
    asset_event,
    attached,
    deciding,
    draft,
    independent_verify,
    new_store,
    run_document,
    run_id,
    seal,
    sealed,
)


def test_a_committed_run_is_on_disk_and_in_the_view(tmp_path: Path) -> None:
    with new_store(tmp_path / "s") as store:
        done = store.commit(draft(sealed(1), request_id="req-1"))
        assert done.changes.run_ids == {run_id(1)}
        assert (done.seq, done.repeated) == (2, False)
        entry = store.snapshot().run(run_id(1))
        assert entry is not None
        assert (entry.tool_id, entry.score, entry.risk.shown, entry.seq) == ("T1", 1, "YELLOW", 2)
        assert store.read_run(run_id(1)) == run_document(1)
        (only,) = store.history(run_id(1))
        assert (only.seq, only.request_id, only.by.id, only.event["kind"]) == (2, "req-1", "cli", "run.sealed")
        assert store.snapshot().head.seq == independent_verify(tmp_path / "s")[0] == 2


def test_every_commit_is_on_disk_when_it_is_acknowledged(tmp_path: Path) -> None:
    with new_store(tmp_path / "s") as store:
        for number in range(20):
            done = store.commit(draft(sealed(number)))
            seq, digest, found = independent_verify(tmp_path / "s")
            assert (seq, digest) == (done.seq, store.snapshot().head.digest)
            assert found[-1]["run"]["run_id"] == run_id(number)


def test_an_id_again_is_answered_with_what_it_did(tmp_path: Path) -> None:
    with new_store(tmp_path / "s") as store:
        first = store.commit(draft(sealed(1), tx="tx_mine"))
        again = store.commit(draft(sealed(2), tx="tx_mine"))
        assert again == Committed(first.changes, repeated=True, seq=first.seq)
        assert store.snapshot().run(run_id(2)) is None
    with open_store(tmp_path / "s") as store:
        assert store.commit(draft(sealed(3), tx="tx_mine")).repeated
        assert store.snapshot().transaction("tx_mine")
        one, two = store.commit_many([draft(sealed(4), tx="tx_twice"), draft(sealed(5), tx="tx_twice")])
        assert isinstance(one, Committed)
        assert isinstance(two, Committed)
        assert (one.repeated, two.repeated) == (False, True)
        assert one.changes == two.changes
        assert store.snapshot().run_count == 2


def test_nothing_to_write_writes_nothing(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        before = (tmp_path / "s/ledger/000001.jsonl").read_bytes()
        done = store.commit(draft())
        assert (done.changes.run_ids, done.repeated, done.seq) == (frozenset(), False, 2)
        assert store.commit_many([]) == []
        assert (tmp_path / "s/ledger/000001.jsonl").read_bytes() == before


def test_a_refusal_reaches_its_caller_only(tmp_path: Path) -> None:
    def refuse(_view: View) -> Sequence[Event]:
        raise PolicyError("not this one")

    with new_store(tmp_path / "s") as store:
        answers = store.commit_many([draft(sealed(1)), deciding(refuse), draft(sealed(1)), draft(sealed(2))])
        assert [type(answer) for answer in answers] == [Committed, PolicyError, ConflictError, Committed]
        assert [entry.run_id for entry in store.snapshot().runs()] == [run_id(1), run_id(2)]
        with pytest.raises(PolicyError):
            store.commit(deciding(refuse))
        assert len((tmp_path / "s/ledger/000001.jsonl").read_bytes().splitlines()) == 2


def test_a_mistake_in_deciding_stops_nobody_else(tmp_path: Path) -> None:
    def stumble(_view: View) -> Sequence[Event]:
        raise ZeroDivisionError

    with new_store(tmp_path / "s") as store:
        with pytest.raises(ZeroDivisionError):
            store.commit_many([draft(sealed(1)), deciding(stumble), draft(sealed(2))])
        assert store.snapshot().run_count == 2


def test_a_transaction_is_judged_on_top_of_the_earlier_ones_of_its_line(tmp_path: Path) -> None:
    seen: list[int] = []

    def count(number: int) -> Any:
        def decide(view: View) -> Sequence[Event]:
            seen.append(view.run_count)
            assert (view.run(run_id(number - 1)) is not None) == (number > 1)
            return [sealed(number)]

        return deciding(decide)

    with new_store(tmp_path / "s") as store:
        store.commit_many([count(1), count(2), count(3)])
        assert seen == [0, 1, 2]
        assert store.snapshot().head.seq == 2


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        half = draft(sealed(2), sealed(1))
        with pytest.raises(ConflictError):
            store.commit(half)
        assert store.snapshot().run(run_id(2)) is None
        assert not store.snapshot().transaction(half.id)
        store.commit(draft(sealed(2)))


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "run.invented"},
        {"kind": "run.sealed"},
        {"kind": "run.meta_patched"},
        {"kind": "run.meta_patched", "run_id": run_id(9), "set": {}, "unset": []},
        {"kind": "run.meta_patched", "run_id": run_id(1), "set": {"$blob": 1}, "unset": []},
        {"kind": "run.sealed", "run": {"run_id": run_id(5)}, "run_sha256": "0" * 64},
        {"kind": "advisory.attached", "run_id": run_id(1), "ref": {"advisory_id": "a", "more": 1}},
        {"kind": "review.approved", "decision": {}},
        {"kind": "run.meta_patched", "run_id": run_id(1), "set": {"x": float("nan")}, "unset": []},
        {"kind": "run.meta_patched", "run_id": run_id(1), "set": {"x": "\ud800"}, "unset": []},
        {"kind": "reviewer.revoked", "act": {"person": {"id": "nobody"}, "at_utc": "x"}},
    ],
)
def test_what_cannot_be_read_back_is_not_written(tmp_path: Path, event: Event) -> None:
    with new_store(tmp_path / "s", 1) as store:
        before = (tmp_path / "s/ledger/000001.jsonl").read_bytes()
        with pytest.raises(BadDataError):
            store.commit(draft(event))
        assert (tmp_path / "s/ledger/000001.jsonl").read_bytes() == before
        seal(store, 2)


def test_a_seal_that_does_not_match_its_body_is_refused(tmp_path: Path) -> None:
    wrong = {**sealed(1), "run_sha256": "1" * 64}
    with new_store(tmp_path / "s") as store, pytest.raises(BadDataError, match="run_sha256"):
        store.commit(draft(wrong))


def test_what_the_caller_changes_afterwards_changes_nothing(tmp_path: Path) -> None:
    event = sealed(1)
    with new_store(tmp_path / "s") as store:
        store.commit(draft(event))
        event["run"]["meta"]["batch"] = "other"
        entry = store.snapshot().run(run_id(1))
        assert entry is not None
        assert entry.meta == {"batch": 0}


def test_threads_share_lines(tmp_path: Path) -> None:
    problems: list[BaseException] = []
    with new_store(tmp_path / "s") as store:

        def work(worker: int) -> None:
            try:
                for number in range(25):
                    store.commit(draft(sealed(worker * 100 + number)))
                    assert store.snapshot().run(run_id(worker * 100 + number)) is not None
            except BaseException as error:  # noqa: BLE001  every failure of a thread must reach the test
                problems.append(error)

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        assert store.snapshot().run_count == 400
        seq, _, found = independent_verify(tmp_path / "s")
        assert len([event for event in found if event["kind"] == "run.sealed"]) == 400
        assert seq < 300, "threads do not share lines"


def test_many_go_into_few_lines_below_a_megabyte(tmp_path: Path) -> None:
    with new_store(tmp_path / "s") as store:
        answers = store.commit_many([draft(sealed(number, meta={"note": "x" * 1000})) for number in range(1500)])
        assert all(isinstance(answer, Committed) for answer in answers)
        lines = (tmp_path / "s/ledger/000001.jsonl").read_bytes().splitlines(keepends=True)
        assert 3 <= len(lines) <= 6
        assert max(map(len, lines)) < 1_000_000
        assert store.read_run(run_id(1499))["meta"] == {"note": "x" * 1000}


def test_a_segment_is_closed_when_it_is_full(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, *range(10), limits=Limits(runs=4)) as store:
        assert sorted(file.name for file in (path / "ledger").iterdir()) == [
            "000001.jsonl",
            "000002.jsonl",
            "000003.jsonl",
        ]
        assert store.read_run(run_id(0)) == run_document(0)
        assert store.read_run(run_id(9)) == run_document(9)
    _, _, found = independent_verify(path)
    closing = [event for event in found if event["kind"] == "segment.closed"]
    last = (path / "ledger/000001.jsonl").read_bytes().splitlines(keepends=True)[-1]
    size = (path / "ledger/000001.jsonl").stat().st_size
    assert closing[0] == {"kind": "segment.closed", "runs": 4, "bytes": size - len(last)}
    assert json.loads(last)["transactions"][0]["events"] == [closing[0]]
    with open_store(path, limits=Limits(bytes=1)) as store:
        seal(store, 20, 21)
    assert len(list((path / "ledger").iterdir())) == 5
    independent_verify(path)


def test_reading_asks_for_what_is_there(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        for ask in (store.read_run, store.read_asset, store.history):
            with pytest.raises(NotFoundError):
                ask("run_000000000099")
        store.commit(draft(asset_event("adv/1"), attached(1, "adv/1")))
        assert store.read_asset("adv/1")["text"] == "The tool is too long."
        assert [entry.event["kind"] for entry in store.history(run_id(1))] == ["run.sealed", "advisory.attached"]


def test_a_store_opened_for_reading_only_refuses_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 1).close()

    def state() -> dict[str, tuple[bytes, int]]:
        return {
            file.relative_to(path).as_posix(): (file.read_bytes(), file.stat().st_mtime_ns)
            for file in path.rglob("*")
            if file.is_file()
        }

    before = state()
    with open_store(path, read_only=True) as store:
        assert store.read_only_reason == "The store was opened for reading only."
        with pytest.raises(ReadOnlyError):
            store.commit(draft(sealed(2)))
        with pytest.raises(ReadOnlyError):
            store.put_blob(b"x")
        (answer,) = store.commit_many([draft(sealed(2))])
        assert isinstance(answer, RmosError)
        assert store.read_run(run_id(1)) == run_document(1)
        assert not [found for found in store.lines() if not hasattr(found, "transactions")]
    assert state() == before


def test_a_transaction_that_fits_in_no_line_is_refused(tmp_path: Path) -> None:
    many = [attached(1, f"adv_{number:0400}") for number in range(2500)]
    with new_store(tmp_path / "s", 1) as store:
        with pytest.raises(BadDataError, match="Write it in several"):
            store.commit(draft(*many))
        assert not store.snapshot().transaction(new_id("tx"))
        seal(store, 2)
