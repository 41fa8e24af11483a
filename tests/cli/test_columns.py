"""Tables fit the terminal, cut only what may be cut, and look the same with and without colour."""

from __future__ import annotations

import io
import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from rmos_console.cli.columns import Column, print_columns

WORDS = st.text("abc木 é", min_size=1, max_size=30)


def printed(columns: list[Column], width: int, *, colour: bool) -> list[str]:
    """Return the lines of a table as they stand on a terminal or in a pipe."""
    stream = io.StringIO()
    print_columns(
        Console(file=stream, width=width, force_terminal=colour, color_system="truecolor" if colour else None), columns
    )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    return [line.rstrip() for line in plain.removesuffix("\n").split("\n")]


def test_columns_that_stretch_share_the_room() -> None:
    texts = [Column(name, [Text(name * 60)], keep=True, stretch=True, least=4) for name in "ab"]
    head, row = printed([*texts, Column("Id", [Text("run_1")], keep=True)], 47, colour=False)
    assert head.split() == ["a", "b", "Id"]
    assert row == f"{'a' * 18}…  {'b' * 18}…  run_1"


def test_what_says_nothing_is_left_out_and_the_highest_rank_goes_first() -> None:
    columns = [
        Column("Void", [Text("—")]),
        Column("Long", [Text("x" * 20)], rank=2),
        Column("Short", [Text("y" * 20)], rank=1),
        Column("Id", [Text("run_1")], keep=True),
    ]
    assert printed(columns, 80, colour=False)[0].split() == ["Long", "Short", "Id"]
    assert printed(columns, 40, colour=False)[0].split() == ["Short", "Id"]
    assert printed(columns, 10, colour=False)[0].split() == ["Id"]


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=6), st.integers(62, 150))
def test_a_table_fits_and_keeps_what_must_be_kept(rows: list[tuple[str, str, str]], width: int) -> None:
    first, second, third = ([Text(row[number]) for row in rows] for number in range(3))
    columns = [
        Column("Right", first, right=True, rank=1),
        Column("Cut", second, stretch=True, least=5, rank=2),
        Column("Kept", third, keep=True),
    ]
    lines = printed(columns, width, colour=False)
    assert len(lines) == len(rows) + 1
    for line, row in zip(lines[1:], rows, strict=True):
        assert cell_len(line) <= width
        assert line.endswith(row[2].rstrip())
    assert printed(columns, width, colour=True) == lines
