"""When a text is left to a person though its run is GREEN: the record or the text itself objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OBJECTIONS = (
    ("decision", "block_reason"),
    ("feasibility", "block_reason"),
    ("feasibility", "blocking"),
    ("feasibility", "blocking_reasons"),
    ("feasibility", "safety", "block_reason"),
)
"""Where a run says that it should be blocked, whatever its risk level is."""


def is_in_doubt(run: Mapping[str, Any], content: object) -> bool:
    """Tell whether a GREEN run says it is blocked, or its text names a limit exceeded that no rule reported."""
    if isinstance(content, Mapping) and content.get("unreported"):
        return True
    return any(_at(run, path) for path in _OBJECTIONS)


def _at(value: Any, path: tuple[str, ...]) -> bool:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return bool(value)
