"""Answers for programs on stdout, notes for people on stderr; nothing here needs more than the standard library."""

from __future__ import annotations

import json
import sys
from typing import Any

from rmos_console.cli.exits import one_line
from rmos_console.cli.visible import json_escaped, visible


def print_json(document: Any, *, compact: bool = False) -> None:
    """Print one JSON document: the exact values, with characters that could steer a terminal escaped.

    ``compact`` prints it on one line and at once, for JSON Lines.
    """
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 2}
    text = json.dumps(document, ensure_ascii=plain, allow_nan=False, **layout)
    sys.stdout.write(f"{json_escaped(text)}\n")
    if compact:
        sys.stdout.flush()


def note(message: str) -> None:
    """Print one line on stderr."""
    sys.stderr.write(f"{visible(one_line(message))}\n")
    sys.stderr.flush()
