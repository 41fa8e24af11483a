"""Which rules a run passes, which could not be checked, and which look missed although nobody reported them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

from rmos_console.core.explain.failures import COMBINED
from rmos_console.core.explain.measure import Measured, Request, measure, missing, wanted_holds
from rmos_console.core.explain.registry import RULES, Rule


class Unreported(NamedTuple):
    """A rule that was not reported although a value is beyond its limit."""

    rule: Rule
    measured: Measured | None


class Checks(NamedTuple):
    """The rules that were not reported, by what became of them.

    ``not_checked`` pairs a rule's id with the paths that are missing.
    """

    passed: tuple[str, ...]
    not_checked: tuple[tuple[str, tuple[str, ...]], ...]
    unreported: tuple[Unreported, ...]


def check(request: Request, reported: Collection[str], *, names_rules: bool) -> Checks:
    """Check every rule that was not reported. ``names_rules``: the run lists rule ids, so RMOS checked them itself."""
    passed: list[str] = []
    not_checked: list[tuple[str, tuple[str, ...]]] = []
    unreported: list[Unreported] = []
    for rule in RULES.values():
        if rule.id in reported:
            continue
        absent = tuple(f"request_summary.{name}" for name in missing(rule, request))
        if not absent and not rule.bounds and not rule.wanted and not names_rules:
            absent = ("feasibility.rules_triggered",)  # only RMOS itself can tell, and it did not
        if absent:
            not_checked.append((rule.id, absent))
            continue
        outcome = _outcome(rule, request)
        if outcome == "unit":
            not_checked.append((rule.id, ("request_summary.units",)))
        elif outcome is None:
            passed.append(rule.id)
        elif rule.sure and not any(other in reported for other in rule.covered_by):
            unreported.append(Unreported(rule, None if outcome == "unwanted" else outcome))
    return Checks(tuple(passed), tuple(not_checked), tuple(unreported))


def _outcome(rule: Rule, request: Request) -> Measured | Literal["unit", "unwanted"] | None:
    """Return None where a rule passes, else the broken bound or in a word what is wrong."""
    if not all(wanted_holds(item, request) for item in rule.when):
        return None
    for bound in rule.bounds:
        measured = measure(bound, request)
        if measured is None:
            return "unit"
        if not measured.passes:
            return measured
    return None if all(wanted_holds(item, request) for item in rule.wanted) else "unwanted"


def rests_on(rule_id: str) -> tuple[str, ...]:
    """Return the paths that the check of a rule rests on."""
    needs = tuple(f"request_summary.{name}" for name in RULES[rule_id].needs)
    return ("feasibility.rules_triggered",) if rule_id in COMBINED else needs
