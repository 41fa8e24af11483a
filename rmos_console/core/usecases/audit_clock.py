"""What an audit can say about the clock: where recorded times contradict each other or the machine's running time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from rmos_console.core.records.report import Finding
from rmos_console.core.review.states import moment
from rmos_console.core.store import Line

SLACK = timedelta(seconds=2)
"""How far a clock may be adjusted between two transactions without being mentioned: time services do that."""

LONGEST_WAIT = timedelta(days=1)
"""How long a signed decision may wait for its transaction without being mentioned."""


class ClockWatch:
    """Compares each transaction's time with the one before, and each decision's with its transaction's.

    A transaction also names the boot of its machine and the nanoseconds since then. Between two of one boot the clock
    may have advanced more than those (the machine slept), but not less: then it was set back.
    """

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._text = ""
        self._mono: tuple[str, int] | None = None

    def take(self, line: Line) -> Iterator[Finding]:
        """Yield what is odd about the times in one line; lines come in ledger order."""
        for transaction in line.transactions:
            at, mono = moment(transaction["at"]), _mono(transaction.get("mono"))
            for message in (
                self._backwards(at, transaction["at"]),
                self._set_back(at, mono),
                *_decided(transaction, at),
            ):
                if message is not None:
                    file, offset = line.location.file, line.location.offset
                    yield Finding(severity="warning", file=file, offset=offset, message=f"Clock: {message}")
            self._at, self._text, self._mono = at or self._at, transaction["at"], mono

    def _backwards(self, at: datetime | None, text: str) -> str | None:
        if at is None:
            return f"a transaction states the time {text[:40]!r}, which is none."
        if self._at is None or at >= self._at:
            return None
        return f"it went back by {_span(self._at - at)}: a transaction says {text}, the one before it {self._text}."

    def _set_back(self, at: datetime | None, mono: tuple[str, int] | None) -> str | None:
        if at is None or self._at is None or mono is None or self._mono is None or mono[0] != self._mono[0]:
            return None
        ran = timedelta(microseconds=(mono[1] - self._mono[1]) // 1000)
        lost = ran - (at - self._at)
        if lost <= SLACK or at < self._at:
            return None
        return (
            f"it was set back by about {_span(lost)} before {at.isoformat()}: the machine ran {_span(ran)} meanwhile."
        )


def _decided(transaction: dict[str, Any], at: datetime | None) -> Iterator[str]:
    for event in transaction["events"]:
        decision = event.get("decision") if event["kind"].startswith("review.") else None
        decided = moment(str(decision.get("at_utc"))) if isinstance(decision, dict) else None
        if decided is None or at is None:
            continue
        if decided - at > SLACK:
            yield f"a decision says {decided.isoformat()}, after the transaction that holds it ({transaction['at']})."
        elif at - decided > LONGEST_WAIT:
            yield f"a decision says {decided.isoformat()}, long before its transaction ({transaction['at']})."


def _mono(value: object) -> tuple[str, int] | None:
    match value:
        case [str(boot), int(nanoseconds)] if boot != "unknown":
            return boot, nanoseconds
    return None


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    return f"{seconds:.3f} s" if seconds < 120 else str(timedelta(seconds=round(seconds)))
