"""The clock of the use cases; rules below never read one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def utc_text(moment: datetime) -> str:
    """Return a moment as the ledger writes it: UTC with microseconds and ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now_utc() -> str:
    """Return the present moment as the ledger writes it."""
    return utc_text(datetime.now(UTC))


def in_seconds(seconds: float) -> str:
    """Return the moment ``seconds`` from now as the ledger writes it."""
    return utc_text(datetime.now(UTC) + timedelta(seconds=seconds))
