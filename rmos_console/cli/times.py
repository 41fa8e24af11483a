"""Times: how people type them, and how they are shown."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from rmos_console.core.errors import BadDataError, UsageError
from rmos_console.core.records.times import read_time, written

_DURATION = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def parse_moment(text: str, *, option: str, timezone: str | None, now: datetime, end: bool = False) -> str:
    """Return the UTC time, as the ledger writes it, that a person means.

    ``7d`` (s, m, h, d, w) is that long before ``now``; a date is its first moment, or with ``end`` the first moment
    after it; a time without a zone is read in ``timezone`` (None: this machine's). Raises :class:`UsageError`.
    """
    duration = _DURATION.fullmatch(text)
    try:
        if duration:
            return written(now - timedelta(**{_UNITS[duration[2]]: int(duration[1])}))
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            text = f"{day.isoformat()}T00:00"
        return written(
            _local(text) if timezone is None else datetime.fromisoformat(read_time(text, timezone=timezone).utc)
        )
    except (ValueError, OverflowError, BadDataError) as error:
        raise UsageError(
            f"{option} {text[:60]!r} is no time; write 2026-01-31, 2026-01-31T14:05, or 7d for seven days ago."
        ) from error


def short(utc: str, now: datetime) -> str:
    """Return a time of the ledger as tables show it: local, "14:05", "yesterday 09:12", "12 Nov", "12 Nov 2025"."""
    moment = _read(utc)
    if moment is None:
        return utc or "—"
    local, today = moment.astimezone(), now.astimezone().date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today - timedelta(days=1):
        return f"yesterday {local:%H:%M}"
    day = f"{local.day} {_MONTHS[local.month - 1]}"
    return day if local.year == today.year else f"{day} {local.year}"


def exact(utc: str | None) -> str:
    """Return a time of the ledger in full: local with its offset, then UTC."""
    moment = _read(utc) if utc else None
    if moment is None:
        return utc or "—"
    local = moment.astimezone()
    if local.utcoffset() == timedelta(0):
        return f"{local:%Y-%m-%d %H:%M:%S} UTC"
    return f"{local:%Y-%m-%d %H:%M:%S %z} ({moment.astimezone(UTC):%H:%M:%S} UTC)"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _read(utc: str) -> datetime | None:
    """Return the moment, or None for a text that is no time: stored text is shown as it is."""
    try:
        moment = datetime.fromisoformat(utc)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _local(text: str) -> datetime:
    """Return the moment; without a zone of its own it is one of this machine's clock."""
    return datetime.fromisoformat(text).astimezone()
