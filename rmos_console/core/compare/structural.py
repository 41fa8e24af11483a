"""Compare two runs field by field: exact, typed, with a severity that says why (design, Compare)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from rmos_console.core.compare.fields import at, is_ignored, is_number, is_volatile
from rmos_console.core.compare.numbers import change_of
from rmos_console.core.compare.severity import findings, has_program, hash_rows, outcome_rows, rules_of
from rmos_console.core.compare.units import unit_of
from rmos_console.core.compare.walk import Leaf, walk
from rmos_console.core.records.diff import DiffRow, RunDiff

DERIVED = frozenset({"risk", "warnings", "also"})
"""Top-level keys of a run artifact that are judged from the rest; the risk stands in the outcome instead."""


def diff_runs(a: Mapping[str, Any], b: Mapping[str, Any], *, ignore: Sequence[str] = ()) -> RunDiff:
    """Compare two run documents, sealed or with later events folded in, references to blobs resolved or not.

    ``ignore`` names paths that neither show nor count: a path hides what lies below it, and ``*`` stands for any text.
    CRITICAL if status, risk, the G-code or the toolpaths differ; WARNING if score, request or feasibility content
    differ; INFO if anything else differs; NONE if nothing does, or only times and ids of the records themselves.
    """
    leaves = walk(_without_derived(a), _without_derived(b))
    shown = _not_ignored(leaves, ignore)
    length = _length_unit(a, b)
    changed = _rows([leaf for leaf in shown if leaf[2] != "same"], length)
    content = [row.path for row in changed if not row.volatile]
    outcome = outcome_rows(a, b)
    hashes = hash_rows(a, b, content)
    found = findings(outcome, hashes, content, programs=(has_program(a), has_program(b)), ignore=ignore)
    only_volatile = ("Only times and ids differ",) if changed else ()
    rules_a, rules_b = rules_of(a), rules_of(b)
    return RunDiff(
        a=str(a.get("run_id", "")),
        b=str(b.get("run_id", "")),
        diff_severity=found[0].severity if found else "NONE",
        reasons=tuple(finding.reason for finding in found) or only_volatile,
        differing=changed,
        all_rows=partial(_rows, shown, length),
        hashes=hashes,
        outcome=outcome,
        rules_added=tuple(rule for rule in rules_b if rule not in rules_a),
        rules_removed=tuple(rule for rule in rules_a if rule not in rules_b),
        equal=len(shown) - len(changed),
        ignored=len(leaves) - len(shown),
    )


def _not_ignored(leaves: list[Leaf], ignore: Sequence[str]) -> list[Leaf]:
    return [leaf for leaf in leaves if not is_ignored(leaf[0], ignore)] if ignore else leaves


def _rows(leaves: list[Leaf], length: str | None) -> tuple[DiffRow, ...]:
    return tuple(_row(leaf, length) for leaf in leaves)


def _row(leaf: Leaf, length: str | None) -> DiffRow:
    path, key, op, a, b = leaf
    volatile = is_volatile(path, key)
    if not (is_number(a) or is_number(b)):
        return DiffRow(path, op, a, b, None, None, None, volatile)
    delta, percent = change_of(a, b) if op == "changed" else (None, None)
    return DiffRow(path, op, a, b, delta, percent, unit_of(key, length), volatile)


def _without_derived(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if DERIVED.isdisjoint(document):
        return document
    return {key: value for key, value in document.items() if key not in DERIVED}


def _length_unit(a: Mapping[str, Any], b: Mapping[str, Any]) -> str | None:
    """Return the length unit both requests are in; RMOS means millimetres where a request names none."""
    units = {str(at(document, "request_summary", "units") or "mm").lower() for document in (a, b)}
    return units.pop() if len(units) == 1 else None
