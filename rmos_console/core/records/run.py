"""A run: one manufacturing attempt, sealed on arrival, and the same run with later events folded in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from rmos_console.core.records.advisory import AdvisoryInputRef
from rmos_console.core.records.record import Record
from rmos_console.core.records.review import ReviewState

Status = Literal["OK", "BLOCKED", "ERROR"]
RiskLevel = Literal["GREEN", "YELLOW", "RED", "UNKNOWN", "ERROR"]
ExplanationStatus = Literal["NONE", "PENDING", "READY", "ERROR"]
Document = dict[str, JsonValue]
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
RunId = Annotated[str, Field(pattern=r"^run_[0-9a-f]{12,64}$")]


class RunDecision(Record):
    """What the feasibility gate decided; ``score`` is 0 to 100 and 0 is a score."""

    risk_level: RiskLevel | None = None
    score: Annotated[int | float, Field(ge=0, le=100)] | None = None
    block_reason: str | None = None
    warnings: tuple[str, ...] = ()
    details: Document = Field(default_factory=dict)


class Hashes(Record):
    """SHA-256 of what the run's producer says it hashed; 64 zeros mean absent."""

    feasibility_sha256: Sha | None = None
    toolpaths_sha256: Sha | None = None
    gcode_sha256: Sha | None = None
    opplan_sha256: Sha | None = None


class RunOutputs(Record):
    """What the run produced. A value above 256 KB stands as ``{"$blob": sha256, "bytes": n}`` on disk."""

    gcode_text: str | Document | None = None
    opplan_json: JsonValue = None
    gcode_path: str | None = None
    opplan_path: str | None = None
    preview_svg_path: str | None = None


class Attachment(Record):
    """A file kept with a run, named by the raw SHA-256 of its bytes.

    ``source_sha256`` is the name it had at its source where that differs (RMOS names JSON by its compact form).
    """

    sha256: Sha
    kind: str
    mime: str | None = None
    filename: str | None = None
    size_bytes: int
    created_at_utc: str | None = None
    source_sha256: str | None = None


class RunContext(Record):
    """Where and how the run happened; all optional."""

    machine_id: str | None = None
    material_id: str | None = None
    session_id: str | None = None
    batch_label: str | None = None
    event_type: str | None = None


class PackRange(Record):
    """Where the original bytes of an imported record lie: in the blob ``sha256``, from ``start`` up to ``end``."""

    sha256: Sha
    start: int
    end: int


class RunSource(Record):
    """Where a run came from.

    ``format`` is ``create``, ``http`` or an import layout (``patch v1 v2 saw job-log``); ``run_id`` the original id
    where ours was derived from it; ``discriminator`` tells apart records of one layout that repeat an id;
    ``sealed_sha256`` the digest of the source's sealed part; ``extra`` every unknown key verbatim;
    ``assumed_timezone`` the zone in which a time without one was read.
    """

    format: str
    run_id: str | None = None
    discriminator: str = ""
    sealed_sha256: Sha | None = None
    path: str | None = None
    pack: PackRange | None = None
    assumed_timezone: str | None = None
    extra: Document = Field(default_factory=dict)


class SealedRun(Record):
    """A run as it is sealed: its bytes in the ledger are ``canonical(document())`` and never change."""

    run_id: RunId
    created_at_utc: str
    mode: str | None = None
    tool_id: str | None = None
    status: Status | None = None
    request_summary: Document = Field(default_factory=dict)
    feasibility: Document = Field(default_factory=dict)
    decision: RunDecision = Field(default_factory=RunDecision)
    hashes: Hashes = Field(default_factory=Hashes)
    outputs: RunOutputs = Field(default_factory=RunOutputs)
    attachments: tuple[Attachment, ...] = ()
    lineage: Document = Field(default_factory=dict)
    context: RunContext = Field(default_factory=RunContext)
    request_id: str | None = None
    meta: Document = Field(default_factory=dict)
    source: RunSource


_DOCUMENTS = ("request_summary", "feasibility", "lineage", "meta")
_FREE_PARTS = (("decision", "details", dict), ("source", "extra", dict), ("outputs", "opplan_json", object))


def sealed_run(body: dict[str, Any]) -> SealedRun:
    """Return the run of a document that was parsed from JSON; raises pydantic's error as ``SealedRun`` itself would.

    What is free-form is JSON already, and is taken over as it is instead of being walked through once more.
    """
    fixed = dict(body)
    free = {name: fixed.pop(name) for name in _DOCUMENTS if isinstance(fixed.get(name), dict)}
    inner: dict[str, dict[str, Any]] = {}
    for name, key, kind in _FREE_PARTS:
        part = fixed.get(name)
        if isinstance(part, dict) and key in part and isinstance(part[key], kind):
            fixed[name] = {other: value for other, value in part.items() if other != key}
            inner[name] = {key: part[key]}
    run = SealedRun.model_validate(fixed)
    parts = {name: getattr(run, name).model_copy(update=value) for name, value in inner.items()}
    return run.model_copy(update={**free, **parts})


class Risk(Record):
    """The run's risk: ``shown`` with the path it was found at, and ``policy``, the level the approval policy uses."""

    shown: RiskLevel
    found_at: str | None
    policy: Literal["GREEN", "YELLOW", "RED"]
    warnings: tuple[str, ...] = ()


class RunArtifact(SealedRun):
    """A run with later events folded in: ``meta`` patched, ``attachments`` including later ones.

    ``source_facts`` is what the source said beside the sealed part (its own explanation status, reviews, a tombstone);
    ``also`` names further runs that an original id matched.
    """

    run_sha256: Sha
    risk: Risk
    advisory_inputs: tuple[AdvisoryInputRef, ...] = ()
    explanation_status: ExplanationStatus = "NONE"
    explanation_summary: str | None = None
    explanation_error: str | None = None
    explanation_overdue: bool = False
    review_state: ReviewState = "NONE"
    source_facts: Document = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


class RunRow(Record):
    """One line of the run table: what lists, filters and sorting need, without the sealed body."""

    run_id: str
    created_at_utc: str
    status: Status | None
    risk: RiskLevel
    risk_policy: Literal["GREEN", "YELLOW", "RED"]
    score: int | float | None
    mode: str | None
    tool_id: str | None
    machine_id: str | None
    material_id: str | None
    session_id: str | None
    event_type: str | None
    explanation_status: ExplanationStatus
    explanation_summary: str | None
    review_state: ReviewState
    at_source: str | None
    advisory_id: str | None
    source_run_id: str | None
    run_sha256: str
