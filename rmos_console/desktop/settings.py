"""What the window remembers between starts: one small JSON file in the user's configuration folder.

Damaged settings are set aside by ignoring them: the window then starts as the first time.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from rmos_console.core import log
from rmos_console.core.canonical import read_json
from rmos_console.core.errors import BadDataError

_LIMIT = 64 * 1024


@dataclass
class Settings:
    """``theme`` is ``light``, ``dark`` or empty to follow the system; ``geometry`` is Qt's own, in hex."""

    theme: str = ""
    geometry: str = ""
    splitter: str = ""
    recent: str = ""

    def save(self) -> None:
        """Write the file (0600) in one step; a folder that cannot be written costs the memory, not the work."""
        target = _place()
        text = json.dumps(asdict(self), indent=2)
        part = target.with_suffix(f".{os.getpid()}.part")
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            part.replace(target)
        except OSError as error:
            log.swallowed("desktop.settings.save", error)


def load() -> Settings:
    """Return what was remembered, or the defaults."""
    try:
        data = _place().read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        log.swallowed("desktop.settings.load", error)
        return Settings()
    try:
        document: Any = read_json(data, name="the window's settings", limit=_LIMIT)
    except BadDataError as error:
        log.swallowed("desktop.settings.load", error)
        return Settings()
    known = {field.name for field in fields(Settings)}
    items = document.items() if isinstance(document, dict) else ()
    return Settings(**{key: value for key, value in items if key in known and isinstance(value, str)})


def _place() -> Path:
    return user_config_path("rmos-console") / "desktop.json"
