"""Every sabotage still finds what it replaces, and puts it back."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from rmos_console.core.errors import DegradedError, RefusedError
from rmos_console.core.records.events import Event
from rmos_console.core.store import Limits, Store, View, open_store
from tests.faults.sabotage import NAMES, SeamGoneError, sabotaged
from tests.faults.sabotage.seams import Patches, store_module
from tests.store.making import deciding, independent_verify, new_store, run_id, seal


@pytest.mark.parametrize("name", NAMES)
def test_a_sabotaged_store_still_works_on_a_good_day(tmp_path: Path, name: str) -> None:
    path = tmp_path / "s"
    with sabotaged(name), new_store(path, 1, 2) as store:
        store.put_blob(b"bytes")
        seal(store, 3)
        assert store.read_only_reason is None
        assert store.snapshot().run(run_id(3)) is not None
    independent_verify(path)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "no_tail_repair"])
def test_a_sabotaged_store_still_mends_when_it_is_opened(tmp_path: Path, name: str) -> None:
    path = tmp_path / "s"
    new_store(path, 1).close()
    with (path / "ledger/000001.jsonl").open("ab") as file:
        file.write(b"torn")
    with sabotaged(name), open_store(path) as store:
        seal(store, 2)
        assert store.snapshot().run_count == 2
    assert [file.read_bytes() for file in (path / "quarantine").iterdir()] == [b"torn"]
    independent_verify(path)


@pytest.mark.parametrize("name", NAMES)
def test_a_sabotaged_store_still_refuses_and_rotates(tmp_path: Path, name: str) -> None:
    def refuse(_view: View) -> list[Event]:
        raise RefusedError("no")

    path = tmp_path / "s"
    new_store(path).close()
    limits = Limits(runs=1)
    with sabotaged(name), open_store(path, limits=limits) as store, open_store(path, read_only=True) as reader:
        for number in range(4):
            seal(store, number)
            reader.refresh()
            assert reader.snapshot().run_count == number + 1
        with pytest.raises(RefusedError, match="no"):
            store.commit(deciding(refuse))
        assert not reader.is_damaged()
    independent_verify(path)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"no_fsync", "fsync_retried"}])
def test_a_sabotaged_store_still_fails_where_it_may_not_sync(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def fail(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().parent.name == "ledger":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    path = tmp_path / "s"
    new_store(path).close()
    with sabotaged(name), open_store(path) as store:
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(DegradedError):
            seal(store, 1)
        monkeypatch.undo()


@pytest.mark.parametrize("name", NAMES)
def test_a_sabotage_is_undone_whole(name: str) -> None:
    def state() -> list[dict[str, object]]:
        owners = [Store, store_module("follow").Follower, *map(store_module, ("append", "files", "recover", "commit"))]
        return [dict(vars(owner)) for owner in owners]

    before = state()
    with sabotaged(name):
        pass
    assert state() == before


def test_a_seam_that_is_gone_is_named() -> None:
    patches = Patches()
    with pytest.raises(SeamGoneError, match=r"rmos_console\.core\.store\.recover has no mends any more"):
        patches.put_everywhere("recover", "mends", lambda real: real)
    with pytest.raises(SeamGoneError, match=r"no module rmos_console\.core\.store\.recovers any more"):
        patches.put_everywhere("recovers", "mend", lambda real: real)
    with pytest.raises(SeamGoneError, match=r"Store\.commit takes .*'draft'.* now"):
        patches.put(Store, "commit", lambda real: real, "self", "drafts")
