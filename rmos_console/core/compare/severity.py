"""How grave a difference is, and why in words (design, Compare)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rmos_console.core.canonical import ABSENT_SHA256, sha256_hex
from rmos_console.core.compare.fields import at, below, is_ignored
from rmos_console.core.compare.numbers import change_of
from rmos_console.core.compare.walk import same, same_leaf
from rmos_console.core.records.diff import DiffSeverity, HashRow, OutcomeRow
from rmos_console.core.review.risk import judge_risk

_HASHES = ("feasibility_sha256", "toolpaths_sha256", "gcode_sha256", "opplan_sha256")
_GCODE_PATHS = ("hashes.gcode_sha256", "outputs.gcode_text")


class Finding(NamedTuple):
    """One reason for a severity, and the paths whose differences it speaks for."""

    severity: DiffSeverity
    reason: str
    covers: tuple[str, ...]


def outcome_rows(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[OutcomeRow, ...]:
    """Return status, risk shown, risk for the policy and score of both runs, in this order."""
    risk_a, risk_b = judge_risk(a), judge_risk(b)
    status = a.get("status"), b.get("status")
    score = at(a, "decision", "score"), at(b, "decision", "score")
    return (
        OutcomeRow("status", *status, status[0] == status[1], None),
        OutcomeRow("risk", risk_a.shown, risk_b.shown, risk_a.shown == risk_b.shown, None),
        OutcomeRow("risk_for_policy", risk_a.policy, risk_b.policy, risk_a.policy == risk_b.policy, None),
        OutcomeRow("score", *score, same_leaf(*score), change_of(*score)[0]),
    )


def hash_rows(a: Mapping[str, Any], b: Mapping[str, Any], content: Sequence[str]) -> tuple[HashRow, ...]:
    """Return the four hashes of both runs; ``content`` holds the differing paths that are not volatile."""
    rows = []
    for name in _HASHES:
        left, right = _hash(a, name), _hash(b, name)
        equal = left == right
        if name == "feasibility_sha256":
            equal = not below(content, ("feasibility",))
        elif name == "gcode_sha256":
            equal = _gcode_is_equal(at(a, "outputs", "gcode_text"), at(b, "outputs", "gcode_text"), left, right)
        rows.append(HashRow(name, left, right, equal))
    return tuple(rows)


def has_program(document: Mapping[str, Any]) -> bool:
    """Tell whether a run has G-code, by its text or by its hash."""
    return at(document, "outputs", "gcode_text") is not None or _hash(document, "gcode_sha256") is not None


def findings(
    outcome: Sequence[OutcomeRow],
    hashes: Sequence[HashRow],
    content: Sequence[str],
    *,
    programs: tuple[bool, bool],
    ignore: Sequence[str],
) -> list[Finding]:
    """Return why the runs differ, the gravest first; empty where nothing that counts differs.

    ``programs`` tells which of the two runs has G-code.
    """
    status, risk, policy, score = outcome
    by_name = {row.name: row for row in hashes}
    found: list[Finding] = []

    def add(severity: DiffSeverity, reason: str, *covers: str) -> None:
        if not (ignore and any(is_ignored(path, ignore) for path in covers)):
            found.append(Finding(severity, reason, covers))

    if not status.equal:
        add("CRITICAL", f"Status differs: {_word(status.a)} and {_word(status.b)}", "status")
    if not risk.equal:
        add("CRITICAL", f"Risk differs: {risk.a} and {risk.b}", "decision.risk_level")
    elif not policy.equal:
        # The status alone can raise this risk, so whoever ignores the status ignores this too.
        reason = f"Risk for the policy differs: {policy.a} and {policy.b}"
        add("CRITICAL", reason, "decision.risk_level", "status")
    if not by_name["gcode_sha256"].equal:
        add("CRITICAL", _which("G-code differs", "G-code", programs), *_GCODE_PATHS)
    toolpaths = by_name["toolpaths_sha256"]
    if not toolpaths.equal:
        sides = toolpaths.a is not None, toolpaths.b is not None
        add("CRITICAL", _which("Toolpaths differ", "toolpaths", sides), "hashes.toolpaths_sha256")
    if not score.equal:
        delta = f" ({score.delta:+g})" if score.delta is not None else ""
        add("WARNING", f"Score differs: {_word(score.a)} and {_word(score.b)}{delta}", "decision.score")
    for root, name in (("request_summary", "Request"), ("feasibility", "Feasibility")):
        count = len(below(content, (root,)))
        if count:
            found.append(
                Finding("WARNING", f"{name} differs in {count} {'field' if count == 1 else 'fields'}", (root,))
            )
    return found + _rest(found, content)


def rules_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the rules that fired, in order; elements may be ids, or objects that name one."""
    listed = at(document, "feasibility", "rules_triggered")
    ids = [_rule_id(item) for item in listed] if isinstance(listed, list | tuple) else []
    return tuple(dict.fromkeys(rule for rule in ids if isinstance(rule, str)))


def _rule_id(item: Any) -> Any:
    return (
        next((item[key] for key in ("rule", "rule_id", "id") if key in item), None) if isinstance(item, dict) else item
    )


def _rest(found: Sequence[Finding], content: Sequence[str]) -> list[Finding]:
    """Name what differs beside the graver findings."""
    roots = tuple(path for finding in found for path in finding.covers)
    covered = set(below(content, roots))
    paths = sorted(path for path in content if path not in covered)
    if not paths:
        return []
    if len(paths) <= 3:
        listed = paths[0] if len(paths) == 1 else f"{', '.join(paths[:-1])} and {paths[-1]}"
        return [Finding("INFO", f"{listed} differ{'s' if len(paths) == 1 else ''}", tuple(paths))]
    return [Finding("INFO", f"{len(paths)} {'other ' if found else ''}fields differ", tuple(paths))]


def _hash(document: Mapping[str, Any], name: str) -> str | None:
    value = at(document, "hashes", name)
    return value if isinstance(value, str) and value != ABSENT_SHA256 else None


def _gcode_is_equal(text_a: Any, text_b: Any, hash_a: str | None, hash_b: str | None) -> bool:
    """Compare programs by text where both are here, else by hash, which a text stands in for."""
    if text_a is not None and text_b is not None:
        one_kind = type(text_a) is type(text_b)  # else one is here and the other in a blob
        texts = same(text_a, text_b) if one_kind else _text_sha256(text_a) == _text_sha256(text_b)
        return texts and (hash_a == hash_b or hash_a is None or hash_b is None)
    left = hash_a if text_a is None or hash_a is not None else _text_sha256(text_a)
    right = hash_b if text_b is None or hash_b is not None else _text_sha256(text_b)
    return left == right


def _text_sha256(text: Any) -> str:
    """Return the SHA-256 of a program that is here, or that lies in a blob of that name."""
    return sha256_hex(text.encode("utf-8", "surrogatepass")) if isinstance(text, str) else str(text.get("$blob"))


def _which(both: str, what: str, sides: tuple[bool, bool]) -> str:
    if sides[0] and sides[1]:
        return both
    return f"Only {'A' if sides[0] else 'B'} has {what}"


def _word(value: Any) -> str:
    return "none" if value is None else str(value)
