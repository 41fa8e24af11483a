"""Time stamps: how every RMOS layout wrote them, and the one way this store writes them.

Read: ``YYYY-MM-DDTHH:MM[:SS[.f…]]`` with ``Z``, ``+00:00``, ``-06:00``, ``+0530`` or no zone at all; fractions of any
length (one writer used seven digits; what is beyond microseconds is cut). Written in UTC:
``YYYY-MM-DDTHH:MM:SS[.ffffff]Z`` with a fraction of six digits only when it is not zero.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rmos_console.core.errors import BadDataError, UsageError

_STAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(:\d{2})?(?:[.,](\d{1,18}))?\s?(Z|z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?",
    re.ASCII,
)
_OFFSET = re.compile(r"([+-])([01]\d|2[0-3]):?([0-5]\d)?", re.ASCII)


class Moment(NamedTuple):
    """A time in the store's spelling; ``assumed_timezone`` names the zone it was read in where the text had none."""

    utc: str
    assumed_timezone: str | None


def read_time(text: object, *, timezone: str = "UTC", what: str = "the time") -> Moment:
    """Return the moment that ``text`` names; a text without a zone is read in ``timezone`` and marked as assumed.

    Raises :class:`BadDataError` (naming ``what``) for anything that is no time, :class:`UsageError` for a bad zone.
    """
    match = _STAMP.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadDataError(f"{what} is {_shown(text)}, which is no time; write it as 2026-01-31T12:00:00Z.")
    day, minutes, seconds, fraction, zone = match.groups()
    micros = (fraction or "")[:6].ljust(6, "0")
    try:
        local = datetime.fromisoformat(f"{day}T{minutes}{seconds or ':00'}.{micros}")
        moment = local.replace(tzinfo=_zone(zone or timezone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadDataError(f"{what} is {_shown(text)}, which is no time: {error}.") from error
    return Moment(written(moment), None if zone else timezone)


def written(moment: datetime) -> str:
    """Return an aware moment in the store's spelling."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{text}Z"


def sort_key(utc: str) -> str:
    """Return a text that sorts as time does: every moment with its six digits of a second, without the ``Z``."""
    bare = utc.removesuffix("Z")
    return bare if "." in bare else f"{bare}.000000"


def check_timezone(name: str) -> str:
    """Return ``name`` if times can be read in it: ``UTC``, an offset as ``-06:00``, or a name as ``America/Chicago``.

    Raises :class:`UsageError` otherwise.
    """
    _zone(name)
    return name


def _zone(name: str) -> tzinfo:
    if name in {"UTC", "Z", "z"}:
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(-span if offset[1] == "-" else span)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"The time zone {name[:80]!r} is not known on this machine; give UTC or an offset such as -06:00."
        ) from error


def _shown(value: object) -> str:
    return "missing" if value is None else repr(value)[:60]
