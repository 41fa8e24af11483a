"""A checkpoint: the head of a ledger, noted outside the store, so that later the store can be held against it.

As text it has three lines, and four more behind an empty one where a person signed it::

    store store_6f0c…
    line 412
    digest 9b1e… (64 hex digits)

    signed 2026-11-22T17:00:00.000000Z
    by mvoss
    name M. Voss
    signature 51aa… (128 hex digits)
"""

from __future__ import annotations

import re
from typing import Any

from rmos_console.core.errors import BadDataError
from rmos_console.core.records.record import Record
from rmos_console.core.records.review import Sha

MAX_BYTES = 8 * 1024
"""A checkpoint is a few hundred bytes; a larger file is none."""

_HEAD = (
    r"store (?P<store_id>[A-Za-z0-9][A-Za-z0-9_-]{0,99})\nline (?P<seq>[1-9]\d{0,17})\ndigest (?P<digest>[0-9a-f]{64})"
)
_SIGNED = (
    r"signed (?P<at_utc>\S{1,40})\nby (?P<person_id>[a-z0-9][a-z0-9._-]{0,63})\nname (?P<person_name>[^\n]{1,200})\n"
    r"signature (?P<signature>[0-9a-f]{128})"
)
_TEXT = re.compile(rf"{_HEAD}(?:\n\n{_SIGNED})?", re.ASCII)


class Checkpoint(Record):
    """The line number and digest that a store's ledger had; the last four fields are None where nobody signed."""

    store_id: str
    seq: int
    digest: Sha
    at_utc: str | None = None
    person_id: str | None = None
    person_name: str | None = None
    signature: str | None = None

    @property
    def is_signed(self) -> bool:
        """Whether it carries a signature; whether that holds is judged with the people of the store."""
        return self.signature is not None

    def signed_document(self) -> dict[str, Any]:
        """Return what a signature covers. Its ``verb`` keeps it apart from decisions and from acts of admins."""
        return {
            "verb": "checkpoint",
            "store_id": self.store_id,
            "seq": self.seq,
            "digest": self.digest,
            "at_utc": self.at_utc,
            "by": self.person_id,
            "name": self.person_name,
        }

    def text(self) -> str:
        """Return the text form, which :func:`read_checkpoint` reads again."""
        lines = [f"store {self.store_id}", f"line {self.seq}", f"digest {self.digest}"]
        if self.is_signed:
            lines += ["", f"signed {self.at_utc}", f"by {self.person_id}", f"name {self.person_name}"]
            lines += [f"signature {self.signature}"]
        return "\n".join(lines) + "\n"


def read_checkpoint(data: bytes, *, name: str) -> Checkpoint:
    """Read a checkpoint's text; line ends of any system and blanks around lines do not matter.

    Raises :class:`BadDataError` naming ``name`` for anything else.
    """
    if len(data) > MAX_BYTES:
        raise BadDataError(f"{name} is {len(data):,} bytes, which is no checkpoint; give the text that was noted.")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise BadDataError(
            f"{name} is no text, so no checkpoint; a QR code must be read with a camera first."
        ) from error
    lines = "\n".join(line.strip() for line in text.splitlines()).strip("\n")
    match = _TEXT.fullmatch(lines)
    if match is None:
        raise BadDataError(f"{name} is no checkpoint or is damaged; it begins with the lines store, line and digest.")
    fields = match.groupdict()
    return Checkpoint.parse({**fields, "seq": int(fields["seq"])}, name=name)
