"""From a comparison to the rows of its tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from PySide6.QtCore import QCoreApplication, Qt

from rmos_console.core.records.diff import GCODE_PATH, DiffRow, OutcomeRow, RunDiff
from rmos_console.core.review.rule_levels import LEVELS
from rmos_console.desktop import words
from rmos_console.desktop.widgets.cells import Cell, Column, Row
from rmos_console.desktop.widgets.json_words import is_number, short_path, shown

_SIGNS = {"added": "+", "removed": "\u2212", "changed": "~", "same": ""}
_ELSEWHERE = frozenset({"status", "decision.risk_level", "decision.score", GCODE_PATH})
_ROOTS = ("request_summary", "context", "mode", "tool_id", "decision", "feasibility", "outputs")
_NOTHING = Cell(words.NOTHING, tone="muted")


def tr(text: str) -> str:
    """Translate a text of the comparison."""
    return QCoreApplication.translate("compare", text)


def hash_columns() -> tuple[Column, ...]:
    """Return the columns of the hashes, also used for the outcome."""
    return (
        Column("", stretch=True),
        Column(tr("A"), widest=130, narrowest=100),
        Column("", centre=True, narrowest=16),
        Column(tr("B"), widest=150, narrowest=104),
    )


def hash_rows(diff: RunDiff) -> list[Row]:
    """Return the four hashes; equal ones recede."""
    rows: list[Row] = []
    for row in diff.hashes:
        tone = "muted" if row.equal else "text"
        rows.append(
            (
                Cell(row.name.removesuffix("_sha256")),
                _digest(row.a, tone),
                _relation(equal=row.equal, both_missing=row.a is None and row.b is None),
                _digest(row.b, tone),
            )
        )
    return rows


def hash_note(diff: RunDiff) -> str:
    """Return how many hashes are equal."""
    known = [row for row in diff.hashes if row.a is not None or row.b is not None]
    equal = sum(row.equal for row in known)
    return tr("{n} of {total} equal").format(n=equal, total=len(known)) if known else tr("none recorded")


def outcome_rows(diff: RunDiff) -> list[Row]:
    """Return status, risk and score of both sides."""
    risk = next(row for row in diff.outcome if row.name == "risk")
    return [
        _outcome(row) for row in diff.outcome if row.name != "risk_for_policy" or (row.a, row.b) != (risk.a, risk.b)
    ]


def _outcome(row: OutcomeRow) -> Row:
    name = {"status": tr("status"), "risk": tr("risk"), "risk_for_policy": tr("policy risk"), "score": tr("score")}
    relation = _relation(equal=row.equal, both_missing=row.a is None and row.b is None)
    return Cell(name.get(row.name, row.name)), _side(row, row.a), relation, _side(row, row.b, last=True)


def _side(row: OutcomeRow, value: Any, *, last: bool = False) -> Cell:
    if value is None:
        return _NOTHING
    if row.name.startswith("risk"):
        level = str(value)
        tone = level.lower() if level in {"GREEN", "YELLOW", "RED", "UNKNOWN"} else "red"
        return Cell(level, tone=tone, strong=True, risk=level)
    if row.name == "status":
        return Cell(words.status(str(value)))
    delta = f"({row.delta:+g})" if last and row.delta is not None and row.delta != 0 else ""
    return Cell(shown(value), mono=True, unit=delta)


def _digest(value: str | None, tone: str) -> Cell:
    return Cell(words.digest(value), mono=True, tone=tone, whole=value) if value else _NOTHING


def _relation(*, equal: bool, both_missing: bool) -> Cell:
    if both_missing:
        return Cell("")
    return Cell("=", tone="muted") if equal else Cell("\u2260", strong=True)


def parameter_columns() -> tuple[Column, ...]:
    """Return the columns of the parameters."""
    middle = Qt.TextElideMode.ElideMiddle
    return (
        Column("", centre=True, narrowest=28),
        Column(tr("Path"), stretch=True, elide=middle),
        Column(tr("A"), right=True, widest=148, narrowest=64),
        Column(tr("B"), right=True, widest=148, narrowest=64),
        Column("", widest=56, narrowest=24),
        Column(tr("Delta"), right=True, widest=84, narrowest=48),
        Column(tr("Percent"), right=True, widest=76, narrowest=48),
    )


def listed(rows: Iterable[DiffRow]) -> list[DiffRow]:
    """Return the rows of the parameter table: what stands elsewhere on the page is left out, volatile ones are last."""
    kept = [row for row in rows if row.path not in _ELSEWHERE and not row.path.startswith("hashes.")]
    return sorted(kept, key=_importance)


def _importance(row: DiffRow) -> tuple[bool, int]:
    """Order rows as an engineer reads them: what was asked, what was decided, what was found, the rest."""
    root = row.path.replace("[", ".").split(".", 1)[0]
    return row.volatile, _ROOTS.index(root) if root in _ROOTS else len(_ROOTS)


def parameter_rows(rows: Iterable[DiffRow]) -> list[Row]:
    """Return rows of the parameter table; times and ids of the records themselves recede."""
    return [_parameter(row) for row in rows]


def rule_rows(diff: RunDiff) -> list[Row]:
    """Return the rules that fired on one side only."""
    return [
        *(_rule(rule, "removed") for rule in diff.rules_removed),
        *(_rule(rule, "added") for rule in diff.rules_added),
    ]


def _rule(rule: str, op: Literal["added", "removed"]) -> Row:
    level = LEVELS.get(rule, "UNKNOWN")
    cell = Cell(level, tone=level.lower(), strong=True, risk=level)
    sides = (_NOTHING, cell) if op == "added" else (cell, _NOTHING)
    sign = Cell(_SIGNS[op], mono=True, ground=op, whole=_word(op))
    return sign, Cell(tr("rule {id}").format(id=rule), mono=True), *sides, Cell(""), Cell(""), Cell("")


def _parameter(row: DiffRow) -> Row:
    tone = "muted" if row.volatile or row.op == "same" else "text"
    number = is_number(row.a) or is_number(row.b)
    return (
        Cell(_SIGNS[row.op], mono=True, ground="" if row.op == "same" else row.op, whole=_word(row.op)),
        Cell(short_path(row.path), mono=True, tone=tone, whole=row.path),
        _value(row, "a", tone),
        _value(row, "b", tone),
        Cell((row.unit or "") if number else "", tone="muted"),
        Cell(f"{row.delta:+.6g}", mono=True, tone=tone) if row.delta is not None else Cell(""),
        Cell(_percent(row.percent), mono=True, tone="muted") if row.percent is not None else Cell(""),
    )


def _value(row: DiffRow, side: Literal["a", "b"], tone: str) -> Cell:
    if row.op == ("added" if side == "a" else "removed"):
        return _NOTHING
    value = row.a if side == "a" else row.b
    return Cell(shown(value), mono=True, tone=tone, whole=shown(value, 4000))


def _percent(value: float) -> str:
    return f"{value:+.0f}{words.NBSP}%" if abs(value) >= 1 else f"{value:+.2g}{words.NBSP}%"


def _word(op: str) -> str:
    return {
        "added": tr("only in B"), "removed": tr("only in A"), "changed": tr("different"), "same": tr("equal")
    }[op]  # fmt: skip
