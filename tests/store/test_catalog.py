"""The catalog: disposable, the same however it came about, and a witness of the ledger's length."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rmos_console.core.records import events
from rmos_console.core.records.events import Event
from rmos_console.core.store import Limits, open_store
from tests.store.making import (
    asset_event,
    attached,
    draft,
    enrolled,
    everything,
    new_store,
    run_id,
    seal,
    sealed,
)


def databases(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (path / "catalog").glob("*.catalog")}


def forget(path: Path) -> None:
    for file in (path / "catalog").glob("*.catalog"):
        file.unlink()


def rich_store(path: Path) -> None:
    with new_store(path, *range(9), limits=Limits(runs=4)) as store:
        store.commit(draft(asset_event("adv_1"), attached(1, "adv_1"), attached(8, "adv_1")))
        store.commit(draft(enrolled("mvoss"), events.meta_patched(run_id(2), set_={"a": 1}, unset=[])))
        seal(store, 20, 21, 22, 23)


def test_a_catalog_is_saved_at_close_and_used_at_open(tmp_path: Path) -> None:
    path = tmp_path / "s"
    rich_store(path)
    assert sorted(databases(path)) == [f"{number:06}.catalog" for number in range(1, 5)]
    with open_store(path) as store:
        told = everything(store.snapshot())
    # What a reader takes from the catalog it does not read from the ledger: a change there goes unnoticed at first.
    ledger = path / "ledger/000001.jsonl"
    data = ledger.read_bytes()
    ledger.write_bytes(data.replace(b'"tool_id":"T0"', b'"tool_id":"T9"'))
    with open_store(path, read_only=True) as store:
        assert everything(store.snapshot()) == told


def test_a_catalog_deleted_is_built_the_same_again(tmp_path: Path) -> None:
    path = tmp_path / "s"
    rich_store(path)
    with open_store(path) as store:
        told = everything(store.snapshot())
    before = databases(path)
    forget(path)
    with open_store(path) as store:
        assert everything(store.snapshot()) == told
    assert databases(path) == before


@pytest.mark.parametrize("step", range(0, 4000, 97))
def test_a_catalog_damaged_anywhere_is_built_the_same_again(
    tmp_path: Path, expected_logs: Callable[..., Any], step: int
) -> None:
    path = tmp_path / "s"
    with new_store(path, 1, 2):
        pass
    before = databases(path)
    data = bytearray(before["000001.catalog"])
    data[step % len(data)] ^= 1 << (step % 8)
    (path / "catalog/000001.catalog").write_bytes(data)
    expected_logs("swallowed")
    with open_store(path) as store:
        assert store.read_only_reason is None
        assert store.snapshot().run_count == 2
    assert databases(path) == before


@pytest.mark.parametrize("missing", ["000001.catalog", "000002.catalog", "000003.catalog"])
def test_one_missing_database_is_built_again(tmp_path: Path, missing: str) -> None:
    path = tmp_path / "s"
    rich_store(path)
    before = databases(path)
    with open_store(path, read_only=True) as store:
        told = everything(store.snapshot())
    (path / "catalog" / missing).unlink()
    with open_store(path) as store:
        assert everything(store.snapshot()) == told
    assert databases(path) == before


def test_a_later_database_is_a_witness_even_if_an_earlier_one_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "s"
    rich_store(path)
    (path / "catalog/000001.catalog").unlink()
    ledger = path / "ledger/000004.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    with open_store(path, read_only=True) as store:
        assert store.read_only_reason == "The store was opened for reading only."
    ledger.write_bytes(b"".join(lines[:-1]))
    with open_store(path, read_only=True) as store:
        assert "ledger/000004.jsonl is damaged" in (store.read_only_reason or "")


def test_a_catalog_of_another_version_or_store_is_not_used(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1):
        pass
    with new_store(tmp_path / "t", 2):
        pass
    (tmp_path / "s/catalog/000001.catalog").write_bytes((tmp_path / "t/catalog/000001.catalog").read_bytes())
    with open_store(tmp_path / "s") as store:
        assert [entry.run_id for entry in store.snapshot().runs()] == [run_id(1)]
        assert store.read_only_reason is None


def test_a_file_holds_a_header_and_json_that_tinydb_reads(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1):
        pass
    head, _, rest = (tmp_path / "s/catalog/000001.catalog").read_bytes().partition(b"\n")
    header = json.loads(head)
    assert header["after"][2] == 2
    start, length, sha256 = header["sections"]["tables"]
    assert hashlib.sha256(rest[start : start + length]).hexdigest() == sha256
    tables = json.loads(rest[start : start + length])
    assert list(tables["runs"]) == [run_id(1)]
    assert [row["event"]["kind"] for row in tables["patches"].values()] == ["store.created"]


def test_a_ledger_shorter_than_the_catalog_remembers_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, 1, 2):
        pass
    ledger = path / "ledger/000001.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:-1]))
    with open_store(path) as store:
        assert "ledger/000001.jsonl is damaged at byte" in (store.read_only_reason or "")
    forget(path)
    (path / "state").write_bytes(b" " * 4096)
    with open_store(path) as store:
        assert store.read_only_reason is None
        assert store.snapshot().run_count == 1


def test_a_closed_segment_cut_short_is_damage_at_once(tmp_path: Path) -> None:
    path = tmp_path / "s"
    rich_store(path)
    ledger = path / "ledger/000001.jsonl"
    size = ledger.stat().st_size
    ledger.write_bytes(ledger.read_bytes()[:-1])
    with open_store(path, read_only=True) as store:
        assert f"ledger/000001.jsonl is damaged at byte {size - 1}" in (store.read_only_reason or "")
    ledger.unlink()
    with open_store(path, read_only=True) as store:
        assert "ledger/000001.jsonl is damaged at byte 0" in (store.read_only_reason or "")


def test_old_segments_are_verified_in_the_background(tmp_path: Path) -> None:
    path = tmp_path / "s"
    rich_store(path)
    ledger = path / "ledger/000002.jsonl"
    data = ledger.read_bytes()
    ledger.write_bytes(data.replace(b'"score":5', b'"score":6', 1))
    heard: list[int] = []
    with open_store(path) as store:
        store.subscribe(lambda changes: heard.append(changes.seq))
        assert store.read_only_reason is None
        store.verify_in_background()
        store.verify_in_background()
        deadline = time.monotonic() + 10
        while not heard and time.monotonic() < deadline:
            store.refresh()
        assert "ledger/000002.jsonl is damaged" in str(store.read_only_reason)
        assert heard
    assert b"damaged ledger/000002.jsonl" in (path / "state").read_bytes()


def test_a_sound_store_is_verified_quietly(tmp_path: Path) -> None:
    rich_store(tmp_path / "s")
    with open_store(tmp_path / "s") as store:
        store.verify_in_background()
    with open_store(tmp_path / "s") as store:
        assert store.read_only_reason is None


def test_a_catalog_is_saved_while_the_store_is_in_use(tmp_path: Path) -> None:
    with new_store(tmp_path / "s") as store:
        store.commit_many([draft(sealed(number)) for number in range(600)])
        deadline = time.monotonic() + 10
        while not databases(tmp_path / "s") and time.monotonic() < deadline:
            store.refresh()
        assert databases(tmp_path / "s")


def test_what_cannot_be_saved_is_only_logged(tmp_path: Path, expected_logs: Callable[..., Any]) -> None:
    store = new_store(tmp_path / "s", 1)
    (tmp_path / "s/catalog").rmdir()
    (tmp_path / "s/catalog").write_text("in the way")
    expected_logs("swallowed")
    store.close()
    (tmp_path / "s/catalog").unlink()
    (tmp_path / "s/catalog").mkdir(mode=0o700)
    with open_store(tmp_path / "s") as again:
        assert again.snapshot().run_count == 1


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["run", "meta", "advisory", "attach", "pending", "failed", "ready", "person", "file"]),
        st.integers(0, 5),
    ),
    max_size=25,
)


def event_of(kind: str, number: int, count: int) -> Event:
    """Return some event; whether it is accepted depends on what is there."""
    attempt, advisory = f"att_{number}", f"adv_{number}"
    makers: dict[str, Callable[[], Event]] = {
        "run": lambda: sealed(number, source={"format": "saw", "run_id": f"old {number % 2}"}),
        "meta": lambda: events.meta_patched(run_id(number), set_={"n": count}, unset=["batch"], source={"c": count}),
        "advisory": lambda: asset_event(advisory),
        "attach": lambda: attached(number, advisory, request_id=str(count)),
        "pending": lambda: events.explanation_pending(
            run_id(number), attempt, key="k", engine_id="e", engine_version="1", deadline_utc="z"
        ),
        "failed": lambda: events.explanation_failed(run_id(number), attempt, reason="r"),
        "ready": lambda: events.explanation_ready(run_id(number), attempt, advisory_id=advisory, summary="S", key="k"),
        "person": lambda: enrolled(f"p{number}"),
        "file": lambda: {
            "kind": "attachment.added",
            "run_id": run_id(number),
            "attachment": {"sha256": "0" * 64, "kind": "file", "size_bytes": count},
        },
    }
    return makers[kind]()


@given(EVENTS, st.integers(1, 4))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_live_ledger_and_catalog_lead_to_the_same_view(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]], runs: int
) -> None:
    path = tmp_path_factory.mktemp("fold") / "s"
    with new_store(path, limits=Limits(runs=runs)) as store:
        store.commit_many([draft(event_of(kind, number, count)) for count, (kind, number) in enumerate(steps)])
        told = everything(store.snapshot())
        with open_store(path, read_only=True) as from_ledger:
            assert everything(from_ledger.snapshot()) == told
    with open_store(path, read_only=True) as from_catalog:
        assert everything(from_catalog.snapshot()) == told
