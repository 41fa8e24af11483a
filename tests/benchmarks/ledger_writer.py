"""Lines of a ledger, one after the other, in the bytes that the product would have written, without its fsyncs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from rmos_console.core.canonical import canonical
from rmos_console.core.records.events import Event, segment_closed, store_created
from rmos_console.core.records.review import Seen
from rmos_console.core.store import Limits
from rmos_console.core.store.files import create_file
from rmos_console.core.store.layout import Place
from rmos_console.core.store.line import GENESIS, encode
from tests.benchmarks.workshop import text_of

SERVICE = {"id": "cli", "kind": "service"}
BOOT = "00000000-0000-4000-8000-000000000001"


class LedgerWriter:
    """Writes a store's ledger from its first line on, in place of the one that is there.

    ``moment`` is the clock that transactions are stamped with; it only goes forward.
    """

    def __init__(self, place: Place, store_id: str, moment: datetime, limits: Limits | None = None) -> None:
        self._place, self._limits = place, limits or Limits()
        self._began = self.moment = moment
        self._segment, self._offset, self._runs = 1, 0, 0
        self._count = 0
        self.head = Seen(seq=0, digest=GENESIS)
        place.segment(1).unlink()
        self._file: BinaryIO = self._create()
        self.line([[store_created(store_id)]])

    def advance(self, by: timedelta) -> None:
        """Let the clock go on."""
        self.moment += by

    def advance_to(self, moment: datetime) -> None:
        """Let the clock go on to a moment, if that is not past already."""
        self.moment = max(self.moment, moment)

    def line(self, transactions: Sequence[Sequence[Event]]) -> None:
        """Write transactions, each a list of events, as one line; a full segment is closed before."""
        if self._runs >= self._limits.runs or self._offset >= self._limits.bytes:
            self._write([self._transaction([segment_closed(self._runs, self._offset)])])
            self._finish()
            self._segment, self._offset, self._runs = self._segment + 1, 0, 0
            self._file = self._create()
        self._write([self._transaction(events) for events in transactions])
        self._runs += sum(event["kind"] == "run.sealed" for events in transactions for event in events)

    def close(self) -> None:
        """Make what was written durable."""
        self._finish()

    def _create(self) -> BinaryIO:
        return os.fdopen(create_file(self._place.segment(self._segment)), "wb")

    def _finish(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def _write(self, encoded: list[bytes]) -> None:
        data, digest = encode(self.head.digest, self.head.seq + 1, encoded)
        self._file.write(data)
        self._offset += len(data)
        self.head = Seen(seq=self.head.seq + 1, digest=digest)

    def _transaction(self, events: Sequence[Event]) -> bytes:
        self._count += 1
        ran = (self.moment - self._began) // timedelta(microseconds=1) * 1000
        document: dict[str, Any] = {
            "at": text_of(self.moment),
            "by": SERVICE,
            "events": list(events),
            "id": f"tx_{self._count:032x}",
            "mono": [BOOT, ran],
            "offset": "+00:00",
            "request": None,
        }
        return canonical(document)
