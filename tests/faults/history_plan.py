"""What the workers of a history do: operations drawn from a seed, many of them at odds with each other on purpose."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

HOT_RUNS = tuple(f"run_0000000000{number:02x}" for number in range(4))
"""Runs that exist from the start and that everybody patches."""

COUNTER = "n"
"""The meta key that counts up by compare and set: a lost or doubled update shows."""

WEIGHTS = {
    "create": 18,
    "race": 14,
    "swap": 18,
    "pair": 6,
    "family": 4,
    "attach": 12,
    "shared": 8,
    "again": 5,
    "ghost": 6,
    "read": 5,
    "use_create": 4,
    "use_meta": 4,
    "use_attach": 4,
}
"""How often each kind of operation is drawn.

``race`` seals an id that others seal too, with other content; ``swap`` patches meta only if it is as it was seen;
``pair`` proposes two such patches of which one can hold; ``family`` seals a run and patches it in one go; ``shared``
uses a transaction id that others use; ``again`` repeats an own transaction; ``ghost`` patches a run that may not exist
yet; the ``use_`` kinds go through the use cases.
"""

Operation = dict[str, Any]


def plan(seed: int, worker: int, thread: int, count: int) -> Iterator[list[Operation]]:
    """Yield groups of operations that are proposed together, at least ``count``; equal arguments give equal plans."""
    draw = random.Random(f"{seed}/{worker}/{thread}")  # noqa: S311  a plan, nothing secret
    kinds, weights = tuple(WEIGHTS), tuple(WEIGHTS.values())
    number = 0
    while number < count:
        kind = draw.choices(kinds, weights)[0]
        group = [
            {"op": f"op_{worker}_{thread}_{number + place}", "kind": each, **arguments}
            for place, (each, arguments) in enumerate(_drawn(kind, draw, worker, thread, number))
        ]
        yield group
        number += len(group)


def _drawn(kind: str, draw: random.Random, worker: int, thread: int, number: int) -> list[tuple[str, Operation]]:
    """Return kinds and arguments of one group. Pools move on with the number, so that processes meet."""
    own = f"run_f{worker:02x}{thread:02x}{number:08x}"
    contested = f"run_ace{number // 6 + draw.randrange(3):09x}"
    token = f"{worker}/{draw.randrange(3)}"
    hot = draw.choice(HOT_RUNS)
    if kind == "pair":
        return [("swap", {"run": hot}), ("swap", {"run": hot})]
    if kind == "family":
        return [("create", {"run": own, "token": token}), ("ghost", {"run": own})]
    return [(kind, _arguments(kind, draw, own, contested, hot, token, number))]


def _arguments(
    kind: str, draw: random.Random, own: str, contested: str, hot: str, token: str, number: int
) -> Operation:
    advisory = {"run": hot, "advisory": f"adv_{number // 5 + draw.randrange(3)}", "token": draw.choice(["a", token])}
    drawn: dict[str, Operation] = {
        "create": {"run": own, "token": token},
        "race": {"run": contested, "token": token},
        "use_create": {"run": contested, "token": f"use {token}"},
        "swap": {"run": hot},
        "attach": advisory,
        "use_attach": {**advisory, "advisory": f"use_{advisory['advisory']}"},
        "shared": {"run": own, "token": token, "tx": f"tx_shared_{number // 3}"},
        "again": {"run": own, "token": token},
        "ghost": {"run": f"run_ace{number // 6 + draw.randrange(8):09x}"},
        "use_meta": {"run": hot, "key": f"k{draw.randrange(3)}", "value": draw.choice([0, 1, 2, None])},
        "read": {},
    }
    return drawn[kind]
