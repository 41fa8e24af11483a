"""Whether an operation costs the same in a large store as in a small one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.benchmarks.figures import Figure, Row
from tests.benchmarks.timing import Samples

FLAT = 1.5
"""What still counts as the same: how much dearer an operation may be in the largest store than in the smallest."""

WATCHED = (
    "durable create",
    "durable attach",
    "newest page, in core",
    "open to the first page",
)


def growth(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield, for each figure that should not grow, its cost in the largest store over that in the smallest."""
    measured = [row for row in rows if isinstance(row, Figure) and not row.note]
    for name in WATCHED:
        sizes = {int(row.size.replace(",", "")): row.ours.median for row in measured if row.name == name}
        if len(sizes) < 2:
            continue
        least, most = min(sizes), max(sizes)
        ratio = Samples.of([sizes[most] / sizes[least]])
        yield Figure(f"growth of: {name}", f"{least:,} to {most:,}", ratio, "x", bar=FLAT)
