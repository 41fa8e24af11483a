"""Programs of the sample runs: rosettes, pockets, slots, holes and saw cuts, as a CAM system would write them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

Request = dict[str, Any]
Body = list[str]

RINGS = (48.0, 45.5, 33.0, 30.5)
"""Radii of a rosette's rings in mm; the petals lie between the second and the third."""

PETALS = 12
CENTRE = 60.0


def rosette(request: Request) -> Body:
    """Return rings and petals of a rosette, cut in passes; petals are chords of arcs where ``fine`` is asked for."""
    body = [f"G0 Z{request['safe_z']:.3f}"]
    for depth in _passes(request):
        for radius in RINGS:
            body += _ring(radius, depth, request)
        for petal in range(PETALS):
            for scale in (1.0, 0.68, 0.36):
                body += _petal(petal, scale, depth, request)
    return body


def pocket(request: Request) -> Body:
    """Return a rectangular pocket cleared by offsets from the middle to the wall, in passes."""
    width, length = request["geometry_width_mm"], request["geometry_length_mm"]
    tool, step = request["tool_d"], request["tool_d"] * request["stepover"]
    middle_x, middle_y = width / 2 + 10, length / 2 + 10
    reach_x, reach_y = width / 2 - tool / 2, length / 2 - tool / 2
    turns = max(1, math.ceil(min(reach_x, reach_y) / step))
    body = [f"G0 Z{request['safe_z']:.3f}", f"G0 X{middle_x:.3f} Y{middle_y:.3f}"]
    for depth in _passes(request):
        body.append(f"G1 Z-{depth:.3f} F{request['feed_z']:.0f}")
        for turn in range(1, turns + 1):
            dx, dy = reach_x * turn / turns, reach_y * turn / turns
            corners = ((-dx, -dy), (dx, -dy), (dx, dy), (-dx, dy), (-dx, -dy))
            body += [f"G1 X{middle_x + x:.3f} Y{middle_y + y:.3f} F{request['feed_xy']:.0f}" for x, y in corners]
        body.append(f"G1 X{middle_x:.3f} Y{middle_y:.3f}")
    return body


def adaptive(request: Request) -> Body:
    """Return a pocket cleared by small loops that advance along it, as adaptive clearing does."""
    width, length, tool = request["geometry_width_mm"], request["geometry_length_mm"], request["tool_d"]
    advance, loop = tool * request["stepover"] * 0.5, tool * 0.3
    rows = max(1, round((length - tool) / (tool * 0.9)))
    body = [f"G0 Z{request['safe_z']:.3f}"]
    for depth in _passes(request):
        for row in range(rows + 1):
            y = 10 + tool / 2 + (length - tool) * row / rows
            body += [f"G0 X{10 + tool / 2:.3f} Y{y:.3f}", f"G1 Z-{depth:.3f} F{request['feed_z']:.0f}"]
            count = int((width - tool - 2 * loop) / advance)
            for at in range(count):
                x = 10 + tool / 2 + at * advance
                body.append(f"G1 X{x:.3f} Y{y:.3f} F{request['feed_xy']:.0f}")
                body.append(f"G{2 + row % 2} X{x:.3f} Y{y:.3f} I{loop:.3f} J0.000")
            body.append(f"G0 Z{request['safe_z']:.3f}")
    return body


def slot(request: Request) -> Body:
    """Return a straight slot, to and fro, ramping into each pass."""
    length = request["geometry_length_mm"]
    body = [f"G0 Z{request['safe_z']:.3f}", "G0 X10.000 Y20.000", "G1 Z0.000 F300"]
    ends = (10 + length, 10.0)
    for at, depth in enumerate(_passes(request)):
        body.append(f"G1 X{ends[at % 2]:.3f} Z-{depth:.3f} F{request['feed_z']:.0f}")
        body.append(f"G1 X{ends[1 - at % 2]:.3f} F{request['feed_xy']:.0f}")
    return body


def helical(request: Request) -> Body:
    """Return a grid of holes bored along helices."""
    radius = request["geometry_width_mm"] / 2 - request["tool_d"] / 2
    body = [f"G0 Z{request['safe_z']:.3f}"]
    for hole in range(6):
        x, y = 20.0 + hole % 3 * 25, 20.0 + hole // 3 * 25
        body += [f"G0 X{x + radius:.3f} Y{y:.3f}", "G0 Z1.000", f"G1 Z0.000 F{request['feed_z']:.0f}"]
        for depth in _passes(request):
            body.append(f"G3 X{x + radius:.3f} Y{y:.3f} Z-{depth:.3f} I-{radius:.3f} J0.000 F{request['feed_xy']:.0f}")
        body += [f"G3 X{x + radius:.3f} Y{y:.3f} I-{radius:.3f} J0.000", f"G1 X{x:.3f}", f"G0 Z{request['safe_z']:.3f}"]
    return body


def saw(request: Request) -> Body:
    """Return parallel saw cuts through a board, the blade lowered between strokes."""
    length, kerf = request["geometry_length_mm"], request["tool_kerf_mm"]
    body = [f"G0 Z{request['safe_z']:.3f}"]
    for cut in range(5):
        y = 10 + cut * (4.2 + kerf)
        body.append(f"G0 X0.000 Y{y:.3f}")
        for depth in _passes(request):
            body += [f"G1 Z-{depth:.3f} F{request['feed_z']:.0f}", f"G1 X{length:.3f} F{request['feed_xy']:.0f}"]
            body += [f"G0 Z{request['safe_z']:.3f}", "G0 X0.000"]
    return body


