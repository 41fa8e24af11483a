"""A toolpath made ready to paint: top view, thinned to what a screen can show. May be made in any thread."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from rmos_console.core.compare.arcs import Point
from rmos_console.core.compare.toolpath import Move, Toolpath, parse

_FINE = 2500
"""Details below one part in so many of the picture's size are left out."""


@dataclass(frozen=True)
class Drawing:
    """The moves of one program as painter paths, y pointing up on screen, in millimetres."""

    toolpath: Toolpath
    cuts: QPainterPath
    rapids: QPainterPath
    plunges: QPolygonF
    box: QRectF
    boxes: tuple[tuple[float, float, float, float], ...]
    """Left, top, right and bottom of each move, so that looking for one near a point takes no time."""

    def moves_at(self, line: int) -> QPainterPath:
        """Return the moves of a line of the program, from where each starts."""
        path = QPainterPath()
        for move in self.toolpath.at_line(line):
            _add(path, move.points, 0.0)
        return path

    def line_near(self, x: float, y: float, within: float) -> int | None:
        """Return the line of the move nearest to a point in picture coordinates, None where none is ``within`` mm."""
        best, found = within, None
        for number, (left, top, right, bottom) in enumerate(self.boxes):
            if x < left - best or x > right + best or y < top - best or y > bottom + best:
                continue
            move = self.toolpath.moves[number]
            distance = _distance(move, x, y)
            if distance < best or (distance == best and found is None):
                best, found = distance, move.line
        return found


def draw(text: str, cancelled: Callable[[], bool]) -> Drawing:
    """Read a program and make its toolpath ready to paint; raises :class:`CancelledError` when told to stop."""
    return drawing(parse(text, cancelled=cancelled))


def drawing(toolpath: Toolpath) -> Drawing:
    """Make a toolpath ready to paint."""
    bounds = toolpath.cut_bounds or toolpath.bounds
    if bounds is not None and bounds.low[:2] == bounds.high[:2]:
        bounds = toolpath.bounds  # one hole: the way there gives the picture its size
    if bounds is None:
        return Drawing(toolpath, QPainterPath(), QPainterPath(), QPolygonF(), QRectF(), ())
    box = QRectF(bounds.low[0], -bounds.high[1], bounds.high[0] - bounds.low[0], bounds.high[1] - bounds.low[1])
    fine = max(box.width(), box.height()) / _FINE
    cuts, rapids, plunges = QPainterPath(), QPainterPath(), QPolygonF()
    for move in toolpath.moves:
        if move.kind == "rapid":
            _add(rapids, move.points, fine)
        elif _is_vertical(move):
            plunges.append(QPointF(move.points[-1][0], -move.points[-1][1]))
        else:
            _add(cuts, move.points, fine)
    return Drawing(toolpath, cuts, rapids, plunges, box, tuple(map(_box, toolpath.moves)))


def _is_vertical(move: Move) -> bool:
    first = move.points[0]
    return all(point[0] == first[0] and point[1] == first[1] for point in move.points)


def _add(path: QPainterPath, points: tuple[Point, ...], fine: float) -> None:
    """Append the points to a path, going on where it ends if the first is there."""
    start = QPointF(points[0][0], -points[0][1])
    if path.elementCount() == 0 or _apart(path.currentPosition(), start) > fine:
        path.moveTo(start)
    for point in points[1:]:
        end = QPointF(point[0], -point[1])
        if _apart(path.currentPosition(), end) > fine:
            path.lineTo(end)


def _apart(first: QPointF, second: QPointF) -> float:
    return math.hypot(first.x() - second.x(), first.y() - second.y())


def _box(move: Move) -> tuple[float, float, float, float]:
    xs, ys, _ = zip(*move.points, strict=True)
    return min(xs), -max(ys), max(xs), -min(ys)


def _distance(move: Move, x: float, y: float) -> float:
    """Return how far a point is from a move."""
    xs = [point[0] for point in move.points]
    ys = [-point[1] for point in move.points]
    pairs = zip(zip(xs, ys, strict=True), zip(xs[1:], ys[1:], strict=True), strict=False)
    return min((_to_segment(x, y, *start, *end) for start, end in pairs), default=math.inf)


def _to_segment(x: float, y: float, x0: float, y0: float, x1: float, y1: float) -> float:
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    share = 0.0 if length == 0 else max(0.0, min(1.0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length))
    return math.hypot(x - (x0 + share * (x1 - x0)), y - (y0 + share * (y1 - y0)))
