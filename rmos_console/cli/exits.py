"""Exit codes, and the one line and the one document that an error becomes."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import typer

from rmos_console.core.errors import RmosError


class Exit(IntEnum):
    """What a call answers to the shell (design, Interfaces)."""

    DONE = 0
    """Done, or nothing to do."""
    NEGATIVE = 1
    """A negative answer: damage, a difference, conflicts; also an error nobody expected."""
    USAGE = 2
    """Wrong usage, or no display."""
    NOT_FOUND = 3
    """No such run, advisory or input file."""
    REFUSED = 4
    """Refused by a rule."""
    BAD_DATA = 5
    """Bad data, ids included."""
    STORE = 6
    """The store is unavailable."""
    INTERRUPTED = 130
    """Stopped by Ctrl+C."""
    BROKEN_PIPE = 141
    """Whoever read the output went away."""


class Failure(NamedTuple):
    """An error as the outside sees it; ``expected`` is false for a defect of ours."""

    exit_code: int
    code: str
    message: str
    details: dict[str, Any]
    expected: bool = True

    def document(self) -> dict[str, Any]:
        """Return the error document, the same for every verb."""
        return {"error": {"code": self.code, "message": self.message, "details": self.details}}


def failure_of(error: BaseException) -> Failure:
    """Return what the outside is told about an exception; never a traceback, always one line."""
    if isinstance(error, RmosError):
        return Failure(error.exit_code, error.code, one_line(error.message), error.details)
    if isinstance(error, typer.TyperException):
        return Failure(Exit.USAGE, "usage", _usage_line(error), {})
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return Failure(Exit.INTERRUPTED, "interrupted", "Stopped; what was acknowledged before stays.", {})
    kind = type(error).__name__
    reason = one_line(str(error))[:300]
    message = (
        f"Something unexpected happened ({kind}{': ' if reason else ''}{reason}); "
        "run it again with --log-file FILE and report that file."
    )
    return Failure(Exit.NEGATIVE, "unexpected", message, {"error": kind}, expected=False)


def one_line(text: str) -> str:
    """Return ``text`` with every run of white space, line ends included, as one blank."""
    return " ".join(text.split())


def _usage_line(error: typer.TyperException) -> str:
    line = one_line(error.format_message()).rstrip(".")
    if "No such option" in line and any(option in line for option in ("--store", "--request-id", "--log-")):
        return f"{line}; it goes before the verb: rmos-console --store DIR VERB."
    return f"{line}; --help shows what is possible."
