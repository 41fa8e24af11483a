"""Compare two G-code programs: lines first, then the words of the lines that differ (design, Compare).

Lines are aligned as text, which is fast; what differs as text is compared once more in the form that counts, so that a
line number, a comment, spacing or the number format alone is no difference. Where most of the text differs, two
posts of one part for example, everything is aligned in that form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from rmos_console.core.compare.gcode_pairs import Pair, pairs
from rmos_console.core.compare.gcode_summary import in_words
from rmos_console.core.compare.gcode_words import GcodeOptions, Word, comparable, plain_number, words
from rmos_console.core.compare.lines import LineRange, changed_ranges, own_ranges
from rmos_console.core.compare.numbers import change_of
from rmos_console.core.errors import CancelledError
from rmos_console.core.records.diff import GcodeDiff, GcodeSummary, Hunk, HunkOp, WordChange

__all__ = ["GcodeOptions", "apply_hunks", "diff_gcode", "split_lines"]

_SMALL = 500
"""Ranges below this many lines are settled by our own alignment; calling the library costs more."""

_MOSTLY = 0.3
"""Above this share of differing lines everything is aligned in the form that counts."""

_NO_TOLERANCE = frozenset("GMTN(") | {""}


class _Side(NamedTuple):
    """Lines that count: their comparable form, their places in the program, and where the part starts."""

    lines: Sequence[str]
    keys: list[str]
    places: list[int]
    start: int

    def place(self, index: int) -> int:
        """Return the place of the gap before the line ``index``."""
        return self.places[index - 1] + 1 if index else self.start

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return (first line from 1, count) of the lines ``start`` up to ``end``."""
        if start == end:
            return self.place(start) + 1, 0
        return self.places[start] + 1, self.places[end - 1] + 1 - self.places[start]


def diff_gcode(
    a: str, b: str, options: GcodeOptions | None = None, *, cancelled: Callable[[], bool] = lambda: False
) -> GcodeDiff:
    """Compare two programs; by default line numbers, comments, spacing and number format do not count.

    Raises :class:`CancelledError` when ``cancelled`` says so. With exact options :func:`apply_hunks` gives B from A.
    """
    chosen = options or GcodeOptions()
    lines_a, lines_b = split_lines(a), split_lines(b)
    raw = changed_ranges(lines_a, lines_b)
    _check(cancelled)
    differing = sum(max(part.a_end - part.a_start, part.b_end - part.b_start) for part in raw)
    if not chosen.exact and differing > _MOSTLY * max(len(lines_a), len(lines_b)):
        parts = [LineRange(0, len(lines_a), 0, len(lines_b))]
    else:
        parts = raw
    hunks: list[Hunk] = []
    for part in parts:
        _check(cancelled)
        sides = _side(lines_a, part.a_start, part.a_end, chosen), _side(lines_b, part.b_start, part.b_end, chosen)
        for found in _ranges(sides[0].keys, sides[1].keys):
            _check(cancelled)
            hunks += _hunks(sides[0], sides[1], found, chosen)
    return GcodeDiff(_summary(lines_a, lines_b, hunks, differing), tuple(hunks))


def split_lines(text: str) -> list[str]:
    """Return the lines of a program; a final line feed leaves an empty last line, so that joining gives the text."""
    return text.split("\n")


def apply_hunks(hunks: Sequence[Hunk], a: Sequence[str], b: Sequence[str]) -> list[str]:
    """Return A's lines with the hunks' ranges replaced by B's: B itself, if the hunks were found with exact options."""
    result: list[str] = []
    done = 0
    for hunk in hunks:
        start = hunk.a[0] - 1
        result += a[done:start]
        result += b[hunk.b[0] - 1 : hunk.b[0] - 1 + hunk.b[1]]
        done = start + hunk.a[1]
    return result + list(a[done:])


