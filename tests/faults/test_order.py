"""The order of system calls on which durability rests: what must be on the medium before what."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.store import Limits, open_store
from tests.store.making import draft, new_store, seal, sealed


@contextmanager
def recorded(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collect the writing system calls on the files of a store, as "call file", temporary names shortened."""
    calls: list[str] = []

    def name(file: Any) -> str:
        found = Path(f"/proc/self/fd/{file}").readlink() if isinstance(file, int) else Path(file)
        relative = found.relative_to(path).as_posix() if found.is_relative_to(path) else str(found)
        return relative.split(".tmp-")[0] + "TEMPORARY" if ".tmp-" in relative else relative

    def watch(call: str) -> None:
        real = getattr(os, call)

        def watched(*arguments: Any, **options: Any) -> Any:
            result = real(*arguments, **options)
            target = arguments[-1] if call == "rename" else arguments[0]
            calls.append(f"{call} {name(target)}")
            return result

        patch.setattr(os, call, watched)

    with monkeypatch.context() as patch:
        for call in ("write", "fsync", "rename", "ftruncate"):
            watch(call)
        yield calls


def test_a_commit_is_written_once_and_synced_before_it_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store, recorded(path, monkeypatch) as calls:
        store.commit_many([draft(sealed(2)), draft(sealed(3))])
        assert calls == ["write ledger/000001.jsonl", "fsync ledger/000001.jsonl"]


def test_a_segment_is_closed_and_its_successor_named_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s"
    with new_store(path, 1, 2, limits=Limits(runs=2)) as store, recorded(path, monkeypatch) as calls:
        seal(store, 3)
        assert calls == [
            "write ledger/000001.jsonl",
            "fsync ledger/000001.jsonl",
            "fsync ledger/000002.jsonl",
            "fsync ledger",
            "write ledger/000002.jsonl",
            "fsync ledger/000002.jsonl",
        ]


def test_a_blob_is_durable_with_its_names_before_it_can_be_mentioned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s"
    with new_store(path) as store, recorded(path, monkeypatch) as calls:
        name = store.put_blob(b"bytes")
        deep = f"blobs/{name[:2]}/{name[2:4]}"
        assert calls[:3] == ["write blobs/TEMPORARY", "fsync blobs/TEMPORARY", f"rename {deep}/{name}"]
        assert set(calls[3:]) == {f"fsync {deep}", f"fsync blobs/{name[:2]}", "fsync blobs"}
        calls.clear()
        store.put_blob(b"bytes")
        assert f"fsync {deep}/{name}" in calls
        assert f"fsync {deep}" in calls, "another writer may not have got that far"


def test_torn_bytes_are_durable_elsewhere_before_they_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    with new_store(path, 1) as store:
        with (path / "ledger/000001.jsonl").open("ab") as file:
            file.write(b"torn")
        with recorded(path, monkeypatch) as calls:
            seal(store, 2)
        (kept,) = (path / "quarantine").iterdir()
        assert calls == [
            "write quarantine/TEMPORARY",
            "fsync quarantine/TEMPORARY",
            f"rename quarantine/{kept.name}",
            "fsync quarantine",
            "ftruncate ledger/000001.jsonl",
            "fsync ledger/000001.jsonl",
            "write ledger/000001.jsonl",
            "fsync ledger/000001.jsonl",
        ]


def test_the_catalog_is_never_ahead_of_a_durable_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    store = new_store(path, 1)
    with recorded(path, monkeypatch) as calls:
        store.close()
    assert calls == [
        "fsync ledger/000001.jsonl",
        "write catalog/TEMPORARY",
        "fsync catalog/TEMPORARY",
        "rename catalog/000001.catalog",
        "fsync catalog",
    ]


def test_reading_calls_nothing_that_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    new_store(path, 1).close()
    with recorded(path, monkeypatch) as calls:
        for read_only in (True, False):
            with open_store(path, read_only=read_only) as store:
                store.read_run(next(iter(store.snapshot().runs())).run_id)
                list(store.lines())
        assert calls == []