STRATEGIES = {
    "rosette": rosette,
    "pocket": pocket,
    "adaptive": adaptive,
    "slot": slot,
    "helical": helical,
    "saw": saw,
}


def posted(body: Body, request: Request, *, tool: str, title: str) -> str:
    """Return the finished program of a body for the request's controller."""
    coolant, speed = bool(request.get("coolant_enabled")), request["spindle_rpm"]
    if request["post_id"] == "LinuxCNC":
        head = [
            "G17 G21 G40 G90 G94",
            f"{tool.replace('T', 'T0')} M6",
            f"M3 S{speed:.0f}",
            *(["M8"] if coolant else []),
        ]
        lines = [*head, *body, *(["M9"] if coolant else []), "M5", "M2"]
        numbered = [f"N{10 * at} {line}" for at, line in enumerate(lines, 1)]
        return "\n".join(["%", f"({title})", "(LinuxCNC)", *numbered, "%", ""])
    head = [f"({title})", f"({request['post_id']}, {tool}, {request['tool_d']:g} mm)", "G21", "G17", "G90", "G94"]
    start = [f"M3 S{speed:.0f}", "G4 P2", *(["M8"] if coolant else [])]
    return "\n".join(
        [*head, *start, *body, f"G0 Z{request['safe_z']:.3f}", *(["M9"] if coolant else []), "M5", "M30", ""]
    )


def rosette_svg(request: Request) -> str:
    """Return a small picture of a rosette seen from above."""
    shapes = [f'<circle cx="60" cy="60" r="{radius:g}"/>' for radius in RINGS]
    for petal in range(PETALS):
        one, other, radius = _petal_ends(petal, 1.0, float(request["tool_d"]))
        arc = f"A{radius:.2f} {radius:.2f} 0 0 1"
        path = f"M{one[0]:.2f} {one[1]:.2f}{arc} {other[0]:.2f} {other[1]:.2f}{arc} {one[0]:.2f} {one[1]:.2f}Z"
        shapes.append(f'<path d="{path}"/>')
    drawn = "\n  ".join(shapes)
    frame = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120" fill="none" stroke="#1d5bb8">'
    return f"{frame}\n  {drawn}\n</svg>\n"


def _passes(request: Request) -> Iterator[float]:
    """Yield the depth of each pass, the last one being the full depth."""
    depth, step = float(request["geometry_depth_mm"]), float(request["stepdown"])
    for at in range(1, max(1, math.ceil(depth / step - 1e-9)) + 1):
        yield min(depth, at * step)


def _ring(radius: float, depth: float, request: Request) -> Body:
    right = f"X{CENTRE + radius:.3f} Y{CENTRE:.3f}"
    return [
        f"G0 {right}",
        f"G1 Z-{depth:.3f} F{request['feed_z']:.0f}",
        f"G2 X{CENTRE - radius:.3f} Y{CENTRE:.3f} I-{radius:.3f} J0.000 F{request['feed_xy']:.0f}",
        f"G2 {right} I{radius:.3f} J0.000",
        f"G0 Z{request['safe_z']:.3f}",
    ]


def _petal(petal: int, scale: float, depth: float, request: Request) -> Body:
    """Return one outline of a petal: two arcs between its tips."""
    one, other, radius = _petal_ends(petal, scale, float(request["tool_d"]))
    feed = f"F{request['feed_xy']:.0f}"
    body = [f"G0 X{one[0]:.3f} Y{one[1]:.3f}", f"G1 Z-{depth:.3f} F{request['feed_z']:.0f}"]
    if request.get("smoothing"):
        body += [
            f"G2 X{other[0]:.3f} Y{other[1]:.3f} R{radius:.3f} {feed}",
            f"G2 X{one[0]:.3f} Y{one[1]:.3f} R{radius:.3f}",
        ]
    else:
        for start, end in ((one, other), (other, one)):
            points = _chords(start, end, radius)
            body += [f"G1 X{x:.3f} Y{y:.3f}{f' {feed}' if at == 0 else ''}" for at, (x, y) in enumerate(points)]
    return [*body, f"G0 Z{request['safe_z']:.3f}"]


def _petal_ends(petal: int, scale: float, tool: float) -> tuple[tuple[float, float], tuple[float, float], float]:
    """Return the tips of a petal, which stands across the ring, and the radius of its sides.

    A wider tool leaves a slightly smaller outline inside the same inlay.
    """
    angle = math.tau * petal / PETALS + 0.2
    middle = CENTRE + 39.25 * math.cos(angle), CENTRE + 39.25 * math.sin(angle)
    lean = angle + math.pi / 2 - 0.35
    half = (9.0 - tool * 0.1) * scale
    dx, dy = half * math.cos(lean), half * math.sin(lean)
    return (middle[0] - dx, middle[1] - dy), (middle[0] + dx, middle[1] + dy), half * 1.18


def _chords(start: tuple[float, float], end: tuple[float, float], radius: float) -> list[tuple[float, float]]:
    """Return points on the clockwise arc from start to end, the end included."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    chord = math.hypot(dx, dy)
    rise = math.sqrt(radius * radius - chord * chord / 4) / chord
    centre = start[0] + dx / 2 + dy * rise, start[1] + dy / 2 - dx * rise
    begin = math.atan2(start[1] - centre[1], start[0] - centre[0])
    sweep = -2 * math.asin(chord / (2 * radius))
    count = 9
    angles = [begin + sweep * at / count for at in range(1, count + 1)]
    return [(centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)) for angle in angles]
