"""Passphrases: what makes one acceptable, and the keys that scrypt derives from one."""

from __future__ import annotations

import unicodedata
from typing import Final

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from rmos_console.core.errors import SignatureError

SCRYPT_COST: Final = 2**15
"""Scrypt's n (with r 8, p 1): 32 MB and about 0.1 s for each try of a passphrase."""

MIN_PASSPHRASE: Final = 8
MAX_PASSPHRASE: Final = 1024


def check_passphrase(passphrase: str) -> str:
    """Return the passphrase in the form keys are derived from: equal however a keyboard composes its letters.

    Raises :class:`SignatureError` for one that is too short or too long.
    """
    known = composed(passphrase)
    if len(known.strip()) < MIN_PASSPHRASE:
        raise SignatureError(f"The passphrase is too short; use at least {MIN_PASSPHRASE} characters.")
    if len(known) > MAX_PASSPHRASE:
        raise SignatureError(f"The passphrase is too long; use at most {MAX_PASSPHRASE} characters.")
    return known


def composed(passphrase: str) -> str:
    """Return what was typed as keys are derived from it, whether it is long enough or not."""
    return unicodedata.normalize("NFKC", passphrase)


def derive(text: str, salt: bytes, cost: int) -> bytes:
    """Return 32 bytes that only ``text`` and ``salt`` give, at a cost for each try."""
    return Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(text.encode("utf-8", "surrogatepass"))
