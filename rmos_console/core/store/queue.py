"""The queue in front of the committer: one thread at a time leads, and writes what the others brought meanwhile."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rmos_console.core.store.propose import Committed, Draft

Outcome = Committed | Exception

BUSY = 4
"""Callers in one line from which on the next line waits a moment for more."""

MOMENT_SECONDS = 0.00005
"""A fraction of what one line takes to write: what whoever was answered needs to come back with its next draft."""


@dataclass(slots=True, eq=False)
class Job:
    """One draft on its way; ``outcome`` is set once it is decided."""

    draft: Draft
    outcome: Outcome | None = None


def _closed_door() -> threading.Lock:
    door = threading.Lock()
    door.acquire()
    return door


@dataclass(slots=True, eq=False)
class _Group:
    """The drafts of one caller, and the door it waits at while another thread leads.

    The door is a lock that is opened once, by another thread: a tenth of the cost of an event.
    """

    jobs: list[Job]
    door: threading.Lock = field(default_factory=_closed_door)
    leads: bool = False

    def is_done(self) -> bool:
        return all(job.outcome is not None for job in self.jobs)


class CommitQueue:
    """Hands drafts to ``write``, which decides at least the first of the jobs it is given and may leave the last ones.

    ``write`` is called by one thread at a time and must not raise: what goes wrong is the jobs' outcome.
    """

    def __init__(self, write: Callable[[Sequence[Job]], None]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._groups: deque[_Group] = deque()
        self._led = False
        self._busy = False

    def run(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """Return the outcome of each draft, in order, once all are decided."""
        group = _Group([Job(draft) for draft in drafts])
        with self._lock:
            self._groups.append(group)
            group.leads = not self._led
            self._led = True
        try:
            if not group.leads:
                group.door.acquire()
            if group.leads and self._busy:
                time.sleep(MOMENT_SECONDS)
            # Until the own drafts are decided; what the others brought meanwhile goes along.
            while group.leads and not group.is_done():
                with self._lock:
                    jobs = [job for waiting in self._groups for job in waiting.jobs if job.outcome is None]
                    self._busy = len(self._groups) >= BUSY
                self._write(jobs)
                self._dismiss(group)
        finally:
            self._leave(group)
        return [job.outcome for job in group.jobs if job.outcome is not None]

    def _leave(self, group: _Group) -> None:
        """Let the next one in the queue lead, even if this one was interrupted."""
        with self._lock:
            if group in self._groups:
                self._groups.remove(group)
            if not group.leads:
                return
            self._led = bool(self._groups)
            if self._groups:
                self._groups[0].leads = True
                self._groups[0].door.release()

    def _dismiss(self, own: _Group) -> None:
        """Let everybody go whose drafts are decided."""
        with self._lock:
            done = [group for group in self._groups if group is not own and group.is_done()]
            for group in done:
                self._groups.remove(group)
        for group in done:
            group.door.release()
