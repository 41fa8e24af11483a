"""The one sentence that stands for an explanation in lists."""

from __future__ import annotations

from typing import NamedTuple

from rmos_console.core.explain.checks import Checks
from rmos_console.core.explain.failures import COMBINED, Failure
from rmos_console.core.explain.reading import Reading
from rmos_console.core.explain.wording import Mark, Part, quoted

MAX_REASON = 140
"""Characters of a foreign reason that a headline repeats."""


class Headline(NamedTuple):
    """The parts of a headline and what it rests on: nothing of its own where it only sums up the text below."""

    parts: list[Part]
    paths: tuple[str, ...] = ()


def choose(reading: Reading, failures: list[Failure], checks: Checks) -> Headline:
    """Return the headline: the worst single rule first, then a reason in the run's words, then the rating."""
    known = [failure for failure in failures if failure.level is not None]
    known.sort(key=lambda failure: (failure.level != "RED", failure.hit.rule in COMBINED))
    if known and (known[0].level == "RED" or not _objection(reading)):
        return Headline(known[0].headline, known[0].headline_paths)
    spoken = _reason(reading)
    if spoken is not None:
        return spoken
    if known or failures:
        chief = (known or failures)[0]
        return Headline(chief.headline, chief.headline_paths)
    if checks.unreported:
        item = checks.unreported[0]
        return Headline([f"{item.rule.title}, though nobody reported it"], item.rule.inputs)
    return _rating(reading, checks)


def _objection(reading: Reading) -> bool:
    return any(item.blocks for item in reading.other)


def _reason(reading: Reading) -> Headline | None:
    """Return a headline from a message of the run itself that no rule explains."""
    blocking = next((item for item in reading.other if item.blocks), None)
    if blocking is not None:
        word = "Stopped with an error" if reading.status == "ERROR" else "Blocked"
        if reading.status not in {"ERROR", "BLOCKED"}:
            word = "Objection"
        return Headline([f"{word}: ", Mark(quoted(blocking.words, MAX_REASON), blocking.path)])
    warning = next((item for item in reading.other if not item.blocks), None)
    if warning is not None and reading.risk.policy != "GREEN":
        return Headline(["Warning: ", Mark(quoted(warning.words, MAX_REASON), warning.path)])
    return None


def _rating(reading: Reading, checks: Checks) -> Headline:
    risk = reading.risk
    if reading.status == "BLOCKED":
        return Headline(["Blocked; no reason was recorded"])
    if reading.status == "ERROR":
        return Headline(["Stopped with an error; no reason was recorded"])
    if risk.found_at is None:
        word = "No risk level was recorded" if reading.has_feasibility else "No feasibility was recorded"
        return Headline([word])
    if risk.shown == "GREEN" and risk.policy == "GREEN":
        if checks.passed or reading.names_rules:
            return Headline(["All checks pass"])
        return Headline(["Rated GREEN; no check is on record"])
    return Headline([f"Rated {risk.shown}; no reason was recorded"])
