"""How the HTTP engine is configured: by environment variables, off unless an address is given.

The key lies in a file, so that it stands in no argument list and no environment; it is read once for each engine, sent
in one header, and kept out of ``repr``, logs, assets and messages.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, cast, get_args
from urllib.parse import SplitResult, urlsplit

from rmos_console.core.errors import EngineError
from rmos_console.core.log import swallowed

URL: Final = "RMOS_HTTP_ENGINE_URL"
MODEL: Final = "RMOS_HTTP_ENGINE_MODEL"
KEY_FILE: Final = "RMOS_HTTP_ENGINE_KEY_FILE"
FORMAT: Final = "RMOS_HTTP_ENGINE_FORMAT"
SECONDS: Final = "RMOS_HTTP_ENGINE_SECONDS"
VARIABLES: Final = (URL, MODEL, KEY_FILE, FORMAT, SECONDS)

Format = Literal["chat", "json"]

_MODEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/:-]{0,90}", re.ASCII)
_KEY: Final = re.compile(r"[\x21-\x7e]{1,4096}")
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
_LONGEST_SECONDS: Final = 110.0
"""Less than an attempt stays open, so that the engine gives up before it is abandoned."""


@dataclass(frozen=True)
class HttpSettings:
    """Where the engine sends a run and how it asks.

    ``target`` is path and query. ``seconds`` is the time for one explanation, all tries together; ``pause`` the wait
    before the second try, doubled before each later one. ``most_bytes`` caps the answer.
    """

    secure: bool
    host: str
    port: int | None
    target: str
    model: str = ""
    key: str | None = field(default=None, repr=False)
    format: Format = "chat"
    seconds: float = 60.0
    tries: int = 3
    pause: float = 0.5
    most_bytes: int = 256 * 1024


def read_settings(environ: Mapping[str, str]) -> HttpSettings:
    """Return the settings that the variables name.

    Raises :class:`EngineError` where the engine is off or a variable is wrong, naming the variable and not its value.
    """
    address = environ.get(URL)
    if not address:
        raise EngineError(f"The HTTP engine is off; set {URL} to the address of a chat endpoint to use it.")
    parts = _split(address)
    key = _key(environ.get(KEY_FILE))
    if key is not None and parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise EngineError(f"{KEY_FILE} would send the key unencrypted; let {URL} begin with https.")
    form = environ.get(FORMAT) or "chat"
    if form not in get_args(Format):
        raise EngineError(f"{FORMAT} must be chat or json.")
    model = environ.get(MODEL) or ""
    if (model or form == "chat") and _MODEL.fullmatch(model) is None:
        raise EngineError(f"{MODEL} must name the model: letters, digits and . _ + / : - only.")
    return HttpSettings(
        secure=parts.scheme == "https",
        host=parts.hostname or "",
        port=parts.port,
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        model=model,
        key=key,
        format=cast("Format", form),
        seconds=_seconds(environ.get(SECONDS)),
    )


def _split(address: str) -> SplitResult:
    wrong = EngineError(f"{URL} must be a whole http or https address without a name or password in it.")
    if _VISIBLE.fullmatch(address) is None:
        raise wrong
    try:
        parts = urlsplit(address)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise wrong from error
    if not fits or "@" in parts.netloc:
        raise wrong
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key(name: str | None) -> str | None:
    if not name:
        return None
    path = Path(name)
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip() if path.is_file() else ""
    except (OSError, ValueError) as error:
        swallowed("explain.http_settings", error)
        raise EngineError(f"The file that {KEY_FILE} names cannot be read.") from None
    if mode & 0o077:
        raise EngineError(f"The file that {KEY_FILE} names is open to others; make it yours alone (mode 600).")
    if _KEY.fullmatch(text) is None:
        raise EngineError(f"The file that {KEY_FILE} names must hold one key on one line.")
    return text


def _seconds(text: str | None) -> float:
    if not text:
        return HttpSettings.seconds
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= _LONGEST_SECONDS:
        raise EngineError(f"{SECONDS} must be a number from 1 to {_LONGEST_SECONDS:.0f}.")
    return seconds
