"""Stores broken on purpose: each sabotage takes one promise away from the product, in the process that calls it.

A fault test is worth something only if it notices a broken store, so every one of them is also run against those it
claims to catch. Nothing of this is in the product: a sabotage replaces functions of its modules from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.sabotage import durability, judging, locking, reading, recovery, witness
from tests.faults.sabotage.seams import Patches, SeamGoneError

__all__ = ["NAMES", "SeamGoneError", "apply", "sabotaged"]

_ALL: dict[str, Callable[[Patches], None]] = {
    "no_fsync": durability.no_fsync,
    "rename_without_fsync": durability.rename_without_fsync,
    "no_directory_fsync": durability.no_directory_fsync,
    "no_lock": locking.no_lock,
    "lockf_stray_close": locking.lockf_stray_close,
    "recovery_only_at_open": recovery.recovery_only_at_open,
    "no_tail_repair": recovery.no_tail_repair,
    "preconditions_outside_lock": judging.preconditions_outside_lock,
    "fsync_retried": witness.fsync_retried,
    "failed_fsync_forgotten": witness.failed_fsync_forgotten,
    "catalog_ahead": durability.catalog_ahead,
    "quarantine_cut_early": recovery.quarantine_cut_early,
    "judged_against_old_head": judging.judged_against_old_head,
    "reader_skips_last_look": reading.reader_skips_last_look,
}

NAMES = tuple(_ALL)
"""Every sabotage there is."""


def apply(name: str) -> None:
    """Break the store in this process, for good; several may be applied one after the other.

    Stores opened afterwards are broken for certain, those that are open already are as a rule. Raises
    :class:`SeamGoneError` if the product has no longer what the sabotage replaces, and :class:`KeyError` for a name
    that is not in :data:`NAMES`.
    """
    _ALL[name](Patches())


@contextmanager
def sabotaged(name: str | None) -> Iterator[None]:
    """Break the store in this process within the block, or not at all for None; raises as :func:`apply` does."""
    patches = Patches()
    try:
        if name is not None:
            _ALL[name](patches)
        yield
    finally:
        patches.undo()
