"""The stores on which writers are killed: how one is made, torn by hand, and judged once it is done with."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from rmos_console.core.store import create_store, open_store
from rmos_console.core.usecases.admin import add_reviewer
from rmos_console.core.usecases.audit import audit
from tests.faults.catalog_check import differences
from tests.faults.kill_life import CALLER, LIMITS, on_processor
from tests.faults.witness import Witness
from tests.store.making import draft, run_id, seal, sealed
from tests.unit.importers.stores import record, write

PERSON = "keller"
PASSPHRASE = "correct horse battery"
PATIENCE_SECONDS = 0.01
MOST_MS = 1000.0
"""How long opening and the first commit after a death may take."""


class Torn(NamedTuple):
    """Bytes left behind the last line of a segment, as a writer leaves them that dies within its write."""

    segment: int
    offset: int
    sha256: str
    completed: bool


def make_template(folder: Path) -> None:
    """Make the store that every ground begins as a copy of, with a person who can decide."""
    create_store(folder)
    with open_store(folder, limits=LIMITS) as store:
        add_reviewer(store, PERSON, "A. Keller", passphrase=PASSPHRASE, role="admin", by=None, caller=CALLER)
        seal(store, 1, 2, 3)


def make_imports(folder: Path, count: int = 30) -> tuple[Path, ...]:
    """Write small stores of another layout, to be imported."""
    made = []
    for number in range(count):
        root = folder / f"{number}"
        for part in range(1 + number % 4):
            name = f"run_{number:06x}{part:06x}"
            write(root / f"rmos_runs/{name}.json", record(name, created_at_utc="2026-03-14T09:26:53Z"))
        made.append(root)
    return tuple(made)


class Ground:
    """One store, what was acknowledged in it, and the witness that reads its ledger."""

    def __init__(self, template: Path, store: Path) -> None:
        shutil.copytree(template, store)
        self.store = store
        self.acked: set[str] = set()
        self.torn: list[Torn] = []
        self.witness = Witness(store)
        self.witness.read_on()

    def check(self) -> list[str]:
        """Read on and return what is wrong by now."""
        wrong = self.witness.read_on()
        lost = [key for key in self.acked if key not in self.witness.keys]
        return wrong + [f"{key} was acknowledged and is not in the ledger" for key in lost]

    def tear(self, moments: random.Random, number: int) -> bool:
        """Leave part of a line at the end, as if its writer had died within its write, which held the lock.

        Tells whether there was room for that: not while another writer holds the lock.
        """
        with _locked(self.store, self.store / "lock") as mine:
            if not mine:
                return False
            self.witness.read_on()
            witness = self.witness
            if witness.closed or witness.tail():
                return False
            line = _next_line(witness, number)
            cut = len(line) if moments.random() < 0.2 else moments.randrange(1, len(line))
            with witness.path.open("ab") as file:
                file.write(line[:cut])
            sha256 = hashlib.sha256(line[:cut]).hexdigest()
            self.torn.append(Torn(witness.segment, witness.offset, sha256, completed=cut == len(line)))
            return True


@contextmanager
def _locked(*names: Path) -> Iterator[bool]:
    """Take the locks of a store's folder and file between two commits of a busy writer; tells whether they were had."""
    descriptors = [os.open(name, os.O_RDONLY) for name in names if name.exists()]
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while not (had := all(_flock(descriptor) for descriptor in descriptors)) and time.monotonic() < deadline:
            for descriptor in descriptors:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        yield had
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _next_line(witness: Witness, number: int) -> bytes:
    """Return a line that might come next, without its newline."""
    transaction = {
        "at": "2026-11-22T10:00:00.000000Z",
        "by": {"id": "cli", "kind": "service"},
        "events": [sealed(number)],
        "id": f"tx_{number}",
        "mono": ["0", number],
        "offset": "+00:00",
        "request": None,
    }
    line: dict[str, Any] = {"prev": witness.digest, "seq": witness.seq + 1, "transactions": [transaction]}
    body = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()[:-1]
    return body + f',"digest":"{hashlib.sha256(b"rmos-ledger-1" + bytes([10]) + body).hexdigest()}"}}'.encode()


def verify(ground: Ground, number: int) -> Iterator[str]:
    """Judge a store whose writers are all dead; yields what is wrong. Run in a process of its own."""
    store = ground.store
    started = on_processor()
    with open_store(store, limits=LIMITS) as opened:
        opened.put_blob(b"last")
        opened.commit(draft(sealed(number)))
        took = (on_processor() - started) * 1000
        if took > MOST_MS:
            yield f"opening and committing took {took:.0f} ms"
    witness = Witness(store)
    yield from witness.read_on()
    yield from (f"{key} is lost" for key in ground.acked - witness.keys.keys())
    if witness.tail():
        yield f"{len(witness.tail())} torn bytes were left"
    yield from _torn_kept(ground, witness)
    yield from _same_runs(store, witness)
    yield from differences(store)
    yield from (f"blob {name} is missing" for name in witness.blobs if not (_blob(store, name)).is_file())
    report = audit(store)
    if not report.ok:
        yield from (f"audit: {finding.file} {finding.offset} {finding.message}" for finding in report.findings)
    left = [str(file) for part in ("quarantine", "catalog") for file in (store / part).glob(".tmp-*")]
    yield from (f"{name} was left" for name in left)


def _blob(store: Path, name: str) -> Path:
    return store / "blobs" / name[:2] / name[2:4] / name


def _torn_kept(ground: Ground, witness: Witness) -> Iterator[str]:
    """Every torn byte is in quarantine and named by the ledger, and nothing else is."""
    named = {
        Torn(int(event["segment"][-12:-6]), event["offset"], event["sha256"], event["completed"]): event["file"]
        for event in witness.recovered
    }
    for torn in ground.torn:
        if torn not in named:
            yield f"{torn} is not named in the ledger"
    for torn, file in named.items():
        kept = ground.store / "quarantine" / file
        if not kept.is_file() or hashlib.sha256(kept.read_bytes()).hexdigest() != torn.sha256:
            yield f"{file} is named in the ledger and not in quarantine"
    kept_files = {file.name for file in (ground.store / "quarantine").iterdir() if not file.name.startswith(".")}
    yield from (f"{name} is in quarantine and not in the ledger" for name in kept_files - set(named.values()))


def _same_runs(store: Path, witness: Witness) -> Iterator[str]:
    with open_store(store, read_only=True) as opened:
        runs = {f"run:{entry.run_id}" for entry in opened.snapshot().runs()}
    if runs != {key for key in witness.keys if key.startswith("run:")}:
        yield "the runs of a snapshot are not those of the ledger"
    if f"run:{run_id(1)}" not in runs:
        yield "the first run is gone"
