"""Readers that follow the ledger, without any lock, over segments that a writer closes and opens all the time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rmos_console.core.store import Limits, Store, create_store, open_store
from tests.faults.forked import CONTEXT, Child, ChildError, Talk
from tests.faults.sound import unsound
from tests.store.making import draft, run_id, sealed

CATCHES = ("reader_skips_last_look",)
RUNS = 300
LIMITS = Limits(runs=1)


def scenario(folder: Path, seed: int, sabotage: str | None = None, *, runs: int = RUNS) -> list[str]:
    """Let one process read while another writes ``runs`` runs, one a segment; chance decides, so ``seed`` does not."""
    del seed
    path = folder / "store"
    create_store(path)
    done = CONTEXT.Event()
    violations: list[str] = []
    with (
        Child(lambda talk: _follow(talk, path, done), sabotage) as reader,
        Child(lambda talk: _write(talk, path, runs), sabotage) as writer,
    ):
        try:
            reader.talk.hear()
            writer.talk.tell("go")
            violations += writer.talk.hear(60 + runs / 10)
            done.set()
            violations += reader.talk.hear(60)
        except ChildError as error:
            violations.append(f"a process failed: {error}")
    return violations + unsound(path, map(run_id, range(runs)))


def _write(talk: Talk, path: Path, runs: int) -> None:
    talk.hear()
    with open_store(path, limits=LIMITS) as store:
        for number in range(runs):
            store.commit(draft(sealed(number)))
    talk.tell([])


def _follow(talk: Talk, path: Path, done: Any) -> None:
    """Read on and on; what is seen must be the beginning of what is written, never less than before."""
    with open_store(path, read_only=True) as store:
        asked_to_write = store.read_only_reason
        talk.tell("reading")
        seen, wrong = 0, list[str]()
        while not wrong and not done.is_set():
            seen, wrong = _look(store, seen)
        if not wrong:
            seen, wrong = _look(store, seen)
            newest = open_store(path, read_only=True)
            if seen != newest.snapshot().run_count:
                wrong = [f"a reader that followed saw {seen} runs, one that opened anew {newest.snapshot().run_count}"]
            newest.close()
        if store.read_only_reason != asked_to_write:
            wrong.append(f"a reader of a sound store says after {seen} runs: {store.read_only_reason}")
    talk.tell(wrong)


def _look(store: Store, before: int) -> tuple[int, list[str]]:
    store.refresh()
    view = store.snapshot()
    count = view.run_count
    wrong = [f"{before} runs became {count}"] if count < before else []
    wrong += [
        f"run {number} of {count} is missing" for number in range(before, count) if view.run(run_id(number)) is None
    ]
    if store.is_damaged():
        wrong.append(f"a reader of a sound store calls it damaged after {count} runs: {store.read_only_reason}")
    return count, wrong
