"""A person whose key is unlocked, in memory only."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rmos_console.core.review.signing import sign


class Signer:
    """A person whose key is unlocked, in memory only. It has no readable form that shows the key."""

    __slots__ = ("_key", "name", "person_id", "store_id")

    def __init__(self, store_id: str, person_id: str, name: str, key: Ed25519PrivateKey) -> None:
        self.store_id = store_id
        self.person_id = person_id
        self.name = name
        self._key = key

    @property
    def public_key(self) -> str:
        """The public half in hex."""
        return public_hex(self._key)

    def sign(self, document: dict[str, Any]) -> str:
        """Return the hex signature over the canonical bytes of ``document``."""
        return sign(self._key, document)

    def __repr__(self) -> str:
        return f"Signer({self.person_id!r})"


def public_hex(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key in hex."""
    return key.public_key().public_bytes_raw().hex()
