"""Measures the figures of the design's bar and prints them as a table: ``python -m tests.benchmarks``.

Everything that is compared takes turns within this one run. The stores are made on the first call and kept in
``--cache``; a quiet machine and nothing else running on it are what the figures are worth.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.benchmarks import auditing, comparing, machine, reading, tracking, window, writing
from tests.benchmarks.figures import Figure, Row, Skipped, as_markdown, as_text, put_into
from tests.benchmarks.growth import growth
from tests.benchmarks.make_store import describe
from tests.benchmarks.plan import SMOKE, Plan
from tests.benchmarks.stores import Shelf, say

MILLION = 1_000_000
Part = tuple[str, Callable[[], Iterator[Row]]]


def parts(shelf: Shelf, sizes: list[int], plan: Plan, *, million: bool, with_apart: bool) -> Iterator[Part]:
    """Yield what is measured, each with its name."""
    large = max(sizes)
    for runs in sizes:
        yield f"writing {runs}", partial(writing.one_by_one, shelf, runs, plan)
    yield "threads", partial(writing.threads, shelf, large, plan)
    yield "processes", partial(writing.processes, shelf, large, plan)
    yield "import", partial(writing.importing, shelf, large, plan)
    for runs in sizes:
        yield f"looking {runs}", partial(reading.looking, shelf, runs, plan)
        if runs <= writing.RIVAL_RUNS:
            yield f"listing files {runs}", partial(reading.listing_files, shelf, runs, plan)
        yield f"opening {runs}", partial(reading.opening, shelf, runs, plan)
    yield "window", partial(window.window, shelf, large, plan)
    yield "diff of runs", partial(comparing.runs, shelf, plan, with_apart=with_apart)
    yield "diff of programs", partial(comparing.programs, plan, plan.diff_lines, 80.0, with_difflib=True)
    yield "long diff", partial(comparing.programs, plan, plan.diff_lines * 10, 1000.0, with_difflib=False)
    yield "audit", partial(auditing.auditing, shelf, large, plan)
    if with_apart:
        yield "tracking", partial(tracking.tracking, shelf, plan)
    if million:
        few = plan._replace(openings=min(plan.openings, 3), writes=min(plan.writes, 100))
        yield "writing a million", partial(writing.one_by_one, shelf, MILLION, few)
        yield "looking at a million", partial(reading.looking, shelf, MILLION, few)
        yield "opening a million", partial(reading.opening, shelf, MILLION, few)


def measure(chosen: Iterator[Part], only: list[str]) -> Iterator[Row]:
    """Yield every row; a part that fails is a row that says so, and the others go on."""
    for name, part in chosen:
        if only and not any(word in name for word in only):
            continue
        began = time.perf_counter()
        try:
            yield from part()
        except Exception as error:  # noqa: BLE001  one broken figure must not cost the others of a long run
            yield Skipped(name, f"{type(error).__name__}: {str(error)[-400:]}")
        say(f"{name}: {time.perf_counter() - began:.0f} s")


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table, and return 0, or 1 where something could not be measured or misses its bar twice."""
    given = _parser().parse_args(arguments)
    sizes = [int(size) for size in given.sizes.split(",")]
    with tempfile.TemporaryDirectory(prefix="rmos-benchmarks-") as temporary:
        shelf = Shelf(given.cache or Path(temporary))
        facts = [*machine.describe(shelf.folder), f"each store: {describe(max(sizes))}"]
        sys.stdout.write("\n".join(facts) + "\n\n")
        plan = SMOKE if given.smoke else Plan()
        chosen = parts(shelf, sizes, plan, million=given.million, with_apart=given.apart)
        rows = list(_shown(measure(chosen, given.only)))
    rows += _shown(growth(rows))
    if given.markdown:
        page = given.markdown.read_text(encoding="utf-8") if given.markdown.exists() else ""
        told = "\n".join(f"- {fact}" for fact in facts)
        given.markdown.write_text(put_into(page, f"{told}\n\n{as_markdown(rows)}"), encoding="utf-8")
    return int(any(_is_bad(row) for row in rows))


def _shown(rows: Iterator[Row]) -> Iterator[Row]:
    """Print each row as soon as it is measured, and pass it on."""
    for row in rows:
        sys.stdout.write(as_text([row]) + "\n")
        sys.stdout.flush()
        yield row


def _is_bad(row: Row) -> bool:
    if isinstance(row, Figure):
        return (row.missed_by or 0) > 2
    return "Error" in row.reason


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000", help="runs of the stores, with commas")
    parser.add_argument("--million", action="store_true", help="a store of 1,000,000 runs, too")
    parser.add_argument("--apart", action="store_true", help="deepdiff and MLflow, too, in environments of their own")
    parser.add_argument("--cache", type=Path, help="where the stores are kept; without it they are made each time")
    parser.add_argument("--markdown", type=Path, help="a file for the table; in a page with marks it goes between them")
    parser.add_argument("--only", action="append", default=[], help="a part's name or a piece of it; may be repeated")
    parser.add_argument("--smoke", action="store_true", help="hardly any repetitions: only to see that it works")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
