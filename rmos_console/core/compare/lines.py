"""Which ranges of lines differ: by libgit2 where it is here, else by a slower and equally exact way of our own."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

_DIFFLIB_CELLS = 4_000_000
"""Above this product of lengths difflib's time is not bounded well; such a range is given back as one change."""


class LineRange(NamedTuple):
    """Lines ``a_start`` up to ``a_end`` of A stand where lines ``b_start`` up to ``b_end`` of B stand, from 0."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


def changed_ranges(a: Sequence[str], b: Sequence[str]) -> list[LineRange]:
    """Return the ranges in which two lists of lines differ, in order; outside of them the lists are equal.

    A line holds no line feed, and may hold anything else.
    """
    try:
        return native_ranges(a, b)
    except ImportError:
        return own_ranges(a, b)


def native_ranges(a: Sequence[str], b: Sequence[str]) -> list[LineRange]:
    """Return the ranges that libgit2 finds. Raises :class:`ImportError` where pygit2 is not installed."""
    from pygit2 import Patch  # noqa: PLC0415  a native library that may be missing, and costs time to load
    from pygit2.enums import DiffOption  # noqa: PLC0415  as above

    # Every line ends in a line feed here, the last one too, so that a missing one is a difference of lines.
    text_a, text_b = ("\n".join([*lines, ""]).encode("utf-8", "surrogatepass") for lines in (a, b))
    patch = Patch.create_from(text_a, text_b, flag=DiffOption.FORCE_TEXT, context_lines=0, interhunk_lines=0)
    ranges = []
    for hunk in patch.hunks:
        # A range without lines is named by the line before it, which is where it starts when counting from 0.
        a_start = hunk.old_start - (1 if hunk.old_lines else 0)
        b_start = hunk.new_start - (1 if hunk.new_lines else 0)
        ranges.append(LineRange(a_start, a_start + hunk.old_lines, b_start, b_start + hunk.new_lines))
    return ranges


def own_ranges(a: Sequence[str], b: Sequence[str]) -> list[LineRange]:
    """Return the ranges by patience: lines that are unique in both anchor the rest, difflib settles what is between."""
    found: list[LineRange] = []
    pending = [LineRange(0, len(a), 0, len(b))]
    while pending:
        part = _trimmed(a, b, pending.pop())
        if part.a_start == part.a_end or part.b_start == part.b_end:
            if part.a_start != part.a_end or part.b_start != part.b_end:
                found.append(part)
            continue
        anchors = _anchors(a, b, part)
        if anchors:
            edges = [(part.a_start - 1, part.b_start - 1), *anchors, (part.a_end, part.b_end)]
            between = pairwise(edges)
            pending += [LineRange(left[0] + 1, right[0], left[1] + 1, right[1]) for left, right in between]
        else:
            found += _settled(a, b, part)
    return sorted(found)


def _trimmed(a: Sequence[str], b: Sequence[str], part: LineRange) -> LineRange:
    a_start, a_end, b_start, b_end = part
    while a_start < a_end and b_start < b_end and a[a_start] == b[b_start]:
        a_start, b_start = a_start + 1, b_start + 1
    while a_start < a_end and b_start < b_end and a[a_end - 1] == b[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
    return LineRange(a_start, a_end, b_start, b_end)


def _anchors(a: Sequence[str], b: Sequence[str], part: LineRange) -> list[tuple[int, int]]:
    """Return the longest rising chain of lines that occur once in each side."""
    in_a, in_b = _once(a, part.a_start, part.a_end), _once(b, part.b_start, part.b_end)
    pairs = [(at, in_b[line]) for line, at in in_a.items() if line in in_b]
    tails: list[int] = []
    chain: list[tuple[int, int, int]] = []  # position in A, in B, and the link to the pair before
    ends: list[int] = []
    for at_a, at_b in pairs:
        depth = bisect_left(tails, at_b)
        tails[depth : depth + 1] = [at_b]
        chain.append((at_a, at_b, ends[depth - 1] if depth else -1))
        ends[depth : depth + 1] = [len(chain) - 1]
    link = ends[-1] if ends else -1
    anchors = []
    while link >= 0:
        at_a, at_b, link = chain[link]
        anchors.append((at_a, at_b))
    return anchors[::-1]


def _once(lines: Sequence[str], start: int, end: int) -> dict[str, int]:
    places: dict[str, int] = {}
    for at in range(start, end):
        places[lines[at]] = -1 if lines[at] in places else at
    return {line: at for line, at in places.items() if at >= 0}


def _settled(a: Sequence[str], b: Sequence[str], part: LineRange) -> list[LineRange]:
    a_start, a_end, b_start, b_end = part
    if (a_end - a_start) * (b_end - b_start) > _DIFFLIB_CELLS:
        return [part]
    matcher = SequenceMatcher(None, a[a_start:a_end], b[b_start:b_end], autojunk=False)
    return [
        LineRange(a_start + i1, a_start + i2, b_start + j1, b_start + j2)
        for op, i1, i2, j1, j2 in matcher.get_opcodes()
        if op != "equal"
    ]
