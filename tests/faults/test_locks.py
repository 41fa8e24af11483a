"""One writer at a time, whatever becomes of the other one, and of the lock file."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from filelock import FileLock

from rmos_console.core.errors import LockedError, NoStoreError, ReadOnlyError, UsageError
from rmos_console.core.records.events import Event
from rmos_console.core.store import Store, View, open_store
from tests.faults import other_user, scenario_vandal
from tests.store.making import deciding, draft, independent_verify, new_store, run_id, seal, sealed

CHECKOUT = Path(__file__).resolve().parents[2]

HOLDER = """
import os, sys, time
from pathlib import Path
from rmos_console.core.store import open_store
from tests.store.making import deciding, sealed
def decide(_view):
    if sys.argv[2] == "fork" and os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    print("inside", flush=True)
    sys.stdin.readline()
    return [sealed(77)]
with open_store(Path(sys.argv[1])) as store:
    store.commit(deciding(decide))
    print("done", flush=True)
"""


@contextmanager
def holding(path: Path, how: str = "") -> Iterator[subprocess.Popen[str]]:
    """Have another process inside its locked section; a line on its stdin lets it go on."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), how],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its own session: the child it may have forked, too
        process.communicate()


def let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "done\n"


def files(path: Path) -> dict[str, bytes]:
    """Return every file but the holder's note, which each try to write leaves."""
    return {
        each.relative_to(path).as_posix(): each.read_bytes()
        for each in sorted(path.rglob("*"))
        if each.is_file() and each.name != "state"
    }


def test_a_lock_file_left_by_a_dead_process_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 1).close()
    (path / "lock").write_bytes(b"process 1, and something else that is no note of ours")
    with holding(path) as process:
        process.kill()
        process.wait()
        with open_store(path, wait_seconds=1) as store:
            started = time.monotonic()
            seal(store, 2)
            assert time.monotonic() - started < 1
    assert (path / "lock").read_bytes() == b"process 1, and something else that is no note of ours"


