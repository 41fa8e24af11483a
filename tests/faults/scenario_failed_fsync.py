"""An fsync that fails: nothing is acknowledged, every process learns of it, and nobody writes or reads on behind it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from rmos_console.core.errors import DegradedError, RmosError
from rmos_console.core.store import Limits, Store, create_store, open_store
from tests.faults.forked import Child, ChildError, Talk
from tests.store.making import draft, sealed

CATCHES = ("no_fsync", "fsync_retried", "failed_fsync_forgotten")
FAILS = ("line", "successor", "ledger folder")
"""What the fsync that fails is of: a line in the middle of a segment, a new segment, the folder that names it."""


def scenario(folder: Path, seed: int, sabotage: str | None = None) -> list[str]:
    """Let the fsync of each kind fail once; the same for every ``seed``."""
    del seed
    return [
        f"{what}: {violation}"
        for what in FAILS
        for violation in _failing(folder / what.replace(" ", "-"), what, sabotage)
    ]


def _failing(folder: Path, what: str, sabotage: str | None) -> list[str]:
    folder.mkdir()
    path = folder / "store"
    limits = Limits() if what == "line" else Limits(runs=2)
    create_store(path)
    with open_store(path, limits=limits) as store:
        store.commit(draft(sealed(0)))
        store.commit(draft(sealed(1)))
    with (
        Child(lambda talk: _writer(talk, path, limits, what), sabotage) as struck,
        Child(lambda talk: _writer(talk, path, limits, None), sabotage) as open_before,
        Child(lambda talk: _reader(talk, path), sabotage) as reader,
    ):
        try:
            for child in (struck, open_before, reader):
                child.talk.hear()
            answers = {
                "the process it failed in": struck.talk.ask(2),
                "the same process, again": struck.talk.ask(3),
                "a process that had the store open": open_before.talk.ask(4),
            }
            with Child(lambda talk: _writer(talk, path, limits, None), sabotage) as open_after:
                open_after.talk.hear()
                answers["a process that opened it afterwards"] = open_after.talk.ask(5)
            seen = reader.talk.ask("read")
            struck.talk.ask("close")
        except ChildError as error:
            return [f"a process failed: {error}"]
    return [*_judged(answers), *_reading(seen), *_noted(path)]


def _judged(answers: dict[str, str]) -> Iterator[str]:
    for who, answer in answers.items():
        if answer != "degraded":
            yield f"{who} was told {answer!r}, not that the store is degraded"


def _reading(seen: list[int]) -> Iterator[str]:
    if 0 not in seen or 1 not in seen:
        yield f"of the runs 0 and 1, which were durable, a reader sees only {seen}"
    yield from (f"a reader sees run {number}, which nobody may rely on" for number in seen if number > 1)


def _noted(path: Path) -> Iterator[str]:
    """Look at the store as the next program does: read-only, and the catalog not ahead of what is durable."""
    with open_store(path) as store:
        if store.read_only_reason is None:
            yield "the next program may write"
        elif "could not be made durable" not in store.read_only_reason:
            yield f"the next program is told {store.read_only_reason!r}"
        yield from _reading(_runs(store))


def _runs(store: Store) -> list[int]:
    return sorted(int(entry.run_id.removeprefix("run_"), 16) for entry in store.snapshot().runs())


def _writer(talk: Talk, path: Path, limits: Limits, fails: str | None) -> None:
    """Commit the runs asked for, and say what was answered; with ``fails``, the fsync of that fails once."""
    with open_store(path, limits=limits) as store:
        talk.tell("open")
        if fails is not None:
            _fail_once(path, fails)
        while (number := talk.hear()) != "close":
            try:
                store.commit(draft(sealed(number)))
                talk.tell("committed")
            except DegradedError:
                talk.tell("degraded")
            except RmosError as error:
                talk.tell(f"{error.code}: {error.message}")
    talk.tell("closed")


def _reader(talk: Talk, path: Path) -> None:
    with open_store(path, read_only=True) as store:
        talk.tell("open")
        talk.hear()
        store.refresh()
        talk.tell(_runs(store))


def _fail_once(path: Path, what: str) -> None:
    """Let the first fsync of something fail with EIO; the kernel, too, reports lost pages only once."""
    wanted = {"line": "000001.jsonl", "successor": "000002.jsonl", "ledger folder": "ledger"}[what]
    real = os.fsync
    left = [wanted]

    def fsync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        if target.is_relative_to(path / "ledger") and target.name in left:
            left.clear()
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    cast("Any", os).fsync = fsync
