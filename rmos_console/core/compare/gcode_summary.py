"""What a difference of two programs amounts to, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rmos_console.core.records.diff import Hunk, WordChange

_RATES = (("F", "Feed"), ("S", "Spindle speed"))
_AXES = (
    (frozenset("Z"), "Z", "Z unchanged"),
    (frozenset("XYUVWABC"), "X or Y", None),
    (frozenset("IJKR"), "Arc centre or radius", None),
)
_SETTINGS = (("G", "Motion or mode"), ("M", "Machine command"), ("T", "Tool"))


def in_words(hunks: Sequence[Hunk], added: int, removed: int) -> tuple[str, ...]:
    """Return short sentences, the most telling first; empty where nothing differs."""
    if not hunks:
        return ()
    changes = [change for hunk in hunks for change in hunk.words]
    told = [sentence for letter, name in _RATES for sentence in _rate(name, _of(changes, letter))]
    for letters, name, otherwise in _AXES:
        moved = [change for change in changes if change.word in letters]
        if moved:
            told.append(f"{name} changed on {_lines(moved)}{_farthest(moved)}")
        elif otherwise and not added and not removed:
            told.append(otherwise)
    told += [f"{name} changed on {_lines(found)}" for letter, name in _SETTINGS if (found := _of(changes, letter))]
    told += [
        f"{count:,} {'line' if count == 1 else 'lines'} {what}"
        for count, what in ((added, "added"), (removed, "removed"))
        if count
    ]
    return tuple(told)


def _rate(name: str, changes: Sequence[WordChange]) -> Iterable[str]:
    """Say whether a rate was raised or lowered, and by how many percent."""
    percents = []
    for change in changes:
        base = float(change.a) if change.a and change.delta is not None else 0.0
        if base and change.delta:
            percents.append(change.delta / abs(base) * 100)
    for verb, found in (
        ("raised", [each for each in percents if each > 0]),
        ("lowered", [-each for each in percents if each < 0]),
    ):
        if found:
            low, high = round(min(found)), round(max(found))
            extent = f"{high} %" if low == high else f"{low} to {high} %"
            yield f"{name} {verb} {extent} on {len(found):,} {'line' if len(found) == 1 else 'lines'}"
    rest = len(changes) - len(percents)
    if rest:
        yield f"{name} set or dropped on {rest:,} {'line' if rest == 1 else 'lines'}"


def _of(changes: Sequence[WordChange], letter: str) -> list[WordChange]:
    return [change for change in changes if change.word == letter]


def _lines(changes: Sequence[WordChange]) -> str:
    count = len({(change.line_a, change.line_b) for change in changes})
    return f"{count:,} {'line' if count == 1 else 'lines'}"


def _farthest(changes: Sequence[WordChange]) -> str:
    deltas = [change.delta for change in changes if change.delta is not None]
    return f", by {max(deltas, key=abs):+g} at most" if deltas else ""
