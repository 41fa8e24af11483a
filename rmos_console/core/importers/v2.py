"""The partitioned layout: ``runs/YYYY-MM-DD/<run_id>.json`` with link files, indexes and ``run_attachments/`` beside.

Sealed: every key but the mutable ones. Mutable: ``advisory_inputs``, ``explanation_status``, ``explanation_summary``,
``meta``, ``attachments``, ``advisory_reviews``, ``manufacturing_candidates``; and ``tombstone``, the entry of a run
that ``_index.json`` calls deleted although its file is there (files are the truth).
Link files add references to their run, one per advisory: see :mod:`.v2_links`. Where the bytes of an advisory lie among
the attachments, it comes along as an advisory of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rmos_console.core.errors import BadDataError
from rmos_console.core.importers.attachments import AttachmentFolders
from rmos_console.core.importers.files import (
    LEFTOVER,
    is_folder,
    is_leftover,
    names_in,
    parse_record,
    read_bytes,
    relative,
)
from rmos_console.core.importers.found import Found, FoundRun, Ignored, Refused, is_partition
from rmos_console.core.importers.rmos_record import MUTABLE_WITH_FILES, Origin, read_record
from rmos_console.core.importers.v2_advisories import Advisories
from rmos_console.core.importers.v2_index import INDEX, LOOKUP, Index, read_index, read_lookup
from rmos_console.core.importers.v2_links import LINK_MARK, Links

LAYOUT = "v2"
RUNS = "runs"


class _Store:
    """One partitioned store while it is read: where its parts lie, and what its indexes and links say."""

    def __init__(self, path: Path, timezone: str) -> None:
        self.timezone = timezone
        self.only = path if path.is_file() else None
        folder = path.parent if path.is_file() else path
        self.whole = self.only is None and not is_partition(folder.name)
        if not self.whole:
            self.runs = folder.parent if is_partition(folder.name) else folder
            self.partitions = [folder]
        else:
            self.runs = folder / RUNS if is_folder(folder / RUNS) else folder
            self.partitions = [self.runs / name for name in names_in(self.runs) if is_partition(name)]
        self.attachments = AttachmentFolders(self.runs, self.runs.parent, self.runs.parent.parent)
        self.links = Links(LAYOUT, timezone)
        self.advisories = Advisories(LAYOUT, self.attachments, timezone)
        self.index = Index({}, frozenset())
        self.met: set[str] = set()

    def name(self, path: Path) -> str:
        """Return what messages call a file: its path below the folder of partitions."""
        return relative(path, self.runs)


def read(path: Path, *, timezone: str) -> Iterator[Found]:
    """Yield the runs of the store at ``path`` (its root, its folder of runs, a partition, one file), then its links."""
    store = _Store(path, timezone)
    yield from _beside(store)
    yield from _indexes(store)
    yield from _collect_links(store)
    for partition in store.partitions:
        yield from _partition(partition, store)
    yield from store.links.left(hints=store.whole, only=store.name(store.only) if store.only is not None else None)
    yield from _missing(store)


def _beside(store: _Store) -> Iterator[Found]:
    """Name what lies in the folder of runs and belongs to no partition."""
    if not store.whole:
        return
    for name in names_in(store.runs):
        path = store.runs / name
        if name in (INDEX, LOOKUP) or path in store.partitions or path in store.attachments.folders:
            continue
        if is_leftover(name):
            yield Ignored(store.name(path), LEFTOVER)
        else:
            yield Ignored(store.name(path), "no partition" if is_folder(path) else "no run record of this layout")


def _indexes(store: _Store) -> Iterator[Found]:
    store.index, complaint = read_index(store.runs / INDEX)
    if complaint:
        yield Ignored(INDEX, complaint)
    entries, complaint = read_lookup(store.runs / LOOKUP)
    if complaint:
        yield Ignored(LOOKUP, complaint)
    for entry in entries:
        store.links.add_lookup(entry)


def _collect_links(store: _Store) -> Iterator[Found]:
    for partition in store.partitions:
        for name in _listed(partition, store)[0]:
            if LINK_MARK in name and name.endswith(".json"):
                source = store.name(partition / name)
                try:
                    record = parse_record(read_bytes(partition / name, source), source)
                    if "advisory_id" in record:
                        store.links.add(record, name, source)
                except BadDataError as error:
                    store.links.files.add(source)
                    yield Refused(source, error.message, is_run=False)


def _listed(partition: Path, store: _Store) -> tuple[list[str], Refused | None]:
    """Return the names in a partition; a folder that cannot be listed refuses itself alone."""
    try:
        return names_in(partition), None
    except BadDataError as error:
        return [], Refused(store.name(partition), error.message)


def _partition(partition: Path, store: _Store) -> Iterator[Found]:
    names, refusal = _listed(partition, store)
    if refusal is not None:
        yield refusal
    for name in names if store.only is None else [store.only.name]:
        file = partition / name
        source = store.name(file)
        if source in store.links.files:
            continue
        if is_leftover(name):
            yield Ignored(source, LEFTOVER)
        elif file.suffix != ".json" or is_folder(file):
            yield Ignored(source, "no run record of this layout")
        else:
            yield from _run_file(file, source, store)


def _run_file(file: Path, source: str, store: _Store) -> Iterator[Found]:
    try:
        data = read_bytes(file, source)
        origin = Origin(
            LAYOUT, source, data, store.timezone, MUTABLE_WITH_FILES, store.attachments, partition=file.parent.name
        )
        found = read_record(parse_record(data, source), origin)
    except BadDataError as error:
        yield Refused(source, error.message)
        return
    store.met.add(found.original_id)
    found = _with_tombstone(store.links.merge_into(found, file.stem), store.index)
    advisories, warnings = store.advisories.of(found)
    yield from advisories
    yield found._replace(warnings=(*found.warnings, *warnings))


def _with_tombstone(found: FoundRun, index: Index) -> FoundRun:
    tombstone = index.tombstones.get(found.original_id)
    if tombstone is None:
        return found
    note = f"the source's index calls this run deleted ({INDEX}); its file is there, and is taken"
    return found._replace(mutable={**found.mutable, "tombstone": tombstone}, warnings=(*found.warnings, note))


def _missing(store: _Store) -> Iterator[Found]:
    """Name the runs that the index lists as present and that no partition holds."""
    gone = sorted(store.index.present - store.met)
    if gone and store.whole:
        named = ", ".join(gone[:5]) + (", …" if len(gone) > 5 else "")
        yield Ignored(INDEX, f"lists {len(gone)} runs that have no readable file: {named}")