def test_a_stopped_holder_is_named_and_nothing_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, 1, wait_seconds=0.2) as store, holding(path) as process:
        os.kill(process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        before = files(path)
        with pytest.raises(LockedError, match=rf"process {process.pid} .*stopped.*kill -CONT {process.pid}") as caught:
            store.commit(draft(sealed(2)))
        assert caught.value.exit_code == 6
        assert files(path) == before
        assert store.snapshot().run_count == 1
        os.kill(process.pid, signal.SIGCONT)
        let_go(process)
        seal(store, 2)
        assert store.snapshot().run_count == 3
    assert independent_verify(path)[0] == 4


def test_a_holder_that_runs_is_named_too(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1, wait_seconds=0.1) as store, holding(tmp_path / "s") as process:
        (answer,) = store.commit_many([draft(sealed(2))])
        assert isinstance(answer, LockedError)
        assert f"process {process.pid} on " in answer.message
        assert answer.message.endswith("Try again, or end that process.")


def test_a_forked_child_refuses_to_write(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                store.commit(draft(sealed(2)))
            except UsageError as error:
                code = 0 if "open it again after a fork" in error.message else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        seal(store, 3)
        assert store.snapshot().run(run_id(2)) is None


def test_a_child_forked_inside_does_not_keep_the_lock_of_its_dead_parent(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 1).close()
    with holding(path, "fork") as process, open_store(path, wait_seconds=5) as store:
        process.kill()
        process.wait()
        seal(store, 2)
        assert store.snapshot().run(run_id(77)) is None


def delete(lock: Path) -> None:
    lock.unlink()


def replace(lock: Path) -> None:
    (lock.parent.parent / "new").touch(0o600)
    (lock.parent.parent / "new").replace(lock)


@pytest.mark.parametrize("vandalise", [delete, replace])
def test_a_lock_file_that_goes_while_it_is_held_lets_nobody_else_in(
    tmp_path: Path, vandalise: Callable[[Path], None]
) -> None:
    path = tmp_path / "s"
    with new_store(path, 1, wait_seconds=0.2) as store, holding(path) as process:
        vandalise(path / "lock")
        with pytest.raises(LockedError):
            store.commit(draft(sealed(2)))
        let_go(process)
        seal(store, 2)
    assert independent_verify(path)[0] == 4
    assert stat.S_IMODE((path / "lock").stat().st_mode) == 0o600


@pytest.mark.parametrize("vandalise", [delete, replace])
def test_a_waiting_writer_does_not_take_a_lock_file_of_no_name(
    tmp_path: Path, vandalise: Callable[[Path], None]
) -> None:
    path = tmp_path / "s"
    with new_store(path, 1, wait_seconds=20) as store:
        waiting = threading.Thread(target=seal, args=(store, 2))
        with FileLock(path / "lock"):  # a program that knows of the file alone
            waiting.start()
            vandalise(path / "lock")
        waiting.join(20)
        assert not waiting.is_alive()
        assert store.snapshot().run(run_id(2)) is not None
        with FileLock(path / "lock", timeout=1):
            pass


def test_a_program_that_locks_the_file_alone_keeps_writers_out(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1, wait_seconds=0.1) as store:
        with FileLock(tmp_path / "s/lock"), pytest.raises(LockedError):
            store.commit(draft(sealed(2)))
        seal(store, 2)


def seen_from_inside(store: Store) -> list[bool]:
    """Return whether a program that knows of the lock file alone gets it while a commit is being decided."""
    got: list[bool] = []

    def look() -> None:
        foreign = FileLock(store.path / "lock", blocking=False)
        try:
            foreign.acquire()
        except TimeoutError:
            got.append(False)
        else:
            foreign.release()
            got.append(True)

    def decide(_view: View) -> list[Event]:
        looking = threading.Thread(target=look)
        looking.start()
        looking.join()
        return []

    store.commit(deciding(decide))
    return got


def test_a_writer_keeps_programs_out_that_lock_the_file_alone(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        assert seen_from_inside(store) == [False]


@pytest.mark.parametrize("vandalise", [delete, replace])
def test_a_file_that_loses_its_name_before_it_is_locked_is_not_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vandalise: Callable[[Path], None]
) -> None:
    real = fcntl.flock
    times: list[int] = []

    def late(descriptor: int, how: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink() == tmp_path / "s/lock" and not times:
            times.append(1)
            vandalise(tmp_path / "s/lock")
        real(descriptor, how)

    with new_store(tmp_path / "s", 1) as store:
        monkeypatch.setattr(fcntl, "flock", late)
        assert seen_from_inside(store) == [False]
        assert times == [1]


def test_the_mount_point_of_a_medium_that_is_gone_stays_empty(
    tmp_path: Path, expected_logs: Callable[..., object]
) -> None:
    expected_logs(r"store\.catalog .*store\.json")
    with new_store(tmp_path / "s", 1) as store:
        (tmp_path / "s").rename(tmp_path / "t")
        (tmp_path / "s").mkdir()
        with pytest.raises(NoStoreError, match="gone"):
            store.commit(draft(sealed(2)))
    assert list((tmp_path / "s").iterdir()) == []


def test_nobody_writes_under_a_vandal(tmp_path: Path) -> None:
    assert scenario_vandal.run(tmp_path) == []


@pytest.mark.parametrize("sabotage", scenario_vandal.CATCHES)
def test_a_store_without_its_lock_does_not_pass_under_a_vandal(tmp_path: Path, sabotage: str) -> None:
    assert scenario_vandal.run(tmp_path, sabotage)


READING = """
try:
    with open_store(path) as store:
        print(store.snapshot().run_count, store.read_only_reason)
        seal(store, 2)
except StoreError as error:
    print(type(error).__name__, error.exit_code, error.message)
"""


@pytest.mark.skipif(not other_user.is_root(), reason=other_user.NO_ROOT)
@pytest.mark.tier("c")
@pytest.mark.parametrize(("name", "mode"), [(".", 0o500), ("lock", 0o400), ("ledger", 0o500), ("state", 0o400)])
def test_where_the_lock_cannot_be_taken_the_store_is_read(name: str, mode: int) -> None:
    with other_user.open_to_all() as folder:
        path = folder / "s"
        new_store(path, 1).close()
        for each in (path, *path.rglob("*")):
            os.chown(each, other_user.ALICE, -1)
        (path / name).chmod(mode)
        first, second = other_user.said(READING, path, user=other_user.ALICE).splitlines()
    assert first.startswith("1 The store is read-only: this account may not write ")
    assert first.split(". ")[0].endswith(str(path / name))
    assert second.startswith("ReadOnlyError 6 ")


def test_a_lock_that_turns_unwritable_while_open_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_store(tmp_path / "s", 1) as store:
        refuse_lock(monkeypatch)
        with pytest.raises(ReadOnlyError, match=r"taking the lock of .*check owner and permissions"):
            store.commit(draft(sealed(2)))
        monkeypatch.undo()
        check_writable(store)


def refuse_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refusing(path: os.PathLike[str], *arguments: int, **options: int) -> int:
        if os.fspath(path).endswith("/lock"):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refusing)


def check_writable(store: Store) -> None:
    seal(store, 2)
    assert store.read_only_reason is None
