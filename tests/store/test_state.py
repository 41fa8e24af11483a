"""The state file and the lock."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from rmos_console.core.errors import DegradedError, LockedError, StoreError, UsageError
from rmos_console.core.store import open_store
from rmos_console.core.store.state import (
    SIZE,
    Condition,
    create_state,
    read_condition,
    read_holder,
    write_condition,
    write_holder,
)
from tests.store.making import deciding, draft, new_store, run_id, seal, sealed


def test_a_condition_is_kept_and_the_first_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "state"
    create_state(path)
    assert read_condition(path) is None
    first = Condition("degraded", "", 99, 7, 5)
    write_condition(path, first)
    write_condition(path, Condition("damaged", "ledger/000001.jsonl", 3))
    assert read_condition(path) == first
    write_holder(path, "desktop" * 50, "2026-01-01T00:00:00Z")
    assert read_condition(path) == first
    assert path.stat().st_size == SIZE
    assert str(os.getpid()) in read_holder(path)


def test_a_missing_state_file_notes_nothing_and_is_made_when_needed(tmp_path: Path) -> None:
    path = tmp_path / "state"
    assert read_condition(path) is None
    assert read_holder(path) == "an unknown process"
    write_condition(path, Condition("damaged", "blobs/aa", 0))
    assert read_condition(path) == Condition("damaged", "blobs/aa", 0)
    path.unlink()
    write_holder(path, "cli", "now")
    assert "cli" in read_holder(path)
    path.write_bytes(b"?" * 100)
    assert read_holder(path) == "an unknown process"


@pytest.mark.parametrize("note", [b"damage", b"\0" * 30, b"degraded 1 2", b"\xff\xfe"])
def test_a_note_that_cannot_be_read_counts_as_damage(tmp_path: Path, note: bytes) -> None:
    path = tmp_path / "state"
    path.write_bytes((b" " * 2048 + note).ljust(SIZE))
    assert read_condition(path) == Condition("damaged", "state", 2048)
    path.write_bytes(b" " * 3000)
    assert read_condition(path) == Condition("damaged", "state", 2048)


def test_a_note_of_another_process_refuses_every_write(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        write_condition(tmp_path / "s/state", Condition("degraded", "", 99, 7, 5))
        with pytest.raises(DegradedError, match="line 7"):
            store.commit(draft(sealed(2)))
        assert store.read_only_reason is not None
        assert store.read_run(run_id(1))["run_id"] == run_id(1)


def test_lines_that_may_not_be_durable_are_not_shown(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1, 2, 3):
        pass
    for file in (tmp_path / "s/catalog").iterdir():
        file.unlink()
    write_condition(tmp_path / "s/state", Condition("degraded", "", 99, 3, 5))
    with open_store(tmp_path / "s") as store:
        assert [entry.run_id for entry in store.snapshot().runs()] == [run_id(1)]


def test_a_lock_that_is_held_is_waited_for_and_its_holder_named(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1, wait_seconds=0.05) as store:
        write_holder(tmp_path / "s/state", "desktop", "2026-01-01T00:00:00Z")
        with FileLock(tmp_path / "s/lock"):
            with pytest.raises(LockedError, match=rf"process {os.getpid()} .*desktop") as caught:
                store.commit(draft(sealed(2)))
            assert caught.value.exit_code == 6
        store.commit(draft(sealed(2)))
        assert store.snapshot().run_count == 2


def test_a_lock_file_that_was_deleted_or_replaced_still_excludes(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        (tmp_path / "s/lock").unlink()
        seal(store, 2)
        (tmp_path / "s/lock").unlink()
        (tmp_path / "s/lock").write_bytes(b"")
        seal(store, 3)
        (tmp_path / "s/lock").unlink()
        (tmp_path / "s/lock").symlink_to("/etc/passwd")
        with pytest.raises(StoreError):
            seal(store, 4)


def test_a_forked_child_may_not_write(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        child = os.fork()
        if child == 0:
            try:
                store.commit(draft(sealed(2)))
            except UsageError:
                os._exit(7)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        seal(store, 3)


def test_an_interrupted_caller_does_not_stop_the_others(tmp_path: Path) -> None:
    class Interrupt(BaseException):
        pass

    def interrupt(_view: Any) -> Any:
        raise Interrupt

    with new_store(tmp_path / "s", 1) as store:
        with pytest.raises(Interrupt):
            store.commit(deciding(interrupt))
        thread = threading.Thread(target=seal, args=(store, 2), daemon=True)
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
        assert store.snapshot().run_count == 2
