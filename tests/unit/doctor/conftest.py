"""Stores in trouble: degraded, damaged, cut short, and the people who may help."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from rmos_console.core.errors import DegradedError, StoreError
from rmos_console.core.identity import Signer
from rmos_console.core.store import Store, open_store
from rmos_console.core.store.state import read_condition
from tests.store.making import draft, seal, sealed
from tests.unit.usecases.conftest import RED, enrol, make_run, store, store_path

__all__ = ["RED", "enrol", "make_run", "store", "store_path"]

SEGMENT = "ledger/000001.jsonl"


def noted(path: Path) -> str | None:
    """Return the note a store carries."""
    condition = read_condition(path / "state")
    return None if condition is None else condition.line()


def degrade(path: Path, number: int, *, keep_line: bool = True) -> None:
    """Let the fsync of a commit fail; without ``keep_line`` the medium did not get the line."""
    before = (path / SEGMENT).stat().st_size
    real = os.fsync

    def fail(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().suffix == ".jsonl":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    with pytest.MonkeyPatch.context() as patch, open_store(path) as opened:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(DegradedError):
            opened.commit(draft(sealed(number)))
    if not keep_line:
        os.truncate(path / SEGMENT, before + 10)


def cut(path: Path, count: int = 1) -> None:
    """Take the last lines away whole, as putting back an older copy of the ledger does."""
    found = (path / SEGMENT).read_bytes().splitlines(keepends=True)
    (path / SEGMENT).write_bytes(b"".join(found[:-count]))


def note_what_is_wrong(path: Path) -> str | None:
    """Open a store as any program does, so that damage is noted; return the note."""
    with open_store(path) as opened:
        opened.snapshot()
    return noted(path)


def copy_of(path: Path, target: Path) -> Path:
    """Copy a store as a backup does, without lock, state and catalog."""
    shutil.copytree(path, target, ignore=shutil.ignore_patterns("lock", "state", "catalog"))
    return target


def is_writable(path: Path, number: int) -> bool:
    """Tell whether a run can be committed."""
    with open_store(path) as opened:
        try:
            seal(opened, number)
        except StoreError:
            return False
    return True


@pytest.fixture
def voss(store: Store) -> Signer:
    """The first admin."""
    return enrol(store, "mvoss", "M. Voss", None)


def private(path: Path) -> Path:
    """Give a store that was written by hand the modes that one of the program's has."""
    for each in (path, *path.rglob("*")):
        each.chmod(0o700 if each.is_dir() else 0o600)
    return path
