"""Every changed byte is found, with file and offset, by opening, reading or auditing; never mended, never skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from rmos_console.core.errors import DamagedError
from rmos_console.core.records.report import Finding
from rmos_console.core.store import Limits, Line, Store, open_store
from tests.store.making import asset_event, attached, deciding, draft, new_store, run_id, seal, sealed

STEP = 3
"""Every third byte is flipped in the quick suite; the long one flips every bit."""


def damage(store: Store) -> list[tuple[str | None, int | None]]:
    return [
        (found.file, found.offset)
        for found in store.lines()
        if isinstance(found, Finding) and found.severity in {"damage", "violation"}
    ]


def forget(path: Path) -> None:
    for file in (path / "catalog").glob("*.catalog"):
        file.unlink()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A store of two segments and five lines."""
    path = tmp_path / "s"
    with new_store(path, 1, limits=Limits(runs=2)) as store:
        store.commit(draft(asset_event("adv_1"), attached(1, "adv_1")))
        seal(store, 2, 3)
    return path


def begins(data: bytes) -> list[int]:
    return [0, *(index + 1 for index, byte in enumerate(data) if byte == 0x0A and index + 1 < len(data))]


def test_every_flipped_byte_of_the_ledger_is_found_where_it_is(small: Path) -> None:
    with open_store(small, read_only=True) as store:
        assert damage(store) == []
    forget(small)
    for name in ("ledger/000001.jsonl", "ledger/000002.jsonl"):
        file = small / name
        whole = file.read_bytes()
        starts = begins(whole)
        last = name.endswith("2.jsonl")
        for place in range(0, len(whole) - 1 if last else len(whole), STEP):
            data = bytearray(whole)
            data[place] ^= 1 << (place % 8)
            file.write_bytes(data)
            line = max(start for start in starts if start <= place)
            with open_store(small, read_only=True) as store:
                found = damage(store)
                assert (name, line) in found, f"byte {place} of {name}: {found}"
                reason = store.read_only_reason or ""
                assert f"{name} is damaged at byte {line}" in reason, f"byte {place} of {name}: {reason}"
        file.write_bytes(whole)


@pytest.mark.parametrize("name", ["ledger/000001.jsonl", "ledger/000002.jsonl"])
def test_with_a_catalog_every_flipped_byte_is_found_too(small: Path, name: str) -> None:
    file = small / name
    whole = file.read_bytes()
    starts = begins(whole)
    for place in range(0, len(whole), 3):
        place_ = len(whole) - 1 - place  # the last newline included
        data = bytearray(whole)
        data[place_] ^= 1 << (place % 8)
        file.write_bytes(data)
        line = max(start for start in starts if start <= place_)
        with open_store(small, read_only=True) as store:
            found = damage(store)
            assert (name, line) in found, f"byte {place_} of {name}: {found}"
    file.write_bytes(whole)


def test_the_last_newline_flipped_is_damage_while_the_catalog_remembers(small: Path) -> None:
    file = small / "ledger/000002.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"\x0b")
    with open_store(small) as store:
        assert "ledger/000002.jsonl is damaged" in (store.read_only_reason or "")
        with pytest.raises(DamagedError):
            store.commit(draft(sealed(9)))
    with open_store(small) as store:
        assert "ledger/000002.jsonl is damaged" in (store.read_only_reason or "")
    assert file.read_bytes() == whole[:-1] + b"\x0b"
    assert list((small / "quarantine").iterdir()) == []


def test_a_catalog_saved_by_another_process_is_asked_before_anything_is_cut(small: Path) -> None:
    with open_store(small) as late:
        with open_store(small) as other:
            seal(other, 8)
        file = small / "ledger/000002.jsonl"
        file.write_bytes(file.read_bytes()[:-1] + b"\x0b")
        with pytest.raises(DamagedError, match="whole when the catalog was saved"):
            late.commit(draft(sealed(9)))
        assert list((small / "quarantine").iterdir()) == []


def test_no_decision_on_a_damaged_run(small: Path) -> None:
    """A run read before deciding turns the store read-only if its line is not what it was."""
    with open_store(small) as store:
        file = small / "ledger/000001.jsonl"
        file.write_bytes(file.read_bytes().replace(b'"tool_id":"T1"', b'"tool_id":"T5"'))
        for read in (store.read_run, store.history):
            with pytest.raises(DamagedError) as caught:
                read(run_id(1))
            assert caught.value.details["file"] == "ledger/000001.jsonl"
        assert "is damaged" in (store.read_only_reason or "")
        with pytest.raises(DamagedError):
            store.commit(draft(sealed(9)))
    assert b"damaged ledger/000001.jsonl" in (small / "state").read_bytes()


def test_damage_found_while_deciding_is_noted_and_refuses_the_draft(small: Path) -> None:
    with open_store(small) as store:
        file = small / "ledger/000001.jsonl"
        file.write_bytes(file.read_bytes().replace(b'"tool_id":"T1"', b'"tool_id":"T5"'))
        with pytest.raises(DamagedError):
            store.commit(deciding(lambda _view: [store.read_run(run_id(1)), sealed(9)]))
    assert b"damaged ledger/000001.jsonl" in (small / "state").read_bytes()
    with open_store(small) as store:
        assert store.snapshot().run(run_id(9)) is None


