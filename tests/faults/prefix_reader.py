"""One reader of a store that others write: it looks without end and logs each new picture it sees.

Called as ``python -m tests.faults.prefix_reader STORE LOG MODE SABOTAGE``. It begins at the first line on its standard
input and ends at the second, once it has seen the head that this line names, or a while later. ``MODE`` is ``follow``
(opened for reading only), ``watch`` (a subscriber, told by the thread that watches), ``anew`` (opened for each look) or
``writer`` (opened for writing, which it never does).
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rmos_console.core.errors import RmosError
from rmos_console.core.store import Snapshot, Store, open_store
from tests.faults.history_plan import COUNTER, HOT_RUNS

MODES = ("follow", "watch", "anew", "writer")
PATIENCE_SECONDS = 10.0


def main(arguments: Sequence[str]) -> None:
    """Look until told to stop."""
    path, log, mode, sabotage = arguments
    if sabotage:
        from tests.faults.sabotage import apply  # noqa: PLC0415  only where the product is to be broken

        apply(sabotage)
    pictures: list[dict[str, Any]] = []
    with _looking(Path(path), mode) as look:
        print("ready", flush=True)  # noqa: T201  the scenario waits for it
        sys.stdin.readline()
        last: list[int] = []
        threading.Thread(target=lambda: last.append(int(sys.stdin.readline() or 0)), daemon=True).start()
        deadline = 0.0
        while not last or (time.monotonic() < deadline and (not pictures or pictures[-1].get("seq", 0) < last[0])):
            deadline = time.monotonic() + PATIENCE_SECONDS if not last else deadline
            picture = look()
            if not pictures or {**picture, "looks": 0} != {**pictures[-1], "looks": 0}:
                pictures.append(picture)
            pictures[-1]["looks"] += 1
            if "error" in picture:
                break
    Path(log).write_text(json.dumps(pictures), encoding="utf-8")


@contextmanager
def _looking(path: Path, mode: str) -> Iterator[Callable[[], dict[str, Any]]]:
    """Yield the function that takes one look."""
    if mode == "anew":
        yield lambda: _anew(path)
        return
    with open_store(path, read_only=mode != "writer") as store:
        if mode == "watch":
            store.subscribe(lambda _changes: None)
        yield lambda: _picture(store)


def _anew(path: Path) -> dict[str, Any]:
    with open_store(path, read_only=True) as store:
        return _picture(store)


def _picture(store: Store) -> dict[str, Any]:
    try:
        view = store.snapshot()
        if store.is_damaged() or store.unread is not None:
            return {"error": f"a sound store is called damaged: {store.read_only_reason}", "looks": 0}
        newest = max(view.runs(), key=lambda entry: entry.seq)
        store.read_run(newest.run_id)
    except RmosError as error:
        return {"error": f"{error.code}: {error.message}", "looks": 0}
    return {"seq": view.head.seq, "digest": view.head.digest, "looks": 0, **_content(view)}


def _content(view: Snapshot) -> dict[str, Any]:
    """Return what a picture holds: a digest over the ids of its runs, and the counters that everybody moves."""
    ids = sorted(entry.run_id for entry in view.runs())
    counters = [entry.meta[COUNTER] for run_id in HOT_RUNS if (entry := view.run(run_id)) is not None]
    return {"ids": hashlib.sha256("\n".join(ids).encode()).hexdigest(), "counters": counters}


if __name__ == "__main__":
    main(sys.argv[1:])
