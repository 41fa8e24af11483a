"""What the offline engine says about runs of the workshop, worked out ahead in a process of its own where it pays."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.explain.engine import EngineInput, Explanation
from rmos_console.core.explain.offline import OfflineEngine
from tests.benchmarks.workshop import Workshop

FEW: Final = 2_000
"""Below so many the other process costs more than it saves."""

CHUNK: Final = 200
AHEAD: Final = 16
"""Chunks that are worked out before they are asked for."""


def explanations(shop: Workshop, numbers: Sequence[int]) -> Iterator[Explanation]:
    """Yield what the engine says about the runs of these numbers, in their order."""
    if len(numbers) < FEW:
        yield from explain(shop, numbers)
        return
    chunks = (numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        waiting: deque[Future[list[Explanation]]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(explain, shop, chunk))
            if len(waiting) > AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def explain(shop: Workshop, numbers: Sequence[int]) -> list[Explanation]:
    """Return what the engine says about each of these runs."""
    engine = OfflineEngine()
    runs = [shop.run(number) for number in numbers]
    return [engine.explain(EngineInput(run=run, run_sha256=canonical_sha256(run))) for run in runs]
