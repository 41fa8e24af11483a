"""A fixed piece of work within too little: small files (so writes are cut short), few open files, little memory."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.scenario_syscalls import Fault, serve

CATCHES: tuple[str, ...] = ("no_tail_repair",)

RANGES = {
    "FSIZE": [*range(2_000, 30_000, 97), *range(30_000, 320_000, 9_973)],
    "NOFILE": list(range(16)),
    "AS": list(range(0, 24 << 20, 256 << 10)),
}
"""What each limit is set to: bytes of a file, files beyond those open, bytes beyond those in use."""

_LITTLE_MEMORY = "MemoryError"
"""Python's word for it; that it goes out as it is, is no promise broken."""


def run(folder: Path, sabotage: str | None = None, *, most: int | None = None, seed: int = 1) -> list[str]:
    """Work within limits in an empty folder, and return every violation; ``most`` of each kind, chosen by ``seed``."""
    return limited(folder, chosen(most, seed), sabotage)


def chosen(most: int | None, seed: int) -> list[Fault]:
    """Return every limit, or so many of each kind."""
    picked = random.Random(seed)  # noqa: S311  a sample, nothing secret
    return [
        Fault(name, "limit", value)
        for name, values in RANGES.items()
        for value in (values if most is None or most >= len(values) else picked.sample(values, most))
    ]


def limited(folder: Path, limits: Sequence[Fault], sabotage: str | None = None) -> list[str]:
    """Do the work within each of the limits, and return what is wrong afterwards."""
    return list(_wrong(folder, limits, sabotage))


def _wrong(folder: Path, limits: Sequence[Fault], sabotage: str | None) -> Iterator[str]:
    refused = 0
    for told in serve(folder, limits, sabotage):
        refused += any(line.startswith("refused ") for line in told["said"])
        for wrong in told["wrong"]:
            if not (told["fault"][0] == "AS" and wrong.startswith("crash") and _LITTLE_MEMORY in wrong):
                yield f"{' '.join(map(str, told['fault']))}: {wrong}"
    if not refused:
        yield "no limit was ever met: nothing was tested"
