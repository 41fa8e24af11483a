"""Sabotages of durability: what is acknowledged, or relied on, is not on the medium yet. Only a power cut shows it."""

from __future__ import annotations

import fcntl
import os

from rmos_console.core.store.files import TEMPORARY
from tests.faults.sabotage.seams import Patches, is_folder, name_of


def no_fsync(patches: Patches) -> None:
    """Never sync anything."""
    patches.skip_fsync(lambda _descriptor: True)


def rename_without_fsync(patches: Patches) -> None:
    """Give finished files their name before their bytes are durable: temporary files are not synced."""
    patches.skip_fsync(lambda descriptor: name_of(descriptor).name.startswith(TEMPORARY))


def no_directory_fsync(patches: Patches) -> None:
    """Sync files but never the folders that name them: new blobs, new segments and replaced files."""
    patches.skip_fsync(is_folder)


def catalog_ahead(patches: Patches) -> None:
    """Save the catalog without making the ledger durable up to where the catalog says it reaches.

    Writers sync the descriptor that they write by; whoever saves the catalog opens the segment for reading only.
    """
    patches.skip_fsync(_is_read_segment)


def _is_read_segment(descriptor: int) -> bool:
    reading = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    return reading and name_of(descriptor).parent.name == "ledger"
