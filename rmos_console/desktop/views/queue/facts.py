"""Everything one queue card shows, read and verified in one go off the UI thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rmos_console.core.errors import NotFoundError
from rmos_console.core.records.review import Policy, Review, Seen
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import browse, review
from rmos_console.core.usecases.intact import read_intact
from rmos_console.desktop.plaintext import visible
from rmos_console.desktop.widgets.json_words import at_path, shown

_LONG_PARAGRAPH = 280
"""Characters above which a paragraph without marks, and what follows it, stands smaller below the evidence."""

_LONG_TITLE, _LONG_WORD = 160, 40

Part = tuple[str, list[tuple[int, int]]]
"""A part of a text and the (start, end) of the marks in it."""

MOST_EVIDENCE = 40
"""Rows of a table on the card; what is left out is counted on screen."""


@dataclass(frozen=True, slots=True)
class FailedRule:
    """A rule that failed: what it looked at, against which limit, by how much it missed."""

    rule: str
    level: str
    path: str
    value: str
    unit: str
    limit: str
    miss: str


@dataclass(frozen=True, slots=True)
class ContrastRow:
    """One differing field: this run's value and that of the nearest GREEN run."""

    path: str
    mine: str
    other: str
    unit: str
    looked_at: bool


@dataclass(frozen=True, slots=True)
class Contrast:
    """The nearest GREEN run and where it differs; ``equal`` counts the fields in which it does not."""

    run_id: str
    rows: tuple[ContrastRow, ...]
    equal: int


@dataclass(frozen=True, slots=True)
class CardFacts:
    """One explanation beside its run, and the exact state of the store in which it was read."""

    run: RunArtifact
    advisory: browse.AdvisoryView
    seen: Seen
    policy: Policy
    failed: tuple[FailedRule, ...]
    contrast: Contrast | None
    gcode: str | None

    @property
    def title(self) -> str:
        """The headline of the text, empty where it has none."""
        return self.advisory.asset.headline or ""

    def body(self) -> Part:
        """Return the text after its headline, and the marks in it."""
        text, cut = self.advisory.text, self._after_title()
        return _part(text, cut, len(text), self._marks())

    def parts(self) -> tuple[Part, Part]:
        """Return the text after its headline in two parts: the gist, and what follows from the first long paragraph
        on that shows no value of the run, such as a list of all that passed.
        """
        text, cut = self.advisory.text, self._after_title()
        marks = self._marks()
        turn = cut
        for paragraph in text[cut:].split("\n"):
            marked = any(turn <= start < turn + len(paragraph) for start, _ in marks)
            if len(paragraph) > _LONG_PARAGRAPH and not marked:
                break
            turn += len(paragraph) + 1
        if not text[cut:turn].strip():
            turn = len(text)
        return _part(text, cut, min(turn, len(text)), marks), _part(text, min(turn, len(text)), len(text), marks)

    def _after_title(self) -> int:
        text, title = self.advisory.text, self.title
        cut = len(title) if title and text.startswith(title) and _fits(title) else 0
        while cut and cut < len(text) and text[cut] in "\n ":
            cut += 1
        return cut

    def _marks(self) -> list[tuple[int, int]]:
        return [(start, end) for sentence in self.advisory.asset.evidence for start, end, _ in sentence.marks]

    def standing_approvers(self) -> tuple[str, ...]:
        """Return the ids of the people whose approval of this text stands."""
        reviews = [decision for decision in self.advisory.decisions if isinstance(decision, Review)]
        withdrawn = {decision.withdraws for decision in reviews if decision.verb == "withdrawn"}
        latest: dict[str, Review] = {
            decision.person_id: decision
            for decision in reviews
            if decision.verb != "withdrawn" and decision.decision_id not in withdrawn
        }
        return tuple(person for person, decision in latest.items() if decision.verb == "approved")


def _fits(title: str) -> bool:
    """Tell whether a headline is sure to be seen whole as one; another is shown again with the text."""
    shown_title = visible(title)
    return len(shown_title) <= _LONG_TITLE and all(len(word) <= _LONG_WORD for word in shown_title.split())


def _part(text: str, start: int, end: int, marks: list[tuple[int, int]]) -> Part:
    inside = [(first - start, last - start) for first, last in marks if start <= first and last <= end]
    return text[start:end], inside


def load(store: Store, run_id: str, advisory_id: str) -> CardFacts:
    """Read the run and the text, verifying the bytes of both and of every file of the run, as the store is now.

    Raises :class:`NotFoundError` where either is gone and :class:`DamagedError` where bytes are not what was written.
    """
    view = store.snapshot()
    entry = view.run(run_id)
    if entry is None:
        raise NotFoundError(f"Run {run_id} is not in this store any more; the queue was read again.", run_id=run_id)
    read_intact(store, entry)
    run = browse.artifact(store, view, entry)
    advisory = browse.advisory_view(store, view, entry, advisory_id)
    content = advisory.asset.content if isinstance(advisory.asset.content, dict) else {}
    gcode = run.outputs.gcode_text
    return CardFacts(
        run=run,
        advisory=advisory,
        seen=review.seen(view),
        policy=view.policy,
        failed=_failed(content, run.document()),
        contrast=_contrast(content),
        gcode=gcode if isinstance(gcode, str) and gcode.strip() else None,
    )


def _failed(content: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[FailedRule, ...]:
    return tuple(
        FailedRule(
            rule=str(item.get("rule") or ""),
            level=str(item.get("level") or ""),
            path=str(item.get("path") or item.get("checked") or ""),
            value=shown(item["value"]) if "value" in item else at_path(document, str(item.get("path") or "")),
            unit=str(item.get("unit") or ""),
            limit=_limit(item.get("limit")),
            miss=_miss(item.get("miss_percent")),
        )
        for item in _objects(content.get("failed"))
    )


def _contrast(content: Mapping[str, Any]) -> Contrast | None:
    found = content.get("contrast")
    if not isinstance(found, Mapping) or not isinstance(found.get("run_id"), str):
        return None
    rows = tuple(
        ContrastRow(
            path=str(item.get("path") or ""),
            mine=shown(item["a"]) if "a" in item else "",
            other=shown(item["b"]) if "b" in item else "",
            unit=str(item.get("unit") or ""),
            looked_at=item.get("looked_at") is True,
        )
        for item in _objects(found.get("rows"))
    )
    equal = found.get("equal")
    return Contrast(run_id=found["run_id"], rows=rows, equal=equal if isinstance(equal, int) else 0)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list that somebody else may have written."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _limit(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else shown(value)


def _miss(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return f"{value:+.0f}\u00a0%"
