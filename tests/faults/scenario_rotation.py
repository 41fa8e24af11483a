"""Readers that follow the ledger, without any lock, over segments that a writer closes and opens all the time."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

from rmos_console.core.store import Limits, Store, create_store, open_store
from tests.faults.forked import CONTEXT, Child, ChildError, Talk
from tests.faults.sabotage import sabotaged
from tests.faults.sound import unsound
from tests.store.making import draft, run_id, seal, sealed

CATCHES = ("reader_skips_last_look",)
RUNS = 80
TURNS = 6
LIMITS = Limits(runs=1)


def scenario(folder: Path, seed: int, sabotage: str | None = None, *, runs: int = RUNS) -> list[str]:
    """Rotate exactly while a reader decides where to go on, then let processes read while another writes ``runs`` runs.

    One run fills a segment. In the second part chance decides, so ``seed`` does not.
    """
    del seed
    return [*_in_the_worst_moment(folder / "gated", sabotage), *_at_once(folder / "store", sabotage, runs)]


def _in_the_worst_moment(path: Path, sabotage: str | None) -> list[str]:
    """Commit and rotate just before, and just after, a reader learns whether there is another segment."""
    create_store(path)
    violations: list[str] = []
    with sabotaged(sabotage), open_store(path, limits=LIMITS) as writer, open_store(path, read_only=True) as reader:
        asked_to_write = reader.read_only_reason
        numbers = itertools.count()
        for turn in range(TURNS):
            with _asked(lambda: seal(writer, next(numbers), next(numbers)), before=turn % 2 == 0) as asked:
                reader.refresh()
            if not asked:
                violations.append("the reader asked for no successor by os.path.lexists; put this scenario right")
            if reader.read_only_reason != asked_to_write:
                violations.append(f"a rotation beside a reader: {reader.read_only_reason}")
        violations += _last_look(path, reader)
    return violations + unsound(path, [run_id(number) for number in range(next(numbers))])


@contextmanager
def _asked(rotate: Callable[[], None], *, before: bool) -> Iterator[list[str]]:
    """Call ``rotate`` once, before or after the first question for a segment is answered; yields what was asked."""
    real, asked = os.path.lexists, list[str]()

    def lexists(path: Any) -> bool:
        is_first = not asked and Path(path).parent.name == "ledger"
        if is_first:
            asked.append(str(path))
        if is_first and before:
            rotate()
        answer = real(path)
        if is_first and not before:
            rotate()
        return answer

    cast("Any", os.path).lexists = lexists
    try:
        yield asked
    finally:
        cast("Any", os.path).lexists = real


def _at_once(path: Path, sabotage: str | None, runs: int) -> list[str]:
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
