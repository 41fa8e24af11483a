"""An independent reader of a ledger that is being written: standard library only, and each byte is read once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
_SUFFIX = 77


class Witness:
    """Follows the ledger of a store and keeps what must be there once and only once.

    ``keys`` maps ``tx:ID``, ``run:ID``, ``adv:ID`` (a sealed text), ``dec:ID`` (a decision) and ``ticket:N`` (a meta
    value that each transaction finds free) to the line that holds it.
    Bytes behind the last newline are left for the next look: they may be cut off or completed by then.
    """

    def __init__(self, store: Path) -> None:
        self.store = store
        self.segment = 1
        self.offset = 0
        self.seq = 0
        self.digest = GENESIS
        self.closed = False
        self.keys: dict[str, int] = {}
        self.recovered: list[dict[str, Any]] = []
        self.blobs: set[str] = set()

    @property
    def path(self) -> Path:
        """The segment behind whose line the witness stands."""
        return self.store / f"ledger/{self.segment:06}.jsonl"

    def read_on(self) -> list[str]:
        """Take in every line that was added, and return what is wrong with them."""
        return list(self._read_on())

    def tail(self) -> bytes:
        """Return the bytes behind the last line."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read()

    def _read_on(self) -> Iterator[str]:
        while True:
            successor = self.store / f"ledger/{self.segment + 1:06}.jsonl"
            followed = successor.exists()  # asked first: what is read afterwards is all there will ever be
            *lines, rest = self.tail().split(b"\n")
            for raw in lines:
                yield from self._take(raw)
                self.offset += len(raw) + 1
            if not followed:
                return
            if rest or not self.closed:
                yield f"segment {self.segment} ends at {self.offset} without the line that closes it"
            self.segment, self.offset, self.closed = self.segment + 1, 0, False

    def _take(self, raw: bytes) -> Iterator[str]:
        place = f"line {self.seq + 1} (segment {self.segment}, byte {self.offset})"
        body, suffix = raw[:-_SUFFIX], raw[-_SUFFIX:]
        digest = hashlib.sha256(b"rmos-ledger-1\n" + body).hexdigest()
        if suffix != f',"digest":"{digest}"}}'.encode():
            yield f"{place}: the digest does not match: {raw[:60]!r}"
            return
        line = json.loads(body + b"}")
        if json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() != body + b"}":
            yield f"{place}: not in canonical form"
        if self.closed:
            yield f"{place}: stands behind the line that closes the segment"
        if (line["prev"], line["seq"]) != (self.digest, self.seq + 1):
            yield f"{place}: the chain breaks: it says seq {line['seq']}"
        self.seq, self.digest = line["seq"], digest
        for transaction in line["transactions"]:
            yield from self._once(f"tx:{transaction['id']}", place)
            for event in transaction["events"]:
                yield from self._event(event, place)

    def _event(self, event: dict[str, Any], place: str) -> Iterator[str]:
        kind = event["kind"]
        if kind == "run.sealed":
            yield from self._once(f"run:{event['run']['run_id']}", place)
            body = json.dumps(event["run"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            if hashlib.sha256(body).hexdigest() != event["run_sha256"]:
                yield f"{place}: the digest of run {event['run']['run_id']} does not match"
        elif kind == "advisory.sealed":
            yield from self._once(f"adv:{event['advisory_id']}", place)
        elif kind == "run.meta_patched" and "ticket" in event["set"]:
            yield from self._once(f"ticket:{event['set']['ticket']}", place)
        elif kind == "attachment.added":
            self.blobs.add(event["attachment"]["sha256"])
        elif kind.startswith("review."):
            decision = event["decision"].get("decision_id")
            yield from self._once(f"dec:{decision}", place) if decision else ()
        elif kind == "store.recovered":
            self.recovered.append(event)
        elif kind == "segment.closed":
            self.closed = True

    def _once(self, key: str, place: str) -> Iterator[str]:
        if key in self.keys:
            yield f"{place}: {key} stands in line {self.keys[key]} already"
        self.keys[key] = self.seq
