"""Opens a store once, in a process of its own, and prints what that took: ``opening_child store|sqlite|tiny PATH``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rmos_console.core.store import open_store
from tests.benchmarks import children, product
from tests.benchmarks.rivals import sqlite, tiny

PAGE = 50


def _store(path: Path, paged: Callable[[], None], loaded: Callable[[], None]) -> None:
    with open_store(path, read_only=True) as store:
        product.newest(store, PAGE)
        paged()
        product.everything(store)
        loaded()


def _sqlite(path: Path, paged: Callable[[], None], loaded: Callable[[], None]) -> None:
    database = sqlite.Sqlite(path)
    database.newest(PAGE)
    paged()
    database.everything()
    loaded()
    database.close()


def _tiny(path: Path, paged: Callable[[], None], loaded: Callable[[], None]) -> None:
    database = tiny.CachedTiny(path)
    database.newest(PAGE)
    paged()
    loaded()
    database.close()


KINDS = {"store": _store, "sqlite": _sqlite, "tiny": _tiny}


def main() -> None:
    """Measure one opening."""
    kind, path = sys.argv[1], Path(sys.argv[2])
    answer = {"empty_rss": children.memory()["rss"]}
    began = time.perf_counter()

    def paged() -> None:
        answer["first_ms"] = (time.perf_counter() - began) * 1000

    def loaded() -> None:
        answer["all_s"] = time.perf_counter() - began
        answer.update(children.memory())

    KINDS[kind](path, paged, loaded)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
