"""Media that are full, fail, or forget: nothing is acknowledged that is not durable, and fsync is never retried."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.errors import DamagedError, DegradedError, DiskFullError, LockedError, ReadOnlyError, StoreError
from rmos_console.core.store import Limits, open_store
from rmos_console.core.store.state import read_condition
from tests.store.making import draft, independent_verify, new_store, run_id, seal, sealed

CHECKOUT = Path(__file__).resolve().parents[2]


@contextmanager
def file_size_limit(limit: int) -> Iterator[None]:
    """Let no file of this process grow beyond ``limit`` bytes, as a quota would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1, 100, 700])
def test_a_short_write_is_taken_back_and_the_next_commit_works(tmp_path: Path, room: int) -> None:
    path = tmp_path / "s"
    with new_store(path, *range(20)) as store:
        ledger = path / "ledger/000001.jsonl"
        before = ledger.read_bytes()
        with file_size_limit(len(before) + room), pytest.raises(DiskFullError) as caught:
            store.commit(draft(sealed(100), tx="tx_again"))
        assert caught.value.exit_code == 6
        assert ledger.read_bytes() == before
        assert store.snapshot().run(run_id(100)) is None
        assert store.read_only_reason is None
        assert not store.commit(draft(sealed(100), tx="tx_again")).repeated
        assert list((path / "quarantine").iterdir()) == []
    independent_verify(path)


