"""Reading all that belongs to a run, so that nobody decides about a damaged one."""

from __future__ import annotations

from typing import Any

from rmos_console.core.errors import DamagedError, NotFoundError
from rmos_console.core.store import RunEntry, Store
from rmos_console.core.store.state import AFTER_DAMAGE


def read_intact(store: Store, entry: RunEntry) -> dict[str, Any]:
    """Return the run's sealed document with large values in place, every file that it names verified.

    Its attachments and the original bytes it was imported from are verified too. Raises :class:`DamagedError`, which
    the store notes, so that it is read-only from then on.
    """
    document: dict[str, Any] = store.resolve(store.read_run(entry.run_id))
    names = [attachment.sha256 for attachment in entry.attachments]
    if entry.source.pack is not None:
        names.append(entry.source.pack.sha256)
    for name in names:
        try:
            store.get_blob(name)
        except NotFoundError as error:
            raise DamagedError(
                f"A file of run {entry.run_id} is missing from the store ({name[:12]}…); {AFTER_DAMAGE}",
                file=f"blobs/{name[:2]}/{name[2:4]}/{name}",
                offset=0,
            ) from error
    return document
