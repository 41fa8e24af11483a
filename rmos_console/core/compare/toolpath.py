"""Read a G-code program as moves to draw and measure (GRBL, LinuxCNC, Mach4).

Understood: G0 to G3 with I J K or R and P turns, G17 to G19, G20 and G21, G90 and G91, G90.1 and G91.1, G98 and G99,
canned drilling (G73, G81 to G83, G85, G86, G89) as moves, modal words, comments, program end. What would move the tool
and is not understood is listed, never guessed.

An axis has no position before the program sets it, so nothing is drawn from an origin that the program never visited.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rmos_console.core.compare.arcs import Point
from rmos_console.core.compare.toolpath_machine import Machine
from rmos_console.core.errors import CancelledError

MoveKind = Literal["rapid", "cut", "arc"]

MOST_LISTED = 1000
"""So many places that were not understood are listed; ``not_understood_count`` counts them all."""

MOST_POINTS = 5_000_000
"""A program that needs more is drawn up to there, and the first entry of ``not_understood`` says so."""


class Move(NamedTuple):
    """One move: its line in the program, from 1, and its points in millimetres, start first.

    ``kind`` is ``rapid``, ``cut`` or ``arc`` (cut along an arc, flattened); ``feed`` is in mm/min, None where unknown.
    """

    line: int
    kind: MoveKind
    points: tuple[Point, ...]
    feed: float | None

    def length(self) -> float:
        """Return the length in millimetres."""
        if len(self.points) == 2:
            return math.dist(*self.points)
        return math.fsum(math.dist(one, other) for one, other in zip(self.points, self.points[1:], strict=False))


class NotUnderstood(NamedTuple):
    """A place in the program that could move the tool in a way this reader does not know."""

    line: int
    text: str
    why: str


class Bounds(NamedTuple):
    """The corners of a box around points, in millimetres."""

    low: Point
    high: Point


@dataclass(frozen=True, slots=True)
class Toolpath:
    """A program as moves. Lengths in mm; ``cut_minutes`` is cutting time at the programmed feeds, None without one.

    ``bounds`` is around everything, ``cut_bounds`` around what cuts; ``deepest_line`` is the line of the first cutting
    move that reaches the lowest Z.
    """

    moves: tuple[Move, ...]
    bounds: Bounds | None
    cut_bounds: Bounds | None
    rapid_mm: float
    cut_mm: float
    cut_minutes: float | None
    deepest_line: int | None
    not_understood: tuple[NotUnderstood, ...]
    not_understood_count: int

    def at_line(self, line: int) -> tuple[Move, ...]:
        """Return the moves that a line of the program makes."""
        return tuple(move for move in self.moves if move.line == line)


def parse(text: str, *, cancelled: Callable[[], bool] = lambda: False) -> Toolpath:
    """Return the moves of a program. Never raises for what it holds, only :class:`CancelledError` when told to stop."""
    machine = Machine()
    moves: list[Move] = []
    puzzles: list[NotUnderstood] = []
    room = MOST_POINTS
    for number, line in enumerate(text.split("\n"), 1):
        if number % 4096 == 0 and cancelled():
            raise CancelledError("Reading the toolpath was cancelled.")
        made, complaints = machine.run(line)
        for kind, points in made:
            moves.append(Move(number, kind, points, machine.feed_mm_min if kind != "rapid" else None))
            room -= len(points)
        puzzles.extend(NotUnderstood(number, line.strip()[:80], why) for why in complaints)
        if room < 0:
            puzzles.insert(0, NotUnderstood(number, "", f"more than {MOST_POINTS:,} points: the rest is not drawn"))
        if machine.ended or room < 0:
            break
    return _measured(moves, puzzles)


def _measured(moves: Sequence[Move], puzzles: Sequence[NotUnderstood]) -> Toolpath:
    rapid = cut = minutes = 0.0
    timed = True
    deepest: tuple[float, int] | None = None
    for move in moves:
        length = move.length()
        if move.kind == "rapid":
            rapid += length
            continue
        cut += length
        timed = timed and bool(move.feed)
        minutes += length / move.feed if move.feed else 0.0
        low = min(point[2] for point in move.points)
        if deepest is None or low < deepest[0]:
            deepest = low, move.line
    return Toolpath(
        moves=tuple(moves),
        bounds=_bounds(moves),
        cut_bounds=_bounds([move for move in moves if move.kind != "rapid"]),
        rapid_mm=rapid,
        cut_mm=cut,
        cut_minutes=minutes if timed else None,
        deepest_line=deepest[1] if deepest else None,
        not_understood=tuple(puzzles[:MOST_LISTED]),
        not_understood_count=len(puzzles),
    )


def _bounds(moves: Sequence[Move]) -> Bounds | None:
    points = [point for move in moves for point in move.points]
    if not points:
        return None
    xs, ys, zs = zip(*points, strict=True)
    return Bounds((min(xs), min(ys), min(zs)), (max(xs), max(ys), max(zs)))
