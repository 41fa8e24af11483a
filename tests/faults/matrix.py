"""Every scenario against every sabotage that it claims to catch, counted.

``python -m tests.faults.matrix`` prints the table; with ``--write`` it goes into README.md beside this file, where rows
of scenarios that were not run stay.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.faults.sabotage import NAMES
from tests.faults.scenarios import SCENARIOS, Scenario

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- the table: python -m tests.faults.matrix --write -->\n", "<!-- end of the table -->\n"
SOUND = "none: the product as it is"


class Row(NamedTuple):
    """A row of the table, as it is written."""

    sabotage: str
    scenario: str
    noticed: str
    violations: str


class Cell(NamedTuple):
    """What came of one scenario on one kind of store: in ``noticed`` of ``runs`` runs there were violations."""

    scenario: str
    sabotage: str | None
    runs: int
    noticed: int
    violations: int
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether every run noticed the sabotage, or, on the sound store, none anything."""
        return self.noticed == (self.runs if self.sabotage else 0)

    def row(self) -> Row:
        """Return the row of the table."""
        mean = f"{self.violations / self.runs:,.1f}"
        return Row(self.sabotage or SOUND, self.scenario, f"{self.noticed} of {self.runs} runs", mean)

    def words(self) -> str:
        """Return the counts in a sentence."""
        return (
            f"{self.scenario} x {self.sabotage or SOUND}: noticed in {self.noticed} of {self.runs} runs, "
            f"{self.violations:,} violations, {self.seconds:.1f} s"
        )


def measure(scenario: Scenario, sabotage: str | None, runs: int, seed: int) -> Cell:
    """Run a scenario several times on new stores, each with a seed of its own."""
    began, counts = time.monotonic(), []
    for turn in range(runs):
        with TemporaryDirectory() as folder:
            counts.append(len(scenario.run(Path(folder), seed + turn, sabotage)))
    noticed = sum(count > 0 for count in counts)
    return Cell(scenario.name, sabotage, runs, noticed, sum(counts), time.monotonic() - began)


def measured(scenario: Scenario, runs: int, seed: int) -> Iterator[Cell]:
    """Yield what comes of a scenario on the sound store, and on each that is broken in a way it claims to catch."""
    if scenario.missing() is None:
        yield from (measure(scenario, sabotage, runs, seed) for sabotage in (None, *scenario.catches))


def table(found: Iterable[Row]) -> str:
    """Return the table in Markdown, by sabotage and then by scenario, both in the order of their lists."""
    sabotages, scenarios = [SOUND, *NAMES], [each.name for each in SCENARIOS]
    known = [row for row in found if row.sabotage in sabotages and row.scenario in scenarios]
    known.sort(key=lambda row: (sabotages.index(row.sabotage), scenarios.index(row.scenario)))
    head = ["| sabotage | scenario | noticed in | violations a run |", "| --- | --- | ---: | ---: |"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in known)]) + "\n"


def rows(text: str) -> list[Row]:
    """Return the rows of the table in a text."""
    lines = text.partition(BEGIN)[2].partition(END)[0].splitlines()[2:]
    return [Row(*(part.strip() for part in line.strip("|").split("|"))) for line in lines]


def rewrite(found: Sequence[Row]) -> None:
    """Put rows into README.md in place of those of the same scenarios."""
    text = README.read_text(encoding="utf-8")
    anew = {row.scenario for row in found}
    kept = [row for row in rows(text) if row.scenario not in anew]
    before, _, rest = text.partition(BEGIN)
    README.write_text(f"{before}{BEGIN}{table([*kept, *found])}{END}{rest.partition(END)[2]}", encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and write if asked to; return 1 if a sabotage went unnoticed or the sound store failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.matrix", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="how often each pair is run (3)")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))  # noqa: S311  nothing secret
    parser.add_argument("--scenario", action="append", choices=[each.name for each in SCENARIOS], help="only this one")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    asked = parser.parse_args(arguments)
    logging.getLogger("rmos_console").addHandler(logging.NullHandler())
    logging.getLogger("rmos_console").propagate = False
    chosen = [each for each in SCENARIOS if not asked.scenario or each.name in asked.scenario]
    skipped = [f"{each.name}: skipped, {reason}" for each in chosen if (reason := each.missing()) is not None]
    cells: list[Cell] = []
    for scenario in chosen:
        fresh = []
        for cell in measured(scenario, asked.runs, asked.seed):
            fresh.append(cell)
            _say(f"{'ok   ' if cell.is_right else 'WRONG'} {cell.words()}")
        cells += fresh
        if asked.write and fresh:
            rewrite([cell.row() for cell in fresh])
    _say("\n".join([f"\nseed {asked.seed}", *skipped, "", table(cell.row() for cell in cells)]))
    return 0 if all(cell.is_right for cell in cells) else 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
