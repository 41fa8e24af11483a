"""From a use case's decision to one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rmos_console.core.records.actor import Caller
from rmos_console.core.records.changes import Changes
from rmos_console.core.records.ids import new_id
from rmos_console.core.store import Draft, Proposed, Store, View


def draft(caller: Caller, decide: Callable[[View], Sequence[Proposed]], *, tx: str | None = None) -> Draft:
    """Return a transaction to propose; ``decide`` judges inside the lock and returns what to write, or raises."""
    return Draft(by=caller.by, request_id=caller.request_id, decide=decide, id=tx or new_id("tx"))


def commit(
    store: Store, caller: Caller, decide: Callable[[View], Sequence[Proposed]], *, tx: str | None = None
) -> Changes:
    """Commit one transaction and return what it changed; nothing where ``decide`` had nothing to write."""
    return store.commit(draft(caller, decide, tx=tx)).changes
