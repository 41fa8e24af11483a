"""What a store must be after every scenario: whole, in one order, and open for more, with no manual step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from rmos_console.core.errors import RmosError
from rmos_console.core.records.report import Finding
from rmos_console.core.store import open_store
from tests.store.making import draft, independent_verify, sealed

_FIRST_FREE = 1 << 40


def unsound(path: Path, expected: Sequence[str] = (), blobs: Sequence[str] = ()) -> list[str]:
    """Open the store at ``path`` as the next program would, and return what is wrong with it.

    ``expected`` are the ids of runs and ``blobs`` the names of blobs that were acknowledged. One run is added.
    """
    try:
        with open_store(path) as store:
            found = [f"it opens read-only: {store.read_only_reason}"] if store.read_only_reason is not None else []
            found += [
                f"acknowledged, but lost: {run_id}" for run_id in expected if store.snapshot().run(run_id) is None
            ]
            found += _unread(
                store.read_run, [run_id for run_id in expected if store.snapshot().run(run_id) is not None]
            )
            found += _unread(store.get_blob, blobs)
            if not found:
                store.commit(draft(sealed(_FIRST_FREE + store.snapshot().run_count)))
            found += [
                f"audit finds {item.severity} in {item.file}: {item.message}"
                for item in store.lines()
                if isinstance(item, Finding) and item.severity != "notice"
            ]
    except RmosError as error:
        return [f"{error.code}: {error.message}"]
    if not found:
        try:
            independent_verify(path)
        except (AssertionError, ValueError) as error:
            found.append(f"the ledger does not verify: {error}")
    return found


def _unread(read: Callable[[str], object], names: Iterable[str]) -> Iterator[str]:
    """Yield what keeps something from being read."""
    for name in names:
        try:
            read(name)
        except RmosError as error:
            yield f"{error.code}: {error.message}"
