"""Structured logging: one JSON line per event on the ``rmos_console`` logger; no payloads, no secrets.

Every use case logs ``start`` and then ``success`` or ``error`` with ``elapsed_ms``, ``run_id`` and ``request_id``
through :func:`use_case`. Front ends decide where lines go with :func:`configure`; nothing is configured on import.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from rmos_console.core.errors import RmosError

LOGGER_NAME = "rmos_console"
logger = logging.getLogger(LOGGER_NAME)


@contextmanager
def use_case(name: str, **facts: Any) -> Iterator[dict[str, Any]]:
    """Log one use case: ``start``, then ``success`` or ``error`` with ``elapsed_ms``.

    The dictionary handed out may be filled with facts that are known only later, ``run_id`` for example.
    """
    known: dict[str, Any] = {"use_case": name, **facts}
    started = time.perf_counter()
    logger.info("start", extra=known)
    try:
        yield known
    except RmosError as error:
        known.update(elapsed_ms=_elapsed(started), code=error.code, error=error.message)
        logger.info("error", extra=known)
        raise
    except BaseException as error:
        known.update(elapsed_ms=_elapsed(started), code="unexpected", error=type(error).__name__)
        logger.exception("error", extra=known)
        raise
    known["elapsed_ms"] = _elapsed(started)
    logger.info("success", extra=known)


def swallowed(where: str, error: BaseException, **context: Any) -> None:
    """Log an exception that is deliberately not raised further, with where and why it happened."""
    logger.warning(
        "swallowed", extra={"where": where, "error": type(error).__name__, "reason": str(error)[:300], **context}
    )


def configure(level: str = "WARNING", file: Path | None = None) -> None:
    """Send JSON log lines of ``level`` and above to ``file`` (0600, appended), or to stderr."""
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        os.close(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
        handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for former in logger.handlers:
        former.close()
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


def _elapsed(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
