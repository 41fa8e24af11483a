"""Measuring a run against the limits of the registry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from rmos_console.core.compare.units import unit_of
from rmos_console.core.explain.rule import Bound, Relation, Rule, Wanted
from rmos_console.core.explain.wording import Mark, inside, percent, rounded, short, stored_number, value_text

LABELS: Final[Mapping[str, str]] = {
    "tool_d": "tool diameter",
    "stepover": "stepover",
    "stepdown": "stepdown",
    "z_rough": "roughing depth",
    "safe_z": "safe height",
    "feed_z": "plunge feed",
    "feed_xy": "cutting feed",
    "geometry_width_mm": "pocket width",
    "geometry_length_mm": "pocket length",
    "geometry_depth_mm": "pocket depth",
    "material_thickness_mm": "material thickness",
    "material_hardness": "hardness",
    "material_resinous": "resinous material",
    "wall_thickness_mm": "wall thickness",
    "floor_thickness_mm": "floor thickness",
    "tool_stickout_mm": "stickout",
    "tool_flute_length_mm": "flute length",
    "smallest_feature_mm": "smallest feature",
    "feed_override_percent": "feed override",
    "coolant_enabled": "coolant",
    "has_closed_paths": "closed paths",
    "geometry_complex": "complex geometry",
    "loop_count_hint": "number of loops",
    "strategy": "strategy",
}
"""What a field of the request is called in sentences."""

NOUNS: Final[Mapping[str, str]] = {"stepdown": "pass", "geometry_depth_mm": "pocket"}

WORDS: Final[Mapping[Relation, str]] = {"<=": "at most", ">=": "at least", "<": "below", ">": "above"}

_TURNED: Final[Mapping[Relation, Relation]] = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}


class Request:
    """The parameters of a run, read with distrust: a value of another type than expected counts as missing."""

    def __init__(self, run: Mapping[str, Any]) -> None:
        found = run.get("request_summary")
        self.values: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
        units = self.values.get("units")
        word = units.strip().lower() if isinstance(units, str) else "mm"
        self.length: str | None = {"": "mm", "mm": "mm", "inch": "in", "inches": "in", "in": "in"}.get(word)

    def number(self, name: str) -> Decimal | None:
        """Return the number under a field, None where there is none."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return exact if exact.is_finite() else None

    def has(self, name: str) -> bool:
        """Tell whether a field holds a value that a sentence can show."""
        value = self.values.get(name)
        return isinstance(value, bool | int | float) or (isinstance(value, str) and bool(value.strip()))

    def unit(self, name: str) -> str:
        """Return the unit of a field, empty where it has or needs none."""
        return "%" if name == "stepover" else unit_of(name, self.length) or ""

    def shown(self, name: str, *, compact: bool = False) -> Mark:
        """Return the value of a field with its unit; ``compact`` leaves out zeros at its end."""
        number = self.number(name)
        if number is None:
            return Mark(value_text(self.values.get(name)), f"request_summary.{name}")
        if name == "stepover":
            text = short(number * 100)
        else:
            text = short(number) if compact else stored_number(self.values[name])
        return Mark(self.with_unit(text, name), f"request_summary.{name}")

    def limit(self, value: Decimal, name: str) -> str:
        """Return a limit of a field with its unit."""
        return self.with_unit(short(value * 100 if name == "stepover" else value), name)

    def with_unit(self, text: str, name: str) -> str:
        """Return a number with the unit of a field behind it."""
        unit = self.unit(name)
        return f"{text} {unit}" if unit else text


class Measured(NamedTuple):
    """One bound measured on a run: the ``exact`` limit, and ``limit``, rounded so that keeping to it passes."""

    bound: Bound
    value: Decimal
    base: Decimal | None
    factor: Decimal
    exact: Decimal
    limit: Decimal
    passes: bool

    @property
    def miss(self) -> Decimal:
        """How far the value is from the limit, never negative."""
        return abs(self.value - self.exact)

    @property
    def miss_percent(self) -> Decimal | None:
        """The miss in percent of the limit, signed: below the limit it is negative. None for a limit of 0."""
        return percent((self.value - self.exact) * 100 / abs(self.exact)) if self.exact else None

    @property
    def ratio(self) -> str | None:
        """The value over what it is measured against, as ``6.0 : 1``."""
        return f"{rounded(self.value / self.base, 1)} : 1" if self.base else None


def measure(bound: Bound, request: Request, message: str | None = None) -> Measured | None:
    """Measure a bound on a run; None where a number is missing or the limit does not fit the request's unit.

    ``message`` may state another factor than the registry; the run was judged by what it states. Where a message states
    the limit itself, it is the limit.
    """
    value = request.number(bound.field)
    base = request.number(bound.of) if bound.of is not None else None
    if value is None or (bound.of is not None and base is None):
        return None
    if bound.of is None and bound.factor and request.unit(bound.field) in {"in", "in/min"}:
        return None  # the registry's lengths are in mm
    factor = Decimal(repr(bound.factor))
    exact = factor if base is None else factor * base
    stated = _stated(bound, message)
    if stated is not None:
        factor, exact = (stated / base, stated) if bound.states_limit and base else (stated, stated * (base or 1))
    upper = bound.relation in {"<", "<="}
    return Measured(bound, value, base, factor, exact, inside(exact, upper=upper), holds(value, bound.relation, exact))


def holds(value: Decimal, relation: Relation, limit: Decimal) -> bool:
    """Tell whether a value stands in a relation to a limit."""
    if relation == "<=":
        return value <= limit
    if relation == ">=":
        return value >= limit
    return value < limit if relation == "<" else value > limit


def wanted_holds(wanted: Wanted, request: Request) -> bool:
    """Tell whether a field holds what is wanted of it; upper and lower case are the same."""
    value = request.values.get(wanted.field)
    value = value.strip().lower() if isinstance(value, str) else value
    if wanted.values:
        return any(value is each or (isinstance(each, str) and value == each) for each in wanted.values)
    return not any(value is each or (isinstance(each, str) and value == each) for each in wanted.forbidden)


def alternatives(measured: Measured, request: Request) -> list[str]:
    """Return the smallest changes of one parameter each that would keep a bound, as phrases."""
    bound = measured.bound
    own = f"a {LABELS[bound.field]} {_of(bound.relation)} {request.limit(measured.limit, bound.field)}"
    back = turned(measured)
    if bound.of is None or back is None:
        return [own]
    return [own, f"a {LABELS[bound.of]} {_of(back[0])} {request.limit(back[2], bound.of)}"]


def turned(measured: Measured) -> tuple[Relation, Decimal, Decimal] | None:
    """Return what a bound asks of the field it is measured against: relation, exact and rounded limit; or None."""
    if measured.bound.of is None or not measured.factor or measured.value <= 0:
        return None
    exact = measured.value / measured.factor
    return _TURNED[measured.bound.relation], exact, inside(exact, upper=measured.bound.relation not in {"<", "<="})


def missing(rule: Rule, request: Request) -> tuple[str, ...]:
    """Return the fields that a rule looks at and the run does not hold in a usable form."""
    numeric = {name for bound in rule.bounds for name in (bound.field, bound.of)}
    return tuple(
        name for name in rule.needs if (request.number(name) is None if name in numeric else not request.has(name))
    )


def _of(relation: Relation) -> str:
    return f"of {WORDS[relation]}" if relation in {"<=", ">="} else WORDS[relation]


def _stated(bound: Bound, message: str | None) -> Decimal | None:
    found = re.search(bound.stated, message[:300].lower()) if bound.stated and message else None
    stated = Decimal(found.group(1)) if found is not None else None
    return stated or None
