"""The copy of torn bytes cannot be written: nothing is cut then, nothing is committed, and later all is well."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rmos_console.core.errors import RmosError
from rmos_console.core.store import create_store, open_store
from tests.faults.sabotage import sabotaged
from tests.faults.sound import unsound
from tests.store.making import draft, run_id, sealed

CATCHES = ("quarantine_cut_early", "recovery_only_at_open", "no_tail_repair", "no_fsync", "rename_without_fsync")
TORN = b'{"prev":"torn'
FAILURES = {
    "no room for the copy": ("write", errno.ENOSPC),
    "the copy cannot be synced": ("fsync", errno.EIO),
    "the copy cannot be named": ("rename", errno.EROFS),
    "no file for the copy": ("open", errno.ENOSPC),
}


def scenario(folder: Path, seed: int, sabotage: str | None = None) -> list[str]:
    """Let each step of the copy fail; the same for every ``seed``."""
    del seed
    return [
        f"{name}: {violation}"
        for number, (name, (call, code)) in enumerate(FAILURES.items())
        for violation in _failing(folder / f"store-{number}", call, code, sabotage)
    ]


def _failing(path: Path, call: str, code: int, sabotage: str | None) -> Iterator[str]:
    create_store(path)
    ledger = path / "ledger/000001.jsonl"
    with sabotaged(sabotage), open_store(path) as store:
        store.commit(draft(sealed(1)))
        with ledger.open("ab") as file:
            file.write(TORN)
        before = ledger.read_bytes()
        with _broken(path / "quarantine", call, code):
            try:
                store.commit(draft(sealed(2)))
                yield "a commit was acknowledged though torn bytes could not be set aside"
            except RmosError as error:
                if error.exit_code != 6:
                    yield f"a commit was refused, but with {error.code}: {error.message}"
        if ledger.read_bytes() != before:
            yield "the ledger was changed though the copy had failed"
        try:
            store.commit(draft(sealed(3)))
        except RmosError as error:
            yield f"afterwards a commit is told {error.code}: {error.message}"
    if TORN not in [file.read_bytes() for file in (path / "quarantine").iterdir()]:
        yield "the torn bytes are not in quarantine"
    yield from unsound(path, [run_id(1), run_id(3)])


@contextmanager
def _broken(folder: Path, call: str, code: int) -> Iterator[None]:
    """Let one system call fail for everything in a folder."""
    real: Callable[..., Any] = getattr(os, call)

    def failing(target: Any, *arguments: Any, **options: Any) -> Any:
        path = Path(f"/proc/self/fd/{target}").readlink() if isinstance(target, int) else Path(target)
        writes = call != "open" or arguments[0] & os.O_CREAT
        if writes and folder in path.parents:
            raise OSError(code, os.strerror(code))
        return real(target, *arguments, **options)

    setattr(os, call, failing)
    try:
        yield
    finally:
        setattr(os, call, real)
