"""Cut a large JSON object into its members without holding the file: each member's exact bytes, one at a time.

Only the structure around the members is parsed here, and strictly; a member's own bytes go to the strict reader. So a
defect within a member refuses that member alone, and a file that is cut off yields what precedes the cut.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from rmos_console.core.canonical import MAX_DOCUMENT_BYTES, read_json
from rmos_console.core.errors import BadDataError

CHUNK = 1 << 20
MAX_KEY_BYTES = 64 * 1024

# The quantifiers are possessive: a program of a million lines in one string must not pile up states to go back to.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(")?|([{\[])|([}\]])', re.DOTALL)
_OPEN, _CLOSE = 2, 3
_STRING_REST = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+(")?', re.DOTALL)
_BLANK = re.compile(rb"[ \t\r\n]*+")
_PLAIN_KEY = re.compile(rb'"[ !#-\[\]-~]*"')
_FIND_END = json.JSONDecoder()
_SCALAR = re.compile(rb"[^ \t\r\n,}\]]*+")


class Member(NamedTuple):
    """One member: its key, the byte range of its value in the file, and the bytes; None where they exceed the limit.

    ``depth`` is 0 for a member of the outer object and 1 for one of the object that was asked for by name.
    """

    key: str
    start: int
    end: int
    data: bytes | None
    depth: int = 0


class Defect(NamedTuple):
    """Where the structure ends being JSON, and why; nothing can be told apart behind it."""

    offset: int
    reason: str


def members(
    handle: BinaryIO, *, inside: str | None = None, limit: int = MAX_DOCUMENT_BYTES
) -> Iterator[Member | Defect]:
    """Yield the members of the JSON object in ``handle``; of the object under the key ``inside``, its members instead.

    At most one :class:`Defect` comes, as the last item.
    """
    stream = _Stream(handle)
    try:
        stream.expect(b"{", "an object")
        yield from _object(stream, inside, limit, depth=0)
        stream.end()
    except _Broken as broken:
        yield Defect(broken.offset, broken.reason)


def _object(stream: _Stream, inside: str | None, limit: int, *, depth: int) -> Iterator[Member | Defect]:
    """Yield the members up to the closing brace; the opening one is consumed."""
    if stream.peek() == b"}":
        stream.advance()
        return
    while True:
        key = _key(stream)
        stream.expect(b":", "a colon")
        if depth == 0 and key == inside and stream.peek() == b"{":
            stream.advance()
            yield from _object(stream, None, limit, depth=1)
        else:
            stream.peek()
            start = stream.offset
            data = stream.value(limit)
            yield Member(key, start, stream.offset, data, depth)
        if stream.expect(b",}", "a comma or a closing brace") == b"}":
            return


def _key(stream: _Stream) -> str:
    if stream.peek() != b'"':
        raise stream.broken("a key in quotes is missing")
    start = stream.offset
    raw = stream.value(MAX_KEY_BYTES)
    if raw is None:
        raise _Broken(start, "a key is longer than any id")
    if _PLAIN_KEY.fullmatch(raw):
        return raw[1:-1].decode("ascii")
    try:
        return str(read_json(raw, name="A key"))
    except BadDataError as error:
        raise _Broken(start, f"a key is no text: {error.message.rstrip('.')}") from error


class _Broken(Exception):  # noqa: N818  # a signal within this file, turned into a Defect at its door
    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


class _Stream:
    """A window on the file: ``buffer`` from ``base`` on, and ``position`` in it."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._buffer = b""
        self._base = 0
        self._position = 0
        self._as_text: str | None = None

    @property
    def offset(self) -> int:
        return self._base + self._position

    def broken(self, reason: str) -> _Broken:
        return _Broken(self.offset, reason)

    def peek(self) -> bytes | None:
        """Skip blanks; return the next byte without consuming it, or None at the end."""
        while True:
            blank = _BLANK.match(self._buffer, self._position)
            self._position = blank.end() if blank else self._position
            if self._position < len(self._buffer):
                return self._buffer[self._position : self._position + 1]
            if not self._more():
                return None

    def advance(self) -> None:
        """Consume the byte that was peeked at."""
        self._position += 1

    def expect(self, wanted: bytes, what: str) -> bytes:
        """Consume and return the next byte, which must be one of ``wanted``."""
        byte = self.peek()
        if byte is None:
            raise self.broken("is cut off")
        if byte not in wanted:
            raise self.broken(f"is not JSON: {what} is missing")
        self._position += 1
        return byte

    def end(self) -> None:
        """Make sure that nothing but blanks is left."""
        if self.peek() is not None:
            raise self.broken("holds more than one JSON value")

    def value(self, limit: int) -> bytes | None:
        """Consume one value; return its bytes, or None where they are more than ``limit``."""
        first = self.peek()
        if first is None:
            raise self.broken("is cut off")
        taken = _Taken(limit)
        if first in b'{["':
            self._nested(taken)
        else:
            self._scalar(taken)
        return taken.bytes()

    def _scalar(self, taken: _Taken) -> None:
        start = self.offset
        while True:
            match = _SCALAR.match(self._buffer, self._position)
            end = match.end() if match else self._position
            ends_here = end < len(self._buffer)
            self._take(taken, end)
            if ends_here:
                break
            if not self._more():
                raise self.broken("is cut off")
        if self.offset == start:
            raise self.broken("is not JSON: a value is missing")

    def _nested(self, taken: _Taken) -> None:
        try:  # as a rule the value is JSON, and whole in the buffer: then the parser finds its end fastest
            _, end = _FIND_END.raw_decode(self._text(), self._position)
        except (ValueError, RecursionError):
            self._walk(taken)
        else:
            self._take(taken, end)

    def _walk(self, taken: _Taken) -> None:
        depth = 0
        while True:
            for match in _TOKEN.finditer(self._buffer, self._position):
                kind = match.lastindex
                if kind == _OPEN:
                    depth += 1
                elif kind == _CLOSE:
                    depth -= 1
                elif kind is None:
                    self._take(taken, len(self._buffer))
                    self._string_rest(taken, match.end())
                    break
                if depth <= 0:
                    self._take(taken, match.end())
                    return
            else:
                self._take(taken, len(self._buffer))
                self._need_more()
                continue
            if depth == 0:
                return

    def _string_rest(self, taken: _Taken, matched: int) -> None:
        """Consume the rest of a string whose first part ended with the buffer, all of it but a lone backslash."""
        escaped = matched < len(self._buffer)
        while True:
            self._need_more()
            match = _STRING_REST.match(self._buffer, 1 if escaped else 0)
            end = match.end() if match else len(self._buffer)
            if match is not None and match[1] is not None:
                self._take(taken, end)
                return
            escaped = end < len(self._buffer)
            self._take(taken, len(self._buffer))

    def _take(self, taken: _Taken, end: int) -> None:
        taken.add(self._buffer[self._position : end])
        self._position = end

    def _need_more(self) -> None:
        if not self._more():
            raise self.broken("is cut off")

    def _more(self) -> bool:
        """Replace the consumed buffer by the next chunk."""
        self._base += len(self._buffer)
        self._buffer = self._handle.read(CHUNK)
        self._position = 0
        self._as_text = None
        return bool(self._buffer)

    def _text(self) -> str:
        """Return the buffer as text of one character for each byte: where a value ends shows in ASCII alone."""
        if self._as_text is None:
            self._as_text = self._buffer.decode("latin-1")
        return self._as_text


class _Taken:
    """The bytes of a value as far as they stay within the limit; beyond it they are let go."""

    def __init__(self, limit: int) -> None:
        self._pieces: list[bytes] = []
        self._left = limit

    def add(self, piece: bytes) -> None:
        self._left -= len(piece)
        if self._left >= 0:
            self._pieces.append(piece)
        else:
            self._pieces.clear()

    def bytes(self) -> bytes | None:
        return b"".join(self._pieces) if self._left >= 0 else None
