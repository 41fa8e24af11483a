"""The one door from the command line to the window: loaded by name, and only when a window is asked for."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rmos_console.core.errors import UsageError

APPLICATION = "rmos_console.desktop.app:run"
SCREENS = "rmos_console.desktop.screens:render_views"
_NEEDS_NO_DISPLAY = ("offscreen", "minimal", "vnc", "eglfs", "linuxfb")


def run_desktop(store: Path | None, *, request_id: str) -> int:
    """Open the window on a store (None: the usual place) and return its exit code when it is closed.

    Raises :class:`UsageError` without a display or without PySide6. Qt would end the process without a display, so
    that is looked at first.
    """
    check_display("`rmos-console --help` lists what works without one")
    return int(_load(APPLICATION)(store, request_id=request_id))


def render_views(store: Path, folder: Path) -> list[Path]:
    """Draw every view of the window, light and dark, into PNG files in ``folder``, without a display."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    made = _load(SCREENS)(store, folder)
    return [Path(path) for path in made]


def check_display(way_out: str) -> None:
    """Raise :class:`UsageError` where there is no display; ``way_out`` ends its message."""
    if not has_display(os.environ):
        raise UsageError(
            f"There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open; {way_out}."
        )


def has_qt() -> bool:
    """Tell whether PySide6 is installed, without loading it."""
    return find_spec("PySide6") is not None


def has_display(environment: Mapping[str, str]) -> bool:
    """Tell whether Qt would find something to draw on."""
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return True
    return environment.get("QT_QPA_PLATFORM", "").startswith(_NEEDS_NO_DISPLAY)


def _load(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    if not has_qt():
        raise UsageError(
            "The window needs PySide6, which is not installed; install rmos-console with its dependencies."
        )
    try:
        loaded: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except ImportError as error:
        raise UsageError(
            f"The window cannot be loaded ({' '.join(str(error).split())[:200]}); a system library "
            "that Qt needs may be missing: packaging/run names and installs them."
        ) from error
    return loaded
