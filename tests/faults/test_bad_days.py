"""Bad days: each says what happened and what to do, goes on reading where it can, and loses nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rmos_console.core.errors import NewerStoreError, NoStoreError, ReadOnlyError, StoreError
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.store import Store, open_store
from rmos_console.core.store.copies import other_places, was_copied
from rmos_console.core.store.line import encode
from rmos_console.core.store.state import folder_identity, holder_note
from rmos_console.core.usecases import checkpoint
from rmos_console.core.usecases.audit import audit
from rmos_console.core.usecases.doctor_store import check_store
from tests.faults import other_user
from tests.store.making import draft, independent_verify, new_store, run_id, seal, sealed

CALLER = Caller(by=Actor(kind="service", id="tests"))

as_root = pytest.mark.skipif(not other_user.is_root(), reason="only root can mount")


@contextmanager
def medium(point: Path) -> Iterator[Path]:
    """Mount a medium of 8 MB at ``point`` and yield it; skip where that is not allowed."""
    point.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "rmos", point], check=False, timeout=20
    )
    if mounted.returncode:
        pytest.skip("this machine does not let root mount")
    try:
        yield point
    finally:
        subprocess.run(["umount", "-l", point], check=False, timeout=20, stderr=subprocess.DEVNULL)


def refuses(store: Store, kind: type[StoreError], *words: str) -> None:
    """Check that a commit is refused with exit 6 and all these words, and that reading goes on."""
    (answer,) = store.commit_many([draft(sealed(99))])
    assert isinstance(answer, kind), answer
    assert answer.exit_code == 6
    for word in words:
        assert word in answer.message
    assert store.snapshot().run(run_id(1)) is not None
    assert store.snapshot().run(run_id(99)) is None


@as_root
@pytest.mark.tier("c")
def test_a_medium_that_is_gone_is_waited_for(tmp_path: Path, expected_logs: Callable[..., object]) -> None:
    expected_logs(r"swallowed", always=False)
    with medium(tmp_path / "usb") as point:
        path = point / "s"
        store = new_store(path, 1)
        second = tmp_path / "kept"
        second.mkdir()
        subprocess.run(["mount", "--bind", point, second], check=True, timeout=20)
        try:
            subprocess.run(["umount", "-l", point], check=True, timeout=20)
            refuses(store, NoStoreError, "is gone", "bring it back and open the store again")
            store.close()
            assert list(point.iterdir()) == [], "nothing is made in the mount point that is left"
            with open_store(second / "s") as again:
                assert again.read_only_reason is None
                seal(again, 2)
                assert again.snapshot().run_count == 2
            independent_verify(second / "s")
        finally:
            subprocess.run(["umount", second], check=False, timeout=20)


def test_a_store_deleted_under_its_user_is_told_as_gone(tmp_path: Path, expected_logs: Callable[..., object]) -> None:
    expected_logs(r"swallowed", always=False)
    path = tmp_path / "s"
    with new_store(path, 1) as store:
        path.rename(tmp_path / "elsewhere")
        refuses(store, NoStoreError, f"The store {path} is gone")
        with pytest.raises(NoStoreError):
            store.refresh()
        assert "bring it back" in (store.read_only_reason or "")
    assert not path.exists()
    with open_store(tmp_path / "elsewhere") as store:
        assert store.read_only_reason is None
        seal(store, 2)


@as_root
@pytest.mark.tier("c")
def test_a_medium_turned_read_only_is_told_and_read(tmp_path: Path, expected_logs: Callable[..., object]) -> None:
    expected_logs(r"swallowed", always=False)
    with medium(tmp_path / "usb") as point:
        path = point / "s"
        new_store(path, 1).close()  # a file open for writing would keep the system from it
        with open_store(path) as store:
            subprocess.run(["mount", "-o", "remount,ro", point], check=True, timeout=20)
            refuses(store, ReadOnlyError, "Read-only file system")
            with open_store(path) as second:
                assert "mounted read-only" in (second.read_only_reason or "")
                refuses(second, ReadOnlyError, "Mount it for writing, or export a copy")
                assert second.read_run(run_id(1))["run_id"] == run_id(1)
            assert audit(path).ok
            subprocess.run(["mount", "-o", "remount,rw", point], check=True, timeout=20)
            seal(store, 2)
        independent_verify(path)


@as_root
@pytest.mark.tier("c")
def test_a_full_medium_is_told_and_written_again_once_there_is_room(tmp_path: Path) -> None:
    with medium(tmp_path / "usb") as point:
        with new_store(point / "s", 1) as store:
            room = os.statvfs(point)
            (point / "ballast").write_bytes(b"x" * (room.f_bavail * room.f_frsize - 4096))
            refuses(store, StoreError, "full", "free some space")
            (point / "ballast").unlink()
            seal(store, 2)
        independent_verify(point / "s")


def test_a_copy_beside_the_original_is_noticed(tmp_path: Path) -> None:
    original, copy = tmp_path / "s", tmp_path / "copy"
    new_store(original, 1).close()
    note = holder_note(original / "state")
    assert note is not None
    assert note.place == folder_identity(original)
    assert not was_copied(original)
    shutil.copytree(original, copy)
    assert was_copied(copy)
    with open_store(copy) as store:
        store_id = store.store_id
        assert other_places(store_id, copy) == [original]
        seal(store, 2)  # a copy may be the store from now on: it is told, not refused
    assert not was_copied(copy)
    assert other_places(store_id, original) == [copy]
    told = [each for each in check_store(copy) if each.name == "other copies"]
    assert [each.state for each in told] == ["warn"]
    assert str(original) in told[0].found
    shutil.rmtree(original)
    assert other_places(store_id, copy) == []
    assert [each for each in check_store(copy) if each.name == "other copies"] == []


def test_a_checkpoint_tells_two_ways_apart(tmp_path: Path) -> None:
    original, copy = tmp_path / "s", tmp_path / "copy"
    new_store(original, 1).close()
    shutil.copytree(original, copy)
    for path, number in ((original, 2), (copy, 3)):
        with open_store(path) as store:
            seal(store, number)
            made = checkpoint.take(store, None, caller=CALLER).value
        other = audit(copy if path == original else original, against=made)
        assert audit(path, against=made).ok
        assert path == original or not other.ok, "both went on from the same line, each in its own way"
        assert path == original or (other.against is not None and not other.against.extends)


def test_a_moved_store_is_no_copy(tmp_path: Path) -> None:
    new_store(tmp_path / "s", 1).close()
    (tmp_path / "s").rename(tmp_path / "t")
    assert not was_copied(tmp_path / "t")
    with open_store(tmp_path / "t") as store:
        seal(store, 2)
        assert other_places(store.store_id, tmp_path / "t") == []


@pytest.mark.parametrize("text", ["", "{", "[1]", '["relative"]', "null", '["/a\\u0000b"]'])
def test_what_is_remembered_of_other_places_may_be_anything(tmp_path: Path, text: str) -> None:
    with new_store(tmp_path / "s", 1) as store:
        (notes,) = (Path(os.environ["XDG_CACHE_HOME"]) / "rmos-console/places").iterdir()
        notes.write_text(text)
        assert other_places(store.store_id, tmp_path / "s") == []


def newer_line(path: Path) -> None:
    """Append a line as a later version of the program would write it."""
    seq, digest, _ = independent_verify(path)
    line = json.loads((path / "ledger/000001.jsonl").read_bytes().splitlines()[-1])
    transaction = {
        **line["transactions"][0],
        "id": "tx_newer",
        "events": [{"kind": "run.polished", "run_id": run_id(1)}],
    }
    spelled = json.dumps(transaction, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    with (path / "ledger/000001.jsonl").open("ab") as ledger:
        ledger.write(encode(digest, seq + 1, [spelled])[0])


def test_a_newer_program_beside_this_one_makes_it_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store:
        newer_line(path)
        refuses(store, NewerStoreError, "'run.polished'", "Update this program; until then it only reads")
        assert "newer version" in (store.read_only_reason or "")
        assert store.read_run(run_id(1))["run_id"] == run_id(1)
        assert store.snapshot().head.seq == 3
    before = (path / "ledger/000001.jsonl").read_bytes()
    with open_store(path) as store:
        refuses(store, NewerStoreError, "Update this program")
    assert (path / "ledger/000001.jsonl").read_bytes() == before


def test_a_newer_format_is_not_opened_and_not_touched(tmp_path: Path) -> None:
    new_store(tmp_path / "s", 1).close()
    facts = json.loads((tmp_path / "s/store.json").read_bytes())
    (tmp_path / "s/store.json").write_text(json.dumps({**facts, "format": 2}))
    before = {each: each.read_bytes() for each in (tmp_path / "s").rglob("*") if each.is_file()}
    with pytest.raises(NewerStoreError, match=r"has format 2; this program reads up to 1\. Update it"):
        open_store(tmp_path / "s")
    assert {each: each.read_bytes() for each in (tmp_path / "s").rglob("*") if each.is_file()} == before


def test_a_restored_backup_is_not_written_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 1).close()
    backup = (path / "ledger/000001.jsonl").read_bytes()
    with open_store(path) as store:
        seal(store, 2)
    (path / "ledger/000001.jsonl").write_bytes(backup)
    with open_store(path) as store:
        assert "ledger/000001.jsonl is damaged" in (store.read_only_reason or "")
        assert "--accept-head" in (store.read_only_reason or "")
        refuses(store, StoreError, "doctor")
        assert store.read_run(run_id(1))["run_id"] == run_id(1)
    assert (path / "ledger/000001.jsonl").read_bytes() == backup
