"""Questions to a person at a terminal: passphrases, and whether a text is right."""

from __future__ import annotations

import getpass
import os
import sys

from rmos_console.cli.session import on_terminal
from rmos_console.cli.visible import visible
from rmos_console.core.errors import RefusedError, SignatureError

PASSPHRASE_VARIABLE = "RMOS_REVIEWER_PASSPHRASE"  # noqa: S105  # the name of the variable, not a passphrase
RECOVERY_VARIABLE = "RMOS_RECOVERY_CODE"


def passphrase(whose: str) -> str:
    """Return the passphrase of a person's key, from the variable or asked on the terminal.

    Raises :class:`SignatureError` where there is neither.
    """
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given is not None:
        return given
    _need_terminal(whose)
    return getpass.getpass(f"Passphrase of {visible(whose)}: ", stream=sys.stderr)


def new_passphrase(whose: str) -> str:
    """Return the passphrase a person chooses for a new key, asked twice on a terminal.

    Raises :class:`SignatureError` where there is neither variable nor terminal, or the two differ.
    """
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given is not None:
        return given
    _need_terminal(whose)
    first = getpass.getpass(f"New passphrase for {visible(whose)}: ", stream=sys.stderr)
    if getpass.getpass("The same again: ", stream=sys.stderr) != first:
        raise SignatureError("The two passphrases differ; nothing was written. Try again.")
    return first


def recovery_code(whose: str) -> str:
    """Return the recovery code of a person, from the variable or asked on the terminal.

    Raises :class:`SignatureError` where there is neither.
    """
    given = os.environ.get(RECOVERY_VARIABLE)
    if given is not None:
        return given
    _need_terminal(whose, what="recovery code", variable=RECOVERY_VARIABLE)
    return getpass.getpass(f"Recovery code of {visible(whose)}: ", stream=sys.stderr)


def yes(question: str) -> bool:
    """Ask a question on the terminal; only "y" or "yes" is yes."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}


def line(question: str) -> str:
    """Ask for a line of text on the terminal; it may be empty."""
    sys.stderr.write(f"{question} ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _need_terminal(whose: str, *, what: str = "passphrase", variable: str = PASSPHRASE_VARIABLE) -> None:
    if not on_terminal():
        raise SignatureError(
            f"The {what} of {whose} is needed and nobody can be asked here; set {variable}, or call this on a terminal."
        )


def refuse_unseen(advisory_id: str) -> RefusedError:
    """Return the refusal of a decision about a text that nobody named and nobody can be shown."""
    return RefusedError(
        f"Which text of {advisory_id} was read? Give --text-sha256 as `advisory {advisory_id}` prints it, "
        "or call this on a terminal, where the text is shown first.",
        advisory_id=advisory_id,
    )
