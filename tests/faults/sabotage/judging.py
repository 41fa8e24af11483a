"""Sabotages of judgement: drafts are judged on a store that is not the one they are written to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rmos_console.core.errors import RmosError
from rmos_console.core.store import Draft, Proposed, Store, View
from tests.faults.sabotage.seams import Patches

Decide = Callable[[View], Sequence[Proposed]]


def preconditions_outside_lock(patches: Patches) -> None:
    """Judge drafts before the lock is taken, on the latest snapshot, and not again."""
    _judge_otherwise(patches, lambda store, draft: _decided(draft, store.snapshot()))


def judged_against_old_head(patches: Patches) -> None:
    """Judge every draft inside the lock, but without those before it in the same line."""
    _judge_otherwise(patches, lambda store, draft: lambda _view: draft.decide(store.snapshot()))


def _judge_otherwise(patches: Patches, other: Callable[[Store, Draft], Decide]) -> None:
    def one(real: Any) -> Any:
        def commit(store: Store, draft: Draft) -> Any:
            return real(store, draft._replace(decide=other(store, draft)))

        return commit

    def many(real: Any) -> Any:
        def commit_many(store: Store, drafts: Sequence[Draft]) -> Any:
            return real(store, [draft._replace(decide=other(store, draft)) for draft in drafts])

        return commit_many

    patches.put(Store, "commit", one, "self", "draft")
    patches.put(Store, "commit_many", many, "self", "drafts")


def _decided(draft: Draft, view: View) -> Decide:
    try:
        events = list(draft.decide(view))
    except RmosError as error:
        return _raising(error)
    return lambda _view: events


def _raising(error: RmosError) -> Decide:
    def decide(_view: View) -> Sequence[Proposed]:
        raise error

    return decide
