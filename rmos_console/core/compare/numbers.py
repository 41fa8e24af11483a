"""Differences of numbers."""

from __future__ import annotations

import math
from typing import Any

from rmos_console.core.compare.fields import is_number


def change_of(a: Any, b: Any) -> tuple[int | float | None, float | None]:
    """Return (b minus a, percent relative to the size of a) of two numbers; None where there is no such number.

    Twelve significant digits are kept: 0.3 minus 0.1 is 0.2.
    """
    if not (is_number(a) and is_number(b)):
        return None, None
    try:
        delta = b - a if isinstance(a, int) and isinstance(b, int) else float(f"{float(b) - float(a):.12g}")
        percent = float(f"{delta / abs(a) * 100:.12g}") if a else None
    except OverflowError:  # integers beyond the range of floats
        return None, None
    if not math.isfinite(delta):
        return None, None
    return delta, percent if percent is not None and math.isfinite(percent) else None
