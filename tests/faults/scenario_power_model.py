"""A power cut at every fsync and after every acknowledgement, on a model of the medium: no privileges needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, get_args

from rmos_console.core.records import events
from rmos_console.core.records.run import Attachment
from rmos_console.core.store import Limits, Store, create_store, open_store
from tests.faults.power_model import Kept, Medium, watched
from tests.faults.sabotage import sabotaged
from tests.faults.sound import unsound
from tests.store.making import draft, run_id, sealed

CATCHES = (
    "no_fsync",
    "rename_without_fsync",
    "no_directory_fsync",
    "catalog_ahead",
    "quarantine_cut_early",
)
LIMITS = Limits(runs=2)
TORN = b'{"prev":"torn'


class _Cut(NamedTuple):
    """What a power cut left, when it happened, and what had been acknowledged by then."""

    left: Path
    when: str
    runs: tuple[str, ...]
    blobs: tuple[str, ...]
    torn: tuple[bytes, ...]

    def violations(self) -> Iterator[str]:
        """Yield what is wrong with what is left."""
        kept = [path.read_bytes() for name in ("ledger", "quarantine") for path in (self.left / name).iterdir()]
        wrong = ["torn bytes are gone" for torn in self.torn if not any(torn in data for data in kept)]
        for each in [*wrong, *unsound(self.left, self.runs, self.blobs)]:
            yield f"power cut {self.when}: {each}"


class _Day:
    """A store at work while the power goes again and again; :attr:`cuts` are what is left each time."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "store"
        self.cuts: list[_Cut] = []
        self._folder = folder
        self._runs: list[str] = []
        self._blobs: list[str] = []
        self._torn: list[bytes] = []
        self._doing = ""
        self._seen: set[tuple[str, int, int, int]] = set()
        self._interlude: Callable[[Path], None] | None = None
        create_store(self.path)
        self._medium = Medium(self.path)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Cut the power before each fsync within."""
        with watched(self._medium, self._before):
            yield

    def cut(self, when: str) -> None:
        """Cut the power in each way there is."""
        for kept in get_args(Kept):
            known = (
                self._medium.left(kept),
                len(self._runs),
                len(self._blobs),
                len(self._torn),
            )
            if known in self._seen:
                continue
            self._seen.add(known)
            left = self._medium.cut(self._folder / f"cut-{len(self.cuts)}", kept)
            told = f"{when}, while {self._doing}, {kept} kept"
            self.cuts.append(_Cut(left, told, tuple(self._runs), tuple(self._blobs), tuple(self._torn)))

    def seal(self, store: Store, number: int, *, with_blob: bool = False) -> None:
        """Commit a run, and a file of it; from then on they must survive."""
        self._doing = f"run {number} is committed"
        written = [sealed(number)]
        data = b"file %d" % number
        if with_blob:
            name = store.put_blob(data)
            self._blobs.append(name)
            attachment = Attachment(
                sha256=name,
                kind="other",
                filename="file",
                mime="text/plain",
                size_bytes=len(data),
            )
            written.append(events.attachment_added(run_id(number), attachment))
        store.commit(draft(*written))
        self._runs.append(run_id(number))
        self.cut("after the acknowledgement")

    def tear(self) -> None:
        """Leave torn bytes behind, on the medium: the work of a writer that is dead."""
        newest = max((self.path / "ledger").iterdir())
        descriptor = os.open(newest, os.O_WRONLY | os.O_APPEND)
        os.write(descriptor, TORN)
        os.fsync(descriptor)
        os.close(descriptor)
        self._torn.append(TORN)

    def while_unsynced(self, what: Callable[[Path], None]) -> None:
        """Do something once, between the next write to the ledger and its fsync."""
        self._interlude = what

    def _before(self, path: Path) -> None:
        if self._interlude is not None and path.parent.name == "ledger":
            what, self._interlude = self._interlude, None
            what(path)
            self.cut("before the fsync of a line that another process has read")
        self.cut("before an fsync")


def scenario(folder: Path, seed: int, sabotage: str | None = None) -> list[str]:
    """Let a store work through all that it makes durable; the same for every ``seed``."""
    del seed
    day = _Day(folder)
    with sabotaged(sabotage):
        with day.at_work(), open_store(day.path, limits=LIMITS) as store:
            for number in range(1, 6):  # two rotations on the way
                day.seal(store, number, with_blob=number % 2 == 0)
            day.tear()
            day.seal(store, 6)
            day.while_unsynced(_read_and_saved)
            day.seal(store, 7)
        with day.at_work(), open_store(day.path, limits=LIMITS) as store:
            day.seal(store, 8, with_blob=True)
    return [violation for cut in day.cuts for violation in cut.violations()]


def _read_and_saved(segment: Path) -> None:
    """Read a store as another process does, and save its catalog on leaving."""
    with open_store(segment.parent.parent) as other:
        other.snapshot()
