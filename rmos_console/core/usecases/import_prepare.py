"""From what an importer finds to batches that are ready to be judged and written. No store, no clock, any process."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from rmos_console.core.canonical import canonical, sha256_hex
from rmos_console.core.importers.found import Found, FoundLink, FoundRun
from rmos_console.core.store import ReadyRun, ready_run

SIZES = (256, 512, 1024)
"""Runs in the first batches; the rest are as large as the last of these."""

MAX_ORIGINALS_BYTES = 8 * 1024 * 1024
"""A batch ends when the originals of its runs exceed this."""


class PreparedRun(NamedTuple):
    """A found run, encoded as it will be sealed if the originals of its whole batch are kept in one pack.

    ``run`` comes without its ``body`` and ``original``: the canonical bytes of the body are ``data``, the original lies
    at ``start`` up to ``end`` in the pack. ``ready`` is None where large values have to move to blobs first.
    """

    run: FoundRun
    data: bytes
    ready: ReadyRun | None
    start: int
    end: int

    def body(self) -> dict[str, Any]:
        """Return the document of the run."""
        document: dict[str, Any] = json.loads(self.data)
        return document

    def set_apart(self) -> PreparedRun:
        """Return this run under an id of its own, as :meth:`FoundRun.set_apart` does."""
        apart = self.run._replace(body=self.body()).set_apart()
        return self._replace(run=_light(apart), data=canonical(apart.body), ready=None)


Prepared = PreparedRun | Found
"""An item of a batch; runs only as :class:`PreparedRun`."""


class Batch(NamedTuple):
    """Items in the order in which they were found; links stand in batches without runs, since they come after them.

    ``pack`` is the originals of the runs one behind the other.
    """

    items: list[Prepared]
    pack: bytes


def prepared(found: Iterable[Found]) -> Iterator[Batch]:
    """Yield all that is found, in order, in batches."""
    sizes = iter(SIZES)
    making, size = _Making(), next(sizes)
    for item in found:
        if making.items and isinstance(item, FoundLink) != making.links:
            yield making.batch()
            making = _Making()
        making.add(item)
        if len(making.items) >= size or making.bytes >= MAX_ORIGINALS_BYTES:
            yield making.batch()
            making, size = _Making(), next(sizes, SIZES[-1])
    if making.items:
        yield making.batch()


class _Making:
    """A batch in the making."""

    def __init__(self) -> None:
        self.items: list[Found] = []
        self.bytes = 0
        self.links = False

    def add(self, item: Found) -> None:
        self.items.append(item)
        if isinstance(item, FoundRun):
            self.bytes += len(item.original)
        self.links = isinstance(item, FoundLink)

    def batch(self) -> Batch:
        pack = b"".join(item.original for item in self.items if isinstance(item, FoundRun))
        return Batch(list(self._prepared(sha256_hex(pack))), pack)

    def _prepared(self, pack: str) -> Iterator[Prepared]:
        start = 0
        for item in self.items:
            if isinstance(item, FoundRun):
                end = start + len(item.original)
                yield _prepared_run(item, {"sha256": pack, "start": start, "end": end})
                start = end
            else:
                yield item


def _prepared_run(run: FoundRun, pack: dict[str, Any]) -> PreparedRun:
    data = canonical({**run.body, "source": {**run.body["source"], "pack": pack}})
    return PreparedRun(_light(run), data, ready_run(data), pack["start"], pack["end"])


def _light(run: FoundRun) -> FoundRun:
    return run._replace(body={}, original=b"")
