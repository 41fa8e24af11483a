"""The offline engine: explains a run from the rule registry, with no network and no model.

The same run and the same contrast give the same bytes. Every number it writes stands in the run, the registry or the
contrast run, or is a difference, ratio or percentage of two that do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import JsonValue

from rmos_console.core.explain.checks import Checks, check, rests_on
from rmos_console.core.explain.contrast import Row, differences
from rmos_console.core.explain.engine import EngineInput, Explanation
from rmos_console.core.explain.failures import COMBINED, Failure, explain_hit
from rmos_console.core.explain.headlines import choose
from rmos_console.core.explain.measure import LABELS, WORDS, Request
from rmos_console.core.explain.paths import look_up, spell
from rmos_console.core.explain.reading import Reading, read
from rmos_console.core.explain.registry import RULES
from rmos_console.core.explain.wording import Composer, Mark, Part, plain_text, quoted, stored_number, value_text
from rmos_console.core.records.ids import is_run_id
from rmos_console.core.review.risk import DISAGREES, LEVEL_PATHS, read_level

SPOKEN_ROWS = 6
"""Differences that the text spells out; all of them are in the content."""


class OfflineEngine:
    """Explains what RMOS reported, from the rules alone."""

    id = "offline"
    version = "1"
    deterministic = True

    def explain(self, source: EngineInput) -> Explanation:
        """Explain a run. Never raises: what cannot be read is said to be missing."""
        run, contrast = source.run, source.contrast
        reading, request = read(run), Request(run)
        failures = [explain_hit(hit, request) for hit in reading.hits]
        checks = check(request, {hit.rule for hit in reading.hits}, names_rules=reading.names_rules)
        rows, equal = differences(run, contrast) if contrast is not None else ([], 0)
        headline = choose(reading, failures, checks)
        text = Composer()
        text.say(headline.parts, headline.paths)
        _tell_rating(text, run, reading)
        _tell_failures(text, failures, reading, checks, request)
        remedies = _tell_remedies(text, failures)
        looked_at = _looked_at(failures)
        if contrast is not None and (failures or reading.risk.policy != "GREEN"):
            _tell_contrast(text, contrast, rows, looked_at)
        _tell_checks(text, request, checks)
        return Explanation(
            headline=plain_text(headline.parts),
            text=text.text,
            content=_content(failures, remedies, checks, contrast, rows, equal, looked_at),
            evidence=text.sentences,
        )


def _tell_rating(text: Composer, run: Mapping[str, Any], reading: Reading) -> None:
    text.paragraph()
    risk, rates = reading.risk, reading.rates
    counts = "." if risk.policy == risk.shown else f", but for approval it counts as {risk.policy}."
    if risk.found_at is None or rates is None:
        text.say(["The risk level is missing, so the run counts as RED for approval."], ("decision.risk_level",))
    elif read_level(look_up(run, risk.found_at)) is None:
        text.say(
            [f"{rates} this run, but with no level that is known; it counts as RED for approval."], (risk.found_at,)
        )
    else:
        text.say([f"{rates} this run ", Mark(risk.shown, risk.found_at), counts])
    levels = tuple(path for path in map(spell, LEVEL_PATHS) if look_up(run, path) is not None)
    for warning in risk.warnings:
        if warning.startswith(DISAGREES):
            text.say([warning], levels)
    if reading.status is not None:
        word = {"BLOCKED": "Its status is ", "ERROR": "It ended with status "}.get(reading.status, "Its status is ")
        text.say([word, Mark(quoted(reading.status, 40), "status"), "."])
    if reading.score is not None:
        speaker, score_path, score = reading.score
        text.say([f"{speaker} gives a score of ", Mark(_score(score), score_path), "."])
    else:
        text.say(["The score is missing."], ("decision.score",))


def _tell_failures(text: Composer, failures: list[Failure], reading: Reading, checks: Checks, request: Request) -> None:
    if failures or reading.other:
        text.paragraph()
    told: set[str] = set()
    for failure in failures:
        text.say(failure.sentence, failure.paths)
        message = failure.hit.told
        if failure.quotes and message is not None and message.path not in told:
            told.add(message.path)
            text.say([f"{message.says}: “", Mark(message.words, message.path), "”."])
    for item in reading.other:
        text.say([f"{item.says}: “", Mark(item.words, item.path), "”."])
    for rule, found in checks.unreported:
        name = rule.fields[0] if found is None else found.bound.field
        parts: list[Part] = [f"Nobody reported {rule.id}, yet the {LABELS[name]} is ", request.shown(name)]
        if found is not None:
            parts.append(f" and should be {WORDS[found.bound.relation]} {request.limit(found.limit, name)}")
        text.say([*parts, "; look twice."], rule.inputs)


def _tell_remedies(text: Composer, failures: list[Failure]) -> list[str]:
    """Say what would make the run pass, the same remedy once, and return the remedies as they stand in the content."""
    chosen: dict[str, tuple[list[str], dict[str, None]]] = {}
    single = any(failure.hit.rule not in COMBINED for failure in failures)
    for failure in failures:
        if failure.remedy is None or (single and failure.hit.rule in COMBINED):
            continue
        rules, paths = chosen.setdefault(failure.remedy, ([], {}))
        rules.append(failure.hit.rule)
        paths.update(dict.fromkeys(failure.remedy_paths))
    if chosen:
        text.paragraph()
    for remedy, (rules, paths) in chosen.items():
        lowered = remedy[:1].lower() + remedy[1:]
        text.say([f"To pass {' and '.join(rules)}: {lowered}."], tuple(paths))
    return list(chosen)


def _tell_contrast(text: Composer, contrast: Mapping[str, Any], rows: list[Row], looked_at: set[str]) -> None:
    run_id = contrast.get("run_id")
    name = run_id if isinstance(run_id, str) and is_run_id(run_id) else "without an id"
    text.paragraph()
    text.say(["The nearest GREEN run is ", Mark(name, "contrast:run_id"), "."])
    first = [row for row in rows if row.path in looked_at]
    for row in (first or rows)[:SPOKEN_ROWS]:
        field = row.path.removeprefix("request_summary.")
        text.say(
            [f"There the {LABELS.get(field) or quoted(field, 80)} is ",
             _side(row.b, row.unit, f"contrast:{row.path}"), ", here it is ", _side(row.a, row.unit, row.path), "."],
            (row.path, f"contrast:{row.path}"),
        )  # fmt: skip


def _side(value: JsonValue, unit: str | None, path: str) -> Part:
    if value is None:
        return "missing"
    text = value_text(value)
    number = unit is not None and isinstance(value, int | float) and not isinstance(value, bool)
    return Mark(f"{text} {unit}" if number else f"“{text}”" if isinstance(value, str) else text, path)


def _tell_checks(text: Composer, request: Request, checks: Checks) -> None:
    text.paragraph()
    if checks.passed:
        names = ", ".join(f"{RULES[rule].checks} ({rule})" for rule in checks.passed)
        text.say([f"Checked and passed: {names}."], _union(rests_on(rule) for rule in checks.passed))
    if not request.values:
        text.say(
            ["No rule could be checked again, because the parameters of the request are missing."], ("request_summary",)
        )
        return
    groups: dict[tuple[str, ...], list[str]] = {}
    for rule, missing in checks.not_checked:
        groups.setdefault(missing, []).append(rule)
    if groups:
        names = ", ".join(
            f"{' and '.join(rules)} ({' and '.join(path.removeprefix('request_summary.') for path in missing)})"
            for missing, rules in groups.items()
        )
        text.say([f"Not checked, because a value is missing: {names}."], _union(groups))


def _content(
    failures: list[Failure],
    remedies: list[str],
    checks: Checks,
    contrast: Mapping[str, Any] | None,
    rows: list[Row],
    equal: int,
    looked_at: set[str],
) -> JsonValue:
    told: JsonValue = None
    if contrast is not None:
        run_id = contrast.get("run_id")
        told = {
            "run_id": run_id if isinstance(run_id, str) else None,
            "rows": [
                {"path": row.path, "a": row.a, "b": row.b, "unit": row.unit, "looked_at": row.path in looked_at}
                for row in sorted(rows, key=lambda row: (row.path not in looked_at, row.path))
            ],
            "equal": equal,
        }
    failed: list[JsonValue] = [dict(row) for failure in failures for row in failure.rows]
    return {
        "failed": failed,
        "remedies": list(remedies),
        "passed": list(checks.passed),
        "not_checked": [{"rule": rule, "missing": list(missing)} for rule, missing in checks.not_checked],
        "unreported": [item.rule.id for item in checks.unreported],
        "contrast": told,
    }


def _looked_at(failures: list[Failure]) -> set[str]:
    return {path for failure in failures if failure.hit.rule in RULES for path in RULES[failure.hit.rule].inputs}


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for group in groups for path in group))


def _score(score: float) -> str:
    text = stored_number(score)
    return text.removesuffix(".0")
