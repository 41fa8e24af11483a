"""The risk of a run: what is shown, and what the approval policy goes by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, get_args

from rmos_console.core.records.run import Risk, RiskLevel
from rmos_console.core.review.rule_levels import LEVELS, messages, recognise, rule_ids

PolicyLevel = Literal["GREEN", "YELLOW", "RED"]

LEVEL_PATHS: Final = (
    ("decision", "risk_level"),
    ("feasibility", "risk_level"),
    ("feasibility", "decision", "risk_level"),
    ("feasibility", "safety", "risk_level"),
    ("feasibility", "risk_bucket"),
)
"""Where a risk level is found, in the order in which the first one found is shown."""

DISAGREES: Final = "The risk disagrees"
"""How the warning begins that names the places whose levels differ."""

_PLACES: Final = tuple((".".join(keys), keys[:-1], keys[-1]) for keys in LEVEL_PATHS)
_KNOWN: Final = frozenset(get_args(RiskLevel))
_WEIGHT: Final = {"GREEN": 0, "YELLOW": 1, "RED": 2, "UNKNOWN": 2, "ERROR": 2}
_BY_WEIGHT: Final[tuple[PolicyLevel, ...]] = ("GREEN", "YELLOW", "RED")
_NOTHING: Final[Mapping[str, Any]] = {}


def judge_risk(run_document: Mapping[str, Any]) -> Risk:
    """Return the risk of a sealed run document; never raises, whatever the document holds.

    ``shown`` is the first level found (``found_at`` says where), else UNKNOWN. ``policy`` is the worst of all that are
    found, raised to RED by a RED rule hit and to at least YELLOW by status BLOCKED or ERROR; UNKNOWN and ERROR count as
    RED there. A value that is no level counts as UNKNOWN; null and empty text count as absent. What disagrees is listed
    in ``warnings``.
    """
    found = tuple(_found(run_document))
    warnings = [f"{path} is no risk level and counts as UNKNOWN." for path, _, readable in found if not readable]
    weight = max((_WEIGHT[level] for _, level, _ in found), default=2)
    if len({level for _, level, _ in found}) > 1:
        warnings.append(f"{DISAGREES}: " + ", ".join(f"{path} says {level}" for path, level, _ in found) + ".")
    if weight < 2:
        rule = red_rule(run_document)
        if rule is not None:
            warnings.append(f"Rule {rule} is RED although the run is rated {_BY_WEIGHT[weight]}; RED counts.")
            weight = 2
        elif weight == 0 and (status := _status(run_document)) in {"BLOCKED", "ERROR"}:
            warnings.append(f"The status is {status} although the run is rated GREEN; YELLOW counts.")
            weight = 1
    shown: RiskLevel = found[0][1] if found else "UNKNOWN"
    found_at = found[0][0] if found else None
    return Risk(shown=shown, found_at=found_at, policy=_BY_WEIGHT[weight], warnings=tuple(warnings))


def red_rule(run_document: Mapping[str, Any]) -> str | None:
    """Return the first RED rule that the run names, or that its messages show where it names no ids at all."""
    any_id = False
    for hit in rule_ids(run_document):
        if LEVELS.get(hit.rule) == "RED":
            return hit.rule
        any_id = True
    if any_id:
        return None
    for message in messages(run_document):
        rule = recognise(message.text)
        if rule is not None and LEVELS[rule] == "RED":
            return rule
    return None


def read_level(value: object) -> RiskLevel | None:
    """Return the risk level that an untrusted value spells, in any case and with blanks around it, or None."""
    if isinstance(value, str) and (level := value.strip().upper()) in _KNOWN:
        return level  # type: ignore[return-value]  # membership was just checked against the literal's own values
    return None


def _found(run: Mapping[str, Any]) -> Iterator[tuple[str, RiskLevel, bool]]:
    """Yield path, level and whether the level was readable, for each place that holds something."""
    for path, parents, key in _PLACES:
        value: Any = run
        for parent in parents:
            value = value.get(parent)
            if not isinstance(value, Mapping):
                value = _NOTHING
        value = value.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        level = read_level(value)
        yield (path, "UNKNOWN", False) if level is None else (path, level, True)


def _status(run: Mapping[str, Any]) -> str | None:
    value = run.get("status")
    return value.strip().upper() if isinstance(value, str) else None
