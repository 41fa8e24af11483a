"""JSON values as words, so that false, 0, "", null and missing all look different. No Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rmos_console.core import log
from rmos_console.core.explain import paths

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
    """Return the value at a path as words, empty where there is none; paths are spelled as evidence spells them."""
    try:
        value = paths.look_up(document, path) if path else None
    except ValueError as error:  # a position of thousands of digits, or a quoted key that is no JSON
        log.swallowed("desktop.at_path", error, path=path[:LONGEST])
        return ""
    if value is None and not (path and _holds_null(document, path)):
        return ""
    return shown(value)


def _holds_null(document: Mapping[str, Any], path: str) -> bool:
    """Tell null from nothing at a path that leads to no value: ask what holds it."""
    opening = '["' if path.endswith('"]') else "[" if path.endswith("]") else "."
    cut = max(path.rfind(opening, 0, -2 if opening == '["' else None), 0)
    above = paths.look_up(document, path[:cut])
    if isinstance(above, Mapping):
        return any(value is None and paths.join(path[:cut], key) == path for key, value in above.items())
    return isinstance(above, list) and any(f"{path[:cut]}[{at}]" == path for at in range(len(above)))


def short_path(path: str) -> str:
    """Return a path without the part that says it is the request's: what an engineer calls the field."""
    for root in ("request_summary.", "request."):
        if path.startswith(root):
            return path.removeprefix(root)
    return path
