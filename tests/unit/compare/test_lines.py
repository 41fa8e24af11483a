"""Which lines differ: exact with the native library and without it."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.compare import lines
from rmos_console.core.compare.lines import LineRange, changed_ranges, native_ranges, own_ranges

Align = Callable[[Sequence[str], Sequence[str]], list[LineRange]]
BOTH = pytest.mark.parametrize("align", [native_ranges, own_ranges])

LINES = st.lists(
    st.one_of(st.sampled_from(["G0 Z5", "G1 X1", "", "\r", "M8", "\x00", "ä\udc80"]), st.text(max_size=3)).map(
        lambda text: text.replace("\n", " ")
    ),
    max_size=30,
)


def check(a: Sequence[str], b: Sequence[str], ranges: Sequence[LineRange], context: object = "") -> None:
    """Fail unless A with the ranges replaced by B's lines is B, and no range is empty or touches the one before."""
    result: list[str] = []
    done = (0, 0)
    for part in ranges:
        assert part.a_start - done[0] == part.b_start - done[1] >= (1 if result else 0), (part, context)
        assert part.a_end > part.a_start or part.b_end > part.b_start, (part, context)
        result += a[done[0] : part.a_start]
        result += b[part.b_start : part.b_end]
        done = part.a_end, part.b_end
    assert [*result, *a[done[0] :]] == list(b), context


@BOTH
@given(a=LINES, b=LINES)
def test_replacing_the_ranges_gives_b(align: Align, a: list[str], b: list[str]) -> None:
    check(a, b, align(a, b))


@BOTH
@given(a=LINES)
def test_equal_lists_have_no_ranges(align: Align, a: list[str]) -> None:
    assert align(a, list(a)) == []


@BOTH
@pytest.mark.parametrize("seed", range(6))
def test_programs_with_scattered_edits(align: Align, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  test data, and the seed is in the message
    a = [f"G1 X{dice.randrange(300) / 10} Y{dice.randrange(4)}" for _ in range(1500)]
    b = list(a)
    for _ in range(40):
        at = dice.randrange(len(b))
        edit = dice.randrange(3)
        if edit < 2:
            b[at : at + edit] = ["M8"]
        else:
            del b[at]
    ranges = align(a, b)
    check(a, b, ranges, f"seed {seed}")
    assert sum(part.a_end - part.a_start + part.b_end - part.b_start for part in ranges) <= 160, f"seed {seed}"


@BOTH
def test_a_missing_last_line_feed_is_a_difference(align: Align) -> None:
    assert align(["G0", ""], ["G0"]) == [LineRange(1, 2, 1, 1)]
    assert align([], [""]) == [LineRange(0, 0, 0, 1)]
    assert align([], []) == []


def test_moved_lines_are_found_by_what_is_unique() -> None:
    a = ["a", "b", "c", "x", "d"]
    b = ["x", "a", "b", "c", "d"]
    assert own_ranges(a, b) == [LineRange(0, 0, 0, 1), LineRange(3, 4, 4, 4)]


def test_a_range_too_large_to_settle_is_one_change() -> None:
    many = lines._DIFFLIB_CELLS // 1000
    a, b = ["x", "y"] * many, ["y", "x", "z"] * 1000
    ranges = own_ranges(a, b)
    check(a, b, ranges)
    assert len(ranges) == 1


def test_without_the_native_library_our_own_way_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygit2", None)
    with pytest.raises(ImportError):
        native_ranges(["a"], ["b"])
    assert changed_ranges(["a", "k"], ["b", "k"]) == [LineRange(0, 1, 0, 1)]
