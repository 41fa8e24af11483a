"""Finding, making and opening stores; who may write where."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from rmos_console.core.errors import (
    DamagedError,
    ForeignStoreError,
    NewerStoreError,
    NoStoreError,
    ReadOnlyError,
    RefusedError,
    RmosError,
    StoreError,
)
from rmos_console.core.records.ids import new_id
from rmos_console.core.store import create_store, find_store, looks_foreign, open_store
from tests.store.making import draft, independent_verify, new_store, seal, sealed


def test_a_store_is_looked_for_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_store(None) == Path(os.environ["XDG_DATA_HOME"]) / "rmos-console" / "store"
    (tmp_path / "data" / "rmos_runs").mkdir(parents=True)
    assert find_store(None) == Path("data/rmos_runs")
    monkeypatch.setenv("RMOS_RUNS_DIR", str(tmp_path / "elsewhere"))
    assert find_store(None) == tmp_path / "elsewhere"
    assert find_store(tmp_path / "named") == tmp_path / "named"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o377])
def test_everything_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    old = os.umask(umask)
    try:
        with new_store(tmp_path / "s", 1) as store:
            store.put_blob(b"x")
            (tmp_path / "s/ledger/000001.jsonl").write_bytes(
                (tmp_path / "s/ledger/000001.jsonl").read_bytes() + b"torn"
            )
            seal(store, 2)
    finally:
        os.umask(old)
    for path in [tmp_path / "s", *(tmp_path / "s").rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    assert {path.name for path in (tmp_path / "s").iterdir()} == {
        *("store.json", "lock", "state", "ledger", "blobs", "catalog", "quarantine")
    }


def test_a_copy_without_what_can_be_made_again_is_a_store(tmp_path: Path) -> None:
    new_store(tmp_path / "s", 1).close()
    for name in ("blobs", "quarantine", "catalog"):
        for file in (tmp_path / "s" / name).iterdir():
            file.unlink()
        (tmp_path / "s" / name).rmdir()
    for name in ("lock", "state"):
        (tmp_path / "s" / name).unlink()
    with open_store(tmp_path / "s", read_only=True) as store:
        assert not [found for found in store.lines() if not hasattr(found, "transactions")]
    with open_store(tmp_path / "s") as store:
        assert store.read_only_reason is None
        seal(store, 2)
        store.put_blob(b"x")
        ledger = tmp_path / "s/ledger/000001.jsonl"
        ledger.write_bytes(ledger.read_bytes() + b"torn")
        seal(store, 3)
    for path in (tmp_path / "s").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_new_store_holds_its_creation_and_nothing_else(tmp_path: Path) -> None:
    create_store(tmp_path / "s")
    seq, digest, found = independent_verify(tmp_path / "s")
    assert (seq, [event["kind"] for event in found]) == (1, ["store.created"])
    facts = json.loads((tmp_path / "s/store.json").read_bytes())
    assert (facts["format"], facts["store_id"]) == (1, found[0]["store_id"])
    assert (tmp_path / "s/state").stat().st_size == 4096
    with open_store(tmp_path / "s") as store:
        view = store.snapshot()
        assert (view.head.digest, view.store_id, view.run_count) == (digest, store.store_id, 0)


def test_an_empty_folder_may_become_a_store_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir(mode=0o755)
    create_store(tmp_path / "empty")
    with pytest.raises(RefusedError, match="already"):
        create_store(tmp_path / "empty")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    for name in ("full", "file", "link"):
        with pytest.raises(RefusedError):
            create_store(tmp_path / name)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]
    with pytest.raises(StoreError):
        create_store(Path("/proc/nowhere/store"))


def test_what_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    for name in ("missing", "empty", "file", "file/below"):
        with pytest.raises(NoStoreError, match="init"):
            open_store(tmp_path / name)
    create_store(tmp_path / "s")
    (tmp_path / "s/ledger/000001.jsonl").unlink()
    (tmp_path / "s/ledger").rmdir()
    with pytest.raises(NoStoreError, match="restore"):
        open_store(tmp_path / "s")


RECORD = {"run_id": "run_1", "request_summary": {}}
FOREIGN: dict[str, dict[str, object]] = {
    "patch": {"rmos_runs/run_1.json": RECORD},
    "v1": {"runs.json": {"run_1": {"run_id": "run_1"}}},
    "v2": {"runs/2026-01-01/run_1.json": RECORD},
    "saw": {"saw_runs.json": {"runs": {"a": {"run_id": "a"}}}},
    "job-log": {"log.jsonl": {"run_id": "a", "job_name": "b"}},
}


@pytest.mark.parametrize("layout", FOREIGN)
def test_foreign_folders_are_known_and_never_written_into(tmp_path: Path, layout: str) -> None:
    folder = tmp_path / "foreign"
    for name, document in FOREIGN[layout].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(document) + "\n")
    before = sorted(folder.rglob("*"))
    assert looks_foreign(folder) == layout
    with pytest.raises(ForeignStoreError, match=r"rmos-console --store DIR import") as caught:
        open_store(folder)
    assert caught.value.exit_code == 6
    with pytest.raises(ForeignStoreError):
        create_store(folder)
    assert sorted(folder.rglob("*")) == before


def test_the_samples_are_known(samples: Path) -> None:
    found = {
        name: looks_foreign(samples / name)
        for name in ("patch-per-file", "v1-single-file", "v2-partitioned", "saw-runs", "job-log")
    }
    assert list(found.values()) == ["patch", "v1", "v2", "saw", "job-log"]
    assert looks_foreign(samples / "patch-per-file/rmos_runs") == "patch"
    assert looks_foreign(samples / "v2-partitioned/runs") == "v2"
    assert looks_foreign(samples / "v1-single-file/runs.json") == "v1"


def test_other_files_are_not_foreign(tmp_path: Path) -> None:
    for name, text in {
        "a.json": "[]",
        "b.json": "{}",
        "c.json": "{",
        "d.jsonl": '{"x":1}\n',
        "e.txt": "run",
        "f.json": '{"runs": 5}',
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "g.json").symlink_to(tmp_path / "a.json")
    assert looks_foreign(tmp_path) is None
    assert looks_foreign(tmp_path / "nothing") is None
    create_store(tmp_path / "s")
    assert looks_foreign(tmp_path / "s") is None


def test_a_large_foreign_file_is_known_by_its_beginning(tmp_path: Path) -> None:
    padding = {f"run_{number}": {"run_id": f"run_{number}", "notes": "x" * 2000} for number in range(700)}
    (tmp_path / "runs.json").write_text(json.dumps(padding))
    (tmp_path / "saw.json").write_text(json.dumps({"runs": padding}))
    assert looks_foreign(tmp_path / "runs.json") == "v1"
    assert looks_foreign(tmp_path / "saw.json") == "saw"


def test_a_newer_store_is_not_opened(tmp_path: Path) -> None:
    create_store(tmp_path / "s")
    facts = json.loads((tmp_path / "s/store.json").read_bytes())
    (tmp_path / "s/store.json").write_text(json.dumps({**facts, "format": 2, "more": "x"}))
    for read_only in (False, True):
        with pytest.raises(NewerStoreError, match="format 2"):
            open_store(tmp_path / "s", read_only=read_only)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format":1}', '{"format":"1","store_id":"x","created_at_utc":"y"}'])
def test_a_damaged_store_json_is_told(tmp_path: Path, text: str) -> None:
    create_store(tmp_path / "s")
    (tmp_path / "s/store.json").write_text(text)
    with pytest.raises(DamagedError, match=r"store\.json"):
        open_store(tmp_path / "s")


def test_a_store_json_of_another_store_is_damage(tmp_path: Path) -> None:
    create_store(tmp_path / "s")
    facts = json.loads((tmp_path / "s/store.json").read_bytes())
    (tmp_path / "s/store.json").write_text(json.dumps({**facts, "store_id": new_id("store")}))
    with open_store(tmp_path / "s") as store:
        assert "store.json" in (store.read_only_reason or "")
        with pytest.raises(DamagedError):
            store.commit(draft(sealed(1)))


def test_a_folder_that_others_may_write_is_only_read(tmp_path: Path) -> None:
    new_store(tmp_path / "s", 1).close()
    (tmp_path / "s").chmod(0o777)
    with open_store(tmp_path / "s") as store:
        assert "writable by others" in (store.read_only_reason or "")
        assert store.snapshot().run_count == 1
        with pytest.raises(ReadOnlyError):
            store.commit(draft(sealed(2)))


@pytest.mark.parametrize("planted", ["store.json", "state", "ledger/000001.jsonl"])
@pytest.mark.parametrize("kind", ["symlink", "fifo", "hard link"])
def test_links_and_pipes_in_a_store_are_refused(tmp_path: Path, planted: str, kind: str) -> None:
    new_store(tmp_path / "s", 1).close()
    path, aside = tmp_path / "s" / planted, tmp_path / "aside"
    path.rename(aside)
    if kind == "symlink":
        path.symlink_to(aside)
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.hardlink_to(aside)
    with pytest.raises(RmosError, match="nothing in a store is"), open_store(tmp_path / "s") as store:
        store.commit(draft(sealed(2)))
    if planted != "store.json":
        with pytest.raises(RmosError), open_store(tmp_path / "s", read_only=True) as store:
            raise StoreError(store.read_only_reason or "")


def test_a_ledger_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    new_store(tmp_path / "s", 1).close()
    (tmp_path / "s/ledger").rename(tmp_path / "aside")
    (tmp_path / "s/ledger").symlink_to(tmp_path / "aside")
    with pytest.raises(StoreError, match="symbolic link"):
        open_store(tmp_path / "s")


def test_a_store_moved_while_it_is_open_is_not_written_by_the_old_name(tmp_path: Path) -> None:
    with new_store(tmp_path / "s", 1) as store:
        (tmp_path / "s").rename(tmp_path / "t")
        with pytest.raises(StoreError):
            store.commit(draft(sealed(2)))
        (tmp_path / "t").rename(tmp_path / "s")
