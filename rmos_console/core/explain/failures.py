"""What is said about each rule that was reported: the measured value, the limit, the miss, and what would pass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from pydantic import JsonValue

from rmos_console.core.explain.measure import LABELS, NOUNS, WORDS, Measured, Request, alternatives, measure, turned
from rmos_console.core.explain.measure import missing as missing_fields
from rmos_console.core.explain.reading import Hit
from rmos_console.core.explain.registry import RULES, Rule
from rmos_console.core.explain.rule import SIGNS, Relation
from rmos_console.core.explain.wording import Mark, Part, amount, filled, percent, quoted, rounded, short

COMBINED: Final = frozenset({"F029", "F037", "F041"})
"""Rules about several conditions at once: they never lead, and go when the single conditions do."""

_COUNT: Final = re.compile(r"\((\d{1,4})\b")
_BEYOND: Final = Decimal("1e300")
"""Limits from here on have no place in JSON as numbers."""

_Paths = tuple[str, ...]


class Failure(NamedTuple):
    """One reported rule, explained.

    ``sentence`` rests on the paths of its marks and on ``paths``. ``remedy`` is what one change would make it pass,
    None where nothing is known to. ``quotes`` tells that the message should be told as well.
    """

    hit: Hit
    level: str | None
    headline: list[Part]
    headline_paths: _Paths
    sentence: list[Part]
    paths: _Paths
    remedy: str | None
    remedy_paths: _Paths
    rows: list[dict[str, JsonValue]]
    quotes: bool


def explain_hit(hit: Hit, request: Request) -> Failure:
    """Return what is to be said about a reported rule; never raises, whatever the run holds."""
    rule = RULES.get(hit.rule)
    if rule is None:
        return _unknown(hit)
    if rule.id in COMBINED:
        return _combined(hit, rule)
    absent = missing_fields(rule, request)
    if absent:
        return _missing(hit, rule, absent)
    return _measured(hit, rule, request)


def _unknown(hit: Hit) -> Failure:
    name = quoted(hit.rule, 40)
    sentence: list[Part] = [f"RMOS reports rule {name}, which is not in this program's registry"]
    paths: _Paths = (hit.path,)
    if hit.told is not None:
        sentence += [": “", Mark(hit.told.words, hit.told.path), "”"]
    row: dict[str, JsonValue] = {
        "rule": name, "level": None, "title": None, "checked": None, "path": hit.path, "value": None, "limit": None,
        "limit_value": None, "unit": None, "miss_percent": None,
    }  # fmt: skip
    return Failure(
        hit, None, [f"Rule {name}, which is not in the registry"], paths, [*sentence, "."], paths, None, (), [row],
        quotes=False,
    )  # fmt: skip


def _combined(hit: Hit, rule: Rule) -> Failure:
    found = _COUNT.search(hit.told.words) if hit.told is not None else None
    if found is None or hit.told is None:
        sentence: list[Part] = [f"RMOS reports {rule.id}, {_lower(rule.title)}; how many it counted is missing."]
        value, path, paths = None, hit.path, (hit.path,)
        headline: list[Part] = [f"{rule.title} (number missing)"]
        remedy = f"{_capital(rule.remedy)} (number missing)"
    else:
        value, path, paths = int(found.group(1)), hit.told.path, (hit.told.path,)
        sentence = filled(rule.sentence, {"count": Mark(str(value), path), "speaker": hit.told.speaker}) or [rule.title]
        headline, remedy = [rule.headline], _capital(rule.remedy)
    row = _row(rule, "number of conditions", path, value, None, None)
    return Failure(hit, rule.level, headline, paths, sentence, paths, remedy, paths, [row], quotes=False)


def _missing(hit: Hit, rule: Rule, absent: tuple[str, ...]) -> Failure:
    paths = tuple(f"request_summary.{name}" for name in absent)
    names = _listed([f"request_summary.{name}" for name in absent])
    sentence: list[Part] = [f"RMOS reports {rule.id}, {_lower(rule.title)}; {names} {_is(absent)} missing in the run."]
    headline: list[Part] = [rule.title if rule.wanted else f"{rule.title} (values missing)"]
    rows = [_row(rule, LABELS[name], f"request_summary.{name}", None, None, None) for name in absent]
    remedy = f"{_capital(rule.remedy)} (values missing)"
    return Failure(hit, rule.level, headline, paths, sentence, paths, remedy, paths, rows, quotes=True)


def _measured(hit: Hit, rule: Rule, request: Request) -> Failure:
    message = hit.told.raw if hit.told is not None else None
    all_bounds = [found for bound in rule.bounds if (found := measure(bound, request, message)) is not None]
    broken = [found for found in all_bounds if not found.passes]
    if not broken:
        other = (measure(bound, request, message) for bound in rule.otherwise)
        broken = [found for found in other if found is not None and not found.passes]
    chief = broken[0] if broken else all_bounds[0] if all_bounds else None
    slots = _slots(rule, request, chief)
    sentence = filled(rule.sentence, slots) or [f"{rule.title}."]
    if chief is not None:
        sentence = _with_miss(sentence, chief, request, told_all_the_same=not broken)
    paths = [f"request_summary.{name}" for name in rule.fields if _looks(rule, chief, name)]
    if chief is not None and hit.told is not None and chief.factor != Decimal(repr(chief.bound.factor)):
        paths.append(hit.told.path)
    compact = {name: request.shown(name, compact=True) for name in rule.fields if request.has(name)}
    headline = filled(rule.headline, {**slots, **compact}) or [rule.title]
    remedy = " and ".join(_or(alternatives(found, request)) for found in broken) if broken else rule.remedy
    quotes = bool(rule.bounds) and not broken
    return Failure(
        hit, rule.level, headline, tuple(paths), sentence, tuple(paths), None if quotes else _capital(remedy),
        tuple(paths), _rows(rule, request, broken or ([chief] if chief else [])), quotes=quotes,
    )  # fmt: skip


def _slots(rule: Rule, request: Request, chief: Measured | None) -> Mapping[str, Part]:
    slots: dict[str, Part] = {name: request.shown(name) for name in rule.fields if request.has(name)}
    if chief is None:
        return slots
    bound = chief.bound
    noun = NOUNS.get(bound.field, LABELS[bound.field])
    limit = request.limit(chief.limit, bound.field)
    slots.update(
        what=noun, What=_capital(noun), value=request.shown(bound.field), limit=limit,
        must=f"{WORDS[bound.relation]} {limit}", factor=f"{short(rounded(chief.factor, 2))} : 1",
    )  # fmt: skip
    if chief.ratio is not None:
        slots["ratio"] = chief.ratio
    return slots


def _with_miss(parts: list[Part], found: Measured, request: Request, *, told_all_the_same: bool) -> list[Part]:
    """Return a sentence with the amount of the miss at its end, or with the remark that the value misses nothing."""
    body = [*parts[:-1], str(parts[-1]).removesuffix(".")] if isinstance(parts[-1], str) else parts
    if told_all_the_same:
        return [*body, "; the recorded values keep to that, yet RMOS reported it."]
    share = found.miss_percent
    if share is None or not found.miss:
        return [*body, "."]
    word = "too much" if found.bound.relation in {"<", "<="} else "too little"
    ratio = f"{short(abs(share))} %"
    if request.unit(found.bound.field) != "%":
        ratio = f"{request.limit(amount(found.miss), found.bound.field)} ({ratio})"
    return [*body, f"; {ratio} {word}."]


def _rows(rule: Rule, request: Request, measured: list[Measured]) -> list[dict[str, JsonValue]]:
    """Return the rows of the evidence table: each parameter with the limit the others put on it."""
    rows, named = [], set()
    for found in measured:
        field, of = found.bound.field, found.bound.of
        rows.append(
            _limited(
                rule,
                request,
                field,
                found.value,
                (found.bound.relation, found.exact, found.limit),
                broken=not found.passes,
            )
        )
        named.add(field)
        back = turned(found)
        if of is not None and back is not None and found.base is not None:
            rows.append(_limited(rule, request, of, found.base, back, broken=not found.passes))
            named.add(of)
    chief = measured[0] if measured else None
    for name in rule.fields:
        if name not in named and _looks(rule, chief, name):
            value = request.values.get(name)
            rows.append(_row(rule, LABELS[name], f"request_summary.{name}", value, None, request.unit(name) or None))
    return rows


def _limited(
    rule: Rule, request: Request, name: str, value: Decimal, limit: tuple[Relation, Decimal, Decimal], *, broken: bool
) -> dict[str, JsonValue]:
    unit = "" if name == "stepover" else request.unit(name)
    relation, exact, shown = limit
    row = _row(rule, LABELS[name], f"request_summary.{name}", request.values.get(name), (relation, shown), unit or None)
    if broken and exact:
        share = (value - exact) * 100 / abs(exact)
        row["miss_percent"] = float(percent(share)) if abs(share) < _BEYOND else None
    return row


def _row(
    rule: Rule, checked: str, path: str, value: Any, limit: tuple[Relation, Decimal] | None, unit: str | None
) -> dict[str, JsonValue]:
    return {
        "rule": rule.id,
        "level": rule.level,
        "title": rule.title,
        "checked": checked,
        "path": path,
        "value": quoted(value, 80) if isinstance(value, str) else value,
        "limit": None if limit is None else f"{SIGNS[limit[0]]} {short(limit[1])}",
        "limit_value": None if limit is None or limit[1] >= _BEYOND else float(limit[1]),
        "unit": unit,
        "miss_percent": None,
    }


def _looks(rule: Rule, chief: Measured | None, name: str) -> bool:
    """Tell whether a field matters to what was measured: not one that only another reading of the limit looks at."""
    if chief is None or not rule.otherwise:
        return True
    return name in {chief.bound.field, chief.bound.of, *(item.field for item in (*rule.wanted, *rule.when))}


def _or(phrases: list[str]) -> str:
    return ", or ".join(phrases)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _is(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
