"""Two programs laid side by side as rows: which line of A stands beside which line of B. No Qt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal, NamedTuple

from rmos_console.core.records.diff import Hunk, WordChange

RowOp = Literal["same", "added", "removed", "changed"]


class Row(NamedTuple):
    """One row on screen; lines count from 1, None is a gap on that side."""

    op: RowOp
    a: int | None
    b: int | None


class _Stretch(NamedTuple):
    row: int
    op: RowOp
    a: int
    a_count: int
    b: int
    b_count: int

    @property
    def rows(self) -> int:
        return max(self.a_count, self.b_count)


class PairedRows:
    """The rows of two programs, computed on demand from their differing ranges, so that length costs nothing."""

    def __init__(
        self, lines_a: int, lines_b: int, hunks: Sequence[Hunk], keys: tuple[Sequence[str], Sequence[str]] = ((), ())
    ) -> None:
        """Lay out programs of ``lines_a`` and ``lines_b`` lines that differ in ``hunks``, in order.

        ``keys`` are the lines of both programs in the form that was compared, empty where a line says nothing that
        counts: they keep equal lines beside each other where only one side has comments or empty lines.
        """
        self._stretches = _stretches(lines_a, lines_b, hunks, keys)
        self._starts = [stretch.row for stretch in self._stretches]
        last = self._stretches[-1] if self._stretches else None
        self.count = last.row + last.rows if last else 0
        self._words: dict[tuple[str, int], list[WordChange]] = {}
        for hunk in hunks:
            for change in hunk.words:
                self._words.setdefault(("a", change.line_a), []).append(change)
                self._words.setdefault(("b", change.line_b), []).append(change)
        self.differences = [
            (stretch.row, stretch.rows, stretch.op) for stretch in self._stretches if stretch.op != "same"
        ]

    def at(self, row: int) -> Row:
        """Return the row with index ``row``, counted from 0."""
        stretch = self._stretches[bisect_right(self._starts, row) - 1]
        offset = row - stretch.row
        a = stretch.a + offset if offset < stretch.a_count else None
        b = stretch.b + offset if offset < stretch.b_count else None
        if stretch.op != "changed":
            return Row(stretch.op, a, b)
        return Row("added" if a is None else "removed" if b is None else "changed", a, b)

    def row_of(self, side: Literal["a", "b"], line: int) -> int | None:
        """Return the row on which a line of one side stands, None where there is no such line."""
        for stretch in self._stretches:
            first, count = (stretch.a, stretch.a_count) if side == "a" else (stretch.b, stretch.b_count)
            if first <= line < first + count:
                return stretch.row + line - first
        return None

    def words(self, side: Literal["a", "b"], line: int) -> list[WordChange]:
        """Return the changed words of a line."""
        return self._words.get((side, line), [])

    def next_difference(self, row: int, step: Literal[1, -1]) -> int | None:
        """Return the first row of the next (1) or previous (-1) differing range after ``row``, None at the end."""
        starts = [start for start, _, _ in self.differences]
        if step == 1:
            index = bisect_right(starts, row)
            return starts[index] if index < len(starts) else None
        before = [start for start in starts if start < row]
        return before[-1] if before else None


def _stretches(
    lines_a: int, lines_b: int, hunks: Sequence[Hunk], keys: tuple[Sequence[str], Sequence[str]]
) -> list[_Stretch]:
    found: list[_Stretch] = []
    row = at_a = at_b = 0

    def add(op: RowOp, a_count: int, b_count: int) -> None:
        nonlocal row, at_a, at_b
        if a_count or b_count:
            found.append(_Stretch(row, op, at_a + 1, a_count, at_b + 1, b_count))
            row += max(a_count, b_count)
            at_a += a_count
            at_b += b_count

    def add_equal(a_count: int, b_count: int) -> None:
        inside = keys[0][at_a : at_a + a_count], keys[1][at_b : at_b + b_count]
        if a_count == b_count and inside[0] == inside[1]:
            add("same", a_count, b_count)
            return
        for a_part, b_part in _beside(inside[0], inside[1], a_count, b_count):
            add("same", a_part, b_part)

    for hunk in hunks:
        add_equal(hunk.a[0] - 1 - at_a, hunk.b[0] - 1 - at_b)
        add(hunk.op, hunk.a[1], hunk.b[1])
    add_equal(lines_a - at_a, lines_b - at_b)
    return found


def _beside(a: Sequence[str], b: Sequence[str], a_count: int, b_count: int) -> list[tuple[int, int]]:
    """Cut an equal stretch into pieces: (n, n) lines beside each other, (n, 0) and (0, n) that say nothing alone."""
    if len(a) != a_count or len(b) != b_count:
        return [(a_count, b_count)]
    pieces: list[tuple[int, int]] = []
    at_a = at_b = 0
    while at_a < a_count or at_b < b_count:
        if at_a < a_count and at_b < b_count and a[at_a] == b[at_b]:
            step = (1, 1)
        elif at_a < a_count and (not a[at_a] or at_b >= b_count):
            step = (1, 0)
        elif at_b < b_count and (not b[at_b] or at_a >= a_count):
            step = (0, 1)
        else:
            step = (1, 1)
        at_a, at_b = at_a + step[0], at_b + step[1]
        if pieces and (bool(pieces[-1][0]), bool(pieces[-1][1])) == (bool(step[0]), bool(step[1])):
            pieces[-1] = (pieces[-1][0] + step[0], pieces[-1][1] + step[1])
        else:
            pieces.append(step)
    return pieces
