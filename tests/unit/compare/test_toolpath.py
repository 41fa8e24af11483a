"""Reading programs as moves."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.compare import toolpath
from rmos_console.core.compare.toolpath import Bounds, Move, Toolpath, parse
from rmos_console.core.errors import CancelledError


def ends(path: Toolpath) -> list[tuple[str, tuple[float, ...], tuple[float, ...]]]:
    """Return kind, start and end of each move, rounded."""

    def rounded(point: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(round(value, 6) + 0.0 for value in point)

    return [(move.kind, rounded(move.points[0]), rounded(move.points[-1])) for move in path.moves]


def only(path: Toolpath) -> Move:
    assert len(path.moves) == 1, path.moves
    return path.moves[0]


def test_rapids_and_cuts_with_modal_words() -> None:
    path = parse("G21 G90\nG0 X0 Y0 Z5\nG1 Z-2 F250 (down)\nX10 F800\nY5 ; on\nG0 Z5\n")
    assert ends(path) == [
        ("cut", (0, 0, 5), (0, 0, -2)),
        ("cut", (0, 0, -2), (10, 0, -2)),
        ("cut", (10, 0, -2), (10, 5, -2)),
        ("rapid", (10, 5, -2), (10, 5, 5)),
    ]
    assert [move.line for move in path.moves] == [3, 4, 5, 6]
    assert [move.feed for move in path.moves] == [250, 800, 800, None]
    assert path.bounds == Bounds((0, 0, -2), (10, 5, 5))
    assert path.cut_bounds == Bounds((0, 0, -2), (10, 5, 5))
    assert (path.rapid_mm, path.cut_mm) == (7, 22)
    assert path.cut_minutes == pytest.approx(7 / 250 + 15 / 800)
    assert path.deepest_line == 3
    assert path.at_line(4) == (path.moves[1],)
    assert path.not_understood == ()


def test_nothing_is_drawn_from_an_origin_that_was_never_visited() -> None:
    path = parse("G0 Z5\nG0 X97 Y47\nG1 Z-1 F100")
    assert ends(path) == [("cut", (97, 47, 5), (97, 47, -1))]
    assert ends(parse("G0 X1 Y1\nG1 X5")) == [("cut", (1, 1, 0), (5, 1, 0))]


def test_relative_moves_and_inches() -> None:
    path = parse("G20 G91\nG1 X1 F10\nG1 X-0.5 Y1\nG90\nG21\nG1 X0 Y0")
    assert ends(path) == [
        ("cut", (0, 0, 0), (25.4, 0, 0)),
        ("cut", (25.4, 0, 0), (12.7, 25.4, 0)),
        ("cut", (12.7, 25.4, 0), (0, 0, 0)),
    ]
    assert path.moves[0].feed == 254


ARCS = [
    ("G2 X0 Y-10 I-10 J0", (10 / math.sqrt(2), -10 / math.sqrt(2)), math.pi * 5),
    ("G3 X0 Y-10 I-10 J0", (-10 / math.sqrt(2), 10 / math.sqrt(2)), math.pi * 15),
    ("G2 X0 Y-10 R10", (10 / math.sqrt(2), -10 / math.sqrt(2)), math.pi * 5),
    ("G3 X0 Y10 R10", (10 / math.sqrt(2), 10 / math.sqrt(2)), math.pi * 5),
    ("G2 X0 Y10 R-10", (-10 / math.sqrt(2), -10 / math.sqrt(2)), math.pi * 15),
    ("G3 X10 Y0 I-10", (-10, 0), math.pi * 20),
    ("G2 X10 Y0 I-10 P3", (-10, 0), math.pi * 60),
    ("G90.1 G2 X0 Y-10 I0 J0", (10 / math.sqrt(2), -10 / math.sqrt(2)), math.pi * 5),
]


@pytest.mark.parametrize(("arc", "middle", "length"), ARCS)
def test_arcs_by_centre_and_by_radius(arc: str, middle: tuple[float, float], length: float) -> None:
    path = parse(f"G0 X10 Y0 Z0\n{arc} F100")
    move = only(path)
    assert move.kind == "arc"
    assert path.not_understood == ()
    assert move.length() == pytest.approx(length, rel=0.003)
    assert any(math.dist(point[:2], middle) < 0.7 for point in move.points)
    assert all(math.hypot(*point[:2]) == pytest.approx(10, abs=1e-6) for point in move.points)


@pytest.mark.parametrize(
    ("plane", "program", "middle"),
    [
        ("G18", "G0 X-10 Y3 Z0\nG18 G2 X-20 Z0 R5", (-15, 3, 5)),
        ("G18", "G0 X-10 Y3 Z0\nG18 G3 X-20 Z0 I-5 K0", (-15, 3, -5)),
        ("G19", "G0 X3 Y10 Z0\nG19 G3 Y0 Z0 J-5 K0", (3, 5, 5)),
    ],
)
def test_arcs_in_other_planes(plane: str, program: str, middle: tuple[float, ...]) -> None:
    points = only(parse(program)).points
    assert min(math.dist(point, middle) for point in points) < 0.5, plane


def test_a_helix_goes_down_evenly() -> None:
    points = only(parse("G0 X5 Y0 Z0\nG3 X5 Y0 Z-3 I-5 J0 F100")).points
    steps = [one[2] - other[2] for one, other in pairwise(points)]
    assert all(step == pytest.approx(3 / len(steps)) for step in steps)


@given(st.floats(0.1, 500), st.floats(0, 6.2), st.floats(0.05, 6.2), st.booleans())
def test_chords_stay_close_to_their_circle(radius: float, begin: float, sweep: float, clockwise: bool) -> None:
    end = begin - sweep if clockwise else begin + sweep
    start = (radius * math.cos(begin), radius * math.sin(begin))
    target = (radius * math.cos(end), radius * math.sin(end))
    words = f"X{target[0]:.6f} Y{target[1]:.6f} I{-start[0]:.6f} J{-start[1]:.6f}"
    move = only(parse(f"G0 X{start[0]:.6f} Y{start[1]:.6f} Z0\n{'G2' if clockwise else 'G3'} {words}"))
    assert move.length() == pytest.approx(radius * sweep, rel=0.02, abs=0.01)
    middles = [((one[0] + other[0]) / 2, (one[1] + other[1]) / 2) for one, other in pairwise(move.points)]
    assert all(abs(math.hypot(*middle) - radius) < max(0.021, radius * 0.0002) for middle in middles)


def test_canned_drilling_is_drawn_as_moves() -> None:
    path = parse("G0 X0 Y0 Z10\nG99 G81 X5 Y5 Z-3 R2 F100\nX10\nG80\nG1 X0 F50")
    assert ends(path) == [
        ("rapid", (0, 0, 10), (5, 5, 10)),
        ("rapid", (5, 5, 10), (5, 5, 2)),
        ("cut", (5, 5, 2), (5, 5, -3)),
        ("rapid", (5, 5, -3), (5, 5, 2)),
        ("rapid", (5, 5, 2), (10, 5, 2)),
        ("cut", (10, 5, 2), (10, 5, -3)),
        ("rapid", (10, 5, -3), (10, 5, 2)),
        ("cut", (10, 5, 2), (0, 5, 2)),
    ]
    back = parse("G0 X0 Y0 Z10\nG98 G85 X5 Y5 Z-3 R2 F100")
    assert ends(back)[-1] == ("cut", (5, 5, -3), (5, 5, 10))
    relative = parse("G0 X0 Y0 Z10\nG91 G81 X5 Z-5 R-8 F100")
    assert ends(relative)[1:3] == [("rapid", (5, 0, 10), (5, 0, 2)), ("cut", (5, 0, 2), (5, 0, -3))]
    bare = parse("G81 X1 Y1")
    assert (bare.moves, bare.bounds) == ((), None)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("G28 X0", "G28: going home leaves the position unknown"),
        ("G53 Z0", "G53: machine coordinates are unknown"),
        ("G92 X5", "G92: an offset is set by the program"),
        ("G41 D1", "G41: cutter compensation is not applied"),
        ("M98 P100", "M98: subprograms are not followed"),
        ("G77 X1", "G77 is not known"),
        ("#1=5", "no plain words: expressions, parameters and calls are not followed"),
        ("o100 call", "no plain words: expressions, parameters and calls are not followed"),
        ("G1 X[1+2]", "no plain words: expressions, parameters and calls are not followed"),
        ("G1 X2 A90", "rotary and further axes are not drawn"),
        ("G1 X" + "9" * 400, "a number is too large for any machine"),
        ("G80 X1", "an axis word without a motion in force"),
        ("G2 X5 Y5", "an arc without a centre that fits, drawn straight"),
        ("G2 X50 Y50 R1", "an arc without a centre that fits, drawn straight"),
        ("G2 X1 Y1 R1", "an arc without a centre that fits, drawn straight"),
        ("G2 X5 Y5 I9 J0", "the arc ends 2.597 mm off its circle"),
        ("G2 X1 Y1 I2 P1000", "an arc of 1000 turns, drawn as one"),
        ("G93", "G93: inverse time feed"),
    ],
)
def test_what_is_not_understood_is_listed_with_its_line(line: str, why: str) -> None:
    path = parse(f"G1 X1 Y1 Z1 F100\n{line}\nG1 X3")
    told = [place for place in path.not_understood if place.why == why]
    assert [(place.line, place.text) for place in told] == [(2, line[:80])], path.not_understood
    assert path.not_understood_count == len(path.not_understood)


def test_after_a_lost_position_nothing_is_guessed() -> None:
    assert ends(parse("G1 X1 Y1 Z1 F100\nG28\nG1 X5 Y5 Z5\nG1 X6")) == [("cut", (5, 5, 5), (6, 5, 5))]
    assert ends(parse("G1 X1 Y1 Z1\nG92 X5\nG1 X6"))[-1] == ("cut", (5, 1, 1), (6, 1, 1))
    assert ends(parse("G1 X1 Y1 Z1\nG4 P2\nG1 X6"))[-1] == ("cut", (1, 1, 1), (6, 1, 1))


def test_feeds_that_are_no_speed_leave_the_time_open() -> None:
    path = parse("G0 X0 Y0 Z0\nG93\nG1 X5 F2\nG94\nG1 X6 F60")
    assert [move.feed for move in path.moves] == [None, 60]
    assert path.cut_minutes is None
    assert parse("").cut_minutes == 0
    assert parse("G0 X0 Y0 Z0\nG1 X5").cut_minutes is None


def test_the_program_ends_where_it_says() -> None:
    assert len(parse("G1 X0 Y0 F1\nG1 X1\nM30\nG1 X2").moves) == 1
    assert len(parse("%\n/G1 X0 Y0\nG1 X1\nM2\n%\nG1 X2").moves) == 1


def test_long_lists_are_bounded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    path = parse("#1=1\n" * 1500)
    assert (len(path.not_understood), path.not_understood_count) == (1000, 1500)
    monkeypatch.setattr(toolpath, "MOST_POINTS", 50)
    cut = parse("G0 X5 Y0\n" + "G2 X5 Y0 I-5\n" * 5)
    assert cut.not_understood[0].why == "more than 50 points: the rest is not drawn"
    assert len(cut.moves) == 2


def test_it_can_be_cancelled() -> None:
    with pytest.raises(CancelledError):
        parse("G1 X1\n" * 5000, cancelled=lambda: True)


@given(st.text(alphabet="GMXYZIJKRFPNABC0123456789.-+ ()\n;/%#[]=O", max_size=120))
def test_no_text_makes_it_fail(text: str) -> None:
    path = parse(text)
    assert all(math.isfinite(value) for move in path.moves for point in move.points for value in point)
    for move in path.moves:
        assert 1 <= move.line <= text.count("\n") + 1


def test_real_programs_are_understood_wholly(samples: Path) -> None:
    for name in ("mvp_rect_with_island__grbl.nc", "mvp_rect_with_island__linuxcnc.nc", "expected_small_rect.gcode"):
        path = parse((samples / "gcode" / name).read_text("utf-8"))
        assert path.not_understood == (), name
        assert len(path.moves) > 20
        assert path.cut_bounds is not None
        assert path.cut_bounds.low[2] < 0
