"""What a dead writer wrote but did not sync is made durable before anything is answered, or built, on its strength."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from rmos_console.core.store import Limits, Store, open_store
from tests.faults.gate import Gate
from tests.store.making import draft, independent_verify, new_store, run_id, sealed

LIMITS = Limits(runs=2)


def die_before_sync(path: Path, number: int, nth: int) -> None:
    """Let another process commit a run and die before its ``nth`` fsync of a ledger file."""
    child = os.fork()
    if child == 0:
        left = [nth]

        def before(_number: int, call: str, name: str) -> None:
            left[0] -= call == "fsync" and name.endswith(".jsonl")
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            with open_store(path, limits=LIMITS) as store:
                Gate(path, before)
                store.commit(draft(sealed(number), tx=f"tx_{number}"))
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def synced(store: Store, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[str]:
    """Return the files of the ledger, and its folder, that are synced during ``act``, in order."""
    calls: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        calls.append(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(store.path).as_posix())

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        act()
    return [call for call in calls if call.startswith("ledger")]


def test_a_repeated_transaction_is_not_answered_before_it_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store:
        die_before_sync(path, 7, 1)
        again = draft(sealed(7), tx="tx_7")
        assert synced(store, monkeypatch, lambda: store.commit(again)) == ["ledger/000001.jsonl"]
        assert store.snapshot().run(run_id(7)) is not None
        assert synced(store, monkeypatch, lambda: store.commit(again)) == [], "it is durable now"


def test_a_segment_is_durable_to_its_end_before_its_successor_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s"
    with new_store(path, 1, 2, limits=LIMITS) as store:
        die_before_sync(path, 7, 1)
        calls = synced(store, monkeypatch, lambda: store.commit(draft(sealed(8))))
        assert calls == ["ledger/000001.jsonl", "ledger/000002.jsonl", "ledger", "ledger/000002.jsonl"]
    independent_verify(path)


def test_a_successor_that_another_process_created_is_made_durable_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s"
    with new_store(path, 1, 2, limits=LIMITS) as store:
        die_before_sync(path, 7, 2)
        assert (path / "ledger/000002.jsonl").stat().st_size == 0
        calls = synced(store, monkeypatch, lambda: store.commit(draft(sealed(8))))
        assert calls == ["ledger/000002.jsonl", "ledger", "ledger/000002.jsonl"]
    independent_verify(path)
