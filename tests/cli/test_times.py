"""Times as people type them and as they are shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.cli.times import exact, parse_moment, short
from rmos_console.core.errors import UsageError
from rmos_console.core.records.times import written

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def moment(text: str, *, end: bool = False, zone: str | None = "UTC") -> str:
    return parse_moment(text, option="--since", timezone=zone, now=NOW, end=end)


@pytest.fixture(autouse=True)
def _in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("7d", "2026-01-24T12:00:00Z"),
        ("90m", "2026-01-31T10:30:00Z"),
        ("2w", "2026-01-17T12:00:00Z"),
        ("2026-01-05", "2026-01-05T00:00:00Z"),
        ("2026-01-05T14:05", "2026-01-05T14:05:00Z"),
        ("2026-01-05T14:05:01.5+02:00", "2026-01-05T12:05:01.500000Z"),
        ("2026-01-05T14:05Z", "2026-01-05T14:05:00Z"),
    ],
)
def test_a_time_is_understood(text: str, meant: str) -> None:
    assert moment(text) == meant


def test_the_day_named_as_an_end_is_included() -> None:
    assert moment("2026-01-05", end=True) == "2026-01-06T00:00:00Z"
    assert moment("2026-01-05T14:05", end=True) == "2026-01-05T14:05:00Z"


def test_a_time_without_a_zone_is_read_in_the_zone_named_or_here() -> None:
    assert moment("2026-01-05T14:05", zone="-05:00") == "2026-01-05T19:05:00Z"
    assert moment("2026-01-05T14:05", zone=None) == "2026-01-05T13:05:00Z"
    assert moment("2026-07-05T14:05", zone=None) == "2026-07-05T12:05:00Z"


@pytest.mark.parametrize("text", ["", "soon", "7x", "2026-13-01", "d", "999999w", "-7d", "0001-01-01"])
def test_what_is_no_time_is_named(text: str) -> None:
    with pytest.raises(UsageError, match="is no time; write 2026-01-31"):
        moment(text, zone="+02:00")


@pytest.mark.parametrize("name", ["Nowhere/City", "../../etc/passwd", "+25:00", ""])
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(UsageError, match=r"zone|offset"):
        moment("2026-01-05", zone=name)


def test_short_times_are_local() -> None:
    assert short("2026-01-31T10:05:00Z", NOW) == "11:05"
    assert short("2026-01-30T23:30:00Z", NOW) == "00:30"
    assert short("2026-01-30T08:12:00Z", NOW) == "yesterday 09:12"
    assert short("2026-01-12T08:12:00Z", NOW) == "12 Jan"
    assert short("2025-11-12T08:12:00Z", NOW) == "12 Nov 2025"
    assert short("whenever", NOW) == "whenever"
    assert short("", NOW) == "—"


def test_exact_times_carry_their_zone() -> None:
    assert exact("2026-01-05T14:05:09Z") == "2026-01-05 15:05:09 +0100 (14:05:09 UTC)"
    assert exact(None) == "—"


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)), st.integers(-720, 720))  # noqa: DTZ001  # hypothesis adds the zone
def test_any_zone_names_the_same_moment(when: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    assert moment(when.astimezone(zone).isoformat()) == written(when)
