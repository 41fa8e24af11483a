"""What it costs to compare two runs and two programs."""

from __future__ import annotations

import difflib
import random
from collections.abc import Iterator

from rmos_console.core.compare.gcode import diff_gcode
from rmos_console.core.compare.structural import diff_runs
from tests.benchmarks.figures import Figure, Row, Skipped
from tests.benchmarks.plan import Plan
from tests.benchmarks.rivals import apart
from tests.benchmarks.stores import Shelf, workshop
from tests.benchmarks.timing import Samples, Turn, take_turns

CHANGES = 50
"""Places in which the second program differs."""


def program(lines: int) -> tuple[str, str]:
    """Return two programs of so many lines that differ in :data:`CHANGES` places."""
    dice = random.Random(lines)  # noqa: S311  repeatable, nothing secret
    first = [f"G1 X{dice.uniform(0, 400):.3f} Y{dice.uniform(0, 400):.3f} F1800" for _ in range(lines)]
    second = list(first)
    for number in sorted(dice.sample(range(lines), k=min(CHANGES, lines // 10)), reverse=True):
        kind = number % 3
        if kind == 0:
            second[number] = second[number].replace("F1800", "F1200")
        elif kind == 1:
            del second[number]
        else:
            second.insert(number, "G0 Z5.000")
    return "\n".join(first), "\n".join(second)


def runs(shelf: Shelf, plan: Plan, *, with_apart: bool) -> Iterator[Row]:
    """Measure the difference of two runs, beside deepdiff where that can be had."""
    shop = workshop(1000)
    pairs = [(shop.run(number), shop.run(number + 1)) for number in range(0, 200, 2)]
    rival = apart.start("deepdiff", shelf.folder / "apart") if with_apart else "not asked for (--apart)"
    turns = {"ours": Turn(lambda n: diff_runs(*pairs[n % len(pairs)]))}
    theirs: list[float] = []
    if isinstance(rival, apart.Apart):
        asked = rival
        turns["deepdiff"] = Turn(lambda n: theirs.append(asked.ask("diff", pairs[n % len(pairs)])), 10)
    ours = take_turns(plan.reads * 10, turns, warm=5)["ours"]
    rivals = {"deepdiff": Samples.of(theirs)} if theirs else {}
    yield Figure("diff of two runs", "", ours, bar=0.1, rivals=rivals)
    if isinstance(rival, str):
        yield Skipped("diff of two runs, deepdiff", rival)
    else:
        rival.close()


def programs(plan: Plan, lines: int, bar: float, *, with_difflib: bool) -> Iterator[Row]:
    """Measure the difference of two programs, beside difflib."""
    a, b = program(lines)
    turns = {"ours": Turn(lambda _: diff_gcode(a, b))}
    if with_difflib:
        turns["difflib"] = Turn(lambda _: list(difflib.unified_diff(a.split("\n"), b.split("\n"), n=0, lineterm="")), 3)
    taken = take_turns(max(plan.rounds, plan.openings), turns)
    ours = taken.pop("ours")
    name = f"diff of two G-code files of {lines:,} lines"
    yield Figure(name, "", ours, bar=bar, rivals=taken, note=f"{CHANGES} places differ")
