"""Reviewers' keys on this machine, and the acts that people sign with them.

A key is one file, ``<user config>/rmos-console/keys/<store id>/<person id>.json``, 0600 in folders 0700. Its private
half is encrypted with AES-256-GCM under a key that scrypt derives from the passphrase; everything else in the file is
bound to it as associated data. Passphrases never reach a message, a log or a file.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import stat
import unicodedata
from pathlib import Path
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from platformdirs import user_config_path

from rmos_console.core.canonical import canonical, read_json
from rmos_console.core.errors import BadDataError, BadIdError, ConflictError, NotFoundError, SignatureError
from rmos_console.core.records.actor import Role
from rmos_console.core.records.ids import check_person_id
from rmos_console.core.records.review import Policy
from rmos_console.core.review.acts import check_act as check_act  # noqa: PLC0414  offered here beside those that build acts
from rmos_console.core.review.acts import check_name as check_name  # noqa: PLC0414  as above
from rmos_console.core.review.signing import sign

SCRYPT_COST: Final = 2**15
"""Scrypt's n (with r 8, p 1): 32 MB and about 0.1 s for each try of a passphrase."""

MIN_PASSPHRASE: Final = 8
MAX_PASSPHRASE: Final = 1024
RECOVERY_GROUPS: Final = 6
"""Groups of four letters and digits in a recovery code: 120 random bits."""

_MAX_COST: Final = 2**20
_MAX_FILE: Final = 16 * 1024
_STORE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


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
        return _public_hex(self._key)

    def sign(self, document: dict[str, Any]) -> str:
        """Return the hex signature over the canonical bytes of ``document``."""
        return sign(self._key, document)

    def __repr__(self) -> str:
        return f"Signer({self.person_id!r})"


class RecoveryCode(NamedTuple):
    """A code to print once and keep in a safe; the public key and the salt go into the enrolment."""

    code: str
    public_key: str
    salt: str


def check_passphrase(passphrase: str) -> str:
    """Return the passphrase in the form keys are derived from: equal however a keyboard composes its letters.

    Raises :class:`SignatureError` for one that is too short or too long.
    """
    known = unicodedata.normalize("NFKC", passphrase)
    if len(known.strip()) < MIN_PASSPHRASE:
        raise SignatureError(f"The passphrase is too short; use at least {MIN_PASSPHRASE} characters.")
    if len(known) > MAX_PASSPHRASE:
        raise SignatureError(f"The passphrase is too long; use at most {MAX_PASSPHRASE} characters.")
    return known


def create_key(store_id: str, person_id: str, name: str, passphrase: str, *, cost: int = SCRYPT_COST) -> str:
    """Make a key for a person of a store on this machine and return its public half in hex.

    Raises :class:`ConflictError` where this machine has a key of that person already, :class:`SignatureError` for a
    weak passphrase, :class:`BadIdError` for an id that must not become a path.
    """
    path = _path(store_id, person_id)
    known = check_passphrase(passphrase)
    key = Ed25519PrivateKey.generate()
    salt = secrets.token_bytes(16)
    header: dict[str, Any] = {
        "format": 1,
        "store_id": store_id,
        "person_id": person_id,
        "name": name,
        "public_key": _public_hex(key),
        "kdf": {"name": "scrypt", "n": cost, "r": 8, "p": 1, "salt": salt.hex()},
        "cipher": "AES-256-GCM",
        "nonce": secrets.token_bytes(12).hex(),
    }
    secret = AESGCM(_derive(known, salt, cost)).encrypt(
        bytes.fromhex(header["nonce"]), key.private_bytes_raw(), canonical(header)
    )
    _write(path, canonical({**header, "private_key": secret.hex()}), person_id)
    return str(header["public_key"])


def unlock(store_id: str, person_id: str, passphrase: str) -> Signer:
    """Unlock a person's key on this machine.

    Raises :class:`NotFoundError` where this machine has none, :class:`SignatureError` for a wrong passphrase or a key
    file that others can read, :class:`BadDataError` for one that is malformed.
    """
    document = _read(_path(store_id, person_id), person_id)
    locked = _locked(document, store_id, person_id)
    derived = _derive(unicodedata.normalize("NFKC", passphrase), locked.salt, locked.cost)
    try:
        secret = AESGCM(derived).decrypt(locked.nonce, locked.secret, canonical(document))
        key = Ed25519PrivateKey.from_private_bytes(secret)
    except (InvalidTag, ValueError) as error:
        raise SignatureError(
            f"The passphrase of {person_id} is wrong, or the key file was altered; try again, or ask an admin for help."
        ) from error
    if _public_hex(key) != document["public_key"]:
        raise SignatureError(f"The key file of {person_id} holds two keys that do not belong together; ask an admin.")
    return Signer(store_id, person_id, locked.name, key)


