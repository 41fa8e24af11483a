"""Tables: columns that fit the terminal, in which what must be copied is never cut."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from rmos_console.cli.render import MISSING, MUTED


class Column(NamedTuple):
    """A table column. ``keep`` columns are never dropped or cut; of the others the last goes first when room is short.

    ``stretch`` cuts the text of the column instead, down to ``least`` characters. Without ``keep`` a column is never
    wider than ``most``, however much room there is: one long text would push every line apart.
    """

    title: str
    cells: Sequence[Text]
    keep: bool = False
    right: bool = False
    stretch: bool = False
    rank: int = 0
    least: int = 16
    most: int = 40

    def is_void(self) -> bool:
        """Tell whether no row has anything in this column."""
        return all(cell.plain in {"", MISSING} for cell in self.cells)

    def natural(self) -> int:
        """Return how many terminal cells the widest text of the column takes, if it may take so many."""
        widest = max((cell_len(cell.plain) for cell in self.cells), default=0)
        return widest if self.keep else min(widest, self.most)

    def width(self) -> int:
        """Return how many terminal cells the column needs."""
        widest = self.natural()
        needed = min(widest, self.least) if self.stretch else widest
        return max(needed, len(self.title))


GAP = 2


def print_columns(out: Console, columns: Sequence[Column]) -> None:
    """Print a table without lines. Columns that say nothing are left out, then those of the highest rank until the
    others fit the terminal.

    Laid out here rather than by rich, whose tables take minutes for the rows of a large store.
    """
    shown = _fitting(columns, out.width)
    widths = _widths(shown, out.width)
    for cells in itertools.chain([_titles(shown)], zip(*(column.cells for column in shown), strict=True)):
        if out.color_system is None:
            out.file.write(f"{_plain_line(cells, shown, widths)}\n")
        else:
            out.print(_line(cells, shown, widths), soft_wrap=True)


def _titles(shown: Sequence[Column]) -> tuple[Text, ...]:
    return tuple(Text(column.title, style=MUTED) for column in shown)


def _plain_line(cells: Iterable[Text], shown: Sequence[Column], widths: Sequence[int]) -> str:
    parts = []
    for cell, column, width in zip(cells, shown, widths, strict=True):
        text = cell.plain
        if (blanks := width - cell_len(text)) < 0:
            cut = Text(text)
            cut.truncate(width, overflow="ellipsis")
            text, blanks = cut.plain, width - cut.cell_len
        parts.append(f"{' ' * blanks}{text}" if column.right else f"{text}{' ' * blanks}")
    return (" " * GAP).join(parts).rstrip(" ")


def _line(cells: Iterable[Text], shown: Sequence[Column], widths: Sequence[int]) -> Text:
    line = Text()
    for cell, column, width in zip(cells, shown, widths, strict=True):
        part = cell.copy()
        part.truncate(width, overflow="ellipsis")
        blanks = " " * (width - part.cell_len)
        gap = " " * GAP if line else ""
        line.append(f"{gap}{blanks}" if column.right else gap).append_text(part).append("" if column.right else blanks)
    line.rstrip()
    return line


def _widths(shown: Sequence[Column], width: int) -> list[int]:
    """Return the width of every column; those that stretch share the room that the others leave evenly."""
    widths = [column.width() for column in shown]
    room = width - sum(widths) - GAP * (len(widths) - 1)
    wishes = {
        number: max(column.natural() - widths[number], 0) for number, column in enumerate(shown) if column.stretch
    }
    for left, (number, wish) in zip(
        range(len(wishes), 0, -1), sorted(wishes.items(), key=lambda item: item[1]), strict=True
    ):
        more = max(min(wish, room // left), 0)
        widths[number] += more
        room -= more
    return widths


def _fitting(columns: Sequence[Column], width: int) -> list[Column]:
    shown = [column for column in columns if column.keep or not column.is_void()]
    while sum(column.width() + GAP for column in shown) - GAP > width:
        droppable = [column for column in shown if not column.keep]
        if not droppable:
            break
        shown.remove(max(droppable, key=lambda column: column.rank))
    return shown
