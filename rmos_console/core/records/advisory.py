"""Explanations and advisories: sealed assets, and the references by which runs carry them."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from rmos_console.core.canonical import sha256_hex
from rmos_console.core.records.record import Record
from rmos_console.core.records.review import ReviewState

AdvisoryKind = Literal["explanation", "advisory", "note", "unknown"]
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Engine(Record):
    """What generated a text: id and version of the engine."""

    id: str
    version: str


class Author(Record):
    """Who wrote an attached text; ``named`` is false where only the operating-system account is known."""

    id: str
    named: bool


class BasedOn(Record):
    """The exact inputs of a generated text; ``contrast_*`` is the nearest GREEN run it was compared with, if any."""

    run_id: str
    run_sha256: Sha
    contrast_run_id: str | None = None
    contrast_run_sha256: Sha | None = None


class Sentence(Record):
    """One sentence of a text: characters ``start`` to ``end`` of it, and the JSON paths in the run that it rests on.

    A path that starts with ``contrast:`` points into the contrast run. ``marks`` are (start, end, path) triples: the
    characters of the text that show the value of that path.
    """

    start: int
    end: int
    paths: tuple[str, ...] = ()
    marks: tuple[tuple[int, int, str], ...] = ()


class AdvisoryAsset(Record):
    """A sealed text or document. ``text`` starts with ``headline`` where there is one; a decision covers all of it.

    ``content`` holds structured parts: of the offline engine's explanations (failed rules, remedies, contrast rows), or
    whatever a foreign advisory carried. ``source`` keeps what an import found beside it, verbatim.
    """

    advisory_id: str
    kind: AdvisoryKind
    created_at_utc: str | None = None
    headline: str | None = None
    text: str | None = None
    content: JsonValue = None
    evidence: tuple[Sentence, ...] = ()
    based_on: BasedOn | None = None
    engine: Engine | None = None
    author: Author | None = None
    confidence: float | None = None
    request_id: str | None = None
    source: JsonValue = None

    def shown_text(self) -> str:
        """Return the exact text a reviewer sees: ``text``, or else ``content`` as indented JSON."""
        if self.text is not None:
            return self.text
        return json.dumps(self.content, sort_keys=True, indent=2, ensure_ascii=False)

    def text_sha256(self) -> str:
        """Return the SHA-256 of :meth:`shown_text` as UTF-8: what a reviewer names when deciding."""
        return sha256_hex(self.shown_text().encode("utf-8"))


class AdvisoryInputRef(Record):
    """A run's reference to an advisory.

    ``review_state`` and ``asset`` are judged when the reference is read; ``at_source`` is the review history that a
    source brought along, verbatim: history, never a decision here.
    """

    advisory_id: str
    kind: AdvisoryKind = "unknown"
    created_at_utc: str | None = None
    request_id: str | None = None
    engine_id: str | None = None
    engine_version: str | None = None
    at_source: dict[str, JsonValue] | None = None
    review_state: ReviewState | None = None
    asset: Literal["present", "unresolved"] | None = None
