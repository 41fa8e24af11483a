"""What a list of runs shows, and in which order."""

from __future__ import annotations

from typing import Final

from rmos_console.core.records.record import Record

SORT_KEYS: Final = (
    "created_at_utc",
    "status",
    "risk",
    "score",
    "mode",
    "tool_id",
    "machine_id",
    "event_type",
    "explanation_summary",
    "review_state",
    "run_id",
)
"""Columns that a list may be sorted by."""

RISK_ORDER: Final = {"RED": 0, "ERROR": 1, "UNKNOWN": 2, "YELLOW": 3, "GREEN": 4}
"""Worst first."""


class RunFilter(Record):
    """What to show. Several values of one field mean any of them; several fields mean all of them.

    ``since`` and ``until`` are UTC times as the ledger writes them, the first inclusive, the second exclusive; ``text``
    is a list of words that must all occur; ``where`` an expression over the sealed document, for example
    ``decision.score < 60``.
    """

    status: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    tool: tuple[str, ...] = ()
    machine: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    text: str | None = None
    where: str | None = None
    sort: str = "created_at_utc"
    descending: bool = True
    limit: int | None = None
    offset: int = 0

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Return the values chosen for each column, only where there are any."""
        named = {
            "status": self.status,
            "risk": self.risk,
            "mode": self.mode,
            "tool_id": self.tool,
            "machine_id": self.machine,
            "session_id": self.session,
            "review_state": self.review,
        }
        return {name: values for name, values in named.items() if values}