def test_a_full_medium_keeps_a_blob_from_being_named(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        with file_size_limit(10_000), pytest.raises(DiskFullError):
            store.put_blob(b"x" * 20_000)
        assert [file for file in (tmp_path / "s/blobs").rglob("*") if file.is_file()] == []
        seal(store, 2)


def failing(number: int, times: list[int], real: Callable[..., Any], when: Callable[..., bool]) -> Callable[..., Any]:
    """Return ``real`` with the system's error ``number`` in its place where ``when`` says so; calls are counted."""

    def call(*arguments: Any) -> Any:
        if when(*arguments):
            times.append(1)
            raise OSError(number, os.strerror(number))
        return real(*arguments)

    return call


def is_ledger(descriptor: int, *_: Any) -> bool:
    return Path(f"/proc/self/fd/{descriptor}").readlink().suffix == ".jsonl"


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_failed_fsync_degrades_the_store_for_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store, open_store(path) as other:
        times: list[int] = []
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", failing(number, times, os.fsync, is_ledger))
            with pytest.raises(DegradedError):
                store.commit(draft(sealed(2)))
        assert len(times) == 1, "fsync was tried again"
        assert store.snapshot().run(run_id(2)) is None
        for each in (store, other):
            with pytest.raises(DegradedError):
                each.commit(draft(sealed(3)))
            assert each.snapshot().run(run_id(2)) is None
            assert each.read_run(run_id(1))["run_id"] == run_id(1)
            assert "could not be made durable" in (each.read_only_reason or "")
    condition = read_condition(path / "state")
    assert condition is not None
    assert (condition.kind, condition.seq, condition.errno) == ("degraded", 3, number)
    with open_store(path) as again:
        assert again.snapshot().run(run_id(2)) is None
        with pytest.raises(DegradedError):
            again.commit(draft(sealed(4)))
        assert [found.severity for found in again.lines() if not hasattr(found, "transactions")] == ["damage"]


def test_an_io_error_while_writing_degrades_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_store(tmp_path / "s", 1) as store:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", failing(errno.EIO, [], os.write, is_ledger))
            with pytest.raises(DegradedError):
                store.commit(draft(sealed(2)))
        with pytest.raises(DegradedError):
            store.commit(draft(sealed(2)))


def test_all_callers_of_a_line_that_fails_hear_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_store(tmp_path / "s", 1) as store, monkeypatch.context() as patch:
        patch.setattr(os, "write", failing(errno.ENOSPC, [], os.write, is_ledger))
        answers = store.commit_many([draft(sealed(2)), draft(), draft(sealed(1)), draft(sealed(3))])
        assert [getattr(answer, "code", None) for answer in answers] == [
            "disk_full",
            "disk_full",
            "conflict",
            "disk_full",
        ]


NO_NOTE = """
import errno, os, sys
from pathlib import Path
from rmos_console.core.errors import DegradedError
from rmos_console.core.store import Limits, open_store
from tests.store.making import draft, sealed
store = open_store(Path(sys.argv[1]))
real = os.pwrite
def fail(*arguments):
    raise OSError(errno.EIO, "Input/output error")
def note(descriptor, data, offset):
    if offset:
        fail()
    return real(descriptor, data, offset)
os.fsync, os.pwrite = fail, note
try:
    store.commit(draft(sealed(2)))
except DegradedError as error:
    print(error.message, flush=True)
sys.stdin.readline()
"""


def test_where_even_the_note_fails_the_lock_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, 1, wait_seconds=0.1) as store:
        arguments = [sys.executable, "-c", NO_NOTE, str(path)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(arguments, cwd=CHECKOUT, text=True, **pipes) as process:
            assert process.stdout is not None
            assert "keeps the lock" in process.stdout.readline()
            with pytest.raises(LockedError):
                store.commit(draft(sealed(3)))
            process.kill()


def test_a_writer_that_minds_no_lock_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store:
        real = os.fsync

        def intrude(descriptor: int) -> None:
            with (path / "ledger/000001.jsonl").open("ab") as file:
                file.write(b"something else\n")
            real(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", intrude)
            with pytest.raises(DamagedError, match="not minding the lock"):
                store.commit(draft(sealed(2)))
        with pytest.raises(StoreError):
            store.commit(draft(sealed(3)))


def test_almost_no_room_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_store(tmp_path / "s", 1) as store, monkeypatch.context() as patch:
        full = os.fstatvfs(0)
        values = list(full)[:10]
        values[4] = 0  # f_bavail
        patch.setattr(os, "fstatvfs", lambda _descriptor: os.statvfs_result(values))
        with pytest.raises(DiskFullError, match="full"):
            store.commit(draft(sealed(2)))
        patch.undo()
        seal(store, 2)


def test_a_ledger_put_back_from_a_copy_while_the_store_is_open_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store:
        old = (path / "ledger/000001.jsonl").read_bytes()
        seal(store, 2)
        (path / "copy").write_bytes(old)
        (path / "copy").replace(path / "ledger/000001.jsonl")
        with pytest.raises(DamagedError, match="bytes long before"):
            store.commit(draft(sealed(3)))
        assert (path / "ledger/000001.jsonl").read_bytes() == old


def test_the_same_bytes_in_a_new_file_are_written_on(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, 1, 2) as store:
        (path / "copy").write_bytes((path / "ledger/000001.jsonl").read_bytes())
        (path / "copy").chmod(0o600)
        (path / "copy").replace(path / "ledger/000001.jsonl")
        seal(store, 3)
    assert len([event for event in independent_verify(path)[2] if event["kind"] == "run.sealed"]) == 3


@pytest.mark.parametrize("call", ["truncate", "sync of the folder", "create"])
def test_failures_around_the_write_leave_nothing_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "s"
    with new_store(path, 1, 2, limits=Limits(runs=2)) as store, monkeypatch.context() as patch:
        if call == "truncate":
            (path / "ledger/000001.jsonl").write_bytes((path / "ledger/000001.jsonl").read_bytes() + b"torn")
            patch.setattr(os, "ftruncate", failing(errno.EACCES, [], os.ftruncate, is_ledger))
            expected: type[StoreError] = ReadOnlyError
        elif call == "create":
            real = os.open
            patch.setattr(os, "open", failing(errno.ENOSPC, [], real, lambda file, *_: "000002" in str(file)))
            expected = DiskFullError
        else:
            patch.setattr(os, "fsync", failing(errno.EIO, [], os.fsync, lambda fd: is_folder(fd, path / "ledger")))
            expected = DegradedError
        with pytest.raises(expected):
            store.commit(draft(sealed(3)))
        assert store.snapshot().run(run_id(3)) is None
    if call != "sync of the folder":
        with open_store(path) as store:
            seal(store, 3)
            assert store.snapshot().run_count == 3
        independent_verify(path)


def is_folder(descriptor: int, folder: Path) -> bool:
    return Path(f"/proc/self/fd/{descriptor}").readlink() == folder
