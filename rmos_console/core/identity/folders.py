"""Where this machine keeps what belongs to one person of one store, and how such a file is written."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Final, Literal

from platformdirs import user_config_path

from rmos_console.core.errors import BadIdError
from rmos_console.core.records.ids import check_person_id

Kind = Literal["keys", "sign-in"]

_STORE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def folder_of(kind: Kind, store_id: str) -> Path:
    """Return the folder of a store; raises :class:`BadIdError` for an id that must not become a path."""
    if _STORE_ID.fullmatch(store_id) is None:
        raise BadIdError("The store's id is not one that may name a folder; the store is not one of this program.")
    return user_config_path("rmos-console") / kind / store_id


def file_of(kind: Kind, store_id: str, person_id: str) -> Path:
    """Return the file of a person; raises as :func:`folder_of` does."""
    return folder_of(kind, store_id) / f"{check_person_id(person_id)}.json"


def write_private(path: Path, data: bytes, *, replace: bool) -> None:
    """Write a file (0600, in folders 0700) whole or not at all, durably.

    Raises :class:`FileExistsError` where there is one and ``replace`` is false, :class:`OSError` where the medium
    refuses.
    """
    for folder in (path.parent.parent.parent, path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        if replace:
            temporary.replace(path)
        else:
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
