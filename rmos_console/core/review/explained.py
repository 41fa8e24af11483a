"""Whether a run is explained: NONE, PENDING, READY or ERROR, derived from its attempts and explanations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from rmos_console.core.records.run import ExplanationStatus
from rmos_console.core.review.states import moment


class WordLike(Protocol):
    """An explanation that became ready, in line ``seq`` of the ledger."""

    @property
    def advisory_id(self) -> str: ...
    @property
    def summary(self) -> str | None: ...
    @property
    def seq(self) -> int: ...


class AttemptLike(Protocol):
    """An attempt to explain, in the state it came into in line ``seq``: ``open``, ``ready`` or ``failed``."""

    @property
    def attempt(self) -> str | None: ...
    @property
    def deadline_utc(self) -> str | None: ...
    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def seq(self) -> int: ...


class EntryLike(Protocol):
    """A run as the store keeps it in memory: its explanations and attempts, each oldest first."""

    @property
    def explanations(self) -> Sequence[WordLike]: ...
    @property
    def attempts(self) -> Sequence[AttemptLike]: ...


class Explained(NamedTuple):
    """How far a run is explained.

    ``summary`` is the headline of the newest explanation whose text is in the store, also while another is being made
    or after that failed. ``error`` says why the last attempt failed. ``overdue``: every open attempt has run past its
    deadline and waits for a writer to end it.
    """

    status: ExplanationStatus
    summary: str | None = None
    error: str | None = None
    overdue: bool = False


def explanation_of(entry: EntryLike, has_asset: Callable[[str], bool], now_utc: str) -> Explained:
    """Return how far a run is explained at ``now_utc``; ``has_asset`` tells whether an advisory's text is stored.

    An open attempt makes it PENDING. Otherwise the later of the last failure and the newest explanation counts. An
    explanation whose text is absent makes nothing READY: the word of its source is kept elsewhere.
    """
    word = next((word for word in reversed(entry.explanations) if has_asset(word.advisory_id)), None)
    summary = word.summary if word is not None else None
    waiting = [attempt for attempt in entry.attempts if attempt.state == "open"]
    if waiting:
        overdue = all(_past(attempt.deadline_utc, now_utc) for attempt in waiting)
        return Explained("PENDING", summary, None, overdue)
    failed = max((item for item in entry.attempts if item.state == "failed"), key=lambda item: item.seq, default=None)
    if failed is not None and (word is None or failed.seq > word.seq):
        return Explained("ERROR", summary, failed.reason or "no reason was given")
    return Explained("READY", summary) if word is not None else Explained("NONE")


def _past(deadline_utc: str | None, now_utc: str) -> bool:
    """Tell whether a deadline is over; one that cannot be read is."""
    deadline, now = moment(deadline_utc or ""), moment(now_utc)
    return deadline is None or (now is not None and deadline < now)
