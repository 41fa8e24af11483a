"""The modal state of a machine that reads G-code line by line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from rmos_console.core.compare.arcs import Point, centre_from_radius, flattened
from rmos_console.core.compare.gcode_words import COMMENT, ONLY_WORDS, WORD

Kind = Literal["rapid", "cut", "arc"]
Made = list[tuple[Kind, tuple[Point, ...]]]

_PLANES = {"G17": (0, 1, 2), "G18": (2, 0, 1), "G19": (1, 2, 0)}
_MOTIONS = frozenset({"G0", "G1", "G2", "G3", "G73", "G81", "G82", "G83", "G85", "G86", "G89"})
_CANNED = _MOTIONS - {"G0", "G1", "G2", "G3"}
_FEED_OUT = frozenset({"G85", "G89"})
"""Boring cycles leave the hole at feed; the others by a rapid."""

_HARMLESS = frozenset(
    {"G4", "G8", "G9", "G15", "G40", "G43", "G43.1", "G49", "G50", "G54", "G55", "G56", "G57", "G58", "G59", "G61"}
    | {"G61.1", "G64", "G69", "G94", "G96", "G97"}
)
_PUZZLES = {
    "G5": "splines are not drawn",
    "G5.1": "splines are not drawn",
    "G10": "an offset is set by the program",
    "G28": "going home leaves the position unknown",
    "G30": "going home leaves the position unknown",
    "G38.2": "where a probe stops is unknown",
    "G41": "cutter compensation is not applied",
    "G42": "cutter compensation is not applied",
    "G51": "scaling is not applied",
    "G53": "machine coordinates are unknown",
    "G68": "rotation is not applied",
    "G92": "an offset is set by the program",
    "G93": "inverse time feed",
    "G95": "feed per revolution",
    "M98": "subprograms are not followed",
    "M99": "subprograms are not followed",
}
_LOSES_POSITION = frozenset({"G5", "G5.1", "G28", "G30", "G38.2", "G53"})
_NO_MOVE = _LOSES_POSITION | {"G4", "G10", "G92"}
_FURTHER = frozenset("ABCUVW")
_AXES = "XYZ"
_LARGEST = 1e9
_MOST_TURNS = 100
_MM_PER_INCH = 25.4


@lru_cache(maxsize=1024)
def _command(letter: str, number: str) -> str:
    """Return a command in its plain form: G1 for g01."""
    return f"{letter.upper()}{float(number):g}"


class Machine:
    """Where the tool is and which words are in force; :meth:`run` reads one line."""

    def __init__(self) -> None:
        self.ended = False
        self.feed_mm_min: float | None = None
        self._position: list[float | None] = [None, None, None]
        self._motion: str | None = None
        self._plane = _PLANES["G17"]
        self._scale = 1.0
        self._absolute = True
        self._absolute_centre = False
        self._feed_is_speed = True
        self._retract_to_start = True
        self._cycle: dict[str, float] = {}

    def run(self, line: str) -> tuple[Made, list[str]]:
        """Return the moves that a line makes, and what in it was not understood."""
        code = COMMENT.sub(" ", line) if "(" in line or ";" in line else line
        if not ONLY_WORDS.fullmatch(code) and WORD.sub("", code).strip(" \t\r/%"):
            return [], [self._lost("no plain words: expressions, parameters and calls are not followed")]
        numbers: dict[str, float] = {}
        commands: list[str] = []
        for letter, text in WORD.findall(code):
            if letter in "GMgm":
                commands.append(_command(letter, text))
            else:
                numbers[letter.upper()] = float(text)
        if any(abs(number) > _LARGEST for number in numbers.values()):
            return [], [self._lost("a number is too large for any machine")]
        complaints = [told for command in commands if (told := self._set(command))]
        if "F" in numbers and self._feed_is_speed:
            self.feed_mm_min = numbers["F"] * self._scale
        if not _FURTHER.isdisjoint(numbers):
            complaints.append("rotary and further axes are not drawn")
        if not _NO_MOVE.isdisjoint(commands):
            self._jump(numbers, commands)
            return [], complaints
        return self._moves(numbers, complaints), complaints

    def _set(self, command: str) -> str | None:
        """Put a modal word in force; returns what is not understood about it."""
        if command in _MOTIONS:
            if command not in _CANNED or command != self._motion:
                self._cycle = {}
            self._motion = command
        elif command == "G80":
            self._motion, self._cycle = None, {}
        elif command in _PLANES:
            self._plane = _PLANES[command]
        elif command in {"G20", "G21"}:
            self._scale = _MM_PER_INCH if command == "G20" else 1.0
        elif command in {"G90", "G91"}:
            self._absolute = command == "G90"
        elif command in {"G90.1", "G91.1"}:
            self._absolute_centre = command == "G90.1"
        elif command in {"G98", "G99"}:
            self._retract_to_start = command == "G98"
        elif command in {"M2", "M30"}:
            self.ended = True
        elif command in _PUZZLES:
            return self._puzzle(command)
        elif command[0] == "G" and command not in _HARMLESS:
            return f"{command} is not known"
        elif command == "G94":
            self._feed_is_speed = True
        return None

    def _puzzle(self, command: str) -> str:
        if command in {"G93", "G95"}:
            self._feed_is_speed, self.feed_mm_min = False, None
        return f"{command}: {_PUZZLES[command]}"

    def _lost(self, why: str) -> str:
        self._position = [None, None, None]
        return why

    def _jump(self, numbers: Mapping[str, float], commands: list[str]) -> None:
        """Take over what a line without a drawable move does to the position."""
        if "G92" in commands:
            for axis, letter in enumerate(_AXES):
                if letter in numbers:
                    self._position[axis] = numbers[letter] * self._scale
        elif not _LOSES_POSITION.isdisjoint(commands):
            self._position = [None, None, None]

    def _moves(self, numbers: Mapping[str, float], complaints: list[str]) -> Made:
        moving = any(letter in numbers for letter in _AXES)
        arc = self._motion in {"G2", "G3"} and any(letter in numbers for letter in "IJKR")
        if not moving and not arc:
            return []
        if self._motion is None:
            complaints.append("an axis word without a motion in force")
            return []
        if self._motion in _CANNED:
            return self._drill(numbers)
        start, end = self._ends(numbers)
        if self._motion in {"G2", "G3"}:
            return self._arc(start, end, numbers, complaints)
        return [("rapid" if self._motion == "G0" else "cut", (start, end))] if start != end else []

    def _ends(self, numbers: Mapping[str, float]) -> tuple[Point, Point]:
        """Return start and end of a move and put the tool at its end.

        An axis set for the first time starts where it ends; one that was never set counts as 0.
        """
        start, end = [0.0] * 3, [0.0] * 3
        for axis, letter in enumerate(_AXES):
            at = self._position[axis]
            if letter in numbers:
                value = numbers[letter] * self._scale
                goal = value if self._absolute else (at or 0.0) + value
                start[axis], end[axis] = goal if at is None and self._absolute else at or 0.0, goal
                self._position[axis] = goal
            else:
                start[axis] = end[axis] = at or 0.0
        return (start[0], start[1], start[2]), (end[0], end[1], end[2])

    def _arc(self, start: Point, end: Point, numbers: Mapping[str, float], complaints: list[str]) -> Made:
        first, second, _ = self._plane
        clockwise = self._motion == "G2"
        flat_start, flat_end = (start[first], start[second]), (end[first], end[second])
        centre = None
        if "R" in numbers:
            centre = centre_from_radius(flat_start, flat_end, numbers["R"] * self._scale, clockwise=clockwise)
        elif "IJK"[first] in numbers or "IJK"[second] in numbers:
            offset = [numbers.get("IJK"[axis], 0.0) * self._scale for axis in (first, second)]
            centre = (offset[0], offset[1])
            if not self._absolute_centre:
                centre = flat_start[0] + offset[0], flat_start[1] + offset[1]
        if centre is None:
            complaints.append("an arc without a centre that fits, drawn straight")
            return [("cut", (start, end))] if start != end else []
        gap = abs(math.dist(flat_start, centre) - math.dist(flat_end, centre))
        if gap > max(0.05, 0.001 * math.dist(flat_start, centre)):
            complaints.append(f"the arc ends {gap:.3f} mm off its circle")
        turns = int(numbers.get("P", 1))
        if not 1 <= turns <= _MOST_TURNS:
            complaints.append(f"an arc of {turns} turns, drawn as one")
            turns = 1
        return [("arc", flattened(start, end, centre, self._plane, clockwise=clockwise, turns=turns))]

    def _drill(self, numbers: Mapping[str, float]) -> Made:
        """Draw a canned cycle: over the hole, to the retract plane, down at feed, and out."""
        self._cycle.update({letter: numbers[letter] for letter in "RZ" if letter in numbers})
        level = self._position[2] if self._position[2] is not None else 0.0
        flat = {letter: numbers[letter] for letter in "XY" if letter in numbers}
        start, over = self._ends(flat)
        bottom, retract = (self._height(letter, level) for letter in "ZR")
        if not self._absolute and "R" in self._cycle:
            bottom = retract + self._cycle.get("Z", 0.0) * self._scale
        out = max(level, retract) if self._retract_to_start else retract
        heights = [level, retract, bottom, out]
        self._position[2] = out
        made: Made = [("rapid", (start, over))]
        kinds: tuple[Kind, ...] = ("rapid", "cut", "cut" if self._motion in _FEED_OUT else "rapid")
        for kind, (low, high) in zip(kinds, pairwise(heights), strict=True):
            made.append((kind, ((over[0], over[1], low), (over[0], over[1], high))))
        return [(kind, points) for kind, points in made if points[0] != points[-1]]

    def _height(self, letter: str, level: float) -> float:
        if letter not in self._cycle:
            return level
        value = self._cycle[letter] * self._scale
        return value if self._absolute else level + value
