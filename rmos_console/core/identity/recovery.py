"""Recovery codes: printed once, kept in a safe, and enough to give their person a new key."""

from __future__ import annotations

import base64
import re
import secrets
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rmos_console.core.errors import BadDataError, SignatureError
from rmos_console.core.identity.passphrase import SCRYPT_COST, derive
from rmos_console.core.identity.signer import public_hex

RECOVERY_GROUPS: Final = 6
"""Groups of four letters and digits in a recovery code: 120 random bits."""


class RecoveryCode(NamedTuple):
    """A code to print once and keep in a safe; the public key and the salt go into the enrolment."""

    code: str
    public_key: str
    salt: str


def recovery_code(*, cost: int = SCRYPT_COST) -> RecoveryCode:
    """Return a new recovery code with the public key and salt that the enrolment of the first admin records."""
    letters = base64.b32encode(secrets.token_bytes(15)).decode("ascii")
    code = "-".join(letters[start : start + 4] for start in range(0, 4 * RECOVERY_GROUPS, 4))
    salt = secrets.token_bytes(16).hex()
    return RecoveryCode(code=code, public_key=public_hex(recovery_key(code, salt, cost=cost)), salt=salt)


def recovery_key(code: str, salt: str, *, cost: int = SCRYPT_COST) -> Ed25519PrivateKey:
    """Return the key of a recovery code; blanks, dashes and case do not matter, nor 0, 1 and 8 for O, I and B.

    Raises :class:`SignatureError` for what can be no recovery code, :class:`BadDataError` for a malformed salt.
    """
    letters = re.sub(r"[\s-]", "", code).upper().translate(str.maketrans("018", "OIB"))
    if re.fullmatch(rf"[A-Z2-7]{{{4 * RECOVERY_GROUPS}}}", letters) is None:
        raise SignatureError(f"A recovery code has {RECOVERY_GROUPS} groups of four letters and digits; type it again.")
    try:
        return Ed25519PrivateKey.from_private_bytes(derive(letters, bytes.fromhex(salt), cost))
    except ValueError as error:
        raise BadDataError("The recovery salt of the enrolment is malformed.") from error
