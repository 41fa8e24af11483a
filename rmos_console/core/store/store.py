"""The store as the use cases see it: one object per opened folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rmos_console.core.errors import NotFoundError, ReadOnlyError, RmosError
from rmos_console.core.records.changes import Changes
from rmos_console.core.records.report import Finding
from rmos_console.core.store import documents
from rmos_console.core.store.append import Limits
from rmos_console.core.store.background import BackgroundVerifier
from rmos_console.core.store.blobs import Blobs
from rmos_console.core.store.bodies import externalize, resolve
from rmos_console.core.store.catalog import Catalog
from rmos_console.core.store.commit import Committer
from rmos_console.core.store.documents import HistoryEntry
from rmos_console.core.store.examine import Examination
from rmos_console.core.store.files import store_error
from rmos_console.core.store.layout import Place, StoreFacts
from rmos_console.core.store.line import Line
from rmos_console.core.store.live import Live
from rmos_console.core.store.lock import StoreLock
from rmos_console.core.store.places import locate, write_refusal
from rmos_console.core.store.propose import Committed, Draft
from rmos_console.core.store.reader import Reader
from rmos_console.core.store.view import Snapshot
from rmos_console.core.store.watch import Subscribers, Watcher
from rmos_console.core.store.where import search

WAIT_SECONDS = 10.0
"""How long a commit waits for the lock of another process, unless said otherwise."""


def open_store(
    path: Path, *, read_only: bool = False, wait_seconds: float = WAIT_SECONDS, limits: Limits | None = None
) -> Store:
    """Open the store at ``path``; nothing is locked or written by that.

    With ``read_only`` nothing ever is, lock and state included. ``wait_seconds`` is how long a commit waits for the
    lock of another process. A store that is damaged, or that this account may not write, opens all the same and says so
    in :attr:`Store.read_only_reason`. Raises :class:`NoStoreError`, :class:`ForeignStoreError`,
    :class:`NewerStoreError`, :class:`ReadOnlyError` if it cannot be read, :class:`DamagedError` if store.json is not
    what was written, :class:`StoreError` where the system refuses anything else.
    """
    try:
        place, facts = locate(path)
        return Store(place, facts, read_only=read_only, wait_seconds=wait_seconds, limits=limits or Limits())
    except OSError as error:
        raise store_error(error, f"opening {path}") from error


class _Closing(ABC):
    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Store(_Closing):
    """An open store. Its methods may be called from any thread, but only in the process that opened it."""

    def __init__(
        self, place: Place, facts: StoreFacts, *, read_only: bool, wait_seconds: float, limits: Limits
    ) -> None:
        self.path = place.root
        self.store_id = facts.store_id
        self._place = place
        blobs = Blobs(place.blobs)
        self._catalog = Catalog(place, facts.store_id, lambda value: resolve(value, blobs.get))
        self._live = Live(place, blobs, *self._catalog.load(), self._catalog.record, self._catalog.settle)
        self._catalog.moved = self._live.move
        refusal = ReadOnlyError("The store was opened for reading only.") if read_only else write_refusal(place, facts)
        if refusal is not None:
            self._live.refuse(refusal)
        self.is_damaged = self._live.is_damaged
        self._subscribers = Subscribers()

        def changed(changes: Changes) -> None:
            self._subscribers.tell(changes)
            if self._live.refusal is None:
                self._catalog.save_if_behind()

        self._committer = Committer(
            self._live, StoreLock(place, wait_seconds), limits, self._catalog.remembered, changed
        )
        self._reader = Reader(self._live, self._committer, self._subscribers.tell, may_note=refusal is None)
        self._watcher = Watcher(self._reader.look)
        self._verifier = BackgroundVerifier(place, self._catalog.loaded, self._reader.found)
        self.unread = self._reader.first_read(facts.store_id, self._catalog.known, self._catalog.check_ends)
        """The damage that kept opening from reading the whole ledger, or None: a snapshot may lack runs then."""

    @property
    def read_only_reason(self) -> str | None:
        """Why nothing can be written, in one sentence, or None."""
        refusal = self._live.refusal
        return None if refusal is None else refusal.message

    def commit(self, draft: Draft) -> Committed:
        """Commit one transaction durably and return what it changed.

        Safe from several threads, which then share a line and its fsync. Raises what ``draft.decide`` raises, and
        :class:`StoreError` if the store cannot be written; nothing is written then.
        """
        (outcome,) = self._committer.run([draft])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def commit_many(self, drafts: Sequence[Draft]) -> list[Committed | RmosError]:
        """Commit several transactions, each for itself, in as few lines as they fit in.

        Returns one answer for each; an error of the store itself is the answer of every draft it concerns.
        """
        answers: list[Committed | RmosError] = []
        for outcome in self._committer.run(drafts):
            if isinstance(outcome, Exception) and not isinstance(outcome, RmosError):
                raise outcome
            answers.append(outcome)
        return answers

    def put_blob(self, data: bytes) -> str:
        """Keep bytes durably under their SHA-256, which is returned; to be called before the commit that names it."""
        self._live.check_writable()
        with self._reader.noting():
            return self._live.blobs.put(data)

    def get_blob(self, sha256: str) -> bytes:
        """Return the bytes of a blob; raises :class:`NotFoundError`, or :class:`DamagedError`, which is noted."""
        with self._reader.noting():
            return self._live.blobs.get(sha256)

    def has_blob(self, sha256: str) -> bool:
        """Tell whether a blob is there; its bytes are not looked at."""
        return self._live.blobs.has(sha256)

    def externalize(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return a document as it will stand in the ledger: large values replaced by references to blobs, now kept."""
        return externalize(document, self.put_blob)

    def resolve(self, value: Any) -> Any:
        """Return a copy of ``value`` with every reference to a blob replaced by what it stands for, deeply."""
        return resolve(value, self.get_blob)

    def snapshot(self) -> Snapshot:
        """Return the store as it is now; it never changes, and costs nothing as long as the store does not change.

        While nobody is subscribed, what other processes committed is read first; otherwise the watching thread does it.
        """
        if not self._watcher.is_running:
            self._reader.look(wait=False)
        return self._live.snapshot()

    def refresh(self) -> Changes | None:
        """Read what other processes committed, now, and return what it changed, or None if nothing is new."""
        return self._reader.refresh()

    def subscribe(self, callback: Callable[[Changes], None]) -> Callable[[], None]:
        """Call ``callback`` after each visible change, own or foreign, until the function returned is called.

        It is called in the committing thread or in the thread that watches other processes, never while a lock is held.
        """
        unsubscribe = self._subscribers.add(callback)
        self._watcher.start()
        return unsubscribe

    def read_run(self, run_id: str) -> dict[str, Any]:
        """Return the sealed document of a run from disk, large values as references.

        Raises :class:`NotFoundError`, or :class:`DamagedError` if its bytes are not what was written.
        """
        entry = self.snapshot().run(run_id)
        if entry is None:
            raise NotFoundError(f"There is no run {run_id} in this store.", run_id=run_id)
        with self._reader.noting():
            return documents.read_run(self._place, entry)

    def read_runs(self, run_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the sealed documents of several runs by id, those the store lacks left out; else as :meth:`read_run`.

        Runs that were committed together lie in one line, which is read and verified once.
        """
        view = self.snapshot()
        with self._reader.noting():
            return documents.read_runs(self._place, filter(None, map(view.run, run_ids)))

    def read_asset(self, advisory_id: str) -> dict[str, Any]:
        """Return a sealed advisory from disk, large values as references; raises as :meth:`read_run` does."""
        entry = self.snapshot().asset(advisory_id)
        if entry is None:
            raise NotFoundError(f"The text of advisory {advisory_id!r} is not in this store.", advisory_id=advisory_id)
        with self._reader.noting():
            return documents.read_asset(self._place, entry)

    def history(self, run_id: str) -> list[HistoryEntry]:
        """Return every event about a run, oldest first; raises as :meth:`read_run` does."""
        entry = self.snapshot().run(run_id)
        if entry is None:
            raise NotFoundError(f"There is no run {run_id} in this store.", run_id=run_id)
        with self._reader.noting():
            return list(documents.history(self._place, entry))

    def lines(self) -> Iterator[Line | Finding]:
        """Examine the whole store: yield every line that verifies, in order, and a finding for everything that does
        not, wherever it is; damage does not end the examination.

        What lies beside the ledger (blobs, quarantine, state) is examined last. Nothing is written.
        """
        known = (self._live.follower.position, self._catalog.remembered())
        examination = Examination(self._place, self.store_id, max(known, key=lambda position: position.seq))
        yield from examination.ledger()
        yield from examination.beside()

    def query_where(self, expression: str) -> set[str]:
        """Return the ids of the runs that an expression such as ``decision.score < 60 and tool_id == "T102"`` matches.

        It is asked of the sealed run without large values. Raises :class:`UsageError` for what cannot be understood.
        """
        with self._reader.noting():
            return search(expression, self._catalog.segment_tables())

    def verify_in_background(self) -> None:
        """Begin to verify what opening took from the catalog; damage turns the store read-only and subscribers hear."""
        self._verifier.start()

    def close(self) -> None:
        """Save the catalog and let go of everything; a closed store only answers from its last snapshot."""
        self._watcher.close()
        self._verifier.close()
        self._committer.close()
        self._catalog.close()
        if self._live.refusal is None and self._catalog.is_far_behind():
            self._catalog.save()