def _check(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise CancelledError("The comparison of the G-code was cancelled.")


def _side(lines: Sequence[str], start: int, end: int, options: GcodeOptions) -> _Side:
    keys = comparable(lines[start:end], options)
    if options.exact:
        return _Side(lines, keys, list(range(start, end)), start)
    counting = [(key, start + at) for at, key in enumerate(keys) if key]
    return _Side(lines, [key for key, _ in counting], [place for _, place in counting], start)


def _ranges(a: list[str], b: list[str]) -> list[LineRange]:
    return own_ranges(a, b) if max(len(a), len(b)) < _SMALL else changed_ranges(a, b)


def _hunks(a: _Side, b: _Side, part: LineRange, options: GcodeOptions) -> Iterator[Hunk]:
    """Yield the hunks of one differing range: runs of paired lines, of removed and of added ones."""
    words_a = [words(a.lines[place], options) for place in a.places[part.a_start : part.a_end]]
    words_b = [words(b.lines[place], options) for place in b.places[part.b_start : part.b_end]]
    run: list[Pair] = []
    changes: list[WordChange] = []
    run_op: HunkOp | None = None
    at_a, at_b = part.a_start, part.b_start
    for pair in [*pairs(words_a, words_b), None]:
        op: HunkOp | None = None
        found: tuple[WordChange, ...] = ()
        if pair is not None:
            op = "changed" if pair.a is not None and pair.b is not None else "added" if pair.a is None else "removed"
            if pair.a is not None and pair.b is not None:
                lines = a.places[part.a_start + pair.a] + 1, b.places[part.b_start + pair.b] + 1
                found = _word_changes(lines, words_a[pair.a], words_b[pair.b], options)
                if options.tolerance and found and all(_tolerable(each, options.tolerance) for each in found):
                    op = None
        if run and op != run_op:
            end_a, end_b = (
                at_a + sum(each.a is not None for each in run),
                at_b + sum(each.b is not None for each in run),
            )
            if run_op is not None:
                yield Hunk(run_op, a.span(at_a, end_a), b.span(at_b, end_b), tuple(changes))
            at_a, at_b, run, changes = end_a, end_b, [], []
        if pair is not None:
            run.append(pair)
            run_op = op
            changes += found


def _word_changes(
    lines: tuple[int, int], a: Sequence[Word], b: Sequence[Word], options: GcodeOptions
) -> tuple[WordChange, ...]:
    """Return what differs between the words of two lines; the nth word of a letter is compared with the nth there."""
    couples: list[tuple[str, str | None, str | None]]
    if len(a) == len(b) and all(one[0] == other[0] for one, other in zip(a, b, strict=True)):
        couples = [(one.letter, one.number, other.number) for one, other in zip(a, b, strict=True) if one != other]
    else:
        left, right = _numbered(a), _numbered(b)
        keys = [*left, *(key for key in right if key not in left)]
        couples = [(key[0], left.get(key), right.get(key)) for key in keys if left.get(key) != right.get(key)]
    return tuple(
        WordChange(*lines, letter, one, other, change_of(_number(one), _number(other))[0])
        for letter, one, other in couples
        if one is None or other is None or options.number_format or plain_number(one) != plain_number(other)
    )


def _numbered(line: Sequence[Word]) -> dict[tuple[str, int], str]:
    seen: Counter[str] = Counter()
    result = {}
    for letter, number in line:
        result[letter, seen[letter]] = number
        seen[letter] += 1
    return result


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:  # a comment, or text that is no word: there is no number to compare
        return None


def _tolerable(change: WordChange, tolerance: float) -> bool:
    return change.word not in _NO_TOLERANCE and change.delta is not None and abs(change.delta) <= tolerance


def _summary(a: Sequence[str], b: Sequence[str], hunks: Sequence[Hunk], differing: int) -> GcodeSummary:
    counts = {
        op: sum(max(hunk.a[1], hunk.b[1]) for hunk in hunks if hunk.op == op) for op in ("added", "removed", "changed")
    }
    counted = sum(counts.values())
    letters = Counter(change.word for hunk in hunks for change in hunk.words)
    return GcodeSummary(
        lines_a=_count(a),
        lines_b=_count(b),
        added=counts["added"],
        removed=counts["removed"],
        changed=counts["changed"],
        ignored=max(0, differing - counted),
        hunks=len(hunks),
        words=dict(sorted(letters.items())),
        in_words=in_words(hunks, counts["added"], counts["removed"]),
    )


def _count(lines: Sequence[str]) -> int:
    """Return how many lines an editor shows: the nothing after a final line feed is no line."""
    return len(lines) - (lines[-1] == "")
