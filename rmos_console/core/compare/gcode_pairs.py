"""Which removed and added lines of G-code are one changed line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from rmos_console.core.compare.gcode_words import Word
from rmos_console.core.compare.lines import changed_ranges

_CELLS = 4096
"""Up to this product of lengths the best pairing is computed; above it lines are paired by their shape."""

_ALIKE = 0.5
"""Lines at least this alike may be one changed line."""


class Pair(NamedTuple):
    """A line of A and the line of B it became, by index; None where it was added or removed."""

    a: int | None
    b: int | None


def pairs(a: Sequence[Sequence[Word]], b: Sequence[Sequence[Word]]) -> list[Pair]:
    """Return every line of both sides once, in order, alike lines paired."""
    if len(a) == len(b) and all(likeness(one, other) >= _ALIKE for one, other in zip(a, b, strict=True)):
        return [Pair(at, at) for at in range(len(a))]
    if len(a) * len(b) <= _CELLS:
        return _best(a, b)
    shapes_a, shapes_b = [_shape(line) for line in a], [_shape(line) for line in b]
    result: list[Pair] = []
    at_a = at_b = 0
    for part in [*changed_ranges(shapes_a, shapes_b), None]:
        end_a, end_b = (part.a_start, part.b_start) if part else (len(a), len(b))
        result += [Pair(at_a + at, at_b + at) for at in range(end_a - at_a)]
        if part is None:
            break
        inner_a, inner_b = a[part.a_start : part.a_end], b[part.b_start : part.b_end]
        small = len(inner_a) * len(inner_b) <= _CELLS
        for pair in _best(inner_a, inner_b) if small else _unpaired(len(inner_a), len(inner_b)):
            result.append(_shifted(pair, end_a, end_b))
        at_a, at_b = part.a_end, part.b_end
    return result


def likeness(a: Sequence[Word], b: Sequence[Word]) -> float:
    """Return how alike two lines are, 0 to 1: equal words count twice as much as words of one letter."""
    if not a or not b:
        return 0.0
    if len(a) == len(b) and all(one[0] == other[0] for one, other in zip(a, b, strict=True)):
        return 0.5 + sum(one == other for one, other in zip(a, b, strict=True)) / (2 * len(a))
    equal = (Counter(a) & Counter(b)).total()
    letters = (Counter(word.letter for word in a) & Counter(word.letter for word in b)).total()
    return (equal + letters) / (len(a) + len(b))


def _best(a: Sequence[Sequence[Word]], b: Sequence[Sequence[Word]]) -> list[Pair]:
    """Return the pairing in order with the greatest sum of likeness."""
    scores = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    alike = [[likeness(one, other) for other in b] for one in a]
    for at_a in range(len(a) - 1, -1, -1):
        for at_b in range(len(b) - 1, -1, -1):
            skip = max(scores[at_a + 1][at_b], scores[at_a][at_b + 1])
            like = alike[at_a][at_b]
            scores[at_a][at_b] = max(skip, scores[at_a + 1][at_b + 1] + like) if like >= _ALIKE else skip
    result: list[Pair] = []
    at_a = at_b = 0
    while at_a < len(a) and at_b < len(b):
        like = alike[at_a][at_b]
        if like >= _ALIKE and scores[at_a][at_b] == scores[at_a + 1][at_b + 1] + like:
            result.append(Pair(at_a, at_b))
            at_a, at_b = at_a + 1, at_b + 1
        elif scores[at_a][at_b] == scores[at_a + 1][at_b]:
            result.append(Pair(at_a, None))
            at_a += 1
        else:
            result.append(Pair(None, at_b))
            at_b += 1
    return result + [Pair(at, None) for at in range(at_a, len(a))] + [Pair(None, at) for at in range(at_b, len(b))]


def _unpaired(count_a: int, count_b: int) -> list[Pair]:
    return [Pair(at, None) for at in range(count_a)] + [Pair(None, at) for at in range(count_b)]


def _shifted(pair: Pair, by_a: int, by_b: int) -> Pair:
    return Pair(None if pair.a is None else pair.a + by_a, None if pair.b is None else pair.b + by_b)


def _shape(line: Sequence[Word]) -> str:
    """Return the commands and the letters of a line: what it does, not how far."""
    return " ".join(word.letter + word.number if word.letter in {"G", "M", "T"} else word.letter for word in line)
