"""Paths of values in a run, as evidence names them: ``request_summary.tool_d``, ``feasibility.warnings[0]``.

A key that is no identifier stands quoted in brackets: ``request_summary["a.b"]``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

_IDENTIFIER: Final = re.compile(r"[A-Za-z_]\w*")
_STEP: Final = re.compile(r'\.?([A-Za-z_]\w*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]', re.DOTALL)


def join(path: str, key: str) -> str:
    """Return the path of ``key`` below ``path``."""
    if _IDENTIFIER.fullmatch(key) is None:
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key


def spell(keys: tuple[str, ...], position: int | None = None) -> str:
    """Return the path of plain keys, with the position in the list at their end if there is one."""
    return ".".join(keys) + ("" if position is None else f"[{position}]")


def is_path(path: str) -> bool:
    """Tell whether a path is spelled as paths are, whatever lies there."""
    return bool(path) and re.fullmatch(rf"(?:{_STEP.pattern})+", path, re.DOTALL) is not None


def look_up(document: Any, path: str) -> Any:
    """Return the value at ``path``; None where the document does not reach that far or the path is malformed."""
    value, at = document, 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return None
        key, position, quoted = step.groups()
        if position is not None:
            fits = isinstance(value, list | tuple) and int(position) < len(value)
            value = value[int(position)] if fits else None
        else:
            name = key if key is not None else json.loads(quoted)
            value = value.get(name) if isinstance(value, Mapping) else None
        at = step.end()
    return value
