"""What an explanation engine is given, and what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from pydantic import JsonValue

from rmos_console.core.records.advisory import Sentence
from rmos_console.core.records.record import Record


class EngineInput(NamedTuple):
    """The exact inputs of an explanation.

    ``run`` is the sealed document with large values resolved; ``contrast`` that of the nearest GREEN run, if there is
    one. Both are untrusted: an engine takes wrong types as they come and never raises because of them.
    """

    run: Mapping[str, Any]
    run_sha256: str
    contrast: Mapping[str, Any] | None = None
    contrast_sha256: str | None = None


class Explanation(Record):
    """A text with its evidence.

    ``text`` starts with ``headline`` as its first line. ``evidence`` names, for each sentence of the text, the fields
    it rests on. ``content`` holds the same facts for programs. ``confidence`` is 0 to 1, or None where there is none.
    """

    headline: str
    text: str
    content: JsonValue = None
    evidence: tuple[Sentence, ...] = ()
    confidence: float | None = None


class ExplanationEngine(Protocol):
    """Something that explains runs. The same id, version and input should give the same bytes."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> str: ...

    def explain(self, source: EngineInput) -> Explanation:
        """Explain a run; whatever it raises ends the attempt in ERROR."""
        ...
