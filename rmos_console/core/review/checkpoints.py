"""What makes a checkpoint one that somebody signed: judged with the people of the store, as decisions are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rmos_console.core.errors import SignatureError
from rmos_console.core.records.actor import Person
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.review.signing import verify


def check_checkpoint(checkpoint: Checkpoint, people: Mapping[str, Person], store_id: str) -> None:
    """Return if a signed checkpoint may enter the ledger now.

    Raises :class:`SignatureError` for another store, an unknown or revoked signer, another name, or a signature that
    does not hold.
    """
    person = people.get(checkpoint.person_id or "")
    if checkpoint.store_id != store_id:
        raise SignatureError("The checkpoint was signed for another store.")
    if person is None:
        raise SignatureError(f"{checkpoint.person_id!r} is not enrolled in this store; an admin enrols people.")
    if person.revoked_since is not None:
        raise SignatureError(f"{person.name} was revoked since {person.revoked_since} and can sign no more.")
    if checkpoint.person_name != person.name:
        raise SignatureError(
            f"The checkpoint is signed as {checkpoint.person_name!r}, but {person.id} is {person.name!r}."
        )
    if not signed_by(checkpoint, [person.public_key]):
        raise SignatureError(f"The signature is not one of {person.name}'s enrolled key.")


def signed_by(checkpoint: Checkpoint, public_keys: Iterable[str]) -> bool:
    """Tell whether the holder of one of these keys signed exactly this checkpoint."""
    signature = checkpoint.signature or ""
    return any(verify(key, checkpoint.signed_document(), signature) for key in public_keys)
