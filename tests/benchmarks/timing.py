"""Timing side by side: what is compared takes turns, so that a busy moment of the machine hits all alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Samples:
    """Measured values of one thing, in the unit of its figure."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Samples:
        """Return samples of at least one value."""
        if not values:
            raise ValueError("nothing was measured")
        return cls(tuple(values))

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def least(self) -> float:
        """The smallest value."""
        return min(self.values)

    @property
    def most(self) -> float:
        """The largest value."""
        return max(self.values)

    def at(self, share: float) -> float:
        """Return the value below which this share of all values lies, such as 0.99."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def times(self, factor: float) -> Samples:
        """Return the same in another unit."""
        return Samples(tuple(value * factor for value in self.values))


class Turn(NamedTuple):
    """Something that takes turns: each call of ``do`` is timed; ``every`` so many rounds it has its turn.

    ``do`` is given the number of the round. What ``ready`` does before it is not timed.
    """

    do: Callable[[int], object]
    every: int = 1
    ready: Callable[[int], object] | None = None


LONGEST_SECONDS = 40.0
"""What is so slow that its rounds take longer has fewer of them, but one at least."""


def take_turns(
    rounds: int, turns: Mapping[str, Turn], *, warm: int = 1, longest: float = LONGEST_SECONDS
) -> dict[str, Samples]:
    """Return the milliseconds of each call, by name; the first ``warm`` rounds are not counted.

    No round begins once ``longest`` seconds have passed and one was counted. The collector of garbage stays on, because
    users have it on, but starts each measurement empty.
    """
    taken: dict[str, list[float]] = {name: [] for name in turns}
    gc.collect()
    give_up = time.perf_counter() + longest
    for number in range(-warm, rounds):
        if number > 0 and time.perf_counter() > give_up:
            break
        for name, turn in turns.items():
            if number >= 0 and number % turn.every:
                continue
            if turn.ready is not None:
                turn.ready(number)
            began = time.perf_counter()
            turn.do(number)
            elapsed = (time.perf_counter() - began) * 1000
            if number >= 0:
                taken[name].append(elapsed)
    return {name: Samples.of(values) for name, values in taken.items()}
