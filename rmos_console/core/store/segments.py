"""All segments that have a catalog: what a view knows of the past, read from disk when it is asked for.

Runs and advisories are folded here one at a time from their documents, by the same fold that takes in new events, so
an entry is the same whether its events were just read from the ledger or lie in a catalog.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from rmos_console.core.errors import BadDataError, RmosError
from rmos_console.core.store.entries import AssetEntry, RunEntry
from rmos_console.core.store.fold import Fold
from rmos_console.core.store.layers import Layered
from rmos_console.core.store.line import Location
from rmos_console.core.store.segment import Document, Segment, patches_by_run
from rmos_console.core.store.segment_build import parsed
from rmos_console.core.store.touched import run_of
from rmos_console.core.store.view import Maps

V = TypeVar("V")

_REMEMBERED = 4096
"""Entries that are kept once they are folded."""


class Segments:
    """The segments of a store from the first on, without a gap, as a whole; it never changes."""

    def __init__(self, segments: Sequence[Segment] = ()) -> None:
        self.all = tuple(segments)
        self.run_count = sum(segment.run_count for segment in self.all)
        self.asset_count = sum(segment.asset_count for segment in self.all)
        self._entries: dict[str, RunEntry] = {}

    def has_run(self, run_id: str) -> bool:
        """Tell whether a run is sealed in one of the segments."""
        return run_id in self._entries or self.locate(run_id) is not None

    def run(self, run_id: str) -> RunEntry | None:
        """Return a run with everything folded in that happened to it in these segments, or None."""
        known = self._entries.get(run_id)
        if known is not None:
            return known
        home = self.locate(run_id)
        return None if home is None else self.entry(*home)

    def entry(self, at: int, row: int) -> RunEntry:
        """Return the run of a row of the segment at an index of :attr:`all`."""
        segment = self.all[at]
        document = segment.run(row)
        run_id = document["run_id"]
        known = self._entries.get(run_id)
        if known is not None:
            return known
        patches = [(later, patch) for later in self.all[at:] for patch in _patches(later, run_id)]
        return self._remember(_folded(segment, document, patches))

    def runs(self) -> Iterator[RunEntry]:
        """Yield all runs in the order in which they were sealed; they are not remembered."""
        foreign = self.foreign()
        for at, segment in enumerate(self.all):
            run_lines, patch_lines = segment.all_documents()
            patches = patches_by_run(patch_lines, run_of)
            for line in run_lines:
                document = parsed(line)
                run_id = document["run_id"]
                if run_id in foreign:
                    yield self.entry(at, segment.run_row(run_id) or 0)
                else:
                    yield _folded(segment, document, [(segment, patch) for patch in patches.get(run_id, ())])

    def locate(self, run_id: str) -> tuple[int, int] | None:
        """Return the index in :attr:`all` of the segment that seals a run, and the run's row there; or None."""
        for at in range(len(self.all) - 1, -1, -1):
            row = self.all[at].run_row(run_id)
            if row is not None:
                return at, row
        return None

    def foreign(self) -> set[str]:
        """Return the runs that something happened to in a later segment than that which seals them."""
        return {run_id for segment in self.all for run_id in segment.columns.foreign()}

    def asset(self, advisory_id: str) -> AssetEntry | None:
        """Return a sealed advisory, or None."""
        for segment in reversed(self.all):
            for number in segment.find("asset", advisory_id):
                patch = segment.patch(number)
                if patch["event"]["advisory_id"] == advisory_id:
                    return _asset(segment, patch)
        return None

    def has_asset(self, advisory_id: str) -> bool:
        """Tell whether an advisory is sealed in one of the segments."""
        return any(
            segment.patch(number)["event"]["advisory_id"] == advisory_id
            for segment in reversed(self.all)
            for number in segment.find("asset", advisory_id)
        )

    def assets(self) -> Iterator[AssetEntry]:
        """Yield all sealed advisories in the order in which they were sealed."""
        for segment in self.all:
            for line in segment.all_documents()[1]:
                patch = parsed(line)
                if patch["event"]["kind"] == "advisory.sealed":
                    yield _asset(segment, patch)

    def originals(self, original_id: str) -> tuple[str, ...] | None:
        """Return the ids of the runs that had this id where they came from, oldest first; None if there is none."""
        runs = (segment.run(row) for segment in self.all for row in segment.find("original", original_id))
        return tuple(run["run_id"] for run in runs if run["source"].get("run_id") == original_id) or None

    def carriers(self, advisory_id: str) -> tuple[str, ...] | None:
        """Return the ids of the runs that carry an advisory, oldest first; None if none does."""
        patches = (segment.patch(number) for segment in self.all for number in segment.find("carrier", advisory_id))
        events = (patch["event"] for patch in patches)
        found = (event["run_id"] for event in events if event["ref"]["advisory_id"] == advisory_id)
        return tuple(dict.fromkeys(found)) or None

    def transaction(self, transaction_id: str) -> Location | None:
        """Return the line that holds a transaction, or None."""
        for segment in reversed(self.all):
            for number in segment.find("transaction", transaction_id):
                when = segment.when(segment.document(number))
                if when.transaction == transaction_id:
                    return when.location
        return None

    def fold(self) -> Fold:
        """Return a fold above these segments, with what concerns the store as a whole: people, policies, the head."""
        last = self.all[-1] if self.all else None
        fold = Fold(maps=self.maps(), sealed=(last.number, last.run_count) if last else (1, 0))
        attempts: dict[str, str] = {}
        for segment in self.all:
            known = segment.globals()
            for document in known["globals"]:
                fold.take_in(document["event"], segment.when(document))
            for attempt in known["ended"]:
                attempts.pop(attempt, None)
            attempts.update(known["open"])
        if last is not None:
            fold.change(seq=last.after.seq, digest=last.after.digest, open_runs=frozenset(attempts.values()))
        return fold

    def maps(self) -> Maps:
        """Return the maps of a view that knows nothing beyond these segments."""
        return Maps(
            Layered(Stored(self.run, self.has_run, self.run_count, lambda: _by_id(self.runs(), "run_id"))),
            Layered(Stored(self.asset, self.has_asset, self.asset_count, lambda: _by_id(self.assets(), "advisory_id"))),
            Layered(Stored(self.originals, lambda key: bool(self.originals(key)))),
            Layered(Stored(self.carriers, lambda key: bool(self.carriers(key)))),
            Layered(Stored(self.transaction, lambda key: self.transaction(key) is not None)),
            self,
        )

    def _remember(self, entry: RunEntry) -> RunEntry:
        if len(self._entries) >= _REMEMBERED:
            self._entries = {}
        return self._entries.setdefault(entry.run_id, entry)


