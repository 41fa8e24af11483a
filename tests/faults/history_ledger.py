"""Reading a ledger without the product: the format as it is written down, json and hashlib, nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

SUFFIX_BYTES = len(',"digest":"') + 64 + len('"}')


class Committed(NamedTuple):
    """A transaction of the ledger: its place among all of them, the line and digest it stands in, and what it says."""

    place: int
    seq: int
    digest: str
    id: str
    request: str | None
    events: list[dict[str, Any]]


class LedgerError(Exception):
    """The ledger is not a chain of lines; the message names file and line."""


def transactions(store: Path) -> Iterator[Committed]:
    """Yield every transaction in ledger order, each line verified; raises :class:`LedgerError`."""
    prev, seq, index = "0" * 64, 0, 0
    for segment in sorted((store / "ledger").iterdir()):
        data = segment.read_bytes()
        if not data.endswith(b"\n") and data:
            raise LedgerError(f"{segment.name} does not end in a newline")
        for raw in data.split(b"\n")[:-1]:
            seq += 1
            document = json.loads(raw)
            digest = hashlib.sha256(b"rmos-ledger-1\n" + raw[:-SUFFIX_BYTES]).hexdigest()
            if (document["prev"], document["seq"], document["digest"]) != (prev, seq, digest):
                raise LedgerError(f"{segment.name}: line {seq} does not follow the one before, or its digest is wrong")
            prev = digest
            for each in document["transactions"]:
                yield Committed(index, seq, digest, each["id"], each["request"], each["events"])
                index += 1


def canonical_sha256(value: object) -> str:
    """Return the SHA-256 of the one spelling of a JSON value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
