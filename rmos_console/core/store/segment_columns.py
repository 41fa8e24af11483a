"""Columns of a segment: one value of each of its runs, as codes into a list of the values that occur."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rmos_console.core.canonical import canonical
from rmos_console.core.store.segment_keys import encoded, numbers

WORDS: Final = (
    "status",
    "risk",
    "judged",
    "mode",
    "tool_id",
    "machine_id",
    "material_id",
    "session_id",
    "event_type",
    "signature",
)
"""The columns that hold codes. ``judged`` is the whole risk as canonical JSON."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
NO_SCORE = float("nan")


class WordColumn:
    """A column of texts (or None), as codes."""

    def __init__(self, words: Iterable[str | None] = (), codes: Iterable[int] = ()) -> None:
        self.words: dict[str | None, int] = {word: code for code, word in enumerate(words)}
        self.codes = array("I", codes)

    def append(self, word: str | None) -> None:
        """Add the value of one more run."""
        self.codes.append(self.words.setdefault(word, len(self.words)))

    def put(self, row: int, word: str | None) -> None:
        """Replace a value."""
        self.codes[row] = self.words.setdefault(word, len(self.words))

    def packed(self) -> WordColumn:
        """Return the column with codes in the order in which values first occur, and no unused ones."""
        names = list(self.words)
        order: dict[int, int] = {}
        codes = [order.setdefault(code, len(order)) for code in self.codes]
        return WordColumn([names[code] for code in order], codes)

    def encoded(self) -> bytes:
        """Return the codes in as few bytes each as the number of values allows."""
        return encoded(array(code_type(len(self.words)), self.codes))


def code_type(distinct: int) -> str:
    """Return the array type of the codes of so many different values."""
    return "B" if distinct <= 0x100 else "H" if distinct <= 0x10000 else "I"


def decoded(words: list[str | None], data: bytes) -> WordColumn:
    """Return the column that :meth:`WordColumn.encoded` made."""
    return WordColumn(words, numbers(code_type(len(words)), data))


def moment(utc: str) -> int:
    """Return a time in the store's spelling as microseconds since 1970; 0 for what is no time."""
    try:
        return (datetime.fromisoformat(utc) - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError, OverflowError):
        return 0


def score(value: Any) -> float:
    """Return a score as a number to sort by; not a number where there is none."""
    try:
        return float(value) if isinstance(value, int | float) else NO_SCORE
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def values_of(run: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the values of a compact run for the columns of codes; it has no history yet."""
    context, risk = run["context"], run["risk"]
    named = {name: run[name] for name in ("status", "mode", "tool_id")}
    named.update({name: context.get(name) for name in ("machine_id", "material_id", "session_id", "event_type")})
    return {**named, "risk": risk["shown"], "judged": canonical(risk).decode("utf-8"), "signature": ""}
