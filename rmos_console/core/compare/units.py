"""Units of RMOS fields, known from their names."""

from __future__ import annotations

from functools import lru_cache

_LENGTHS = frozenset(
    {"tool_d", "stepdown", "z_rough", "safe_z", "margin", "smoothing", "doc", "kerf", "depth", "diameter"}
)
_FEEDS = frozenset({"feed", "feed_xy", "feed_z", "rapid", "plunge_feed", "feed_rate"})
_SUFFIXES = (
    ("_mm_min", "mm/min"),
    ("_mm", "mm"),
    ("_mm2", "mm²"),
    ("_in", "in"),
    ("_percent", "%"),
    ("_pct", "%"),
    ("_rpm", "rpm"),
    ("_deg", "°"),
    ("_ms", "ms"),
    ("_s", "s"),
    ("_min", "min"),
    ("_bytes", "B"),
    ("_hz", "Hz"),
    ("_kw", "kW"),
    ("_c", "°C"),
)


@lru_cache(maxsize=4096)
def unit_of(key: str, length: str | None = "mm") -> str | None:
    """Return the unit of the numbers under ``key``, None where it is not known.

    ``length`` is the unit of the request's lengths that do not name theirs (``tool_d``, ``stepdown``); None if unknown.
    """
    if key in _LENGTHS:
        return length
    if key in _FEEDS:
        return f"{length}/min" if length else None
    if key in {"rpm", "spindle_speed"}:
        return "rpm"
    return next((unit for suffix, unit in _SUFFIXES if key.endswith(suffix)), None)
