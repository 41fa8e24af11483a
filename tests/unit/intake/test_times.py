"""Time stamps of every spelling become one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.errors import BadDataError, UsageError
from rmos_console.core.records.times import Moment, check_timezone, read_time, sort_key, written

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES)  # noqa: DTZ001  # bounds without a zone, as hypothesis asks


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-14T09:26:53Z", "2026-03-14T09:26:53Z"),
        ("2026-03-14t09:26:53z", "2026-03-14T09:26:53Z"),
        ("2026-03-14T09:26:53.000000Z", "2026-03-14T09:26:53Z"),
        ("2026-03-14T09:26:53.5Z", "2026-03-14T09:26:53.500000Z"),
        ("2026-03-14T09:26:53,25+00:00", "2026-03-14T09:26:53.250000Z"),
        ("2025-11-24T07:14:53.7381472-06:00", "2025-11-24T13:14:53.738147Z"),
        ("2026-03-14 09:26+0530", "2026-03-14T03:56:00Z"),
        ("2026-03-14T23:30:00-01", "2026-03-15T00:30:00Z"),
        ("2024-02-29T00:00:00 +00:00", "2024-02-29T00:00:00Z"),
    ],
)
def test_a_time_with_a_zone_is_read_as_it_is(text: str, utc: str) -> None:
    assert read_time(text, timezone="Asia/Tokyo") == Moment(utc, None)


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("UTC", "2025-07-27T15:09:30.632421Z"),
        ("-06:00", "2025-07-27T21:09:30.632421Z"),
        ("+05:30", "2025-07-27T09:39:30.632421Z"),
        ("America/Chicago", "2025-07-27T20:09:30.632421Z"),
    ],
)
def test_a_time_without_a_zone_is_read_in_the_one_given_and_marked(zone: str, utc: str) -> None:
    assert read_time("2025-07-27T15:09:30.632421", timezone=zone) == Moment(utc, zone)


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2026-03-14", "2026-02-30T00:00:00Z", "2026-03-14T24:00:00Z", "2026-03-14T09:60:00Z"),
        *("2026-03-14T09:26:61Z", "2026-03-14T09:26:53Z\n", "2026-W11-6T09:26:53Z", "٢٠٢٦-03-14T09:26:53Z"),
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "2026-03-14T09:26:53+99:00"),
        *(None, 5, True, ["2026-03-14T09:26:53Z"]),
    ],
)
def test_what_is_no_time_is_refused_in_one_line(text: object) -> None:
    with pytest.raises((BadDataError, UsageError)) as caught:
        read_time(text, what="created_at")
    assert "\n" not in caught.value.message
    assert caught.type is BadDataError
    assert caught.value.message.startswith("created_at is ")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "+99:00", "\0", "a" * 300])
def test_a_zone_that_is_not_known_is_a_wrong_call(zone: str) -> None:
    with pytest.raises(UsageError, match="offset"):
        check_timezone(zone)
    assert check_timezone("Z") == "Z"


@given(MOMENTS, st.sampled_from(["T", " "]))
def test_every_spelling_of_a_moment_reads_as_that_moment(moment: datetime, between: str) -> None:
    utc = read_time(moment.isoformat(between)).utc
    assert utc == written(moment)
    assert datetime.fromisoformat(utc) == moment
    assert read_time(utc) == Moment(utc, None)


@given(MOMENTS, st.sampled_from([0, 1, 999_999, 1_000_000]))
def test_the_sort_key_orders_as_time_does(moment: datetime, micros: int) -> None:
    first = moment.astimezone(UTC).replace(microsecond=0)
    second = first + timedelta(microseconds=micros)
    assert (sort_key(written(first)) < sort_key(written(second))) == (first < second)
