"""Torn tails: mended by the next writer, kept in quarantine, named by the ledger; and only they are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.canonical import sha256_hex
from rmos_console.core.errors import DamagedError, StoreError
from rmos_console.core.records.report import Finding
from rmos_console.core.store import Limits, Line, Store, open_store
from rmos_console.core.store.follow import is_unwritten
from tests.store.making import draft, everything, independent_verify, new_store, run_id, seal, sealed

STEP = 17
"""Every so many bytes the ledger is cut in the quick suite, and at each of the last bytes of a line."""


def findings(store: Store) -> list[tuple[str, str | None, int | None]]:
    return [(found.severity, found.file, found.offset) for found in store.lines() if isinstance(found, Finding)]


def lines(store: Store) -> list[int]:
    return [found.seq for found in store.lines() if isinstance(found, Line)]


def runs(store: Store) -> list[str]:
    return [entry.run_id for entry in store.snapshot().runs()]


def forget(path: Path) -> None:
    """Delete the catalog: nothing remembers how long the ledger was."""
    for file in (path / "catalog").glob("*.catalog"):
        file.unlink()


def test_a_ledger_cut_at_every_byte_of_its_last_lines_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 1, 2).close()
    forget(path)
    ledger = path / "ledger/000001.jsonl"
    whole = ledger.read_bytes()
    ends = [index + 1 for index, byte in enumerate(whole) if byte == 0x0A]
    near_the_ends = {end - back for end in ends[1:] for back in range(4)}
    for cut in sorted({*range(ends[0], len(whole), STEP), *near_the_ends}):
        ledger.write_bytes(whole[:cut])
        kept = [end for end in ends if end <= cut]
        torn = whole[kept[-1] : cut]
        completed = cut + 1 in ends
        with open_store(path, read_only=True) as store:
            assert store.read_only_reason == "The store was opened for reading only."
            assert len(lines(store)) == len(kept)
            assert findings(store) == ([("notice", "ledger/000001.jsonl", kept[-1])] if torn else [])
            assert ledger.read_bytes() == whole[:cut]
        with open_store(path) as store:
            assert store.snapshot().run_count == len(kept) - 1
            seal(store, 9)
            assert store.snapshot().run_count == len(kept) + completed
            assert store.read_only_reason is None
            assert findings(store) == []
        found = independent_verify(path)[2]
        names = [file.name for file in (path / "quarantine").iterdir()]
        if torn:
            assert names == [f"000001-{kept[-1]}-{sha256_hex(torn)}"]
            assert (path / "quarantine" / names[0]).read_bytes() == torn
            (recovered,) = [event for event in found if event["kind"] == "store.recovered"]
            assert recovered == {
                "kind": "store.recovered",
                "file": names[0],
                "segment": "ledger/000001.jsonl",
                "offset": kept[-1],
                "bytes": len(torn),
                "sha256": sha256_hex(torn),
                "completed": completed,
            }
            (path / "quarantine" / names[0]).unlink()
        else:
            assert names == []
        forget(path)


def test_a_half_line_of_a_dead_writer_harms_no_store_that_is_open(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store, open_store(path) as reader:
        half = b'{"prev":"0123'
        with (path / "ledger/000001.jsonl").open("ab") as file:
            file.write(half)
        assert runs(reader) == [run_id(1)]
        assert reader.read_only_reason is None
        seal(store, 2)
        assert runs(store) == runs(reader) == [run_id(1), run_id(2)]
        (kept,) = (path / "quarantine").iterdir()
        assert kept.read_bytes() == half
        assert findings(store) == []
        seal(reader, 3)
    independent_verify(path)


def test_recovery_is_recorded_even_with_nothing_else_to_write(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store:
        with (path / "ledger/000001.jsonl").open("ab") as file:
            file.write(b"torn")
        done = store.commit(draft())
        assert done.changes.run_ids == frozenset()
        assert independent_verify(path)[2][-1]["kind"] == "store.recovered"


def test_a_quarantine_file_of_a_writer_that_died_before_naming_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 1).close()
    ledger = path / "ledger/000001.jsonl"
    torn = b'{"prev"'
    name = f"000001-{ledger.stat().st_size}-{sha256_hex(torn)}"
    (path / "quarantine" / name).write_bytes(torn)
    (path / "quarantine" / "notes").write_bytes(b"mine")
    ledger.write_bytes(ledger.read_bytes() + torn)  # copied, not cut yet
    with open_store(path) as store:
        assert ("notice", f"quarantine/{name}", 0) in findings(store)
        seal(store, 2)
        recovered = [event for event in independent_verify(path)[2] if event["kind"] == "store.recovered"]
        assert [event["file"] for event in recovered] == [name]
        assert findings(store) == [("notice", "quarantine/notes", 0)]
        seal(store, 3)
    assert len([event for event in independent_verify(path)[2] if event["kind"] == "store.recovered"]) == 1


def test_a_changed_or_missing_quarantine_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store:
        for torn in (b"one", b"two"):
            with (path / "ledger/000001.jsonl").open("ab") as file:
                file.write(torn)
            store.commit(draft())
        first, second = sorted((path / "quarantine").iterdir())
        first.write_bytes(b"changed")
        second.unlink()
        assert findings(store) == [("damage", f"quarantine/{each.name}", 0) for each in (first, second)]


@pytest.mark.parametrize("missing", ["quarantine", "full"])
def test_nothing_is_cut_when_the_copy_fails(tmp_path: Path, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store:
        ledger = path / "ledger/000001.jsonl"
        ledger.write_bytes(ledger.read_bytes() + b"torn")
        before = ledger.read_bytes()
        if missing == "quarantine":
            (path / "quarantine").rmdir()
            (path / "quarantine").write_bytes(b"in the way")
        else:

            def full(*_arguments: Any) -> int:
                raise OSError(28, "No space left on device")

            monkeypatch.setattr(os, "write", full)
        with pytest.raises(StoreError):
            store.commit(draft(sealed(2)))
        assert ledger.read_bytes() == before
        monkeypatch.undo()
        if missing == "quarantine":
            (path / "quarantine").unlink()
        seal(store, 2)
        assert store.snapshot().run_count == 2


def unwritten(path: Path, start: int, size: int) -> bytes:
    """Append a line to the ledger of which some bytes never reached the medium, and return the line."""
    ledger = path / "ledger/000001.jsonl"
    with open_store(path) as store:
        store.commit(draft(sealed(50, meta={"note": "x" * 4000})))
    data = bytearray(ledger.read_bytes())
    forget(path)
    offset = data.rfind(b"\n", 0, len(data) - 1) + 1
    first = offset + start + (-(offset + start)) % 512
    data[first : first + size] = bytes(size)
    ledger.write_bytes(data)
    return bytes(data[offset:])


def test_a_last_line_with_a_sector_that_was_never_written_is_torn(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 1).close()
    line = unwritten(path, 600, 512)
    with open_store(path) as store:
        assert runs(store) == [run_id(1)]
        assert store.read_only_reason is None
        assert [severity for severity, _, _ in findings(store)] == ["notice"]
        seal(store, 2)
        assert runs(store) == [run_id(1), run_id(2)]
        (kept,) = (path / "quarantine").iterdir()
        assert kept.read_bytes() == line
        assert findings(store) == []
    independent_verify(path)


def test_a_sector_of_nuls_before_other_lines_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 1).close()
    unwritten(path, 600, 512)
    ledger = path / "ledger/000001.jsonl"
    ledger.write_bytes(ledger.read_bytes() + b"{}\n")
    with open_store(path) as store:
        assert "is damaged" in (store.read_only_reason or "")
        with pytest.raises(DamagedError):
            seal(store, 2)


def test_fewer_nuls_than_a_sector_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 1).close()
    unwritten(path, 600, 300)
    with open_store(path) as store:
        assert "is damaged" in (store.read_only_reason or "")


def test_a_sector_of_nuls_is_damage_if_the_line_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 1).close()
    ledger = path / "ledger/000001.jsonl"
    with open_store(path) as store:
        store.commit(draft(sealed(50, meta={"note": "x" * 4000})))
        data = bytearray(ledger.read_bytes())
        first = len(data) - 2000 + (-(len(data) - 2000)) % 512
        data[first : first + 512] = bytes(512)
        ledger.write_bytes(data)
        with pytest.raises(DamagedError):
            store.read_run(run_id(50))
        with pytest.raises(DamagedError):
            seal(store, 2)
    with open_store(path, read_only=True) as store:
        assert ("damage", "ledger/000001.jsonl") in [found[:2] for found in findings(store)]


@pytest.mark.parametrize(
    ("line", "offset", "expected"),
    [
        (b"\0" * 512, 0, True),
        (b"\0" * 512, 100, True),
        (b"x" * 100 + b"\0" * 412, 0, False),
        (b"x" * 100 + b"\0" * 600, 100, True),
        (b"\0" * 63 + b"x" * 600, 449, False),
        (b"\0" * 64 + b"x" * 600, 448, True),
        (b"x" * 2000, 0, False),
    ],
)
def test_an_unwritten_sector_is_a_whole_aligned_one(line: bytes, offset: int, expected: bool) -> None:
    assert is_unwritten(line, offset) == expected


def test_an_earlier_segment_is_never_mended(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, *range(6), limits=Limits(runs=3)).close()
    forget(path)
    ledger = path / "ledger/000001.jsonl"
    whole = ledger.read_bytes()
    for cut in (len(whole) - 1, len(whole) - 40, whole.rfind(b"\n", 0, -1) + 1):
        ledger.write_bytes(whole[:cut])
        with open_store(path, read_only=True) as store:
            assert "ledger/000001.jsonl is damaged" in (store.read_only_reason or "")
            assert findings(store)[0][:2] == ("damage", "ledger/000001.jsonl")
        assert ledger.read_bytes() == whole[:cut]


def test_states_that_a_death_during_rotation_leaves_are_valid(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, *range(6), limits=Limits(runs=3)).close()
    forget(path)
    successor = path / "ledger/000002.jsonl"
    successor.write_bytes(b"")
    with open_store(path) as store:
        assert (store.snapshot().run_count, store.read_only_reason, findings(store)) == (3, None, [])
    successor.unlink()
    forget(path)
    with open_store(path, limits=Limits(runs=3)) as store, open_store(path, read_only=True) as reader:
        assert (store.snapshot().run_count, store.read_only_reason, findings(store)) == (3, None, [])
        seal(store, 10)
        assert reader.snapshot().run_count == 4
        told = everything(store.snapshot())
    with open_store(path) as store:
        assert everything(store.snapshot()) == told
    independent_verify(path)


def test_a_torn_tail_in_a_new_segment_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, *range(3), limits=Limits(runs=3)).close()
    with open_store(path, limits=Limits(runs=3)) as store:
        seal(store, 3)
        data = (path / "ledger/000002.jsonl").read_bytes()
    forget(path)
    (path / "ledger/000002.jsonl").write_bytes(data[:-9])
    with open_store(path) as store:
        seal(store, 4)
        assert runs(store) == [run_id(number) for number in (0, 1, 2, 4)]
        assert findings(store) == []
    independent_verify(path)
