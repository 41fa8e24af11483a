"""How values read on screen: numbers, times, counts, risk and review words. Stored values stay as they are."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication, QLocale, QTime

from rmos_console.desktop import plaintext

NOTHING = "—"
"""Missing is a dash, never blank."""

NBSP = "\u00a0"
_LONG = 12


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("words", text)


def number(value: float | None) -> str:
    """Return a number with group separators; whole numbers without a fraction, None as a dash."""
    if value is None:
        return NOTHING
    if isinstance(value, int) or float(value).is_integer():
        return QLocale().toString(int(value))
    return f"{value:g}"


def runs(count: int) -> str:
    """Return "1 run" or "214 runs"."""
    return tr("1 run") if count == 1 else tr("{n} runs").format(n=number(count))


def short_id(identifier: str | None) -> str:
    """Return the last 8 characters of an id; the whole one belongs into the tooltip."""
    return plaintext.visible(identifier[-8:]) if identifier else NOTHING


def size(count: int) -> str:
    """Return a number of bytes for people: "512 B", "3.4 KB", "12 MB"."""
    amount, unit = float(count), "B"
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f}{NBSP}{unit}" if amount >= 10 or unit == "B" else f"{amount:.1f}{NBSP}{unit}"


def parse_time(text: str | None) -> datetime | None:
    """Return a stored UTC time as a local one; None where there is none or it cannot be read."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def short_time(text: str | None, now: datetime | None = None) -> str:
    """Return "14:05" today, "yesterday 09:12", "12 Nov 14:05" this year, "12 Nov 2024" before that."""
    when = parse_time(text)
    if when is None:
        return plaintext.visible(text) if text else NOTHING
    today = (now or datetime.now().astimezone()).date()
    clock = QLocale().toString(QTime(when.hour, when.minute), "HH:mm")
    if when.date() == today:
        return clock
    if when.date() == today - timedelta(days=1):
        return tr("yesterday {time}").format(time=clock)
    month = QLocale().standaloneMonthName(when.month, QLocale.FormatType.ShortFormat)
    if when.year == today.year:
        return f"{when.day} {month} {clock}"
    return f"{when.day} {month} {when.year}"


def exact_time(text: str | None) -> str:
    """Return the local time to the second with its zone, and the stored UTC text."""
    when = parse_time(text)
    if when is None or text is None:
        return plaintext.visible(text) if text else NOTHING
    return f"{when:%Y-%m-%d %H:%M:%S} {when.tzname()} ({plaintext.visible(text)})"


def status(value: str | None) -> str:
    """Return the word for a run's status."""
    return {"OK": tr("OK"), "BLOCKED": tr("Blocked"), "ERROR": tr("Error")}.get(value or "", NOTHING)


def review(state: str | None, at_source: str | None = None) -> str:
    """Return the short word for a review state; "At source" where only a source decided."""
    if state in {None, "NONE"} and at_source:
        return tr("At source")
    return {
        "NEEDS_REVIEW": tr("To review"),
        "AWAITING_SECOND": tr("1 of 2"),
        "AUTO_APPROVED": tr("By policy"),
        "INFORMATIONAL": tr("Info only"),
        "APPROVED": tr("Approved"),
        "REJECTED": tr("Rejected"),
        "SUPERSEDED": tr("Superseded"),
    }.get(state or "", NOTHING)


def review_glyph(state: str | None, at_source: str | None = None) -> str:
    """Return which glyph stands beside :func:`review`, empty where there is nothing to review."""
    if state in {None, "NONE"}:
        return "AT_SOURCE" if at_source else ""
    return state or ""


def explanation(state: str, summary: str | None) -> str:
    """Return what the table says about a run's explanation."""
    if state == "READY":
        return plaintext.visible(summary) if summary else tr("Explained")
    return {"PENDING": tr("Being explained"), "ERROR": tr("Explanation failed")}.get(state, NOTHING)


def value(item: object) -> str:
    """Return a JSON value on one line; text without its quotes, missing as a dash."""
    if item is None:
        return NOTHING
    if isinstance(item, str):
        return plaintext.visible(item) if item else '""'
    if isinstance(item, bool):
        return "true" if item else "false"
    return plaintext.visible(json.dumps(item, ensure_ascii=False, sort_keys=True))


def digest(sha256: str | None) -> str:
    """Return the first 12 digits of a digest."""
    return plaintext.visible(sha256[:_LONG]) if sha256 else NOTHING
