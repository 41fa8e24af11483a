"""Readers that follow the ledger, without any lock, over segments that a writer closes and opens all the time."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from rmos_console.core.store import Limits, Store, create_store, open_store
from tests.faults.forked import CONTEXT, Child, ChildError, Talk
from tests.faults.sound import unsound
from tests.store.making import draft, run_id, sealed

CATCHES = ("reader_skips_last_look",)
RUNS = 120
LIMITS = Limits(runs=1)


def scenario(folder: Path, seed: int, sabotage: str | None = None, *, runs: int = RUNS) -> list[str]:
    """Let processes read while another writes ``runs`` runs, one a segment; chance decides, so ``seed`` does not."""
    del seed
    path = folder / "store"
    create_store(path)
    done = CONTEXT.Event()
    violations: list[str] = []
    written = 0
    with ExitStack() as children:
        readers = [children.enter_context(Child(partial(_follow, path=path, done=done), sabotage)) for _ in range(2)]
        writer = children.enter_context(Child(partial(_write, path=path, runs=runs, done=done), sabotage))
        try:
            for reader in readers:
                reader.talk.hear()
            written = writer.talk.ask("go")
            for reader in readers:
                violations += reader.talk.hear()
        except ChildError as error:
            violations.append(f"a process failed: {error}")
    return violations + unsound(path, [run_id(number) for number in range(written)])


def _write(talk: Talk, path: Path, runs: int, done: Any) -> None:
    """Write until all is written or a reader has seen enough; tell how many runs that were."""
    talk.hear()
    written = 0
    with open_store(path, limits=LIMITS) as store:
        while written < runs and not done.is_set():
            store.commit(draft(sealed(written)))
            written += 1
    done.set()
    talk.tell(written)


def _follow(talk: Talk, path: Path, done: Any) -> None:
    """Read on and on; what is seen must be the beginning of what is written, never less than before."""
    with open_store(path, read_only=True) as store:
        asked_to_write = store.read_only_reason
        talk.tell("reading")
        seen, wrong = 0, list[str]()
        while not wrong and not done.is_set():
            seen, wrong = _look(store, seen)
        done.set()
        if store.read_only_reason != asked_to_write:
            wrong.append(f"a reader of a sound store says after {seen} runs: {store.read_only_reason}")
        wrong = wrong or _last_look(path, store)
    talk.tell(wrong)


def _last_look(path: Path, followed: Store) -> list[str]:
    """Compare what a reader that followed knows in the end with what one sees that opens the store anew."""
    followed.refresh()
    with open_store(path, read_only=True) as opened:
        knows, sees = followed.snapshot().head, opened.snapshot().head
    return [] if knows == sees else [f"a reader that followed stands at {knows}, one that opened anew at {sees}"]


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
