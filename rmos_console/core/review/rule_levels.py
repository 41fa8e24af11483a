"""The feasibility rules of RMOS that the risk depends on: their levels, and how messages without ids are recognised.

Risk is judged for every run when the store is read, so this module stays a table and two searches. What a rule means,
looks at and asks for is in :mod:`rmos_console.core.explain.registry`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

RuleLevel = Literal["RED", "YELLOW"]

_RED = "F001 F002 F003 F004 F005 F006 F007 F020 F021 F022 F023 F024 F025 F026 F027 F028 F029 F033 F041"
_YELLOW = "F010 F011 F012 F013 F030 F031 F032 F034 F035 F036 F037 F038 F039 F040"

LEVELS: Final[Mapping[str, RuleLevel]] = MappingProxyType(
    {**dict.fromkeys(_RED.split(), "RED"), **dict.fromkeys(_YELLOW.split(), "YELLOW")}
)
"""Level of each rule id."""

MAX_MESSAGES: Final = 60
"""Messages of one run that are looked at; real runs have fewer than twenty."""

MAX_MESSAGE: Final = 300
"""Characters of one message that are looked at; real ones have about a hundred."""

ID_PATHS: Final = (
    ("feasibility", "rules_triggered"),
    ("feasibility", "decision", "rules_triggered"),
    ("feasibility", "safety", "rules_triggered"),
    ("feasibility", "details", "rules_triggered"),
    ("decision", "details", "rules_triggered"),
)
"""Where lists of rule ids are found."""

MESSAGE_PATHS: Final = (
    ("feasibility", "blocking_reasons"),
    ("feasibility", "block_reason"),
    ("feasibility", "warnings"),
    ("feasibility", "decision", "blocking_reasons"),
    ("feasibility", "decision", "block_reason"),
    ("feasibility", "decision", "warnings"),
    ("feasibility", "safety", "blocking_reasons"),
    ("feasibility", "safety", "block_reason"),
    ("feasibility", "safety", "warnings"),
    ("decision", "block_reason"),
    ("decision", "warnings"),
)
"""Where messages are found, blocking ones first; a value is a text or a list of texts."""

# What must occur in a message, lower-cased, for it to be that rule: a word that rules most others out cheaply, then a
# pattern. The first that fits wins, so the narrow ones stand first. Gaps are bounded: a hostile message must not make a
# search slow.
_PATTERNS: Final = (
    ("F041", "pressure", r"severe.{0,20}pressure"),
    ("F029", "unsafe", r"(?:multiple|several|three or more|3\+).{0,20}unsafe"),
    ("F037", "condition", r"(?:multiple|several|two or more|2\+).{0,20}edge.?condition"),
    ("F011", "plunge", r"plunge.{0,60}(?:exceed|above|higher|greater|faster|>)"),
    ("F011", "feed_z", r"feed_z.{0,60}(?:exceed|above|higher|greater|>)"),
    ("F040", "override", r"feed.{0,5}override"),
    (
        "F007",
        "closed",
        r"\b(?:no|without|missing|lacks?|lacking)\b.{0,30}closed.{0,20}(?:path|contour|polyl|loop|geom)",
    ),
    (
        "F006",
        "closed",
        r"closed.{0,10}(?:path|contour|loop).{0,80}(?:requ|unknown|needed|verif|confirm|determin)",
    ),
    ("F006", "open", r"\bopen.{0,10}(?:path|contour|polyline|loop)"),
    ("F013", "loop", r"(?:many|high|large|number of).{0,30}loop|loop.{0,10}count"),
    ("F010", "feature", r"(?:tool|cutter).{0,60}(?:larger|exceed|bigger|greater|wider).{0,40}feature"),
    ("F025", "tool", r"tool.{0,60}(?:larger|exceed|bigger|greater|wider|not fit).{0,40}(?:pocket|slot|width|geometr)"),
    ("F025", "tool", r"(?:pocket|slot).{0,40}(?:narrower|smaller).{0,30}tool"),
    ("F033", "flute", r"(?:exceed|beyond|deeper|greater|longer).{0,40}flute|flute.{0,30}(?:exceed|too short|shorter)"),
    ("F026", "stick", r"stick.?out"),
    ("F027", "resin", r"resin"),
    ("F022", "depth", r"depth.{0,40}(?:exceed|beyond|greater|more).{0,40}(?:material|stock|workpiece|blank)"),
    ("F022", "deeper", r"deeper.{0,40}(?:material|stock|workpiece|blank)"),
    ("F020", "aggressive", r"(?:doc\b|depth of cut|stepdown).{0,60}too aggressive"),
    ("F021", "diameter", r"(?:doc|depth|stepdown).{0,5}(?::|to|/|-).{0,5}(?:tool.?)?diameter"),
    ("F031", "hard", r"hard.?wood.{0,60}(?:\bdoc\b|depth|stepdown)|(?:\bdoc\b|depth|stepdown).{0,60}hard.?wood"),
    ("F034", "slot", r"narrow.{0,5}slot|slot.{0,30}(?:aspect|ratio)"),
    ("F030", "pocket", r"deep.{0,5}pocket"),
    ("F028", "wall", r"wall.{0,60}(?:below|under|structural|less than|too thin|break|< ?1\b)"),
    ("F036", "wall", r"thin.{0,5}wall|wall.{0,60}(?:thin|handle)"),
    ("F038", "floor", r"thin.{0,5}floor|floor.{0,60}(?:thin|below|under|minimum|less than|<)"),
    ("F024", "hardness", r"hardness.{0,40}(?:unknown|missing|not specified|unspecified|not given|required)"),
    ("F024", "hardness", r"(?:unknown|missing|\bno\b).{0,20}hardness"),
    ("F024", "material", r"material.{0,40}(?:unknown|missing|not specified|unspecified|not given|required)"),
    ("F024", "material", r"(?:unknown|missing).{0,10}material"),
    ("F039", "complex", r"complex.{0,10}geometr|geometr.{0,20}complex"),
    ("F023", "geometr", r"(?:invalid|impossible|degenerate|inconsistent).{0,30}geometr"),
    ("F023", "geometr", r"geometr.{0,40}(?:invalid|impossible|must be|not positive)"),
    ("F032", "small", r"small.{0,10}(?:tool|cutter)|tool.{0,20}smaller than"),
    ("F001", "tool", r"tool.{0,3}(?:_d|diameter)?.{0,40}(?:must be|positive|> ?0|invalid|zero)"),
    ("F035", "stepover", r"stepover.{0,60}(?:aggressive|high|above|70)"),
    ("F002", "stepover", r"stepover.{0,60}(?:must be|within|between|invalid|range|outside|0\.95)"),
    ("F012", "stepdown", r"stepdown.{0,60}(?:high|large|> ?3|above|exceed)"),
    ("F003", "stepdown", r"stepdown.{0,60}(?:must be|positive|> ?0|invalid|zero)"),
    ("F004", "rough", r"z.?rough.{0,60}(?:must|negative|< ?0|invalid|below)"),
    ("F005", "safe", r"safe.?z.{0,60}(?:must|positive|> ?0|invalid|above)"),
)
_COMPILED: Final = tuple((rule, word, re.compile(pattern, re.DOTALL)) for rule, word, pattern in _PATTERNS)


def recognise(message: str) -> str | None:
    """Return the id of the rule that a message without an id speaks of, or None."""
    return _recognise(message[:MAX_MESSAGE])


@lru_cache(maxsize=1024)  # a shop's runs repeat the same few messages
def _recognise(message: str) -> str | None:
    text = message.lower()
    return next((rule for rule, word, pattern in _COMPILED if word in text and pattern.search(text)), None)


class Message(NamedTuple):
    """One message of a run: its text, the keys that lead to it, and its position where it stands in a list."""

    text: str
    keys: tuple[str, ...]
    position: int | None


class RuleId(NamedTuple):
    """One rule id of a run as written, upper-cased and trimmed, with the keys and the position where it stands."""

    rule: str
    keys: tuple[str, ...]
    position: int


def rule_ids(run: Mapping[str, Any]) -> Iterator[RuleId]:
    """Yield the rule ids that a run names, known or not, at most :data:`MAX_MESSAGES` per place.

    An entry is a text, or an object with the id under ``rule_id``, ``id`` or ``rule``; anything else is no id.
    """
    for keys in ID_PATHS:
        found = _descend(run, keys)
        if not isinstance(found, list | tuple):
            continue
        for index, item in enumerate(found[:MAX_MESSAGES]):
            name = _name(item) if isinstance(item, Mapping) else item
            if isinstance(name, str) and name.strip():
                yield RuleId(name.strip().upper(), keys, index)


def messages(run: Mapping[str, Any]) -> Iterator[Message]:
    """Yield the messages of a run, blocking ones first, at most :data:`MAX_MESSAGES` per place."""
    for keys in MESSAGE_PATHS:
        found = _descend(run, keys)
        if isinstance(found, str):
            if found.strip():
                yield Message(found, keys, None)
        elif isinstance(found, list | tuple):
            for index, item in enumerate(found[:MAX_MESSAGES]):
                if isinstance(item, str) and item.strip():
                    yield Message(item, keys, index)


def _name(item: Mapping[str, Any]) -> Any:
    return next((item[key] for key in ("rule_id", "id", "rule") if key in item), None)


def _descend(value: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value
