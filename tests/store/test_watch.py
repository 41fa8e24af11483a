"""Commits of other processes become visible, and subscribers hear of every change."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rmos_console.core.records.changes import Changes
from rmos_console.core.store import Limits, open_store
from tests.store.making import draft, new_store, run_id, seal, sealed

OTHER = """
import sys, time
from pathlib import Path
from rmos_console.core.store import open_store
from tests.store.making import draft, sealed
with open_store(Path(sys.argv[1])) as store:
    print("ready", flush=True)
    for line in sys.stdin:
        store.commit(draft(sealed(int(line))))
        print(time.monotonic(), flush=True)
"""


def other_process(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_commit_of_another_process_is_heard_within_200_ms(tmp_path: Path) -> None:
    heard: dict[str, float] = {}
    arrived = threading.Event()
    delays = []

    def hear(changes: Changes) -> None:
        heard.update(dict.fromkeys(changes.run_ids, time.monotonic()))
        arrived.set()

    with new_store(tmp_path / "s", 1, limits=Limits(runs=3)) as store, other_process(tmp_path / "s") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        unsubscribe = store.subscribe(hear)
        for number in range(100, 112):
            arrived.clear()
            process.stdin.write(f"{number}\n")
            process.stdin.flush()
            committed = float(process.stdout.readline())
            assert arrived.wait(5)
            delays.append(heard[run_id(number)] - committed)
            assert store.snapshot().run(run_id(number)) is not None
        assert sorted(delays)[len(delays) // 2] < 0.2, delays
        unsubscribe()
        unsubscribe()
        process.stdin.close()
        assert process.wait(10) == 0


def test_without_subscribers_a_snapshot_reads_what_is_new(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as one, open_store(tmp_path / "s") as two:
        seal(one, 2)
        assert two.snapshot().run(run_id(2)) is not None
        seal(two, 3)
        changes = one.refresh()
        assert changes is not None
        assert changes.run_ids == {run_id(3)}
        assert one.refresh() is None


def test_own_commits_are_heard_and_bad_listeners_harm_nobody(tmp_path: Path, expected_logs: Callable[..., Any]) -> None:
    heard: list[Changes] = []

    def stumble(_changes: Changes) -> None:
        raise ZeroDivisionError

    with new_store(tmp_path / "s") as store:
        store.subscribe(stumble)
        store.subscribe(heard.append)
        expected_logs("swallowed")
        done = store.commit(draft(sealed(1)))
        assert heard == [done.changes]
        store.commit(draft())
        assert len(heard) == 1


def test_a_listener_may_use_the_store(tmp_path: Path) -> None:
    counts: list[int] = []
    with new_store(tmp_path / "s") as store:
        store.subscribe(lambda _changes: counts.append(store.snapshot().run_count))
        store.subscribe(lambda changes: seal(store, 2) if changes.seq == 2 else None)
        seal(store, 1)
        assert store.snapshot().run_count == 2
        assert 2 in counts


def test_a_reader_follows_through_many_rotations(tmp_path: Path) -> None:
    problems: list[BaseException] = []
    stop = threading.Event()
    with new_store(tmp_path / "s", limits=Limits(runs=2)) as writer:

        def follow() -> None:
            try:
                with open_store(tmp_path / "s", read_only=True) as reader:
                    last = 0
                    while not stop.is_set() or last < 80:
                        view = reader.snapshot()
                        assert view.run_count >= last
                        assert all(view.run(run_id(number)) is not None for number in range(last, view.run_count))
                        last = view.run_count
                        assert "damaged" not in (reader.read_only_reason or ""), reader.read_only_reason
            except BaseException as error:  # noqa: BLE001  every failure of a thread must reach the test
                problems.append(error)

        thread = threading.Thread(target=follow)
        thread.start()
        seal(writer, *range(80))
        stop.set()
        thread.join(60)
        assert problems == []
        assert not thread.is_alive()


def test_very_many_changes_ask_for_a_full_refresh(tmp_path: Path) -> None:
    with new_store(tmp_path / "s") as store, open_store(tmp_path / "s") as other:
        store.commit_many([draft(sealed(number)) for number in range(300)])
        changes = other.refresh()
        assert changes is not None
        assert len(changes.run_ids) == 300
        assert (changes | Changes(seq=1, everything=True)).everything
