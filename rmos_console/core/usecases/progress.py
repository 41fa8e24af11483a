"""How long use cases tell where they are and learn that they should stop."""

from __future__ import annotations

from collections.abc import Callable

from rmos_console.core.errors import CancelledError

Progress = Callable[[int, int | None, str], None]
"""Called with what is done, the total where known, and a word for what is being done."""

Cancelled = Callable[[], bool]
"""Asked between steps; true asks the use case to stop with :class:`CancelledError`."""


def never() -> bool:
    """Never cancel."""
    return False


def silent(_done: int, _total: int | None, _what: str) -> None:
    """Tell nobody."""


def stop_if(cancelled: Cancelled, what: str) -> None:
    """Raise :class:`CancelledError` where the caller asked to stop."""
    if cancelled():
        raise CancelledError(f"{what} was cancelled; what was acknowledged before stays.")
