"""Starts the window: looks for a display before Qt does, because without one Qt ends the process."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rmos_console.core.errors import UsageError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from rmos_console.desktop.settings import Settings

NO_DISPLAY = (
    "There is no display (neither DISPLAY nor WAYLAND_DISPLAY leads to one), so no window can open; "
    "`rmos-console --help` lists what works without one."
)
_SOCKETS = Path("/tmp/.X11-unix")  # noqa: S108 - where X servers put their sockets, fixed by the X protocol
_NEEDS_NONE = ("offscreen", "minimal", "vnc", "eglfs", "linuxfb")


def run(store: Path | None = None, *, request_id: str | None = None) -> int:
    """Open the window on a store (None: the one used last, or the usual place) and return its exit code.

    Prints one line and returns 2 without a display. ``request_id`` is recorded in everything this window writes.
    """
    try:
        check_display(os.environ)
    except UsageError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 - the only way to say it: there is no window
        return error.exit_code
    # Qt is loaded only now: the check above must work where Qt would end the process.
    from rmos_console.desktop import settings as remembered  # noqa: PLC0415 - see above
    from rmos_console.desktop.desk import Desk  # noqa: PLC0415 - see above
    from rmos_console.desktop.main_window import MainWindow  # noqa: PLC0415 - see above
    from rmos_console.desktop.tasks import TaskRunner  # noqa: PLC0415 - see above

    kept = remembered.load()
    app = make_application(kept.theme)
    window = MainWindow(Desk(request_id=request_id), TaskRunner(), kept)
    window.show()
    wanted = store or usual_place(kept)
    if wanted is not None:
        window.door.open(wanted)
    code = app.exec()
    window.close()
    return code


def make_application(theme_name: str = "") -> QApplication:
    """Return the application object in our palette; ``theme_name`` empty follows the system."""
    from PySide6.QtCore import QLocale, Qt  # noqa: PLC0415 - Qt loads only after the display is known to be there
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - as above

    from rmos_console.desktop import icons, theme  # noqa: PLC0415 - as above

    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["rmos-console"])
    app.setApplicationName("rmos-console")
    app.setApplicationDisplayName("RMOS Console")
    app.setDesktopFileName("rmos-console")
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    dark = app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    theme.apply(app, "dark" if theme_name == "dark" or (not theme_name and dark) else "light")
    app.setWindowIcon(icons.icon("app", "text", size=48))
    return app


def usual_place(kept: Settings) -> Path | None:
    """Return the store to open when none is named: the environment's, the last one used, the usual place, or None."""
    from rmos_console.core.store import find_store  # noqa: PLC0415 - not needed before the window shows

    found = find_store(None)
    if "RMOS_RUNS_DIR" in os.environ:
        return found
    for path in (Path(kept.recent) if kept.recent else None, found):
        if path is not None and (path / "store.json").is_file():
            return path
    return None


def check_display(environment: Mapping[str, str]) -> None:
    """Raise :class:`UsageError` where Qt would find nothing to draw on; local X sockets are tried."""
    if environment.get("QT_QPA_PLATFORM", "").startswith(_NEEDS_NONE):
        return
    if sys.platform != "linux" or environment.get("WAYLAND_DISPLAY"):
        return
    display = environment.get("DISPLAY", "")
    host, _, rest = display.partition(":")
    number = rest.partition(".")[0]
    if not display or not number.isdecimal():
        raise UsageError(NO_DISPLAY)
    if host not in {"", "unix"}:
        return  # a remote display: only Qt can find out, and waiting for a network here would be worse
    with socket.socket(socket.AF_UNIX) as probe:
        for address in (str(_SOCKETS / f"X{number}"), f"\0{_SOCKETS}/X{number}"):
            try:
                probe.connect(address)
            except OSError:
                continue
            return
    raise UsageError(NO_DISPLAY)
