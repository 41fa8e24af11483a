"""Reading single fields of a run document that may lack any of them, and paths of fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

_VOLATILE_ROOTS = frozenset({"source", "source_facts", "timings"})
_VOLATILE_KEYS = frozenset(
    {"run_id", "run_sha256", "request_id", "feasibility_sha256", "elapsed_ms", "elapsed_s", "duration_ms", "duration_s"}
)


def at(document: Mapping[str, Any], *keys: str) -> Any:
    """Return the value below ``keys``, None where the document does not reach that far."""
    value: Any = document.get(keys[0])
    for key in keys[1:]:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def is_number(value: Any) -> bool:
    """Tell whether a JSON value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def below(paths: Iterable[str], roots: Sequence[str]) -> list[str]:
    """Return those of ``paths`` that are one of ``roots`` or lie below one."""
    starts = tuple(f"{root}{mark}" for root in roots for mark in ".[")
    return [path for path in paths if path in roots or path.startswith(starts)]


def is_ignored(path: str, ignore: Sequence[str]) -> bool:
    """Tell whether a path, or one it lies below, is named by ``ignore``, where ``*`` stands for any text."""
    return bool(below([path], ignore)) or any("*" in each and fnmatchcase(path, each) for each in ignore)


@lru_cache(maxsize=8192)
def is_volatile(path: str, key: str) -> bool:
    """Tell whether a path holds a time, or an id that every record has its own of.

    In the lineage a run id is content: it says where the run comes from.
    """
    roots = path.replace("[", ".").split(".")
    if roots[0] in _VOLATILE_ROOTS or "timings" in roots:
        return True
    if key in _VOLATILE_KEYS:
        return roots[0] != "lineage"
    return key.endswith("_at_utc") or key.startswith("computed_at")
