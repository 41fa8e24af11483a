"""JSON documents given on the command line: sizes are checked before anything is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from rmos_console.cli import output
from rmos_console.core.canonical import MAX_DOCUMENT_BYTES, read_json
from rmos_console.core.errors import BadDataError, NotFoundError
from rmos_console.core.usecases.intake import read_file

STDIN = "-"


def read_document(source: str, *, what: str) -> Any:
    """Return the JSON value of a file, or of stdin for ``-``.

    Raises :class:`NotFoundError` for a missing file and :class:`BadDataError` for what is too large or no strict JSON.
    """
    if source == STDIN:
        _tell_who_types(what)
        return read_json(sys.stdin.buffer.read(MAX_DOCUMENT_BYTES + 1), name=f"The {what} on stdin")
    path = Path(source)
    return read_json(read_file(path), name=str(path))


def read_lines(source: str) -> Iterator[bytes | BadDataError]:
    """Yield the lines of a file or of stdin, empty ones left out; for a line over the limit, the error instead.

    Raises :class:`NotFoundError` for a missing file and :class:`BadDataError` for one that cannot be read.
    """
    if source == STDIN:
        _tell_who_types("runs")
        yield from _lines(sys.stdin.buffer)
        return
    try:
        file = Path(source).open("rb")  # noqa: SIM115  # the with below closes it; opening has errors of its own
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {source}.") from error
    except OSError as error:
        raise BadDataError(f"{source} cannot be read: {error.strerror}.") from error
    with file:
        yield from _lines(file)


def _tell_who_types(what: str) -> None:
    """Say on a terminal what is waited for; a pipe needs no word."""
    if sys.stdin.isatty():
        output.note(f"Type or paste the {what} as JSON and end with Ctrl+D.")


def _lines(stream: BinaryIO) -> Iterator[bytes | BadDataError]:
    number = 0
    while line := stream.readline(MAX_DOCUMENT_BYTES + 2):
        number += 1
        if len(line.rstrip(b"\r\n")) > MAX_DOCUMENT_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_DOCUMENT_BYTES)
            yield BadDataError(f"Line {number} is over {MAX_DOCUMENT_BYTES:,} bytes, the most that is read.")
        elif line.strip():
            yield line
