"""Reviewers' keys on this machine.

A key is one file, ``<user config>/rmos-console/keys/<store id>/<person id>.json``, 0600 in folders 0700. Its private
half is encrypted with AES-256-GCM under a key that scrypt derives from the passphrase; everything else in the file is
bound to it as associated data. A key that is to replace another waits beside it until the ledger names it.
"""

from __future__ import annotations

import os
import secrets
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rmos_console.core.canonical import canonical, read_json
from rmos_console.core.errors import BadDataError, ConflictError, NotFoundError, RmosError, SignatureError
from rmos_console.core.identity import attempts
from rmos_console.core.identity.folders import file_of, folder_of, write_private
from rmos_console.core.identity.passphrase import SCRYPT_COST, check_passphrase, composed, derive
from rmos_console.core.identity.signer import Signer, public_hex
from rmos_console.core.log import swallowed

MAX_KEY_FILE: Final = 16 * 1024
"""Bytes that a key file may have."""

_MAX_COST: Final = 2**20


class KeyFacts(NamedTuple):
    """What a key file says without its passphrase; only unlocking proves that it says the truth."""

    store_id: str
    person_id: str
    name: str
    public_key: str


def create_key(
    store_id: str, person_id: str, name: str, passphrase: str, *, cost: int = SCRYPT_COST, waiting: bool = False
) -> str:
    """Make a key for a person of a store on this machine and return its public half in hex.

    A ``waiting`` key lies beside the present one, which stays, until :func:`adopt_key`. Raises :class:`ConflictError`
    where this machine has a key of that person already, :class:`SignatureError` for a weak passphrase,
    :class:`BadIdError` for an id that must not become a path.
    """
    path = _waiting(store_id, person_id) if waiting else file_of("keys", store_id, person_id)
    known = check_passphrase(passphrase)
    key = Ed25519PrivateKey.generate()
    salt = secrets.token_bytes(16)
    header: dict[str, Any] = {
        "format": 1,
        "store_id": store_id,
        "person_id": person_id,
        "name": name,
        "public_key": public_hex(key),
        "kdf": {"name": "scrypt", "n": cost, "r": 8, "p": 1, "salt": salt.hex()},
        "cipher": "AES-256-GCM",
        "nonce": secrets.token_bytes(12).hex(),
    }
    secret = AESGCM(derive(known, salt, cost)).encrypt(
        bytes.fromhex(header["nonce"]), key.private_bytes_raw(), canonical(header)
    )
    _write(path, canonical({**header, "private_key": secret.hex()}), person_id, replace=waiting)
    return str(header["public_key"])


def unlock(
    store_id: str,
    person_id: str,
    passphrase: str,
    *,
    clock: Callable[[], float] = time.time,
    wait: Callable[[float], None] = time.sleep,
) -> Signer:
    """Unlock a person's key on this machine; after several wrong passphrases each try waits first, longer and longer.

    Raises :class:`NotFoundError` where this machine has none, :class:`SignatureError` for a wrong passphrase or a key
    file that others can read, :class:`BadDataError` for one that is malformed. ``clock`` tells seconds, ``wait`` lets
    them pass.
    """
    document = _document(_read(file_of("keys", store_id, person_id), person_id), person_id)
    locked = _locked(document, store_id, person_id)
    attempt = attempts.begin(store_id, person_id, clock=clock, wait=wait)
    derived = derive(composed(passphrase), locked.salt, locked.cost)
    try:
        secret = AESGCM(derived).decrypt(locked.nonce, locked.secret, canonical(document))
        key = Ed25519PrivateKey.from_private_bytes(secret)
    except (InvalidTag, ValueError) as error:
        attempt.failed()
        slowed = f" The next try waits {attempt.delay:.0f} s." if attempt.delay else ""
        raise SignatureError(
            f"The passphrase of {person_id} is wrong, or the key file was altered; try again, or ask an admin for "
            f"help.{slowed}",
            person_id=person_id,
            failures=attempt.failures,
        ) from error
    attempt.succeeded()
    if public_hex(key) != document["public_key"]:
        raise SignatureError(f"The key file of {person_id} holds two keys that do not belong together; ask an admin.")
    return Signer(store_id, person_id, locked.name, key)


def local_people(store_id: str) -> list[str]:
    """Return the ids of those who have a key of this store on this machine, sorted; unreadable files are listed too."""
    folder = folder_of("keys", store_id)
    if not folder.is_dir():
        return []
    return sorted(path.stem for path in folder.iterdir() if path.suffix == ".json" and not path.name.startswith("."))


