"""Reading what lies in a foreign folder: regular files only, their size checked before they are read."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from rmos_console.core.canonical import MAX_DOCUMENT_BYTES, read_json
from rmos_console.core.errors import BadDataError
from rmos_console.core.records.intake import MAX_RECORD_DEPTH, check_depth, kind_of

LEFTOVER = "left over from an interrupted write"


def read_bytes(path: Path, name: str, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Return the bytes of a regular file of at most ``limit`` bytes; raises :class:`BadDataError` calling it ``name``.

    Links are not followed: what they point to is not part of the store that is imported.
    """
    with opened(path, name) as handle:
        size = os.fstat(handle.fileno()).st_size
        if size > limit:
            raise BadDataError(f"{name} is {size:,} bytes; at most {limit:,} are read. Split or shorten it.")
        return handle.read(limit + 1)


@contextmanager
def opened(path: Path, name: str) -> Iterator[BinaryIO]:
    """Open a regular file for reading; raises :class:`BadDataError` where it is none or cannot be read."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise BadDataError(f"{name} is a link, a folder or a device, not a file; import the file itself.")
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as handle:
            yield handle
    except OSError as error:
        raise BadDataError(f"{name} cannot be read: {error.strerror or error}.") from error


def parse_record(data: bytes, name: str) -> dict[str, Any]:
    """Parse the bytes of one record strictly; raises :class:`BadDataError` unless they are one JSON object."""
    value = read_json(data, name=name)
    if not isinstance(value, dict):
        raise BadDataError(f"{name} is a JSON {kind_of(value)}, not an object; a record is an object.")
    if data.count(b"[") + data.count(b"{") > MAX_RECORD_DEPTH:
        check_depth(value, name)
    return value


def names_in(folder: Path) -> list[str]:
    """Return the sorted names in a folder, so that every import goes through it in one order.

    Raises :class:`BadDataError` where it cannot be listed.
    """
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError as error:
        raise BadDataError(
            f"The folder {printable(folder.name)} cannot be listed: {error.strerror or error}."
        ) from error


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder that can be looked at; one behind a closed door is none, and no error."""
    return os.path.isdir(path)  # noqa: PTH112  # Path.is_dir raises where a parent folder may not be entered


def is_leftover(name: str) -> bool:
    """Tell whether a file name is that of an interrupted write or of an editor's or system's own."""
    return name.endswith((".tmp", ".bak", ".swp", "~", ".lock", ".part")) or name.startswith(".")


def relative(path: Path, root: Path) -> str:
    """Return ``path`` as seen from ``root``, with slashes, fit for messages and for the ledger."""
    try:
        inner = path.relative_to(root).as_posix()
    except ValueError:
        inner = path.name
    return printable(inner if inner != "." else path.name)


def printable(text: str) -> str:
    """Return a file name as text that can be written as UTF-8, invisible characters spelled out."""
    plain = os.fsencode(text).decode("utf-8", "backslashreplace")
    if plain.isprintable():
        return plain
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(f"\\u{ord(each):04x}" if unicodedata.category(each) in hidden else each for each in plain)
