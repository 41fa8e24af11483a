"""Sealed runs on their way into the ledger: encoded and hashed once, before the lock is taken, maybe elsewhere."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from rmos_console.core.canonical import canonical, sha256_hex
from rmos_console.core.records.events import Event
from rmos_console.core.store.bodies import INLINE_BYTES, REF_KEY, BlobRef, PutBlob, externalize, has_marks
from rmos_console.core.store.compact import Resolve, compact


class ReadyRun(NamedTuple):
    """A ``run.sealed`` event: ``body``, the canonical bytes of the run as it will stand in the ledger, and the event's
    compact form. Only :func:`ready_run` and :func:`stored_run` make one: its digest is always that of its bytes."""

    body: bytes
    compact: Event

    @property
    def sha256(self) -> str:
        """The SHA-256 of the body, as the event states it."""
        return str(self.compact["run"]["run_sha256"])

    def data(self) -> bytes:
        """Return the canonical bytes of the event."""
        return _data(self.body, self.sha256)

    def document(self) -> dict[str, Any]:
        """Return the run as it will stand in the ledger; references to blobs are marked as ours."""
        document: dict[str, Any] = json.loads(self.body, object_hook=_marked)
        return document

    def event(self) -> Event:
        """Return the event as any other, to be encoded anew."""
        return {"kind": "run.sealed", "run": self.document(), "run_sha256": self.sha256}


def ready_run(body: bytes) -> ReadyRun | None:
    """Return the event of a run from its canonical bytes, or None where some of it must move to blobs first."""
    if len(body) > INLINE_BYTES or has_marks(body):
        return None
    return _ready(body, None)


def stored_run(document: dict[str, Any], put: PutBlob, resolve: Resolve) -> ReadyRun:
    """Return the event of a run; its large values are kept as blobs by ``put``. Raises :class:`BadDataError`."""
    body = canonical(document)
    return ready_run(body) or _ready(canonical(externalize(document, put)), resolve)


def _ready(body: bytes, resolve: Resolve | None) -> ReadyRun:
    event = json.loads(_data(body, sha256_hex(body)))  # as a reader of the ledger will see it
    return ReadyRun(body, compact(event, resolve))


def _data(body: bytes, sha256: str) -> bytes:
    return b'{"kind":"run.sealed","run":%s,"run_sha256":"%s"}' % (body, sha256.encode("ascii"))


def _marked(value: dict[str, Any]) -> dict[str, Any]:
    return BlobRef(value) if REF_KEY in value else value
