"""Large values move to blobs and come back; blobs are verified."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.canonical import canonical, canonical_sha256, sha256_hex
from rmos_console.core.errors import BadDataError, BadIdError, DamagedError, NotFoundError, StoreError
from rmos_console.core.records import events
from rmos_console.core.store import open_store
from rmos_console.core.store.bodies import BlobRef, blob_names, externalize, is_ref, resolve, shrink_event
from tests.store.making import draft, independent_verify, new_store, run_document, run_id, sealed
from tests.store.test_line import JSON

BIG = "G1 X1.5 Y2.25\n" * 40_000
VALUE = st.recursive(
    JSON | st.dictionaries(st.sampled_from(["$blob", "a"]), st.integers(), min_size=1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["$blob", "a", "b"]), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), VALUE, max_size=4), st.integers(16, 200))
def test_what_moves_to_blobs_comes_back(meta: dict[str, Any], limit: int) -> None:
    meta = {key: value for key, value in meta.items() if key != "$blob"}
    blobs: dict[str, bytes] = {}

    def put(data: bytes) -> str:
        blobs[sha256_hex(data)] = data
        return sha256_hex(data)

    event = events.meta_patched("run_000000000001", set_=meta, unset=[])
    shrunk = shrink_event(event, put, limit)
    assert resolve(shrunk["set"], blobs.__getitem__) == meta
    assert blob_names(shrunk) == blobs.keys(), "a blob is written that nothing names, or the other way round"
    assert canonical(shrink_event(shrunk, put, limit)) == canonical(shrunk), "references move again"


def test_the_smallest_value_that_is_too_large_moves_wholly() -> None:
    blobs: list[bytes] = []

    def put(data: bytes) -> str:
        blobs.append(data)
        return sha256_hex(data)

    document = {"outputs": {"gcode_text": BIG, "opplan_json": {"a": BIG[:-1], "b": 1}}, "meta": {"x": 1}}
    moved = externalize(document, put)
    assert moved["meta"] == {"x": 1}
    assert moved["outputs"]["gcode_text"] == {"$blob": sha256_hex(BIG.encode()), "bytes": len(BIG), "type": "text"}
    assert is_ref(moved["outputs"]["opplan_json"]["a"])
    assert moved["outputs"]["opplan_json"]["b"] == 1
    assert sorted(blobs) == sorted([BIG.encode(), BIG[:-1].encode()])


def test_a_container_of_many_small_values_moves_wholly() -> None:
    values = [{"line": number, "text": "x" * 50} for number in range(6000)]
    blobs: list[bytes] = []

    def put(data: bytes) -> str:
        blobs.append(data)
        return sha256_hex(data)

    moved = externalize({"meta": {"all": values}}, put)
    assert moved["meta"]["all"]["type"] == "json"
    assert blobs == [canonical(values)]


def test_a_run_with_large_values_is_sealed_with_references(tmp_path: Path) -> None:
    document = run_document(1, outputs={"gcode_text": BIG}, meta={"$blob": "mine"})
    with new_store(tmp_path / "s") as store:
        body = store.externalize(document)
        assert isinstance(body["outputs"]["gcode_text"], BlobRef)
        store.commit(draft(events.run_sealed(body, canonical_sha256(body))))
        stored = store.read_run(run_id(1))
        assert stored == body
        assert store.resolve(stored) == document
        entry = store.snapshot().run(run_id(1))
        assert entry is not None
        assert entry.run_sha256 == canonical_sha256(stored)
        plain = run_document(2, outputs={"gcode_text": BIG})
        store.commit(draft(events.run_sealed(plain, canonical_sha256(plain))))
        second = store.snapshot().run(run_id(2))
        assert second is not None
        assert second.run_sha256 == canonical_sha256(store.read_run(run_id(2)))
        assert store.resolve(store.read_run(run_id(2))) == plain
        assert [found for found in store.lines() if not hasattr(found, "transactions")] == []
    independent_verify(tmp_path / "s")


def test_a_run_of_many_large_parts_still_fits_in_a_line(tmp_path: Path) -> None:
    part = {f"key {number}": "x" * 200_000 for number in range(8)}
    document = run_document(1, feasibility={"risk_level": "RED", **part}, meta=part)
    with new_store(tmp_path / "s") as store:
        store.commit(draft(events.run_sealed(document, canonical_sha256(document))))
        assert store.resolve(store.read_run(run_id(1))) == document
        entry = store.snapshot().run(run_id(1))
        assert entry is not None
        assert entry.risk.policy == "RED"
    assert max(map(len, (tmp_path / "s/ledger/000001.jsonl").read_bytes().splitlines())) < 1_000_000


def test_risk_is_found_in_a_feasibility_that_moved(tmp_path: Path) -> None:
    feasibility = {"rows": [{"n": number, "t": "x" * 30} for number in range(9000)], "risk_level": "YELLOW"}
    document = run_document(1, feasibility=feasibility, decision={})
    with new_store(tmp_path / "s") as store:
        store.commit(draft(events.run_sealed(document, canonical_sha256(document))))
        entry = store.snapshot().run(run_id(1))
        assert entry is not None
        assert (entry.risk.shown, entry.risk.found_at) == ("YELLOW", "feasibility.risk_level")


def test_risk_of_a_moved_feasibility_that_is_lost_counts_as_red(tmp_path: Path, expected_logs: Any) -> None:
    rows = {str(number): "x" * 90 for number in range(4000)}
    document = run_document(1, feasibility={**rows, "risk_level": "GREEN"}, decision={}, status="OK")
    with new_store(tmp_path / "s") as store:
        store.commit(draft(events.run_sealed(document, canonical_sha256(document))))
        name = next(iter(blob_names(store.read_run(run_id(1)))))
    for file in (tmp_path / "s/catalog").iterdir():
        file.unlink()
    (tmp_path / "s/blobs" / name[:2] / name[2:4] / name).unlink()
    expected_logs("swallowed")
    with open_store(tmp_path / "s", read_only=True) as store:
        entry = store.snapshot().run(run_id(1))
        assert entry is not None
        assert (entry.risk.shown, entry.risk.policy) == ("UNKNOWN", "RED")


def test_a_blob_is_written_once_privately_and_verified(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with new_store(tmp_path / "s") as store:
            name = store.put_blob(b"bytes")
            path = tmp_path / "s/blobs" / name[:2] / name[2:4] / name
            before = path.stat().st_ino
            assert store.put_blob(b"bytes") == name
            assert path.stat().st_ino == before
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
            assert store.get_blob(name) == b"bytes"
            assert store.has_blob(name)
            assert not store.has_blob("0" * 64)
            with pytest.raises(NotFoundError):
                store.get_blob("0" * 64)
            with pytest.raises(BadIdError):
                store.get_blob("../../../etc/passwd")
    finally:
        os.umask(old)


def test_a_changed_blob_is_damage_that_stops_all_writing(tmp_path: Path) -> None:
    with new_store(tmp_path / "s") as store:
        name = store.put_blob(b"bytes")
        path = tmp_path / "s/blobs" / name[:2] / name[2:4] / name
        path.write_bytes(b"Bytes")
        with pytest.raises(DamagedError) as caught:
            store.get_blob(name)
        assert caught.value.details == {"file": f"blobs/{name[:2]}/{name[2:4]}/{name}", "offset": 0}
        with pytest.raises(DamagedError):
            store.commit(draft(sealed(1)))
    with open_store(tmp_path / "s") as store:
        assert "blobs/" in (store.read_only_reason or "")


def test_other_bytes_under_a_name_are_not_accepted_as_written(tmp_path: Path) -> None:
    with new_store(tmp_path / "s") as store:
        name = store.put_blob(b"bytes")
        (tmp_path / "s/blobs" / name[:2] / name[2:4] / name).write_bytes(b"other")
        with pytest.raises(DamagedError):
            store.put_blob(b"bytes")


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    with new_store(tmp_path / "s") as store:
        name = store.put_blob(b"bytes")
        path = tmp_path / "s/blobs" / name[:2] / name[2:4] / name
        path.unlink()
        (tmp_path / "secret").write_bytes(b"bytes")
        path.symlink_to(tmp_path / "secret")
        with pytest.raises(StoreError, match="symbolic link"):
            store.get_blob(name)


def test_a_text_blob_that_is_no_text_is_told() -> None:
    ref = {"$blob": "0" * 64, "bytes": 1, "type": "text"}
    with pytest.raises(BadDataError, match="no text"):
        resolve({"a": [ref]}, lambda _name: b"\xff")


def test_orphans_of_dead_writers_are_removed_and_files_in_use_are_not(tmp_path: Path) -> None:
    new_store(tmp_path / "s").close()
    orphan = tmp_path / "s/blobs/.tmp-dead"
    orphan.write_bytes(b"half")
    used = tmp_path / "s/blobs/.tmp-live"
    import fcntl  # noqa: PLC0415  only this test plays a second writer

    with used.open("wb") as file, open_store(tmp_path / "s") as store:
        fcntl.flock(file, fcntl.LOCK_EX)
        store.put_blob(b"x")
        assert not orphan.exists()
        assert used.exists()
