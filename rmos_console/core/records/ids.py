"""Ids: their patterns, how new ones are made, and how foreign ones get one of ours (design, The nouns)."""

from __future__ import annotations

import re
import secrets
import unicodedata

from rmos_console.core.canonical import canonical, sha256_hex
from rmos_console.core.errors import BadIdError

RUN_ID = re.compile(r"run_[0-9a-f]{12,64}")
"""A run id of ours; it needs no escaping anywhere, a path and a URL included."""

SHA256 = re.compile(r"[0-9a-f]{64}")
PERSON_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
MAX_ID_LENGTH = 512


def is_run_id(text: str) -> bool:
    """Tell whether ``text`` is a run id of ours."""
    return RUN_ID.fullmatch(text) is not None


def new_run_id() -> str:
    """Return a fresh run id: ``run_`` and 32 random hex digits."""
    return f"run_{secrets.token_hex(16)}"


def new_id(prefix: str) -> str:
    """Return a fresh id ``<prefix>_<32 hex>`` for transactions, attempts, decisions and generated advisories."""
    return f"{prefix}_{secrets.token_hex(16)}"


def derived_run_id(layout: str, original: str, discriminator: str) -> str:
    """Return our run id for a foreign one; the same three texts always give the same id."""
    return f"run_{sha256_hex(canonical([layout, original, discriminator]))[:32]}"


def check_foreign_id(text: str, *, what: str) -> str:
    """Return ``text`` unchanged if it may stand as an id from elsewhere (an advisory id, an original run id).

    Raises :class:`BadIdError` for an empty text, control or invisible characters, lone surrogates, or more than 512
    characters. Slashes are allowed: such an id is never pasted into a path.
    """
    if not text:
        raise BadIdError(f"The {what} is empty; give one.")
    if len(text) > MAX_ID_LENGTH:
        raise BadIdError(f"The {what} has {len(text):,} characters; at most {MAX_ID_LENGTH} are allowed.")
    if text.isprintable():  # a stricter question with a faster answer, and the usual one
        return text
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            raise BadIdError(f"The {what} holds the invisible character U+{ord(character):04X}; remove it.")
    return text


def check_sha256(text: str, *, what: str) -> str:
    """Return ``text`` if it is 64 lower-case hex digits; raises :class:`BadIdError` otherwise."""
    if SHA256.fullmatch(text) is None:
        raise BadIdError(f"The {what} is not a sha256 (64 lower-case hex digits).")
    return text


def check_person_id(text: str) -> str:
    """Return ``text`` if it may be a person's id: lower-case letters, digits, dot, dash, underscore, 1 to 64 long."""
    if PERSON_ID.fullmatch(text) is None:
        raise BadIdError(
            f"The reviewer id {text[:70]!r} is not allowed; use lower-case letters, digits, dot, dash and underscore."
        )
    return text
