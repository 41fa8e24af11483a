"""Damage is reported with its file and offset by every door alike (open, read, audit), and never mended."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rmos_console.core.errors import DamagedError, RmosError
from rmos_console.core.store import open_store
from rmos_console.core.usecases import browse, intake
from rmos_console.core.usecases.audit import audit
from tests.faults.history_ledger import transactions
from tests.faults.rebuilt import CALLER, FEW, furnish


class Place(NamedTuple):
    """A line of the ledger that seals a run: its file, where it begins and ends there, and the run."""

    file: str
    start: int
    end: int
    run_id: str


@pytest.fixture(autouse=True)
def quiet(expected_logs: Callable[..., Any]) -> None:
    expected_logs("swallowed|damaged|catalog", always=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    furnish(tmp_path / "store")
    return tmp_path / "store"


def sealing_lines(path: Path) -> list[Place]:
    """Return the lines that seal runs, by reading the files alone."""
    starts: list[tuple[str, int, int]] = []
    for segment in sorted((path / "ledger").iterdir()):
        offset = 0
        for raw in segment.read_bytes().splitlines(keepends=True):
            starts.append((f"ledger/{segment.name}", offset, offset + len(raw)))
            offset += len(raw)
    return [
        Place(*starts[transaction.seq - 1], event["run"]["run_id"])
        for transaction in transactions(path)
        for event in transaction.events
        if event["kind"] == "run.sealed"
    ]


def told_by_open(path: Path) -> tuple[Any, Any]:
    """Return file and offset that opening tells of, everything read from the ledger."""
    kept = path.parent / "catalog"
    shutil.move(path / "catalog", kept)
    try:
        with open_store(path, read_only=True) as store:
            assert store.unread is not None
            assert f"{store.unread.details['file']} is damaged at byte" in (store.read_only_reason or "")
            return store.unread.details["file"], store.unread.details["offset"]
    finally:
        shutil.move(kept, path / "catalog")


def told_by_read(path: Path, run_id: str) -> tuple[Any, Any]:
    """Return file and offset that showing a run tells of, opened from the catalog."""
    with open_store(path, read_only=True) as store, pytest.raises(DamagedError) as told:
        browse.show(store, run_id)
    return told.value.details["file"], told.value.details["offset"]


def told_by_audit(path: Path) -> list[tuple[Any, Any]]:
    """Return files and offsets of the damage that an audit finds."""
    report = audit(path)
    assert not report.ok
    return [(found.file, found.offset) for found in report.findings if found.severity == "damage"]


def refuses_to_write(path: Path, run_id: str) -> None:
    """Read what is damaged in a store that may be written, then try to write."""
    with open_store(path, limits=FEW) as store:
        with pytest.raises(DamagedError):
            browse.show(store, run_id)
        with pytest.raises(DamagedError):
            intake.patch_meta(store, run_id, {"new": 1}, [], CALLER)
    with open_store(path, limits=FEW) as store, pytest.raises(RmosError):
        intake.create(store, {"mode": "m", "tool_id": "T", "status": "OK"}, CALLER)


def harmed(data: bytes, place: Place, draw: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield the segment with one line of it harmed in several ways; its length stays, so that no other is."""
    at = draw.randrange(place.start, place.end - 1)
    yield f"byte {at} changed", data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :]
    blank = bytes(place.end - 1 - place.start)
    yield "overwritten with NULs", data[: place.start] + blank + data[place.end - 1 :]
    word = data[place.start : place.end].replace(b'"status":"OK"', b'"status":"KO"', 1).replace(b"G1 X", b"G1 Y", 1)
    yield "edited by hand", data[: place.start] + word + data[place.end :]


def test_every_door_names_the_same_place_in_the_ledger(path: Path) -> None:
    seed = random.randrange(1 << 32)  # noqa: S311  places, nothing secret
    draw = random.Random(seed)  # noqa: S311  places, nothing secret
    places = sealing_lines(path)
    assert len({place.file for place in places}) >= 3
    for place in draw.sample(places, 4):
        file = path / place.file
        data = file.read_bytes()
        for what, bad in harmed(data, place, draw):
            file.write_bytes(bad)
            here = (place.file, place.start)
            told = f"{place}: {what}, seed {seed}"
            assert told_by_open(path) == here, told
            assert told_by_read(path, place.run_id) == here, told
            assert here in told_by_audit(path), told
            assert file.read_bytes() == bad, f"mended: {told}"
        file.write_bytes(data)


def test_what_is_damaged_is_neither_mended_nor_written_to(path: Path) -> None:
    place = sealing_lines(path)[2]
    file = path / place.file
    data = bytearray(file.read_bytes())
    data[place.start + 40] ^= 1
    file.write_bytes(data)
    before = {each: each.read_bytes() for each in (path / "ledger").iterdir()}
    refuses_to_write(path, place.run_id)
    assert {each: each.read_bytes() for each in (path / "ledger").iterdir()} == before
    assert list((path / "quarantine").iterdir()) == []
    assert ("state", 2048) in told_by_audit(path), "every other process is told as well"


def test_a_damaged_file_of_a_run_is_named_by_read_and_audit(path: Path, tmp_path: Path) -> None:
    with open_store(path, read_only=True) as store:
        run = next(run for run in map(store.snapshot().run, [f"run_{0:012x}"]) if run is not None)
        sha256 = run.attachments[0].sha256
    blob = f"blobs/{sha256[:2]}/{sha256[2:4]}/{sha256}"
    for bad in (b"clamped by hans", b""):
        (path / blob).write_bytes(bad)
        with open_store(path, read_only=True) as store, pytest.raises(DamagedError) as told:
            intake.save_file(store, run.run_id, sha256, tmp_path / "out")
        assert told.value.details["file"] == blob
        assert not (tmp_path / "out").exists()
        assert (blob, told.value.details["offset"]) in told_by_audit(path)
        assert (path / blob).read_bytes() == bad


@pytest.mark.parametrize("number", [1, 2])
def test_a_missing_segment_is_named_by_open_and_audit(path: Path, number: int) -> None:
    file = f"ledger/{number:06}.jsonl"
    (path / file).unlink()
    assert told_by_open(path) == (file, 0)
    assert (file, 0) in told_by_audit(path)
    assert not (path / file).exists()


def test_lines_that_the_catalog_remembers_are_missed_by_open_and_audit(path: Path) -> None:
    """The newest segment ends earlier, at the end of a line: without a witness nothing would be wrong with it."""
    file = max((path / "ledger").iterdir())
    lines = file.read_bytes().splitlines(keepends=True)
    kept = b"".join(lines[:-2])
    file.write_bytes(kept)
    with open_store(path, read_only=True) as store:
        assert store.is_damaged()
        assert f"ledger/{file.name} is damaged at byte {len(kept)}" in (store.read_only_reason or "")
    assert (f"ledger/{file.name}", len(kept)) in told_by_audit(path)
    with open_store(path) as store, pytest.raises(DamagedError):
        intake.create(store, {"mode": "m", "tool_id": "T", "status": "OK"}, CALLER)
    assert file.read_bytes() == kept
