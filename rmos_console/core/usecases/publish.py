"""Writing what leaves the store (reports, checkpoints, bundles): a new file, whole or not at all, 0600."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rmos_console.core.errors import BadDataError, NotFoundError, RefusedError


def check_target(target: Path, store: Path) -> None:
    """Return if ``target`` may be written: nothing is there, its folder is, and it does not lie within the store.

    Raises :class:`RefusedError` or :class:`NotFoundError`.
    """
    folder = target.parent.resolve()
    if not folder.is_dir():
        raise NotFoundError(f"There is no folder {target.parent}; make it, or name another place.")
    if store.resolve() in (folder, *folder.parents):
        raise RefusedError(
            f"{target} lies within the store, where only the store's own files belong; name a place outside."
        )
    if os.path.lexists(target):
        raise RefusedError(f"{target} exists already and is not overwritten; name another file.")


@contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """Hold a temporary file beside ``target``; when the block ends well its bytes are durable under that name.

    Raises :class:`RefusedError` where something came to be there meanwhile, :class:`BadDataError` where the medium
    refuses. An existing file is never replaced.
    """
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(descriptor)
            os.link(temporary, target)
        finally:
            temporary.unlink()
    except FileExistsError as error:
        raise RefusedError(f"{target} exists already and is not overwritten; name another file.") from error
    except OSError as error:
        raise BadDataError(f"{target} cannot be written: {error.strerror or error}.") from error


def write_new(target: Path, data: bytes) -> None:
    """Write a new file; raises as :func:`new_file` does."""
    with new_file(target) as file:
        file.write(data)
