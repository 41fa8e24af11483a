"""The queue in front of the committer: one thread at a time leads, and writes what the others brought meanwhile."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rmos_console.core.store.propose import Committed, Draft

Outcome = Committed | Exception


@dataclass(slots=True, eq=False)
class Job:
    """One draft on its way; ``outcome`` is set once it is decided."""

    draft: Draft
    outcome: Outcome | None = None


@dataclass(slots=True, eq=False)
class _Group:
    """The drafts of one caller, and the door it waits at while another thread leads."""

    jobs: list[Job]
    called: threading.Event = field(default_factory=threading.Event)
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

    def run(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """Return the outcome of each draft, in order, once all are decided."""
        group = _Group([Job(draft) for draft in drafts])
        with self._lock:
            self._groups.append(group)
            group.leads = not self._led
            self._led = True
        try:
            if not group.leads:
                group.called.wait()
            # Until the own drafts are decided; what the others brought meanwhile goes along.
            while group.leads and not group.is_done():
                with self._lock:
                    jobs = [job for waiting in self._groups for job in waiting.jobs if job.outcome is None]
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
                self._groups[0].called.set()

    def _dismiss(self, own: _Group) -> None:
        """Let everybody go whose drafts are decided."""
        with self._lock:
            done = [group for group in self._groups if group is not own and group.is_done()]
            for group in done:
                self._groups.remove(group)
        for group in done:
            group.called.set()
