"""Holding a store against a checkpoint noted earlier: what a chain alone cannot show, its end cut off or all of it
written anew, shows here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from rmos_console.core.errors import BadDataError, RefusedError
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.records.report import AgainstCheckpoint, Finding
from rmos_console.core.review.checkpoints import signed_by
from rmos_console.core.store import View
from rmos_console.core.store.line import segment_file


def check_same_store(checkpoint: Checkpoint, store_id: str) -> None:
    """Return if a checkpoint is one of this store; raises :class:`RefusedError` otherwise."""
    if checkpoint.store_id != store_id:
        raise RefusedError(
            f"The checkpoint is of the store {checkpoint.store_id}, and this is {store_id}; name the right pair.",
            checkpoint_store=checkpoint.store_id,
            store=store_id,
        )


def hold_against(
    checkpoint: Checkpoint, view: View, digests: Mapping[int, str]
) -> tuple[AgainstCheckpoint, list[Finding]]:
    """Return how the ledger stands to a checkpoint, and a violation where it does not extend it.

    ``digests`` are those of all lines that verified. Raises :class:`BadDataError` where the store does extend it, but
    the checkpoint's signature is not by a key that this store ever enrolled: then the checkpoint itself was altered.
    """
    found = digests.get(checkpoint.seq) == checkpoint.digest
    extends = found and sum(1 for seq in digests if seq <= checkpoint.seq) == checkpoint.seq
    signature = _signature(checkpoint, view)
    if found and checkpoint.is_signed and signature != "valid":
        raise BadDataError(
            f"The checkpoint's signature is not one of {checkpoint.person_id} for these lines: it was altered; "
            "take the copy that was handed out.",
            person_id=checkpoint.person_id,
        )
    result = AgainstCheckpoint(
        seq=checkpoint.seq,
        digest=checkpoint.digest,
        at_utc=checkpoint.at_utc,
        person_id=checkpoint.person_id,
        person_name=checkpoint.person_name,
        signature=signature,
        extends=extends,
        lines_since=max(view.head.seq - checkpoint.seq, 0) if extends else 0,
    )
    return result, [] if extends else [_violation(checkpoint, view, digests)]


def _signature(checkpoint: Checkpoint, view: View) -> Literal["valid", "unknown", "none"]:
    if not checkpoint.is_signed:
        return "none"
    acts = view.person_history(checkpoint.person_id or "")
    keys = [act["public_key"] for act in acts if isinstance(act.get("public_key"), str)]
    return "valid" if signed_by(checkpoint, keys) else "unknown"


def _violation(checkpoint: Checkpoint, view: View, digests: Mapping[int, str]) -> Finding:
    when = f" of {checkpoint.at_utc}" if checkpoint.at_utc else ""
    if digests.get(checkpoint.seq) not in {None, checkpoint.digest}:
        message = (
            f"The ledger was rewritten: the checkpoint{when} saw line {checkpoint.seq:,} with digest "
            f"{checkpoint.digest[:16]}…, and this ledger holds {digests[checkpoint.seq][:16]}… there."
        )
    elif checkpoint.seq > view.head.seq:
        message = (
            f"The ledger was cut off: the checkpoint{when} saw line {checkpoint.seq:,}, and this ledger ends at line "
            f"{view.head.seq:,}; {checkpoint.seq - view.head.seq:,} lines or more are missing."
        )
    else:
        message = f"Of the {checkpoint.seq:,} lines that the checkpoint{when} saw, some are missing or damaged here."
    return Finding(severity="violation", file=segment_file(1).rpartition("/")[0], offset=None, message=message)
