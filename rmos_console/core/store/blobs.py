"""Blobs: raw bytes, written once, named by their SHA-256, verified whenever they are read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from rmos_console.core.canonical import sha256_hex
from rmos_console.core.errors import DamagedError, NotFoundError
from rmos_console.core.records.ids import check_sha256
from rmos_console.core.store.files import (
    check_folder,
    ensure_folder,
    read_file,
    store_error,
    sweep_temporary,
    write_once,
)
from rmos_console.core.store.state import AFTER_DAMAGE

_NAME = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """The blob folder of one store: ``blobs/ab/cd/<sha256>``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._swept = False

    def put(self, data: bytes) -> str:
        """Keep ``data`` durably and return its SHA-256.

        Raises :class:`DamagedError` if other bytes already stand under that name, and the store's error for a full or
        failing medium.
        """
        name = sha256_hex(data)
        path = self._path(name)
        try:
            if not self._swept:
                self._swept = True
                ensure_folder(self._folder)
                sweep_temporary(self._folder)
            if path.exists():
                self.get(name)
            write_once(self._folder, path, data)
        except OSError as error:
            raise store_error(error, f"writing the blob {name[:12]}…") from error
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes of a blob.

        Raises :class:`NotFoundError` if it is missing and :class:`DamagedError` if its bytes are not what was written.
        """
        path = self._path(check_sha256(name, what="name of a blob"))
        try:
            for parent in (self._folder, path.parent.parent, path.parent):
                check_folder(parent)
            data = read_file(path)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFoundError(f"The store has no blob {name}; was it left out of a copy?", blob=name) from error
        except OSError as error:
            raise store_error(error, f"reading the blob {name[:12]}…") from error
        if sha256_hex(data) != name:
            file = blob_file(name)
            raise DamagedError(f"The bytes of {file} do not match its name; {AFTER_DAMAGE}", file=file, offset=0)
        return data

    def has(self, name: str) -> bool:
        """Tell whether a blob is there, without looking at its bytes."""
        path = self._path(check_sha256(name, what="name of a blob"))
        return path.is_file() and not path.is_symlink()

    def names(self) -> Iterator[str]:
        """Yield the names of all blobs present, whether the ledger names them or not."""
        if self._folder.is_symlink():
            return
        for folder, _, files in os.walk(self._folder):
            for file in files:
                if _NAME.fullmatch(file) and self._path(file) == Path(folder, file):
                    yield file

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name[2:4] / name


def blob_file(name: str) -> str:
    """Return a blob's path relative to the store."""
    return f"blobs/{name[:2]}/{name[2:4]}/{name}"