class Stored(Mapping[str, V]):
    """One map of a view, as the segments hold it; only runs and advisories are counted and gone through."""

    def __init__(
        self,
        find: Callable[[str], V | None],
        has: Callable[[str], bool],
        size: int = 0,
        items: Callable[[], Iterator[tuple[str, V]]] = lambda: iter(()),
    ) -> None:
        self._find = find
        self._has = has
        self._size = size
        self._items = items

    def __getitem__(self, key: str) -> V:
        found = self._find(key)
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._has(key)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self._items())

    def items(self) -> ItemsView[str, V]:
        """Return all pairs, each read once."""
        return _Items(self, self._items)


class _Items(ItemsView[str, V]):
    def __init__(self, stored: Stored[V], items: Callable[[], Iterator[tuple[str, V]]]) -> None:
        super().__init__(stored)
        self._items = items

    def __iter__(self) -> Iterator[tuple[str, V]]:
        return self._items()


def _by_id(entries: Iterator[V], name: str) -> Iterator[tuple[str, V]]:
    return ((getattr(entry, name), entry) for entry in entries)


def _patches(segment: Segment, run_id: str) -> list[Document]:
    found = (segment.patch(number) for number in segment.find("patch", run_id))
    return [patch for patch in found if run_of(patch["event"]) == run_id]


def _folded(home: Segment, document: Document, patches: Sequence[tuple[Segment, Document]]) -> RunEntry:
    fold = Fold()
    try:
        fold.take_in({"kind": "run.sealed", "run": document}, home.when(document))
        for segment, patch in patches:
            fold.take_in(patch["event"], segment.when(patch))
    except (KeyError, TypeError) as error:
        raise BadDataError(f"A document of a segment's catalog is malformed ({error}).") from error
    entry = fold.maps.runs.get(document["run_id"])
    if entry is None:
        raise RmosError("A run of a segment's catalog could not be folded.")
    return entry


def _asset(segment: Segment, patch: dict[str, Any]) -> AssetEntry:
    fold = Fold()
    fold.take_in(patch["event"], segment.when(patch))
    return next(fold.maps.assets.values())
