"""What a digest cannot tell: crafted lines, newer versions, missing files, things in the way."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.canonical import canonical
from rmos_console.core.errors import DamagedError, NewerStoreError, StoreError
from rmos_console.core.records import events
from rmos_console.core.records.events import Event
from rmos_console.core.records.report import Finding
from rmos_console.core.store import Store, open_store
from rmos_console.core.store.line import digest_of, encode
from tests.store.making import asset_event, attached, draft, new_store, run_id, seal, sealed


def findings(store: Store) -> list[tuple[str, str | None]]:
    return [(found.severity, found.message) for found in store.lines() if isinstance(found, Finding)]


def forge(path: Path, *written: Event, spaced: bool = False) -> None:
    """Append a line whose digest and place in the chain are right, whatever it says."""
    ledger = path / "ledger/000001.jsonl"
    last = json.loads(ledger.read_bytes().splitlines()[-1])
    transaction = {"at": "2026-01-01T00:00:00Z", "by": {"id": "cli", "kind": "service"}, "events": list(written)}
    data, _ = encode(last["digest"], last["seq"] + 1, [canonical({**transaction, "id": f"tx_{last['seq']}"})])
    if spaced:
        body = data[:-78].replace(b'"seq":', b'"seq": ')
        data = body + f',"digest":"{digest_of(body)}"}}\n'.encode()
    with ledger.open("ab") as file:
        file.write(data)
    for file_ in (path / "catalog").glob("*.catalog"):
        file_.unlink()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    new_store(tmp_path / "s", 1).close()
    return tmp_path / "s"


def test_a_sound_store_has_no_findings(path: Path) -> None:
    with open_store(path, read_only=True) as store:
        assert findings(store) == []


def test_another_spelling_is_a_violation(path: Path) -> None:
    forge(path, sealed(2), spaced=True)
    with open_store(path, read_only=True) as store:
        assert findings(store) == [("violation", "the line is not in canonical form")]


def test_a_seal_that_does_not_hold_is_damage(path: Path) -> None:
    forge(path, {**sealed(2), "run_sha256": "1" * 64}, {**asset_event("a"), "asset_sha256": "1" * 64})
    with open_store(path, read_only=True) as store:
        assert findings(store) == [
            ("damage", "a run does not match its run_sha256"),
            ("damage", "a asset does not match its asset_sha256"),
        ]
        for read, wanted in ((store.read_run, run_id(2)), (store.read_asset, "a")):
            with pytest.raises(DamagedError, match="not those that were sealed"):
                read(wanted)


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "run.sealed", "run": {"source": {}}, "run_sha256": 5},
        {"kind": "run.sealed"},
        {"kind": "store.recovered"},
        {"kind": "attachment.added", "attachment": []},
        {"kind": "run.meta_patched", "run_id": run_id(77), "set": {}, "unset": []},
    ],
)
def test_a_malformed_event_stops_the_reading_and_is_listed(path: Path, event: Event) -> None:
    size = (path / "ledger/000001.jsonl").stat().st_size
    forge(path, event)
    forge(path, sealed(2))
    with open_store(path) as store:
        assert f"is damaged at byte {size}" in (store.read_only_reason or "")
        assert store.snapshot().run_count == 1
        assert findings(store)
        with pytest.raises(DamagedError):
            seal(store, 3)


def test_a_kind_of_a_newer_version_is_read_past_and_nothing_is_written(path: Path) -> None:
    forge(path, {"kind": "run.dreamed", "run_id": run_id(1)}, sealed(2))
    with open_store(path) as store:
        assert "run.dreamed" in (store.read_only_reason or "")
        assert store.snapshot().run_count == 2
        with pytest.raises(NewerStoreError, match="newer version"):
            seal(store, 3)
        assert findings(store) == [("warning", "the event kind 'run.dreamed' is of a newer version")]
    with open_store(path) as store:
        assert "run.dreamed" in (store.read_only_reason or "")


def test_a_newer_kind_that_arrives_while_the_store_is_open_stops_writing(path: Path) -> None:
    with open_store(path) as store:
        forge(path, {"kind": "run.dreamed"})
        with pytest.raises(NewerStoreError):
            seal(store, 3)


def test_a_newer_format_in_the_ledger_is_not_opened(path: Path) -> None:
    forge(path, {"kind": "store.created", "format": 2, "store_id": "x"})
    with pytest.raises(NewerStoreError, match="format 2"):
        open_store(path)


def test_a_ledger_of_another_store_is_found(path: Path, tmp_path: Path) -> None:
    new_store(tmp_path / "t", 5).close()
    (path / "ledger/000001.jsonl").write_bytes((tmp_path / "t/ledger/000001.jsonl").read_bytes())
    for file in (path / "catalog").glob("*.catalog"):
        file.unlink()
    with open_store(path, read_only=True) as store:
        assert ("damage", "the ledger does not begin with the creation of this store") in findings(store)


def test_a_run_rewritten_with_a_right_digest_is_told_from_the_sealed_one(path: Path) -> None:
    with open_store(path) as store:
        store.commit(draft(asset_event("adv_1"), attached(1, "adv_1")))
        ledger = path / "ledger/000001.jsonl"
        kept = ledger.read_bytes().splitlines(keepends=True)
        entry, asset = store.snapshot().run(run_id(1)), store.snapshot().asset("adv_1")
        assert entry is not None
        assert asset is not None
        for line, old, new in (
            (1, b'"tool_id":"T1"', b'"tool_id":"T2"'),
            (1, b"000001", b"000003"),
            (2, b"adv_1", b"adv_2"),
        ):
            body = kept[line][:-78].replace(old, new)
            forged = body + f',"digest":"{digest_of(body)}"}}\n'.encode()
            ledger.write_bytes(b"".join([*kept[:line], forged, *kept[line + 1 :]]))
            with pytest.raises(DamagedError):
                _ = store.read_run(run_id(1)) if line == 1 else store.read_asset("adv_1")
        ledger.write_bytes(b"".join([*kept[:1], *kept[2:], kept[1]]))
        with pytest.raises(DamagedError, match="stands where"):
            store.history(run_id(1))
        ledger.write_bytes(b"".join(kept)[:-2])
        with pytest.raises(DamagedError, match="cut off"):
            store.read_asset("adv_1")
        ledger.unlink()
        with pytest.raises(DamagedError, match="missing"):
            store.read_run(run_id(1))


def test_files_a_source_never_had_are_a_warning(path: Path) -> None:
    missing = [{"sha256": "ab" * 32, "kind": "file", "size_bytes": 3}]
    pack = {"sha256": "cd" * 32, "start": 0, "end": 5}
    forge(
        path,
        sealed(2, attachments=missing, source={"format": "v2"}),
        sealed(3, attachments=[{**missing[0], "sha256": "ef" * 32}]),
        sealed(4, source={"format": "v2", "pack": pack}),
        events.import_completed("v2", {"found": 1}, [{"blob_sha256": "12" * 32}]),
    )
    with open_store(path, read_only=True) as store:
        told = [found for found in store.lines() if isinstance(found, Finding)]
        assert {(found.severity, (found.file or "")[-4:]) for found in told} == {
            ("warning", "abab"),
            ("damage", "efef"),
            ("damage", "cdcd"),
            ("damage", "1212"),
        }


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(path: Path, tmp_path: Path) -> None:
    with open_store(path) as store:
        name = store.put_blob(b"bytes")
    blob = path / "blobs" / name[:2] / name[2:4] / name
    blob.unlink()
    blob.symlink_to("/dev/null")
    (path / "state").unlink()
    os.mkfifo(path / "state")
    (path / "ledger/000001.jsonl").rename(tmp_path / "aside")
    (path / "ledger/000001.jsonl").symlink_to(tmp_path / "aside")
    quarantined = path / "quarantine" / f"000001-5-{'ab' * 32}"
    quarantined.symlink_to("/dev/null")
    with pytest.raises(StoreError):
        open_store(path, read_only=True)
    (path / "state").unlink()
    (path / "ledger/000001.jsonl").unlink()
    (tmp_path / "aside").rename(path / "ledger/000001.jsonl")
    with open_store(path, read_only=True) as store:
        (path / "ledger/000001.jsonl").rename(tmp_path / "aside")
        (path / "ledger/000001.jsonl").symlink_to(tmp_path / "aside")
        os.mkfifo(path / "state")
        told = [found.file for found in store.lines() if isinstance(found, Finding) and found.severity != "notice"]
    assert set(told) >= {"ledger/000001.jsonl", "state", f"blobs/{name[:2]}/{name[2:4]}/{name}"}
    assert f"quarantine/{quarantined.name}" in told


def test_reading_goes_on_when_the_store_cannot_be_looked_at(path: Path, expected_logs: Callable[..., Any]) -> None:
    with open_store(path) as store:
        ledger = path / "ledger/000001.jsonl"
        ledger.rename(path / "aside")
        ledger.symlink_to(path / "aside")
        expected_logs("swallowed")
        (path / "aside").write_bytes((path / "aside").read_bytes() + b"x")
        assert store.snapshot().run_count == 1
        assert "symbolic link" in (store.read_only_reason or "")
