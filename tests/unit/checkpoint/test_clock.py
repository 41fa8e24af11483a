"""What an audit says about times that cannot be right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rmos_console.core.store import Line, Location
from rmos_console.core.usecases.audit_clock import ClockWatch

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def transaction(seconds: float, *, ran: float | None = None, boot: str = "a", **decision: Any) -> dict[str, Any]:
    """A transaction some seconds after the start; its machine ran that long too, unless said otherwise."""
    events = [{"kind": "review.approved", "decision": decision}] if decision else [{"kind": "run.sealed"}]
    at = (START + timedelta(seconds=seconds)).isoformat()
    return {"at": at, "mono": [boot, int((seconds if ran is None else ran) * 1e9)], "events": events}


def told(*transactions: dict[str, Any]) -> list[str]:
    watch = ClockWatch()
    lines = [Line(Location(seq, 1, seq), "", "", [item]) for seq, item in enumerate(transactions, 1)]
    findings = [finding for line in lines for finding in watch.take(line)]
    assert all(finding.severity == "warning" and finding.file == "ledger/000001.jsonl" for finding in findings)
    return [finding.message for finding in findings]


def test_a_clock_that_goes_on_is_not_mentioned() -> None:
    assert told(transaction(0), transaction(0), transaction(1), transaction(3600, ran=5)) == []


def test_a_time_that_goes_back_is_named_once() -> None:
    (message,) = told(transaction(100), transaction(40), transaction(41))
    assert "went back by 60.000 s" in message


def test_a_long_step_back_reads_as_hours() -> None:
    assert "1 day, 1:00:00" in told(transaction(90_000), transaction(0))[0]


def test_a_clock_set_back_between_two_transactions_shows_though_times_go_on() -> None:
    (message,) = told(transaction(0, ran=0), transaction(10, ran=3600))
    assert "set back by about 0:59:50" in message


@pytest.mark.parametrize("boot", ["b", "unknown"])
def test_another_boot_or_an_unknown_one_says_nothing(boot: str) -> None:
    assert told(transaction(0, ran=0, boot=boot if boot == "unknown" else "a"), transaction(1, ran=99, boot=boot)) == []


def test_what_is_no_time_is_named() -> None:
    odd = {**transaction(0), "at": "yesterday", "mono": "x"}
    (message,) = told(transaction(0), odd, transaction(1))
    assert "'yesterday', which is none" in message


@pytest.mark.parametrize(("seconds", "words"), [(60, "after the transaction"), (-2 * 86_400, "long before")])
def test_a_decision_far_from_its_transaction_is_named(seconds: float, words: str) -> None:
    decided = (START + timedelta(seconds=seconds)).isoformat()
    (message,) = told(transaction(0, at_utc=decided))
    assert words in message
    assert told(transaction(0, at_utc=START.isoformat())) == []
    assert told(transaction(0, at_utc=None)) == []
