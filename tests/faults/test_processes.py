"""Several processes at once, and processes that die at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from rmos_console.core.store import Committed, Limits, open_store
from tests.store.making import draft, independent_verify, new_store, run_id, seal, sealed

CHECKOUT = Path(__file__).resolve().parents[2]

WRITER = """
import sys, threading
from pathlib import Path
from rmos_console.core.store import Limits, open_store
from tests.store.making import draft, sealed
path, worker, count, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
with open_store(path, limits=Limits(runs=90)) as store:
    def work(thread):
        for number in range(thread, count, threads):
            store.commit(draft(sealed(worker * 1000 + number)))
    workers = [threading.Thread(target=work, args=(thread,)) for thread in range(threads)]
    [each.start() for each in workers]
    [each.join() for each in workers]
"""


def test_four_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with new_store(path, limits=Limits(runs=90)) as watching:
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(worker), "100", str(threads)], cwd=CHECKOUT)
            for worker, threads in enumerate((1, 1, 4, 4))
        ]
        assert [writer.wait(120) for writer in writers] == [0, 0, 0, 0]
        assert watching.snapshot().run_count == 400
        assert watching.read_only_reason is None
    found = independent_verify(path)[2]
    runs = [event["run"]["run_id"] for event in found if event["kind"] == "run.sealed"]
    assert sorted(runs) == [run_id(worker * 1000 + number) for worker in range(4) for number in range(100)]
    with open_store(path, read_only=True) as store:
        assert store.snapshot().run_count == 400
        assert not [item for item in store.lines() if not hasattr(item, "transactions")]


def test_the_same_transactions_from_several_processes_happen_once(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path).close()
    racing = WRITER.replace("draft(sealed(worker * 1000 + number))", "draft(sealed(number), tx=f'tx_{number}')")
    writers = [
        subprocess.Popen([sys.executable, "-c", racing, str(path), str(worker), "50", "2"], cwd=CHECKOUT)
        for worker in range(3)
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    found = independent_verify(path)[2]
    assert sorted(event["run"]["run_id"] for event in found if event["kind"] == "run.sealed") == [
        run_id(number) for number in range(50)
    ]


def dying_writer(path: Path, first: int, acknowledged: int) -> None:
    """Commit runs until killed; each number goes down the pipe once its commit returned."""
    with open_store(path, limits=Limits(runs=40)) as store:
        for number in range(first, first + 1000):
            store.put_blob(b"blob %d" % number)
            store.commit(draft(sealed(number)))
            os.write(acknowledged, b"%d\n" % number)


def test_killed_writers_lose_nothing_they_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 0).close()
    seed = random.randrange(1 << 32)  # noqa: S311  moments of death, nothing secret
    moments = random.Random(seed)  # noqa: S311  moments of death, nothing secret
    expected = [0]
    for round_ in range(1, 13):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(read)
                dying_writer(path, round_ * 1000, write)
            finally:
                os._exit(1)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            first = pipe.readline()
            deadline = time.monotonic() + moments.uniform(0, 0.03)
            while time.monotonic() < deadline:
                pass
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            expected += [int(line) for line in (first + pipe.read()).splitlines()]
        with open_store(path, read_only=True) as store:
            runs = {entry.run_id for entry in store.snapshot().runs()}
            assert {run_id(number) for number in expected} <= runs, f"seed {seed}, round {round_}"
    with open_store(path) as store:
        seal(store, 99)
        assert store.read_only_reason is None
        (again,) = store.commit_many([draft(sealed(98))])
        assert isinstance(again, Committed)
        damage = [item for item in store.lines() if getattr(item, "severity", "notice") != "notice"]
        assert [item for item in damage if not hasattr(item, "transactions")] == [], f"seed {seed}"
    independent_verify(path)


def test_a_stopped_holder_of_the_lock_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "s"
    new_store(path, 0).close()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            dying_writer(path, 1000, write)
        finally:
            os._exit(1)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        pipe.readline()
        os.kill(child, signal.SIGSTOP)
        with open_store(path, wait_seconds=0.2) as store:
            (answer,) = store.commit_many([draft(sealed(1))])
            # Stopped within its locked section the holder is named; stopped outside, nothing is in the way.
            assert isinstance(answer, Committed) or answer.code == "locked"
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            seal(store, 2)
            assert store.snapshot().run(run_id(2)) is not None
