"""Whether the window could open here: tried in a process of its own, because Qt may end the process that tries."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping

from rmos_console.cli.desktop_door import has_display, has_qt
from rmos_console.core.records.doctor import Check

SECONDS = 30.0
"""A display that does not answer for so long is not one."""

_PROBE = "from PySide6.QtWidgets import QApplication; print(QApplication([]).platformName())"
_LIBRARY = re.compile(r"(lib[\w.+-]+?\.so[.\d]*): cannot open shared object")
_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
}
"""The Debian package of each system library that Qt needs at least; on other systems it is called alike."""

_FOR_X = "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0"
_FOR_ANY = "libglib2.0-0 libgl1 libegl1 libfontconfig1 libxkbcommon0 libdbus-1-3 fonts-dejavu-core"


def check_display() -> Check:
    """Judge whether Qt starts: on the display there is, or else without one, as pictures are drawn."""
    if not has_qt():
        return _judged("warn", "PySide6 is not installed, so no window can open", "Install pyside6-essentials.")
    shown = has_display(os.environ)
    environment = dict(os.environ) if shown else {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    answered = probe(environment)
    if isinstance(answered, str):
        if shown:
            return _judged("ok", f"Qt starts on the platform {answered}")
        found = (
            "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open; Qt itself starts"
        )
        return _judged("warn", found, "Nothing on a machine without a screen; else call this in a desktop session.")
    found, advice = explained(answered.message)
    return _judged("fail" if shown else "warn", found, advice)


class FailedProbe:
    """Qt did not start; ``message`` is what it said."""

    def __init__(self, message: str) -> None:
        self.message = message


def probe(environment: Mapping[str, str]) -> str | FailedProbe:
    """Start Qt in a process of its own and return the platform it found."""
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter with a fixed program
            [sys.executable, "-c", _PROBE],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return FailedProbe(f"Qt did not start within {SECONDS:g} s")
    except OSError as error:
        return FailedProbe(f"no process could be started ({error.strerror})")
    if done.returncode == 0 and done.stdout.strip():
        return done.stdout.strip()
    return FailedProbe(done.stderr)


def explained(said: str) -> tuple[str, str]:
    """Return how things are and what to do, for what Qt said when it did not start."""
    missing = sorted(set(_LIBRARY.findall(said)))
    if missing:
        packages = " ".join(sorted({_PACKAGES.get(name, "") for name in missing} - {""})) or _FOR_ANY
        return f"Qt lacks the system library {', '.join(missing)}", f"As root: apt-get install {packages}"
    if "platform plugin" in said:
        found = "Qt cannot use this display: a system library is missing, or the display does not answer"
        return found, f"As root: apt-get install {_FOR_ANY} {_FOR_X}; and see that DISPLAY names a display that runs"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = lines[-1][:200] if lines else "it ended without a word"
    return f"Qt does not start: {last}", f"As root: apt-get install {_FOR_ANY}"


def _judged(state: str, found: str, advice: str | None = None) -> Check:
    return Check.model_validate({"name": "display", "state": state, "found": found, "advice": advice})
