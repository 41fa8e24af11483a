"""Rows of two programs: every line of both sides stands exactly once, in order, equal lines beside each other."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from rmos_console.core.compare.gcode import GcodeOptions, diff_gcode, split_lines
from rmos_console.core.compare.gcode_words import comparable
from rmos_console.core.records.diff import Hunk, WordChange
from rmos_console.desktop.widgets.gcode_rows import PairedRows, Row
from rmos_console.desktop.widgets.gcode_view import word_spans

LINE = st.sampled_from(["G0 X1", "G1 X1.000", "G1 X2 F300", "(a comment)", "", "M8", "N10 G1 X2 F300", "G1 Y7 F9"])
PROGRAM = st.lists(LINE, max_size=25).map("\n".join)


def paired(a: str, b: str) -> PairedRows:
    options = GcodeOptions()
    lines = split_lines(a), split_lines(b)
    keys = comparable(lines[0], options), comparable(lines[1], options)
    return PairedRows(len(lines[0]), len(lines[1]), diff_gcode(a, b, options).hunks, keys)


@given(PROGRAM, PROGRAM)
def test_every_line_stands_once_and_in_order(a: str, b: str) -> None:
    rows = paired(a, b)
    shown = [rows.at(index) for index in range(rows.count)]
    assert [row.a for row in shown if row.a is not None] == list(range(1, len(split_lines(a)) + 1))
    assert [row.b for row in shown if row.b is not None] == list(range(1, len(split_lines(b)) + 1))
    assert all(row.a is not None or row.b is not None for row in shown)


@given(PROGRAM, PROGRAM)
@example("G0 X1\n(a comment)", "(a comment)\nG0 X1")
def test_lines_shown_as_equal_mean_the_same(a: str, b: str) -> None:
    rows = paired(a, b)
    keys_a = comparable(split_lines(a), GcodeOptions())
    keys_b = comparable(split_lines(b), GcodeOptions())
    for row in map(rows.at, range(rows.count)):
        if row.op == "same" and row.a is not None and row.b is not None:
            assert keys_a[row.a - 1] == keys_b[row.b - 1]
        elif row.op == "same":
            assert (keys_a[row.a - 1] if row.a is not None else keys_b[(row.b or 0) - 1]) == ""


@given(PROGRAM, PROGRAM)
def test_a_line_is_found_in_the_row_that_shows_it(a: str, b: str) -> None:
    rows = paired(a, b)
    for index in range(rows.count):
        row = rows.at(index)
        if row.a is not None:
            assert rows.row_of("a", row.a) == index
        if row.b is not None:
            assert rows.row_of("b", row.b) == index


def test_the_walk_through_the_differences_visits_each_once_in_both_directions() -> None:
    rows = paired("A1\nG1 X1\nG1 X2\nG1 X3\nM8", "A1\nG1 X1\nG1 X9\nG1 X3\nM8\nM9")
    there: list[int] = []
    while (ahead := rows.next_difference(there[-1] if there else -1, 1)) is not None:
        there.append(ahead)
    back: list[int] = []
    while (behind := rows.next_difference(back[-1] if back else rows.count, -1)) is not None:
        back.append(behind)
    assert there == [start for start, _, _ in rows.differences] == back[::-1]
    assert len(there) == 2


def test_a_comment_on_one_side_does_not_shift_what_follows() -> None:
    rows = paired("(made by post)\nG0 X1\nG1 X2", "G0 X1\nG1 X5")
    assert [rows.at(index) for index in range(rows.count)] == [
        Row("same", 1, None),
        Row("same", 2, 1),
        Row("changed", 3, 2),
    ]


def test_a_longer_side_of_a_changed_range_is_added() -> None:
    rows = PairedRows(1, 3, [Hunk("changed", (1, 1), (1, 3), ())])
    assert [rows.at(index).op for index in range(3)] == ["changed", "added", "added"]


def test_only_the_number_of_a_changed_word_is_marked() -> None:
    line = "N20 G1 Z-2.000 F 250 (F250 was asked for)"
    changes = [WordChange(1, 1, "Z", "-2.000", "-5.000", -3.0), WordChange(1, 1, "F", "250", "300", 50.0)]
    marked = [line[start:end] for start, end in word_spans(line, changes, "a")]
    assert marked == ["-2.000", "250"]
    assert word_spans(line, [WordChange(1, 1, "R", None, "3", None)], "a") == []
