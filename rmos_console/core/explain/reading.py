"""Reading a run before explaining it: its rating, its messages, and the rules that were reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from rmos_console.core.compare.fields import is_number
from rmos_console.core.explain.paths import look_up, spell
from rmos_console.core.explain.registry import RULES, recognise
from rmos_console.core.explain.wording import quoted
from rmos_console.core.records.run import Risk
from rmos_console.core.review.risk import judge_risk
from rmos_console.core.review.rule_levels import messages, rule_ids

SPEAKERS: Final[Mapping[tuple[str, ...], str]] = {
    ("decision",): "The decision",
    ("feasibility",): "Feasibility",
    ("feasibility", "decision"): "The feasibility decision",
    ("feasibility", "safety"): "The safety check",
    ("source", "extra"): "The source",
}
"""Who is speaking, by the object a message, level or score stands in; so the same words of two are two sentences."""

_VERBS: Final[Mapping[str, str]] = {
    "block_reason": "blocks the run",
    "blocking_reasons": "objects",
    "warnings": "warns",
}
_SCORES: Final = (
    ("decision", "score"),
    ("feasibility", "score"),
    ("feasibility", "decision", "score"),
    ("feasibility", "safety", "score"),
)
_RATINGS: Final[Mapping[str, str]] = {
    "decision.risk_level": "The decision rates",
    "feasibility.risk_level": "Feasibility rates",
    "feasibility.decision.risk_level": "The feasibility decision rates",
    "feasibility.safety.risk_level": "The safety check rates",
    "feasibility.risk_bucket": "The risk bucket rates",
}
_COUNTED: Final = ("feasibility.warnings", "feasibility.blocking_reasons")


class Told(NamedTuple):
    """A message of the run: its words on one line, where they stand, who says them, and the rule recognised in them."""

    words: str
    raw: str
    path: str
    speaker: str
    says: str
    blocks: bool
    rule: str | None


class Hit(NamedTuple):
    """A rule that was reported, by its id or by a message. ``path`` is where it was found."""

    rule: str
    path: str
    told: Told | None


class Reading(NamedTuple):
    """What a run says about itself, in the order in which it says it."""

    status: str | None
    risk: Risk
    rates: str | None
    score: tuple[str, str, float] | None
    told: tuple[Told, ...]
    hits: tuple[Hit, ...]
    other: tuple[Told, ...]
    names_rules: bool
    has_feasibility: bool


def read(run: Mapping[str, Any]) -> Reading:
    """Return what a run says about itself; whatever has a wrong type is passed over."""
    told = tuple(_messages(run))
    hits = tuple(_hits(run, told))
    spoken = {hit.told.path for hit in hits if hit.told is not None}
    status = run.get("status")
    risk = judge_risk(run)
    return Reading(
        status=status.strip().upper() if isinstance(status, str) and status.strip() else None,
        risk=risk,
        rates=_RATINGS.get(risk.found_at or ""),
        score=_score(run),
        told=told,
        hits=hits,
        other=tuple(item for item in told if item.path not in spoken and not _covered(item, told, spoken)),
        names_rules=isinstance(look_up(run, "feasibility.rules_triggered"), list | tuple),
        has_feasibility=bool(run.get("feasibility")),
    )


def _messages(run: Mapping[str, Any]) -> Iterator[Told]:
    """Yield each message once; one that a later place repeats belongs to the first place."""
    places: dict[str, tuple[str, ...]] = {}
    for item in messages(run):
        words = quoted(item.text)
        if not words or places.setdefault(words, item.keys) != item.keys:
            continue
        key = item.keys[-1]
        yield Told(
            words=words,
            raw=item.text,
            path=spell(item.keys, item.position),
            speaker=SPEAKERS[item.keys[:-1]],
            says=f"{SPEAKERS[item.keys[:-1]]} {_VERBS[key]}",
            blocks=key != "warnings",
            rule=recognise(item.text),
        )
    reported = look_up(run, "source.extra.error_message")
    if isinstance(reported, str) and quoted(reported) and quoted(reported) not in places:
        path = "source.extra.error_message"
        yield Told(
            quoted(reported), reported, path, "The source", "The source reports an error", blocks=True, rule=None
        )


def _hits(run: Mapping[str, Any], told: tuple[Told, ...]) -> Iterator[Hit]:
    """Yield each reported rule once: those named by id, or where no id is named those recognised in messages."""
    ids = list({hit.rule: hit for hit in reversed(list(rule_ids(run)))}.values())[::-1]
    if not ids:
        seen: set[str] = set()
        for item in told:
            if item.rule is not None and item.rule not in seen:
                seen.add(item.rule)
                yield Hit(item.rule, item.path, item)
        return
    in_order = [item for item in told if item.path.startswith(_COUNTED)]
    for at, hit in enumerate(ids):
        paired = in_order[at] if len(in_order) == len(ids) else None
        about = next((item for item in told if item.rule == hit.rule), None)
        if about is None and hit.rule not in RULES and paired is not None and paired.rule is None:
            about = paired
        yield Hit(hit.rule, spell(hit.keys, hit.position), about)


def _covered(item: Told, told: tuple[Told, ...], spoken: set[str]) -> bool:
    """Tell whether a text only joins messages that were told before it, as ``decision.block_reason`` often does."""
    rest = item.words
    for other in told:
        if other.path == item.path:
            break
        if len(other.words) < len(item.words):
            rest = rest.replace(other.words, "")
    joined = not rest.strip(" ;,|") and rest != item.words
    repeated = item.rule is not None and any(other.rule == item.rule and other.path in spoken for other in told)
    return joined or repeated


def _score(run: Mapping[str, Any]) -> tuple[str, str, float] | None:
    """Return who gives a score, its path and the score itself; 0 is a score."""
    for keys in _SCORES:
        path = spell(keys)
        value = look_up(run, path)
        if is_number(value):
            return SPEAKERS[keys[:-1]], path, value
    return None
