"""What a person waits for at the window."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tests.benchmarks import children
from tests.benchmarks.figures import Figure, Row
from tests.benchmarks.plan import Plan
from tests.benchmarks.stores import Shelf
from tests.benchmarks.timing import Samples


def window(shelf: Shelf, runs: int, plan: Plan) -> Iterator[Row]:
    """Measure the real window, without a screen, in processes of its own."""
    size = f"{runs:,}"
    with shelf.copy(runs) as path:
        answers = [_ask("times", str(path), plan) for _ in range(plan.rounds)]
        worst = [_ask("events", str(path), plan)["worst"] for _ in range(plan.rounds)]

    def of(name: str) -> Samples:
        return Samples.of([value for answer in answers for value in answer[name]])

    starts = Samples.of([answer["start_s"] for answer in answers])
    yield Figure("window: start of the process to rows painted", size, starts, "s", bar=0.5)
    yield Figure("window: frame while scrolling", size, of("frames"), bar=8, judged="p99")
    yield Figure("window: sort, to the painted result", size, of("sorts"), bar=50, judged="most")
    yield Figure("window: filter, to the painted result", size, of("filters"), bar=30, judged="most")
    yield Figure("window: a letter more in the search", size, of("texts"), bar=30, judged="most")
    longest = [max(answer.values()) for answer in worst]
    during = max(worst[longest.index(max(longest))].items(), key=lambda item: item[1])[0]
    events = Samples.of(longest)
    yield Figure("window: longest event", size, events, bar=50, judged="most", note=f"while {during}")


def _ask(mode: str, store: str, plan: Plan) -> dict[str, Any]:
    return children.ask("window_child", mode, store, str(plan.window_steps), str(time.monotonic()))
