"""Arcs of G-code as points on a polyline."""

from __future__ import annotations

import math

Point = tuple[float, float, float]

CHORD_MM = 0.02
"""How far a chord may lie inside the arc it stands for."""

_LEAST_PER_TURN = 24
"""Small arcs get this many, so that their length is right within half a percent and they look round when magnified."""

_MOST_PER_TURN = 360


def centre_from_radius(
    start: tuple[float, float], end: tuple[float, float], radius: float, *, clockwise: bool
) -> tuple[float, float] | None:
    """Return the centre of the arc of ``radius`` from start to end; a negative radius asks for the longer way round.

    None where start and end are one point or farther apart than the diameter (by more than rounding).
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    chord = math.hypot(dx, dy)
    if chord == 0 or radius == 0:
        return None
    rise_squared = radius * radius - chord * chord / 4
    if rise_squared < -1e-3 * chord * chord:
        return None
    rise = math.sqrt(max(0.0, rise_squared)) / chord
    side = 1.0 if (radius > 0) == clockwise else -1.0
    return start[0] + dx / 2 + side * dy * rise, start[1] + dy / 2 - side * dx * rise


def flattened(
    start: Point,
    end: Point,
    centre: tuple[float, float],
    axes: tuple[int, int, int],
    *,
    clockwise: bool,
    turns: int = 1,
) -> tuple[Point, ...]:
    """Return the points of an arc or helix, both ends included.

    ``axes`` are the indices of the plane's first and second axis and of the one across it; ``centre`` lies in the
    plane. Start and end at one place make a whole turn; ``turns`` counts whole and partial turns.
    """
    first, second, across = axes
    from_x, from_y = start[first] - centre[0], start[second] - centre[1]
    to_x, to_y = end[first] - centre[0], end[second] - centre[1]
    begin = math.atan2(from_y, from_x)
    sweep = math.atan2(to_y, to_x) - begin
    if math.hypot(to_x - from_x, to_y - from_y) < 1e-9:
        sweep = 0.0
    if clockwise and sweep >= 0:
        sweep -= math.tau
    elif not clockwise and sweep <= 0:
        sweep += math.tau
    sweep += math.copysign(math.tau * (turns - 1), sweep)
    radius, end_radius = math.hypot(from_x, from_y), math.hypot(to_x, to_y)
    count = _steps(max(radius, end_radius), abs(sweep))
    points = [start]
    for step in range(1, count):
        share = step / count
        angle, reach = begin + sweep * share, radius + (end_radius - radius) * share
        point = [0.0, 0.0, 0.0]
        point[first] = centre[0] + reach * math.cos(angle)
        point[second] = centre[1] + reach * math.sin(angle)
        point[across] = start[across] + (end[across] - start[across]) * share
        points.append((point[0], point[1], point[2]))
    points.append(end)
    return tuple(points)


def _steps(radius: float, sweep: float) -> int:
    turns = sweep / math.tau
    chord = 2 * math.acos(1 - CHORD_MM / radius) if radius > CHORD_MM else math.tau
    return max(2, math.ceil(_LEAST_PER_TURN * turns), min(math.ceil(sweep / chord), math.ceil(_MOST_PER_TURN * turns)))
