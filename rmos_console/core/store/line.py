"""One line of the ledger: the pure way from transactions to bytes and back.

A line is ``canonical({prev, seq, transactions})`` without its closing brace, plus ``,"digest":"<64 hex>"}``. The digest
is the SHA-256 of :data:`DOMAIN` and every byte before that suffix; ``prev`` is the digest of the line before.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from rmos_console.core.canonical import canonical
from rmos_console.core.errors import BadDataError

DOMAIN = b"rmos-ledger-1\n"
"""What the digest covers first, so that it can never equal the digest of something else."""

GENESIS = "0" * 64
"""``prev`` of the first line."""

MAX_LINE_BYTES = 1_000_000
"""A line stays below this size, newline included, so that reading one run parses little."""

SUFFIX_BYTES = 77
_OVERHEAD = 64 + len('{"prev":"","seq":,"transactions":[]}') + 20 + SUFFIX_BYTES
MAX_TRANSACTIONS_BYTES = MAX_LINE_BYTES - _OVERHEAD - 1
"""What all transactions of one line may take, the commas between them included."""

_SUFFIX = re.compile(rb',"digest":"([0-9a-f]{64})"\}')
_HEX = re.compile(r"[0-9a-f]{64}")


class LineError(ValueError):
    """The bytes are no line of a ledger; the message says why, without naming the place."""


class Location(NamedTuple):
    """Where a line begins: its sequence number, its segment, and the offset there in bytes."""

    seq: int
    segment: int
    offset: int

    @property
    def file(self) -> str:
        """The segment's path relative to the store."""
        return segment_file(self.segment)


class Line(NamedTuple):
    """A verified line: its digest holds and it follows the line before."""

    location: Location
    prev: str
    digest: str
    transactions: list[dict[str, Any]]

    @property
    def seq(self) -> int:
        """The line's number, counted from 1 across segments."""
        return self.location.seq


class Decoded(NamedTuple):
    """What the bytes of one line say; the digest holds, its place in the chain is not judged yet."""

    prev: str
    seq: int
    digest: str
    transactions: list[dict[str, Any]]


def segment_file(number: int) -> str:
    """Return the path of segment ``number`` relative to the store."""
    return f"ledger/{number:06}.jsonl"


def digest_of(body: bytes) -> str:
    """Return the digest of a line whose bytes before the suffix are ``body``."""
    return hashlib.sha256(DOMAIN + body).hexdigest()


def encode(prev: str, seq: int, transactions: Sequence[bytes]) -> tuple[bytes, str]:
    """Return a line with its newline, and its digest, for transactions that are in canonical form already."""
    body = b'{"prev":"%s","seq":%d,"transactions":[%s]' % (prev.encode("ascii"), seq, b",".join(transactions))
    digest = digest_of(body)
    return b'%s,"digest":"%s"}\n' % (body, digest.encode("ascii")), digest


def split(data: bytes) -> tuple[bytes, str]:
    """Return body and digest of a line without its newline; raises :class:`LineError` if the digest does not hold."""
    body = data[:-SUFFIX_BYTES]
    suffix = _SUFFIX.fullmatch(data[-SUFFIX_BYTES:])
    if suffix is None:
        raise LineError("the line does not end in its digest")
    claimed = suffix.group(1).decode("ascii")
    if digest_of(body) != claimed:
        raise LineError("the digest does not match the bytes of the line")
    return body, claimed


def claimed_digest(data: bytes) -> str | None:
    """Return the digest that a line without its newline ends in, whether it holds or not."""
    suffix = _SUFFIX.fullmatch(data[-SUFFIX_BYTES:])
    return None if suffix is None else suffix.group(1).decode("ascii")


def decode(data: bytes) -> Decoded:
    """Read one line without its newline; raises :class:`LineError` if the digest or the shape is wrong."""
    body, digest = split(data)
    try:
        document = json.loads(body + b"}")
    except (ValueError, RecursionError) as error:
        raise LineError("the line is not JSON though its digest holds") from error
    if not isinstance(document, dict) or document.keys() != {"prev", "seq", "transactions"}:
        raise LineError("the line holds other keys than prev, seq, transactions and digest")
    prev, seq, transactions = document["prev"], document["seq"], document["transactions"]
    if not (isinstance(prev, str) and _HEX.fullmatch(prev)) or type(seq) is not int or seq < 1:
        raise LineError("prev or seq of the line has the wrong form")
    if not isinstance(transactions, list) or not transactions or not all(map(_is_transaction, transactions)):
        raise LineError("a transaction of the line has the wrong form")
    return Decoded(prev, seq, digest, transactions)


def is_canonical(data: bytes) -> bool:
    """Tell whether a line without its newline is spelled canonically: one value has one spelling."""
    body = data[:-SUFFIX_BYTES]
    try:
        return canonical(json.loads(body + b"}"))[:-1] == body
    except (ValueError, RecursionError, BadDataError):
        return False


def _is_transaction(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    events = value.get("events")
    return (
        isinstance(value.get("id"), str)
        and isinstance(value.get("at"), str)
        and isinstance(value.get("by"), dict)
        and isinstance(events, list)
        and all(isinstance(event, dict) and isinstance(event.get("kind"), str) for event in events)
    )
