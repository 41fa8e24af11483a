"""What it costs to prove that a store is whole."""

from __future__ import annotations

from collections.abc import Iterator

from rmos_console.core.store import Line, open_store
from rmos_console.core.usecases.audit import audit
from tests.benchmarks.figures import Figure, Row
from tests.benchmarks.make_store import Shares
from tests.benchmarks.plan import Plan
from tests.benchmarks.stores import Shelf
from tests.benchmarks.timing import Turn, take_turns


def auditing(shelf: Shelf, runs: int, plan: Plan) -> Iterator[Row]:
    """Measure the chain with its digests alone, and everything."""
    path = shelf.store(runs)

    def chain() -> None:
        with open_store(path, read_only=True) as store:
            if not all(isinstance(item, Line) for item in store.lines()):
                raise AssertionError("the store is damaged")

    def everything() -> None:
        report = audit(path)
        if not report.ok or report.reviews.human != Shares.of(runs).decisions:
            raise AssertionError(f"the audit found {report.findings[:1]}")

    # Both read every line: the first round warms the page cache and is not counted.
    taken = take_turns(max(plan.rounds - 1, 1), {"chain": Turn(lambda _: chain()), "all": Turn(lambda _: everything())})
    signed = f"{Shares.of(runs).decisions:,} signatures"
    yield Figure("audit: chain and digests", f"{runs:,}", taken["chain"].times(0.001), "s", bar=1)
    yield Figure("audit: everything", f"{runs:,}", taken["all"].times(0.001), "s", bar=8, note=signed)
