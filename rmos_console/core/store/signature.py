"""The signature of a run's history: equal for runs whose explanation and review state must come out the same.

Most runs share a few histories (explained; explained and approved). So the states of many runs are judged once for each
signature instead of once for each run. A signature names advisories, attempts and decisions by the order in which they
first occur, people and policy versions by name, and leaves out what no rule looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rmos_console.core.records.events import Event

ABSENT = "?"
"""Marks in a signature an advisory whose text was not sealed in the same segment: such a run is judged by itself."""


SEVERAL = "*"
"""Ends a signature that names more than one advisory, attempt or decision: what a later segment says about one of them
does not tell which."""


class _Order:
    """Numbers for ids, in the order in which they first occur."""

    def __init__(self) -> None:
        self._known: dict[str | None, int] = {None: -1}

    def __call__(self, text: str | None) -> int:
        return self._known.setdefault(text, len(self._known))

    def __len__(self) -> int:
        return len(self._known) - 1


def signature(risk: str, history: Iterable[tuple[int, Event]], is_here: Callable[[str], bool]) -> str:
    """Return the signature of a run with this risk (as text) and these events, each with the number of its line.

    ``is_here`` tells whether an advisory is sealed in the same segment. A run that nothing happened to has the
    signature ``""``.
    """
    advisory, attempt, decision = _Order(), _Order(), _Order()
    parts: list[str] = []
    last = 0
    for seq, event in history:
        told = _told(event, advisory, attempt, decision)
        if told is None:
            continue
        name, advisory_id = told
        absent = ABSENT if advisory_id is not None and not is_here(advisory_id) else ""
        parts.append(f"{'+' if seq == last else ' '}{name}{absent}")
        last = seq
    several = SEVERAL if max(len(advisory), len(attempt), len(decision)) > 1 else ""
    return f"{risk}{''.join(parts)}{several}" if parts else ""


def _told(event: Event, advisory: _Order, attempt: _Order, decision: _Order) -> tuple[str, str | None] | None:
    kind = event["kind"]
    if kind == "advisory.attached":
        ref: dict[str, Any] = event["ref"]
        return f"attached {ref['kind']} {advisory(ref['advisory_id'])}", ref["advisory_id"]
    if kind == "explanation.pending":
        return f"pending {attempt(event['attempt'])}", None
    if kind == "explanation.ready":
        return f"ready {advisory(event['advisory_id'])} {attempt(event['attempt'])}", event["advisory_id"]
    if kind == "explanation.failed":
        return f"failed {attempt(event['attempt'])}", None
    if not kind.startswith("review."):
        return None
    made: dict[str, Any] = event["decision"]
    about = f"{kind} {advisory(made['advisory_id'])} {made['policy_version']}"
    if kind == "review.auto_approved":
        return about, None
    return f"{about} {made['person_id']!r} {decision(made['decision_id'])} {decision(made['withdraws'])}", None
