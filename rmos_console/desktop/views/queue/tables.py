"""From the facts of a card to the rows of its two tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rmos_console.core.records.run import RunArtifact
from rmos_console.desktop import words
from rmos_console.desktop.views.queue.facts import MOST_EVIDENCE, CardFacts, Contrast
from rmos_console.desktop.views.queue.words import tr
from rmos_console.desktop.widgets.cells import Cell, Column, Row
from rmos_console.desktop.widgets.json_words import at_path, short_path, shown

NOTHING = Cell(words.NOTHING, tone="muted")


def evidence_columns(facts: CardFacts) -> tuple[Column, ...]:
    """Return the columns of the evidence table; without failed rules there is no limit to miss."""
    if not facts.failed:
        return Column(tr("Evidence"), stretch=True), Column(tr("Value"), right=True, widest=280, narrowest=72)
    return (
        Column(tr("Rule"), widest=72),
        Column(tr("Evidence"), stretch=True),
        Column(tr("Value"), right=True, widest=180, narrowest=72),
        Column(tr("Limit"), right=True, widest=120, narrowest=48),
        Column(tr("Miss"), right=True, widest=88, narrowest=48),
    )


def evidence_rows(facts: CardFacts) -> tuple[list[Row], int]:
    """Return what failed, or else the values the text rests on, or else what set the risk; and how many are left out.

    A text of another system names no values; then the fields that set the risk are the evidence.
    """
    rows = _failed_rows(facts) or _path_rows(facts) or _risk_rows(facts.run)
    return rows[:MOST_EVIDENCE], max(0, len(rows) - MOST_EVIDENCE)


def _failed_rows(facts: CardFacts) -> list[Row]:
    return [
        (
            Cell(rule.rule, mono=True, tone="muted", whole=rule.level),
            Cell(short_path(rule.path), mono=True, whole=rule.path),
            Cell(rule.value, mono=True, marked=True, unit=rule.unit) if rule.value else NOTHING,
            Cell(rule.limit, mono=True) if rule.limit else NOTHING,
            Cell(rule.miss, mono=True, strong=True, tone="red" if rule.level == "RED" else "yellow")
            if rule.miss
            else NOTHING,
        )
        for rule in facts.failed
    ]


def _path_rows(facts: CardFacts) -> list[Row]:
    document = facts.run.document()
    sentences = facts.advisory.asset.evidence
    shown_paths = [path for sentence in sentences for _, _, path in sentence.marks]
    paths = shown_paths or [path for sentence in sentences for path in sentence.paths]
    here = dict.fromkeys(path for path in paths if not path.startswith("contrast:"))
    found = [(path, at_path(document, path)) for path in here]
    return [_value_row(path, value) for path, value in found if value]


def _risk_rows(run: RunArtifact) -> list[Row]:
    document = run.document()
    paths = [run.risk.found_at or "", "decision.score", "decision.block_reason", "status"]
    return [
        _value_row(path, value) for path in paths if path and (value := at_path(document, path)) not in {"", "null"}
    ]


def _value_row(path: str, value: str) -> Row:
    return Cell(short_path(path), mono=True, whole=path), Cell(value, mono=True, marked=True, whole=value)


def contrast_columns(run: RunArtifact, contrast: Contrast) -> tuple[Column, ...]:
    """Return the columns of the contrast table."""
    one = len(contrast.rows) == 1
    differ = tr("1 row differs, {equal} are equal") if one else tr("{n} rows differ, {equal} are equal")
    differ = differ.format(n=words.number(len(contrast.rows)), equal=words.number(contrast.equal))
    return (
        Column(differ, stretch=True),
        Column(tr("This run"), right=True, widest=140, narrowest=76, risk=run.risk.shown),
        Column(words.short_id(contrast.run_id), right=True, widest=140, narrowest=76, risk="GREEN"),
        Column("", widest=72, narrowest=56),
    )


def request_columns() -> tuple[Column, ...]:
    """Return the columns of what was asked for."""
    return Column(tr("no GREEN run to compare with"), stretch=True), Column(tr("This run"), right=True, widest=200)


def contrast_rows(contrast: Contrast) -> tuple[list[Row], int]:
    """Return the rows that differ, and how many are left out."""
    rows: list[Row] = [
        (
            Cell(short_path(row.path), mono=True, whole=row.path),
            Cell(row.mine, mono=True, marked=row.looked_at) if row.mine else NOTHING,
            Cell(row.other, mono=True) if row.other else NOTHING,
            Cell(row.unit, tone="muted"),
        )
        for row in contrast.rows
    ]
    return rows[:MOST_EVIDENCE], max(0, len(rows) - MOST_EVIDENCE)


def request_rows(run: RunArtifact) -> tuple[list[Row], int]:
    """Return what was asked for, for a run that has no GREEN one to stand beside; and how many are left out."""
    rows: list[Row] = [
        (Cell(path, mono=True, whole=f"request_summary.{path}"), Cell(value, mono=True, whole=value))
        for path, value in _leaves(run.request_summary)
    ]
    return rows[:MOST_EVIDENCE], max(0, len(rows) - MOST_EVIDENCE)


def _leaves(document: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in document.items():
        path = f"{before}{key}"
        if isinstance(value, Mapping) and value:
            found += _leaves(value, f"{path}.")
        else:
            found.append((path, shown(value)))
    return found