def test_a_removed_line_a_missing_segment_and_a_swapped_line_are_found(small: Path) -> None:
    file = small / "ledger/000001.jsonl"
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:1], *lines[2:]]))
    with open_store(small, read_only=True) as store:
        assert ("ledger/000001.jsonl", len(lines[0])) in damage(store)
    forget(small)
    for good, order in ((1, [0, 2, 3, 4]), (1, [0, 2, 1, 3, 4]), (2, [0, 1, 1, 2, 3, 4]), (3, [0, 1, 2, 4])):
        file.write_bytes(b"".join(lines[index] for index in order))
        place = sum(len(lines[index]) for index in order[:good])
        with open_store(small, read_only=True) as store:
            assert ("ledger/000001.jsonl", place) in damage(store)
            assert f"ledger/000001.jsonl is damaged at byte {place}" in (store.read_only_reason or "")
    file.unlink()
    with open_store(small, read_only=True) as store:
        assert ("ledger/000001.jsonl", 0) in damage(store)
        assert [found.seq for found in store.lines() if isinstance(found, Line)] == [6]
    file.write_bytes(b"")
    with open_store(small, read_only=True) as store:
        assert "is damaged" in (store.read_only_reason or "")
        assert damage(store)


def test_an_examination_lists_everything_behind_the_damage(small: Path) -> None:
    file = small / "ledger/000001.jsonl"
    data = file.read_bytes().replace(b'"tool_id":"T1"', b'"tool_id":"T5"').replace(b'"tool_id":"T2"', b'"tool_id":"T6"')
    file.write_bytes(data)
    with open_store(small, read_only=True) as store:
        starts = begins(data)
        assert damage(store) == [("ledger/000001.jsonl", starts[1]), ("ledger/000001.jsonl", starts[3])]
        assert [found.seq for found in store.lines() if isinstance(found, Line)] == [1, 3, 5, 6]


def test_every_flipped_byte_of_a_blob_is_found(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path) as store:
        store.commit(draft(sealed(1, outputs={"gcode_text": "G1\n" * 100_000})))
        name = store.put_blob(b"attachment")
        store.commit(
            draft(
                {
                    "kind": "attachment.added",
                    "run_id": run_id(1),
                    "attachment": {"sha256": name, "kind": "file", "size_bytes": 10},
                }
            )
        )
        store.put_blob(b"orphan")
    blob = path / "blobs" / name[:2] / name[2:4] / name
    whole = blob.read_bytes()
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= 1 << (place % 8)
        blob.write_bytes(data)
        with open_store(path, read_only=True) as store:
            assert damage(store) == [(f"blobs/{name[:2]}/{name[2:4]}/{name}", 0)]
            with pytest.raises(DamagedError):
                store.get_blob(name)
    blob.unlink()
    with open_store(path, read_only=True) as store:
        assert damage(store) == [(f"blobs/{name[:2]}/{name[2:4]}/{name}", None)]
        notices = [found for found in store.lines() if isinstance(found, Finding) and found.severity == "notice"]
        assert [found.message.split()[0] for found in notices] == ["1"]


def test_every_byte_of_the_note_in_the_state_file_counts(small: Path) -> None:
    state = small / "state"
    whole = state.read_bytes()
    for place in range(2048, 4096, 61):
        data = bytearray(whole)
        data[place] ^= 1 << (place % 8)
        state.write_bytes(data)
        with open_store(small, read_only=True) as store:
            assert damage(store) == [("state", 2048)]
        with open_store(small) as store:
            assert store.read_only_reason is not None


def test_things_that_do_not_belong_into_a_store_are_named(small: Path) -> None:
    (small / "ledger/notes.txt").write_text("mine")
    (small / "blobs/link").symlink_to("/etc/passwd")
    (small / "extra").hardlink_to(small / "ledger/notes.txt")
    with open_store(small, read_only=True) as store:
        assert set(damage(store)) == {("blobs/link", None), ("extra", None), ("ledger/notes.txt", None)}


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_missing_segment_is_damage_with_and_without_a_catalog(tmp_path: Path, gone: int) -> None:
    path = tmp_path / "s"
    new_store(path, *range(6), limits=Limits(runs=2)).close()
    (path / f"ledger/{gone:06}.jsonl").unlink()
    for remembered in (True, False):
        if not remembered:
            forget(path)
        with open_store(path, read_only=True) as store:
            reason = store.read_only_reason or ""
            if gone < 3:
                assert (f"ledger/{gone:06}.jsonl", 0) in damage(store)
                assert f"ledger/{gone:06}.jsonl is damaged at byte 0" in reason
            elif remembered:
                assert damage(store)
                assert "line 9 was there when the catalog was saved" in reason
            else:  # exactly what a death during rotation leaves
                assert damage(store) == []


def test_a_ledger_without_any_segment_is_damage(small: Path) -> None:
    forget(small)
    for file in (small / "ledger").iterdir():
        file.unlink()
    with open_store(small, read_only=True) as store:
        assert "ledger/000001.jsonl is damaged at byte 0" in (store.read_only_reason or "")
        assert damage(store)
