"""What a policy must satisfy before it comes into force: it must be possible to live by it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rmos_console.core.errors import PolicyError
from rmos_console.core.records.actor import Person
from rmos_console.core.records.review import Policy
from rmos_console.core.review.policy import ALWAYS_READ
from rmos_console.core.review.roles import deciders

MAX_ENGINES: Final = 50
"""Engines that a policy may list."""

_ENGINE: Final = re.compile(r"([a-z0-9][a-z0-9_.-]{0,63})@([A-Za-z0-9][A-Za-z0-9._+/:-]{0,99})", re.ASCII)


def check_policy_change(wanted: Policy, people: Mapping[str, Person]) -> None:
    """Return if a policy may come into force; raises :class:`PolicyError` for one that nobody can satisfy."""
    if len(wanted.engines) > MAX_ENGINES or len(set(wanted.engines)) != len(wanted.engines):
        raise PolicyError(f"Name each engine once, and at most {MAX_ENGINES}.")
    for engine in wanted.engines:
        parts = _ENGINE.fullmatch(engine)
        if parts is None:
            raise PolicyError(f"{engine[:80]!r} names no engine; write ID@VERSION, as in offline@1.")
        if parts[1] in ALWAYS_READ:
            raise PolicyError(f"A person reads every text of the engine {parts[1]!r}; leave it out.")
    impossible = unsatisfiable(wanted, people)
    if impossible is not None:
        raise PolicyError(impossible)


def unsatisfiable(policy: Policy, people: Mapping[str, Person]) -> str | None:
    """Return why nobody could satisfy a policy, with the way out, or None where it can be satisfied."""
    able = deciders(people)
    if policy.second_for_red and len(able) < 2:
        who = "nobody can decide" if not able else f"only {able[0].name} can decide"
        return (
            f"The policy asks two people for RED and {who}, so that nothing RED could be approved: enrol another "
            "reviewer, or ask one person (`--second-for-red off`)."
        )
    return None
