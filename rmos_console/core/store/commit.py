"""The committer: what happens between taking the lock and letting it go."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rmos_console.core.errors import DamagedError, DegradedError, RmosError, StoreError, UsageError
from rmos_console.core.log import logger, swallowed
from rmos_console.core.records.changes import Changes
from rmos_console.core.store.append import Appender, Limits, UndurableError
from rmos_console.core.store.files import store_error
from rmos_console.core.store.follow import Position
from rmos_console.core.store.live import Live
from rmos_console.core.store.lock import StoreLock
from rmos_console.core.store.propose import Draft, now_utc
from rmos_console.core.store.queue import CommitQueue, Job, Outcome
from rmos_console.core.store.section import LockedSection
from rmos_console.core.store.state import Condition, write_condition


class Committer:
    """Writes lines. ``remembered`` tells the furthest position that the catalog knows of, read from disk anew."""

    def __init__(
        self,
        live: Live,
        lock: StoreLock,
        limits: Limits,
        remembered: Callable[[], Position],
        notify: Callable[[Changes], None],
    ) -> None:
        self._live = live
        self._lock = lock
        self._notify = notify
        self._appender = Appender(live.place)
        self._news: deque[Changes] = deque()
        self._section = LockedSection(live, self._appender, limits, remembered, self._news.append)
        self._queue = CommitQueue(self._write)
        self._writer: int | None = None
        self._process = os.getpid()

    def run(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """Commit drafts, each for itself, and return what became of each, in order."""
        if os.getpid() != self._process:
            raise UsageError("This store was opened by another process; open it again after a fork.")
        try:
            return self._queue.run(drafts)
        finally:
            self._tell()

    def _tell(self) -> None:
        """Tell what changed, once no thread waits for this one: a listener may commit in turn."""
        while True:
            try:
                changes = self._news.popleft()
            except IndexError:
                return
            self._notify(changes)

    def note(self, error: DamagedError) -> None:
        """Make the store read-only here, and for every other process if damage can be noted."""
        if not self._live.refuse(error):
            return
        if self._writer == threading.get_ident():  # found while judging a draft: the lock is held
            self._note(error)
            return
        try:
            with self._live.section, self._lock.held("damage note", now_utc):
                self._note(error)
        except RmosError as failure:
            swallowed("store.note", failure, file=error.details["file"], offset=error.details["offset"])

    def close(self) -> None:
        """Let go of the ledger."""
        with self._live.section:
            self._appender.close()

    def _note(self, error: DamagedError) -> None:
        condition = Condition("damaged", error.details["file"], error.details["offset"])
        logger.info("damaged", extra={"file": condition.file, "offset": condition.offset, "reason": error.message})
        try:
            write_condition(self._live.place.state, condition)
        except (OSError, StoreError) as failure:
            swallowed("store.note", failure, file=condition.file, offset=condition.offset)

    def _write(self, jobs: Sequence[Job]) -> None:
        try:
            with self._live.section, self._as_writer():
                self._live.check_writable()
                role = jobs[0].draft.by.id
                with self._lock.held(role, now_utc), self._guarded():
                    self._section.run(jobs)
        except Exception as error:  # noqa: BLE001  whatever it is belongs to the callers that wait, not to this thread
            for job in jobs:
                job.outcome = job.outcome or error

    @contextmanager
    def _as_writer(self) -> Iterator[None]:
        self._writer = threading.get_ident()
        try:
            yield
        finally:
            self._writer = None

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Note, while the lock is still held, what forbids every process to write on; say what the system refused."""
        try:
            yield
        except DamagedError as error:
            if self._live.refuse(error):
                self._note(error)
            raise
        except UndurableError as error:
            raise self._degrade(error) from error
        except OSError as error:
            raise store_error(error, f"preparing to write to {self._live.place.root}") from error

    def _degrade(self, error: UndurableError) -> DegradedError:
        behind = self._live.follower.position
        condition = Condition("degraded", "", behind.offset, behind.seq + 1, error.number)
        refusal = condition.error()
        self._live.refuse(refusal)
        try:
            write_condition(self._live.place.state, condition)
        except (OSError, StoreError) as failure:
            self._lock.keep()
            swallowed("store.degrade", failure, seq=condition.seq, kept_lock=True)
            return DegradedError(
                f"{refusal.message} The note for other processes failed, too: this process keeps the lock to its end.",
                **refusal.details,
            )
        return DegradedError(refusal.message, **refusal.details)
