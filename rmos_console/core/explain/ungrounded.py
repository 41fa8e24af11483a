"""Finding the numbers of a text that nothing supports, for the reviewer of a text that no rule wrote.

A number is grounded if it stands in the run, the contrast run or the registry, or is a difference, ratio or percentage
of two numbers of their requests, results and limits. Signs are not compared. A number with decimals may be rounded;
a whole one may be rounded only as a ratio or percentage.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from rmos_console.core.compare.fields import is_number
from rmos_console.core.explain.engine import EngineInput
from rmos_console.core.explain.registry import RULES

MOST_SPANS: Final = 500
"""Numbers that are flagged; a text with more is flagged enough."""

_NUMBER: Final = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3}(?!\w))?")
_IN_TEXT: Final = re.compile(r"(?<![A-Za-z_])\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_JUDGED: Final = ("request_summary", "feasibility", "decision")
_MOST_JUDGED: Final = 2000


class Span(NamedTuple):
    """Characters ``start`` to ``end`` of a text."""

    start: int
    end: int


def ungrounded(text: str, source: EngineInput) -> list[Span]:
    """Return where in ``text`` the numbers stand that do not follow from the inputs, in order."""
    stated = set(_numbers(source.run)) | set(_numbers(source.contrast)) | _limits()
    related = _Related(_judged(source.run), _judged(source.run) | _judged(source.contrast) | _limits())
    found = [
        Span(match.start(), match.end())
        for match in _NUMBER.finditer(text)
        if not _is_grounded(match[0].replace(",", ""), stated, related)
    ]
    odd = [Span(at, at + 1) for at, each in enumerate(text) if unicodedata.category(each) in {"No", "Nl"}]
    return sorted({*found, *odd})[:MOST_SPANS]


def _is_grounded(written: str, stated: set[float], related: _Related) -> bool:
    number = float(written)
    if math.isinf(number):
        return False
    mantissa, _, exponent = written.lower().partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    half = 0.5 * 10.0 ** -max(-300, min(300, decimals))
    slack = half if decimals > 0 else 0.0
    if number in stated or (slack and any(abs(each - number) <= slack * 1.000001 for each in stated)):
        return True
    return related.differs_by(number, slack) or related.is_share(number, half)


class _Related:
    """Numbers of which two may give a third, one of the run and one of anywhere."""

    def __init__(self, of_run: Iterable[float], anywhere: Iterable[float]) -> None:
        self._own = sorted(of_run)
        self._numbers = sorted(anywhere)

    def differs_by(self, number: float, slack: float) -> bool:
        """Tell whether two of them are ``number`` apart."""
        slack = max(slack, abs(number) * 1e-9)
        return any(
            self._has(own + apart - slack, own + apart + slack) for own in self._own for apart in (number, -number)
        )

    def is_share(self, number: float, slack: float) -> bool:
        """Tell whether one is ``number`` times, or ``number`` percent of, more or less than, another."""
        low, high = max(0.0, number - slack), number + slack
        shares = [(low, high), (low / 100, high / 100), (1 + low / 100, 1 + high / 100)]
        if high < 100:
            shares.append((1 - high / 100, 1 - low / 100))
        return any(
            self._has(own * least, own * most) or (least and self._has(own / most, own / least))
            for own in self._own
            if own
            for least, most in shares
        )

    def _has(self, low: float, high: float) -> bool:
        at = bisect_left(self._numbers, low)
        return at < len(self._numbers) and self._numbers[at] <= high


def _judged(run: Mapping[str, Any] | None) -> set[float]:
    """Return the numbers of what was asked, found and decided."""
    if run is None:
        return set()
    found: set[float] = set()
    for part in _JUDGED:
        for number in _numbers(run.get(part)):
            found.add(number)
            if len(found) >= _MOST_JUDGED:
                return found
    return found


def _limits() -> set[float]:
    bounds = [bound for rule in RULES.values() for bound in (*rule.bounds, *rule.otherwise)]
    return {value for bound in bounds for value in (abs(float(bound.factor)), abs(float(bound.factor)) * 100)}


def _numbers(value: Any) -> Iterator[float]:
    """Yield every number of a JSON value without its sign, those in its texts included."""
    if isinstance(value, str):
        yield from (float(number) for number in _IN_TEXT.findall(value))
    elif is_number(value):
        try:
            yield abs(float(value))
        except OverflowError:  # an integer beyond any float is written by nobody
            return
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)
