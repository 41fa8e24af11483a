"""A note goes only after everything was read anew and found whole, and after the ledger says so."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from rmos_console.core.canonical import canonical
from rmos_console.core.errors import DegradedError, LockedError, ReadOnlyError, StoreError
from rmos_console.core.store import open_store
from rmos_console.core.store import release as release_module
from rmos_console.core.store.line import encode
from rmos_console.core.usecases.audit import audit
from rmos_console.core.usecases.doctor_reverify import reverify
from tests.store.making import independent_verify, new_store, run_id
from tests.unit.doctor.conftest import SEGMENT, cut, degrade, is_writable, note_what_is_wrong, noted
from tests.unit.usecases.conftest import CALLER


def kinds(path: Path) -> list[str]:
    """Return the kinds of all events, read by code that is not the product's."""
    return [event["kind"] for event in independent_verify(path)[2]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of a few runs with a file, closed."""
    place = tmp_path / "store"
    with new_store(place, 1, 2) as store:
        store.put_blob(b"a file that nobody names")
    return place


@pytest.mark.parametrize("keep_line", [True, False], ids=["the line is there", "half of it is"])
def test_a_degraded_store_is_written_on_after_everything_was_read_anew(path: Path, *, keep_line: bool) -> None:
    degrade(path, 3, keep_line=keep_line)
    note = noted(path)
    assert note is not None
    assert note.startswith("degraded 4 ")
    done = reverify(path, caller=CALLER)
    assert (done.ok, done.noted, done.cleared, done.blobs) == (True, note, True, 1)
    assert noted(path) is None
    assert kinds(path).count("store.reverified") == 1
    assert kinds(path).count("store.recovered") == (0 if keep_line else 1)
    with open_store(path) as store:
        assert [store.snapshot().run(run_id(number)) is not None for number in (1, 2, 3)] == [True, True, keep_line]
    assert is_writable(path, 4)
    report = audit(path)
    assert report.ok
    assert any(note in finding.message for finding in report.findings)


def test_a_store_without_a_note_is_read_and_left_as_it_is(path: Path) -> None:
    before = (path / SEGMENT).read_bytes()
    done = reverify(path, caller=CALLER)
    assert (done.ok, done.noted, done.cleared) == (True, None, False)
    assert (path / SEGMENT).read_bytes() == before


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_what_is_not_whole_keeps_the_note_and_names_file_and_offset(path: Path) -> None:
    degrade(path, 3)
    note = noted(path)
    second = (path / SEGMENT).read_bytes().index(b"\n") + 1
    flip(path / SEGMENT, second + 100)
    done = reverify(path, caller=CALLER)
    assert (done.ok, done.cleared) == (False, False)
    assert (done.findings[0].file, done.findings[0].offset) == (SEGMENT, second)
    assert noted(path) == note
    assert not is_writable(path, 4)
    flip(path / SEGMENT, second + 100)
    assert reverify(path, caller=CALLER).cleared
    assert is_writable(path, 4)


def test_a_changed_blob_keeps_the_note(path: Path) -> None:
    degrade(path, 3)
    (blob,) = [file for file in (path / "blobs").rglob("*") if file.is_file()]
    flip(blob, 0)
    done = reverify(path, caller=CALLER)
    assert [finding.file for finding in done.findings] == [blob.relative_to(path).as_posix()]
    assert noted(path) is not None


def test_damage_that_nobody_had_noted_is_noted(path: Path) -> None:
    flip(path / SEGMENT, 300)
    assert not reverify(path, caller=CALLER).ok
    assert noted(path) == f"damaged {SEGMENT} 0"


def test_a_damaged_store_is_written_on_after_the_bytes_were_put_back(path: Path) -> None:
    flip(path / SEGMENT, 300)
    shutil.rmtree(path / "catalog")
    assert note_what_is_wrong(path) == f"damaged {SEGMENT} 0"
    assert not reverify(path, caller=CALLER).cleared
    flip(path / SEGMENT, 300)
    assert not is_writable(path, 4)
    done = reverify(path, caller=CALLER)
    assert done.cleared
    assert is_writable(path, 4)


def test_lines_that_verify_and_make_no_sense_are_not_called_whole(path: Path) -> None:
    seq, digest, _ = independent_verify(path)
    nonsense = {"kind": "run.meta_patched", "run_id": run_id(99), "set": {}, "unset": []}
    transaction = {"at": "2026-01-01T00:00:00Z", "by": {"id": "x", "kind": "service"}, "events": [nonsense], "id": "t"}
    with (path / SEGMENT).open("ab") as file:
        file.write(encode(digest, seq + 1, [canonical(transaction)])[0])
    note = note_what_is_wrong(path)
    assert note is not None
    done = reverify(path, caller=CALLER)
    assert (done.ok, done.cleared) == (False, False)
    assert noted(path) == note


@pytest.mark.parametrize("catalog", [True, False], ids=["the catalog remembers", "only the note remembers"])
def test_lines_that_are_gone_are_not_waved_through(path: Path, *, catalog: bool) -> None:
    cut(path)
    assert note_what_is_wrong(path) is not None
    if not catalog:
        shutil.rmtree(path / "catalog")
    done = reverify(path, caller=CALLER)
    assert (done.ok, done.cleared) == (False, False)
    assert "--accept-head" in done.findings[0].message
    assert done.findings[0].offset == (path / SEGMENT).stat().st_size
    assert not is_writable(path, 4)


def test_acknowledged_lines_before_the_noted_one_must_be_there(path: Path) -> None:
    shutil.rmtree(path / "catalog")
    degrade(path, 3)
    shutil.rmtree(path / "catalog", ignore_errors=True)
    cut(path, 2)
    assert not reverify(path, caller=CALLER).ok


@pytest.mark.parametrize("step", ["record", "release"])
def test_a_crash_on_the_way_leaves_the_note_and_the_next_try_goes_through(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    degrade(path, 3)
    note = noted(path)

    def crash(*_: object) -> None:
        raise StoreError("Gone.")

    with monkeypatch.context() as patch:
        patch.setattr(release_module.HeldStore, step, crash)
        with pytest.raises(StoreError, match="Gone"):
            reverify(path, caller=CALLER)
    assert noted(path) == note
    assert not is_writable(path, 5)
    assert reverify(path, caller=CALLER).cleared
    assert kinds(path).count("store.reverified") == (2 if step == "release" else 1)
    assert audit(path).ok


def test_a_medium_that_still_fails_keeps_the_note(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    degrade(path, 3)

    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(DegradedError, match="medium failed"):
            reverify(path, caller=CALLER)
    assert noted(path) is not None


def test_what_reverify_cannot_write_it_refuses(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    degrade(path, 3)
    path.chmod(0o777)
    with pytest.raises(ReadOnlyError, match="chmod"):
        reverify(path, caller=CALLER)
    path.chmod(0o700)
    monkeypatch.setattr("rmos_console.core.usecases.doctor_reverify.WAIT_SECONDS", 0.1)
    with release_module.held(path, "test", 1.0), pytest.raises(LockedError):
        reverify(path, caller=CALLER)
    with pytest.raises(StoreError):
        reverify(path / "nowhere", caller=CALLER)