def local_key(store_id: str, person_id: str) -> str | None:
    """Return the public half of a person's key on this machine; None where there is none that can be read."""
    try:
        return read_key(key_file(store_id, person_id)).public_key
    except NotFoundError:
        return None
    except RmosError as error:
        swallowed("identity.local_key", error, person_id=person_id)
        return None


def forget_key(store_id: str, person_id: str, *, waiting: bool = False) -> None:
    """Remove a person's key from this machine, as when the enrolment it was made for was refused."""
    path = _waiting(store_id, person_id) if waiting else file_of("keys", store_id, person_id)
    path.unlink(missing_ok=True)


def adopt_key(store_id: str, person_id: str, public_key: str) -> bool:
    """Put a waiting key in the place of the present one if it is the one of ``public_key``; tell whether it was."""
    path = _waiting(store_id, person_id)
    try:
        found = read_key(_read(path, person_id))
    except NotFoundError:
        return False
    if found.public_key != public_key:
        return False
    path.replace(file_of("keys", store_id, person_id))
    return True


def key_file(store_id: str, person_id: str) -> bytes:
    """Return the bytes of a person's key file, the private half still under its passphrase; raises as unlocking."""
    data = _read(file_of("keys", store_id, person_id), person_id)
    read_key(data)
    return data


def read_key(data: bytes) -> KeyFacts:
    """Return what the bytes of a key file say; raises :class:`BadDataError` for what is none."""
    document = _document(data, "this person")
    facts = [document.get(key) for key in KeyFacts._fields]
    if not all(isinstance(fact, str) for fact in facts):
        raise BadDataError("The file is no key file of this program; export the key again.")
    found = KeyFacts(*(str(fact) for fact in facts))
    _locked(document, found.store_id, found.person_id)
    return found


def install_key(data: bytes, *, replace: bool) -> KeyFacts:
    """Keep the bytes of a key file that was exported elsewhere as this machine's key of that person.

    Raises :class:`ConflictError` where there is one and ``replace`` is false, :class:`BadDataError` for what is none.
    """
    found = read_key(data)
    _write(file_of("keys", found.store_id, found.person_id), data, found.person_id, replace=replace)
    return found


class _Locked(NamedTuple):
    name: str
    cost: int
    salt: bytes
    nonce: bytes
    secret: bytes


def _locked(document: dict[str, Any], store_id: str, person_id: str) -> _Locked:
    """Take the encrypted half out of a key file's document, which leaves what it is bound to, and read the rest."""
    complaint = f"The key file of {person_id} is malformed; bring the key from another station, or enrol a new id."
    try:
        kdf = document["kdf"]
        locked = _Locked(
            name=str(document["name"]),
            cost=kdf["n"],
            salt=bytes.fromhex(kdf["salt"]),
            nonce=bytes.fromhex(document["nonce"]),
            secret=bytes.fromhex(document.pop("private_key")),
        )
        sound = isinstance(kdf["n"], int) and 2 <= kdf["n"] <= _MAX_COST and kdf["n"].bit_count() == 1
        fits = sound and kdf["r"] == 8 and kdf["p"] == 1 and isinstance(document["public_key"], str)
        owned = document["store_id"] == store_id and document["person_id"] == person_id
    except (KeyError, TypeError, ValueError) as error:
        raise BadDataError(complaint) from error
    if not (fits and owned and 8 <= len(locked.nonce) <= 128):
        raise BadDataError(complaint)
    return locked


def _waiting(store_id: str, person_id: str) -> Path:
    return file_of("keys", store_id, person_id).with_name(f".{person_id}.next")


def _read(path: Path, person_id: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError as error:
        raise NotFoundError(
            f"This machine has no key of {person_id} for this store; sign in where it was made.", person_id=person_id
        ) from error
    except OSError as error:
        raise SignatureError(f"The key file of {person_id} cannot be read ({error.strerror}); look at it.") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or (os.name == "posix" and status.st_mode & 0o077):
            raise SignatureError(f"The key file of {person_id} is open to other accounts; make it yours alone (0600).")
        return file.read(MAX_KEY_FILE + 1)


def _document(data: bytes, person_id: str) -> dict[str, Any]:
    document = read_json(data, name=f"The key file of {person_id}", limit=MAX_KEY_FILE)
    if not isinstance(document, dict):
        raise BadDataError(f"The key file of {person_id} holds no object; bring the key from another station.")
    return document


def _write(path: Path, data: bytes, person_id: str, *, replace: bool) -> None:
    try:
        write_private(path, data, replace=replace)
    except FileExistsError as error:
        raise ConflictError(
            f"This machine has a key of {person_id} for this store already; sign in with it."
        ) from error
