"""Taking a checkpoint: the head of the ledger as a text to keep elsewhere, signed where a person signs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rmos_console.core.errors import StaleError
from rmos_console.core.identity import Signer
from rmos_console.core.log import use_case
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.changes import Changes, Written
from rmos_console.core.records.checkpoint import MAX_BYTES, Checkpoint, read_checkpoint
from rmos_console.core.review.checkpoints import check_checkpoint
from rmos_console.core.store import Store, View
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.commit import commit
from rmos_console.core.usecases.intake import read_file


def take(store: Store, signer: Signer | None, *, caller: Caller) -> Written[Checkpoint]:
    """Return a checkpoint over the head of now.

    With ``signer`` it is signed, and recorded in the ledger in a line behind the one it names; without, nothing is
    written. Raises :class:`SignatureError` where the signer may not sign here, and the store's error where a signed
    one cannot be recorded.
    """
    with use_case("checkpoint", request_id=caller.request_id):
        view = store.snapshot()
        bare = Checkpoint(store_id=store.store_id, seq=view.head.seq, digest=view.head.digest)
        if signer is None:
            return Written(value=bare, changes=Changes(seq=view.head.seq))
        by = {"at_utc": now_utc(), "person_id": signer.person_id, "person_name": signer.name}
        unsigned = bare.model_copy(update=by)
        signed = unsigned.model_copy(update={"signature": signer.sign(unsigned.signed_document())})

        def decide(now: View) -> Sequence[events.Event]:
            check_checkpoint(signed, now.people, now.store_id)
            if now.head.seq < signed.seq or (now.head.seq == signed.seq and now.head.digest != signed.digest):
                raise StaleError("The ledger is not the one that was read a moment ago; run `audit`.")
            return [events.checkpoint_signed(signed)]

        return Written(value=signed, changes=commit(store, caller, decide))


def read(path: Path) -> Checkpoint:
    """Return the checkpoint in a file. Raises :class:`NotFoundError` and :class:`BadDataError`."""
    return read_checkpoint(read_file(path, limit=max(MAX_BYTES, 1024 * 1024)), name=str(path))
