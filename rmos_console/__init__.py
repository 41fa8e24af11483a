"""RMOS Console: review, compare and audit the runs of a CNC workshop.

``open_store`` is the door for scripts: it returns a store that the use cases in ``rmos_console.core.usecases`` work on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rmos_console.core.store import open_store

__version__ = "0.1.0"
__all__ = ["__version__", "open_store"]


def __getattr__(name: str) -> Any:
    """Load the store on first use, so that asking for the version stays fast."""
    if name == "open_store":
        from rmos_console.core.store import open_store  # noqa: PLC0415  pydantic and tinydb cost 100 ms to import

        return open_store
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
