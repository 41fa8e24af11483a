"""Foreign layouts to runs: one file per layout, nothing here writes.

:func:`roots` lists the stores at a path, :func:`detect` names the one layout, and :func:`read` yields what is in a
store as the items of :mod:`.found`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from rmos_console.core.errors import UsageError
from rmos_console.core.importers import job_log, patch, saw, v1, v2
from rmos_console.core.importers.detect import Root, detect, roots, why_nothing
from rmos_console.core.importers.found import Found
from rmos_console.core.records.times import check_timezone

__all__ = ["LAYOUTS", "Root", "detect", "read", "roots", "why_nothing"]

LAYOUTS: dict[str, Callable[..., Iterator[Found]]] = {
    module.LAYOUT: module.read for module in (patch, v1, v2, saw, job_log)
}
"""The layouts by name, as ``--format`` takes them."""


def read(path: Path, layout: str, *, timezone: str = "UTC") -> Iterator[Found]:
    """Yield what the store at ``path`` holds, one item at a time, in an order that never changes.

    A defect is an item (:class:`.found.Refused`), not an error. Times without a zone are read in ``timezone`` and
    marked. Raises :class:`UsageError` for a layout or a zone that is not known, before anything is read.
    """
    if layout not in LAYOUTS:
        raise UsageError(f"There is no layout {layout[:40]!r}; choose one of {', '.join(LAYOUTS)}.")
    check_timezone(timezone)
    files = [root.path for root in roots(path) if root.layout == layout] if path.is_dir() else []
    return chain.from_iterable(LAYOUTS[layout](each, timezone=timezone) for each in files or [path])
