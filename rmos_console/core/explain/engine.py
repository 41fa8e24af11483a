"""What an explanation engine is, what it is given, and what it returns.

An engine is a plug-in: a package names a class (or a function without arguments that returns an engine) as an entry
point of the group ``rmos_console.engines``, under the id of the engine::

    [project.entry-points."rmos_console.engines"]
    shopmind = "shopmind.engine:ShopMind"

``explain RUN --engine shopmind`` then uses it. An engine is never trusted to behave: it is loaded and called in a
thread of its own and abandoned at the deadline of the attempt; whatever it raises, and an answer that breaks the rules
of :class:`Explanation`, ends the attempt in ERROR with a reason. :mod:`rmos_console.core.explain.testkit` checks any
engine against these rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from pydantic import JsonValue

from rmos_console.core.records.advisory import Sentence
from rmos_console.core.records.record import Record

GROUP: Final = "rmos_console.engines"
"""The group of entry points under which packages name their engines."""

ENGINE_ID: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)
"""What an engine may be called."""

ENGINE_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/:-]{0,99}", re.ASCII)
"""How a version may be spelled; a policy lists engines as ``id@version``, divided by commas."""


def waited_for() -> bool:
    """Say that somebody still waits for the answer: nothing was stopped."""
    return False


class EngineInput(NamedTuple):
    """The exact inputs of an explanation.

    ``run`` is the sealed document with large values resolved; ``contrast`` that of the nearest GREEN run, if there is
    one. Both are untrusted: an engine takes wrong types as they come and never raises because of them. ``stopped`` is
    no input of the text: it turns true once nobody waits for the answer any more, because the attempt was cancelled or
    ran past its deadline. An engine that takes long asks it now and then and gives up by raising anything.
    """

    run: Mapping[str, Any]
    run_sha256: str
    contrast: Mapping[str, Any] | None = None
    contrast_sha256: str | None = None
    stopped: Callable[[], bool] = waited_for


class Explanation(Record):
    """A text with its evidence.

    ``text`` starts with ``headline`` as its first line. ``evidence`` names, for each sentence of the text, the fields
    it rests on: JSON paths in the run, those that start with ``contrast:`` in the contrast run; sentences stand in
    order and within the text, marks within their sentence. ``content`` holds the same facts for programs;
    ``content["ungrounded"]`` may list ``{"start", "end", "text"}`` of numbers in the text that nothing supports.
    ``confidence`` is 0 to 1, or None where there is none.
    """

    headline: str
    text: str
    content: JsonValue = None
    evidence: tuple[Sentence, ...] = ()
    confidence: float | None = None


class ExplanationEngine(Protocol):
    """Something that explains runs.

    ``id`` is the name of its entry point, ``version`` changes whenever the same input may give another text. An engine
    that also has ``deterministic = True`` claims that the same input always gives the same bytes; the test kit checks
    that.
    """

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> str: ...

    def explain(self, source: EngineInput) -> Explanation:
        """Explain a run; whatever it raises ends the attempt in ERROR."""
        ...


def complaint(explanation: object) -> str | None:
    """Return what is wrong with the answer of an engine, in words for the shop floor, or None."""
    if explanation is None:
        return "gave no explanation"
    if not isinstance(explanation, Explanation):
        return "gave something that is no explanation"
    headline, text = explanation.headline, explanation.text
    if not headline.strip() or not text.strip():
        return "gave an empty explanation"
    if "\n" in headline or text.split("\n", 1)[0] != headline:
        return "gave a text that does not start with its headline"
    if explanation.confidence is not None and not 0 <= explanation.confidence <= 1:
        return "gave a confidence that is not between 0 and 1"
    last = 0
    for sentence in explanation.evidence:
        if not last <= sentence.start < sentence.end <= len(text):
            return "gave evidence for sentences that its text does not have"
        if any(not sentence.start <= start < end <= sentence.end for start, end, _ in sentence.marks):
            return "gave marks that lie outside of their sentence"
        last = sentence.end
    return None
