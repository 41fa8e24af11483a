"""How values and numbers are written in explanations, and how sentences and their evidence are put together."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from string import Formatter
from typing import Any, Final, NamedTuple

from rmos_console.core.records.advisory import Sentence

MAX_QUOTE: Final = 400
"""Characters of a foreign text that an explanation repeats."""

_TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_HUGE: Final = Decimal("1e12")


class Mark(NamedTuple):
    """A piece of a sentence that shows the value at ``path``."""

    text: str
    path: str


Part = str | Mark


class Composer:
    """Puts a text together and remembers for each sentence where it stands and what it rests on."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._sentences: list[Sentence] = []
        self._gap = ""

    def paragraph(self) -> None:
        """Let the next sentence begin a new paragraph."""
        if self._length:
            self._gap = "\n\n"

    def say(self, parts: Iterable[Part], paths: Sequence[str] = ()) -> None:
        """Add a sentence; the paths of its marks are evidence even where ``paths`` does not name them."""
        self._add(self._gap)
        start, marks = self._length, []
        for part in parts:
            if isinstance(part, Mark):
                marks.append((self._length, self._length + len(part.text), part.path))
            self._add(part.text if isinstance(part, Mark) else part)
        self._gap = " "
        named = tuple(dict.fromkeys((*paths, *(path for _, _, path in marks))))
        self._sentences.append(Sentence(start=start, end=self._length, paths=named, marks=tuple(marks)))

    def _add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)

    @property
    def text(self) -> str:
        """The whole text so far."""
        return "".join(self._pieces)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences so far with their evidence, the headline first."""
        return tuple(self._sentences)


def filled(template: str, slots: Mapping[str, Part]) -> list[Part] | None:
    """Return the parts of a template with its names replaced, None where a name has no value."""
    parts: list[Part] = []
    for literal, name, _, _ in Formatter().parse(template):
        if literal:
            parts.append(literal)
        if name is not None:
            if name not in slots:
                return None
            parts.append(slots[name])
    return parts


def plain_text(parts: Iterable[Part]) -> str:
    """Return parts as plain text."""
    return "".join(part.text if isinstance(part, Mark) else part for part in parts)


def quoted(text: str, longest: int = MAX_QUOTE) -> str:
    """Return a foreign text on one line: controls and characters that turn the direction gone, long ones cut short."""
    shown = "".join(
        "" if each in _TURNS else " " if unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} else each
        for each in text[: 4 * longest]
    )
    line = " ".join(shown.split())
    return line if len(line) <= longest and len(text) <= 4 * longest else f"{line[: longest - 1].rstrip()}…"


def value_text(value: Any) -> str:
    """Return a JSON value as a sentence shows it: numbers as stored, yes and no, text on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return stored_number(value)
    return quoted(value, 80) if isinstance(value, str) else "something that is no value"


def stored_number(value: float) -> str:
    """Return a number as it is stored, very large and very small ones with an exponent."""
    exact = Decimal(value) if isinstance(value, int) else Decimal(repr(value))
    if exact and not Decimal("1e-4") <= abs(exact) < _HUGE:
        return f"{exact:.6e}"
    text = repr(value)
    return text if len(text) <= 10 else short(rounded(exact, 4))


def short(value: Decimal) -> str:
    """Return a number without zeros at its end."""
    if value and not Decimal("1e-6") <= abs(value) < _HUGE:
        return f"{value:.6e}"
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def rounded(value: Decimal, places: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Return a number rounded to so many places after the point; a huge one as it is."""
    return value if abs(value) >= _HUGE else value.quantize(Decimal(1).scaleb(-places), rounding)


def inside(value: Decimal, *, upper: bool) -> Decimal:
    """Return a limit rounded to hundredths (small ones finer) so that keeping to it passes: down if it is the upper."""
    places = 2 if abs(value) >= Decimal("0.1") else 6
    return rounded(value, places, ROUND_FLOOR if upper else ROUND_CEILING)


def amount(value: Decimal) -> Decimal:
    """Return a difference rounded to hundredths, a small one finer, so that it never reads as none."""
    return rounded(value, 2 if abs(value) >= Decimal("0.1") else 6)


def percent(value: Decimal) -> Decimal:
    """Return a percentage rounded to whole ones from 10 on, else to tenths."""
    return rounded(value, 0 if abs(value) >= 10 else 1)
