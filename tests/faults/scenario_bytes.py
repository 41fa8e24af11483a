"""Every kind of file of a store with single bits flipped, or cut short, anywhere: found where it is, or harmless."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rmos_console.core.errors import RmosError
from rmos_console.core.records.events import attachment_added
from rmos_console.core.records.report import Finding
from rmos_console.core.records.run import Attachment
from rmos_console.core.store import Limits, Store, create_store, open_store
from tests.faults.catalog_check import forget
from tests.faults.sabotage import sabotaged
from tests.store.making import draft, everything, run_id, seal, sealed

CATCHES: tuple[str, ...] = ()
"""None: no sabotage is about bytes that change by themselves. What these tests rest on is broken in the tests."""

NOTE = 2048
"""Where the note begins in the state file; what stands before it is only good for a message."""


class Change(NamedTuple):
    """One file, what was in it, and the place of the bit that was flipped, or of the cut where that is None."""

    name: str
    data: bytes
    place: int
    bit: int | None


def make(path: Path) -> dict[str, Any]:
    """Make a small store with a file of each kind, and return what it tells."""
    create_store(path)
    with open_store(path, limits=Limits(runs=1)) as store:
        sha256 = store.put_blob(b"attachment")
        seal(store, 1)
        added = attachment_added(run_id(1), Attachment(sha256=sha256, kind="file", size_bytes=10))
        store.commit(draft(added))
        with (path / "ledger/000002.jsonl").open("ab") as file:
            file.write(b'{"prev":')
        store.commit(draft(sealed(2)))
    with open_store(path, read_only=True) as store:
        return everything(store.snapshot())


def kinds(path: Path) -> dict[str, str]:
    """Return one file of each kind, by kind."""
    (blob,) = [file for file in (path / "blobs").rglob("*") if file.is_file()]
    (kept,) = (path / "quarantine").iterdir()
    catalogs = sorted(file.name for file in (path / "catalog").iterdir() if file.name != "lock")
    return {
        "closed segment": "ledger/000001.jsonl",
        "last segment": "ledger/000002.jsonl",
        "blob": blob.relative_to(path).as_posix(),
        "quarantine": f"quarantine/{kept.name}",
        "store.json": "store.json",
        "state": "state",
        "catalog": f"catalog/{catalogs[0]}",
    }


def run(folder: Path, sabotage: str | None = None, *, most: int | None = None, seed: int = 1) -> list[str]:
    """Flip bits and cut files in an empty folder; ``most`` of each kind, chosen by ``seed``, or all there are."""
    with sabotaged(sabotage):
        path = folder / "store"
        whole = make(path)
        return [wrong for kind in kinds(path) for wrong in alter(path, kind, whole, most=most, seed=seed)[1]]


def alter(path: Path, kind: str, whole: dict[str, Any], *, most: int | None, seed: int) -> tuple[int, list[str]]:
    """Flip bits of one file and cut it, one at a time; return how many times, and what went unnoticed."""
    file = path / kinds(path)[kind]
    name = file.relative_to(path).as_posix()
    data = file.read_bytes()
    wrong: list[str] = []
    tried = 0
    for place, bit in _chosen(len(data), most, seed):
        file.write_bytes(data[:place] if bit is None else _flipped(data, place, bit))
        what = f"{name} cut at byte {place}" if bit is None else f"{name} byte {place} bit {bit}"
        change = Change(name, data, place, bit)
        wrong += [f"{what}: {found}" for found in _judge(kind, path, change, whole)]
        tried += 1
        file.write_bytes(data)
    return tried, wrong


def _chosen(size: int, most: int | None, seed: int) -> Iterable[tuple[int, int | None]]:
    bits: list[int | None] = [*range(8), None]
    every = [(place, bit) for place in range(size) for bit in bits]
    if most is None or most >= len(every):
        return every
    return random.Random(seed).sample(every, most)  # noqa: S311  a sample, nothing secret


def _flipped(data: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1 << bit
    return bytes(changed)


def _judge(kind: str, path: Path, change: Change, whole: dict[str, Any]) -> Iterator[str]:
    if kind in {"closed segment", "last segment"}:
        yield from _ledger(path, change, last=kind == "last segment")
    elif kind in {"blob", "quarantine"}:
        yield from _named(path, change.name)
    elif kind == "state":
        yield from _state(path, change, whole)
    elif kind == "catalog":
        yield from _same(path, whole)
    else:
        yield from _facts(path, whole)


def _damage(store: Store) -> list[tuple[str | None, int | None]]:
    return [
        (found.file, found.offset)
        for found in store.lines()
        if isinstance(found, Finding) and found.severity in {"damage", "violation"}
    ]


def _ledger(path: Path, change: Change, *, last: bool) -> Iterator[str]:
    """A line is damaged where it begins. With the catalog that is known of the last one, too; without, it is torn."""
    name, data, place, bit = change
    line = data.rfind(b"\n", 0, place) + 1
    with open_store(path, read_only=True) as store:
        found = _damage(store)
        if (name, line) not in found:
            yield f"unnoticed beside a catalog: {found}"
    if last and (bit is None or (place == len(data) - 1 and line == data.rfind(b"\n", 0, len(data) - 1) + 1)):
        return  # nothing remembers the end: bytes of a writer that died, which are mended
    if bit not in {None, place % 8}:
        return  # what reads without a catalog is the same; one bit of each byte shows that
    kept = {file: file.read_bytes() for file in (path / "catalog").iterdir() if file.is_file()}
    forget(path)
    with open_store(path, read_only=True) as store:
        if (name, line) not in (found := _damage(store)):
            yield f"unnoticed without a catalog: {found}"
        if f"{name} is damaged at byte {line}" not in (store.read_only_reason or ""):
            yield f"a reader is told {store.read_only_reason}"
    for file, content in kept.items():
        file.write_bytes(content)


def _named(path: Path, name: str) -> Iterator[str]:
    with open_store(path, read_only=True) as store:
        if _damage(store) != [(name, 0)]:
            yield f"unnoticed: {_damage(store)}"


def _state(path: Path, change: Change, whole: dict[str, Any]) -> Iterator[str]:
    with open_store(path, read_only=True) as store:
        noted = [("state", NOTE)] if change.bit is None or change.place >= NOTE else []
        if _damage(store) != noted:
            yield f"found {_damage(store)} instead of {noted}"
        if everything(store.snapshot()) != whole:
            yield "the store tells something else"


def _same(path: Path, whole: dict[str, Any]) -> Iterator[str]:
    """A damaged catalog is as good as none."""
    with open_store(path, read_only=True) as store:
        if store.read_only_reason != "The store was opened for reading only.":
            yield f"taken for damage of the store: {store.read_only_reason}"
        if everything(store.snapshot()) != whole:
            yield "the store tells something else"
        if found := _damage(store):
            yield f"taken for damage of the store: {found}"


def _facts(path: Path, whole: dict[str, Any]) -> Iterator[str]:
    """Either the store does not open, or what changed is of no consequence: when and by what it was made."""
    try:
        with open_store(path, read_only=True) as store:
            if not _damage(store) and (store.store_id, everything(store.snapshot())) != (whole["store_id"], whole):
                yield "the store tells something else"
    except RmosError as error:
        if not error.message:
            yield "refused without a word"
