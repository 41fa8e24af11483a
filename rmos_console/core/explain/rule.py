"""What the registry knows of a rule, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from rmos_console.core.review.rule_levels import RuleLevel

Relation = Literal["<=", ">=", "<", ">"]

SIGNS: Final[dict[Relation, str]] = {"<=": "≤", ">=": "≥", "<": "<", ">": ">"}


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit: the number at ``field`` must stand in ``relation`` to ``factor``, or to ``factor`` times ``of``.

    Both are fields of ``request_summary``. ``stated`` is a pattern whose group 1 is the factor (with ``states_limit``:
    the limit itself) as the run's own message states it, where RMOS versions differ.
    """

    field: str
    relation: Relation
    factor: float
    of: str | None = None
    stated: str | None = None
    states_limit: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field of ``request_summary`` that must hold one of ``values``, or with no values anything at all."""

    field: str
    values: tuple[object, ...] = ()
    forbidden: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One feasibility rule of RMOS in our own words.

    ``limit`` and ``remedy`` say in words what the rule asks for and how to pass it. ``headline`` and ``sentence`` are
    templates over the names of fields, which stand for their values with unit. ``{value}`` is the measured value and
    ``{what}`` its noun, ``{ratio}`` the value over the field it is measured against, ``{limit}`` the limit with unit,
    ``{must}`` the same with its relation in words, ``{factor}`` the bound's factor as a ratio, ``{count}`` the number
    of factors that a message by ``{speaker}`` states. ``bounds`` must all hold; ``otherwise`` are other readings of the
    same limit, used where the run meets ``bounds``. ``when`` must hold for the rule to apply; ``sure`` tells that a
    value beyond its limit always means the rule should have been reported, unless a rule of ``covered_by`` was.
    """

    id: str
    level: RuleLevel
    title: str
    checks: str
    protects: str
    limit: str
    remedy: str
    headline: str
    sentence: str
    bounds: tuple[Bound, ...] = ()
    otherwise: tuple[Bound, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    when: tuple[Wanted, ...] = ()
    looks_at: tuple[str, ...] = ()
    covered_by: tuple[str, ...] = ()
    sure: bool = True

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields of ``request_summary`` that the rule looks at, each once."""
        return tuple(dict.fromkeys((*_fields(self.bounds), *_fields(self.otherwise), *self.needs)))

    @property
    def needs(self) -> tuple[str, ...]:
        """Those of :attr:`fields` without which the rule cannot be checked."""
        wanted = (item.field for item in (*self.wanted, *self.when))
        return tuple(dict.fromkeys((*_fields(self.bounds), *wanted, *self.looks_at)))

    @property
    def inputs(self) -> tuple[str, ...]:
        """Paths in the run that the rule looks at."""
        return tuple(f"request_summary.{name}" for name in self.fields)


def _fields(bounds: tuple[Bound, ...]) -> list[str]:
    return [name for bound in bounds for name in (bound.field, bound.of) if name is not None]
