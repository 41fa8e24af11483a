"""JSON values as words, so that false, 0, "", null and missing all look different. No Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LONGEST = 200
"""Characters of one value in a table; the rest is in the tooltip and in the raw view."""


def shown(value: Any, longest: int = LONGEST) -> str:
    """Return a value on one line: text without its quotes unless it would be invisible, everything else as JSON."""
    if isinstance(value, str):
        text = value if value.strip() else json.dumps(value)
    else:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def is_number(value: Any) -> bool:
    """Tell whether a JSON value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def at_path(document: Mapping[str, Any], path: str) -> str:
    """Return the value at a dotted path as words, empty where there is none."""
    value: Any = document
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return ""
        value = value[key]
    return shown(value)


def short_path(path: str) -> str:
    """Return a path without the part that says it is the request's: what an engineer calls the field."""
    for root in ("request_summary.", "request."):
        if path.startswith(root):
            return path.removeprefix(root)
    return path