def local_people(store_id: str) -> list[str]:
    """Return the ids of those who have a key of this store on this machine, sorted; unreadable files are listed too."""
    folder = _folder(store_id)
    if not folder.is_dir():
        return []
    return sorted(path.stem for path in folder.iterdir() if path.suffix == ".json" and not path.name.startswith("."))


def forget_key(store_id: str, person_id: str) -> None:
    """Remove a person's key from this machine, as when the enrolment it was made for was refused."""
    _path(store_id, person_id).unlink(missing_ok=True)


def recovery_code(*, cost: int = SCRYPT_COST) -> RecoveryCode:
    """Return a new recovery code with the public key and salt that the enrolment of the first admin records."""
    letters = base64.b32encode(secrets.token_bytes(15)).decode("ascii")
    code = "-".join(letters[start : start + 4] for start in range(0, 4 * RECOVERY_GROUPS, 4))
    salt = secrets.token_bytes(16).hex()
    return RecoveryCode(code=code, public_key=_public_hex(recovery_key(code, salt, cost=cost)), salt=salt)


def recovery_key(code: str, salt: str, *, cost: int = SCRYPT_COST) -> Ed25519PrivateKey:
    """Return the key of a recovery code; blanks, dashes and case do not matter, nor 0, 1 and 8 for O, I and B.

    Raises :class:`SignatureError` for what can be no recovery code, :class:`BadDataError` for a malformed salt.
    """
    letters = re.sub(r"[\s-]", "", code).upper().translate(str.maketrans("018", "OIB"))
    if re.fullmatch(rf"[A-Z2-7]{{{4 * RECOVERY_GROUPS}}}", letters) is None:
        raise SignatureError(f"A recovery code has {RECOVERY_GROUPS} groups of four letters and digits; type it again.")
    try:
        return Ed25519PrivateKey.from_private_bytes(_derive(letters, bytes.fromhex(salt), cost))
    except ValueError as error:
        raise BadDataError("The recovery salt of the enrolment is malformed.") from error


def enrol_act(
    *,
    store_id: str,
    person_id: str,
    name: str,
    role: Role,
    public_key: str,
    at_utc: str,
    by: Signer,
    recovery: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """Return the signed act that enrols a person; ``recovery`` is the public key and the salt of a recovery code."""
    act: dict[str, Any] = {
        "verb": "enrol",
        "person": {"id": person_id, "name": name, "role": role},
        "public_key": public_key,
    }
    if recovery is not None:
        act["recovery_public_key"], act["recovery_salt"] = recovery
    return _signed(act, store_id, at_utc, by)


def revoke_act(
    *, store_id: str, person_id: str, since: str, reason: str | None, at_utc: str, by: Signer
) -> dict[str, Any]:
    """Return the signed act that revokes a person: their decisions at or after ``since`` are suspect."""
    act: dict[str, Any] = {"verb": "revoke", "person": {"id": person_id}, "since": since, "reason": reason}
    return _signed(act, store_id, at_utc, by)


def policy_act(policy: Policy, store_id: str, *, by: Signer, at_utc: str) -> dict[str, Any]:
    """Return the signed act that puts a policy in force."""
    return _signed({"verb": "policy", "policy": policy.document()}, store_id, at_utc, by)


def _signed(act: dict[str, Any], store_id: str, at_utc: str, by: Signer) -> dict[str, Any]:
    whole = {**act, "store_id": store_id, "at_utc": at_utc, "by": by.person_id}
    return {**whole, "signature": by.sign(whole)}


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


def _derive(text: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(text.encode("utf-8", "surrogatepass"))


def _public_hex(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def _folder(store_id: str) -> Path:
    if _STORE_ID.fullmatch(store_id) is None:
        raise BadIdError("The store's id is not one that may name a folder; the store is not one of this program.")
    return user_config_path("rmos-console") / "keys" / store_id


def _path(store_id: str, person_id: str) -> Path:
    return _folder(store_id) / f"{check_person_id(person_id)}.json"


def _read(path: Path, person_id: str) -> dict[str, Any]:
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
        data = file.read(_MAX_FILE + 1)
    document = read_json(data, name=f"The key file of {person_id}", limit=_MAX_FILE)
    if not isinstance(document, dict):
        raise BadDataError(f"The key file of {person_id} holds no object; bring the key from another station.")
    return document


def _write(path: Path, data: bytes, person_id: str) -> None:
    """Write a new file whole or not at all; an existing one is never replaced."""
    for folder in (path.parent.parent.parent, path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.link(temporary, path)
    except FileExistsError as error:
        raise ConflictError(
            f"This machine has a key of {person_id} for this store already; sign in with it."
        ) from error
    finally:
        temporary.unlink()
