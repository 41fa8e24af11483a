"""What the store keeps in memory about runs and advisories: enough to list, filter and judge, without the bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from rmos_console.core.records.advisory import AdvisoryInputRef, AdvisoryKind, Author, Engine
from rmos_console.core.records.review import AutoApproval, Review
from rmos_console.core.records.run import Attachment, Risk, RunContext, RunSource, Status
from rmos_console.core.store.line import Location


class ExplanationWord(NamedTuple):
    """One explanation that became ready. ``attempt`` and ``key`` are None where an import brought it along."""

    advisory_id: str
    summary: str | None
    key: str | None
    attempt: str | None
    at: str
    seq: int

    @property
    def made_here(self) -> bool:
        """Whether ``explain`` made it; only such a text is superseded by a later one."""
        return self.attempt is not None


class Attempt(NamedTuple):
    """One attempt to explain a run; without ``attempt``, a failure that the source reported.

    ``at`` and ``seq`` tell when it came into its present state.
    """

    attempt: str | None
    key: str | None
    engine_id: str | None
    engine_version: str | None
    deadline_utc: str | None
    state: Literal["open", "ready", "failed"]
    reason: str | None
    at: str
    seq: int


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class RunEntry:
    """A run as lists and rules see it, with every later event folded in.

    An entry is compared and hashed by identity: a changed run has another entry. ``source`` comes without ``extra``
    (read the body for that). ``decisions`` stand in ledger order and are valid on their own line; ``decision_seqs`` and
    ``auto_seqs`` are the lines they stand in. ``text`` is what a search looks through, in lower case. ``lines`` are the
    places of all events about the run, oldest first.
    """

    run_id: str
    run_sha256: str
    location: Location
    created_at_utc: str
    status: Status | None
    mode: str | None
    tool_id: str | None
    score: int | float | None
    risk: Risk
    context: RunContext
    source: RunSource
    request_id: str | None
    sealed_at: str
    sealed_meta: dict[str, Any]
    meta: dict[str, Any]
    attachments: tuple[Attachment, ...]
    text: str
    lines: tuple[Location, ...]
    source_facts: dict[str, Any]
    refs: tuple[AdvisoryInputRef, ...] = ()
    explanations: tuple[ExplanationWord, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    decisions: tuple[Review, ...] = ()
    decision_seqs: tuple[int, ...] = ()
    auto: tuple[AutoApproval, ...] = ()
    auto_seqs: tuple[int, ...] = ()

    @property
    def seq(self) -> int:
        """The number of the line that sealed the run."""
        return self.location.seq


@dataclass(frozen=True, slots=True)
class AssetEntry:
    """A sealed advisory without its text; ``sha256`` is over the canonical asset as it stands in the ledger."""

    advisory_id: str
    sha256: str
    text_sha256: str
    kind: AdvisoryKind
    headline: str | None
    engine: Engine | None
    author: Author | None
    created_at_utc: str | None
    location: Location

    @property
    def seq(self) -> int:
        """The number of the line that sealed the advisory."""
        return self.location.seq
