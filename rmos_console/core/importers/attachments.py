"""Attachments of a foreign store: claims in a run, bytes in a content-addressed folder ``ab/cd/<sha256><ext>``.

RMOS named JSON by the SHA-256 of its compact sorted form and stored it indented; its ``size_bytes`` is the compact
length. All else is named by its raw bytes. Here every file is named by its raw bytes, with the source's name beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from rmos_console.core.canonical import canonical, read_json, sha256_hex
from rmos_console.core.errors import BadDataError
from rmos_console.core.importers.files import is_folder, names_in, read_bytes
from rmos_console.core.importers.found import FoundFile
from rmos_console.core.records.ids import SHA256
from rmos_console.core.records.run import Attachment
from rmos_console.core.records.times import read_time

FOLDER_NAMES = ("run_attachments", "attachments")


class Attached(NamedTuple):
    """The attachments of a run whose bytes are there, complaints with them, and warnings about the rest."""

    files: tuple[FoundFile, ...]
    warnings: tuple[str, ...]


class AttachmentFolders:
    """The folders beside a store in which the bytes of its attachments may lie."""

    def __init__(self, *bases: Path) -> None:
        candidates = [base / name for base in dict.fromkeys(bases) for name in FOLDER_NAMES]
        self.folders = tuple(folder for folder in candidates if is_folder(folder))

    def find(self, sha256: str) -> Path | None:
        """Return the file named ``sha256`` (whatever its extension), or None. Only 64 hex digits become a path."""
        if SHA256.fullmatch(sha256) is None:
            return None
        for folder in self.folders:
            shard = folder / sha256[:2] / sha256[2:4]
            if is_folder(shard):
                for name in names_in(shard):
                    if name == sha256 or (name.startswith(f"{sha256}.") and not name.endswith(".tmp")):
                        return shard / name
        return None

    def read(self, claims: object, *, timezone: str) -> Attached:
        """Find and check what a run's ``attachments`` claim; a claim without bytes becomes a warning."""
        if claims is None:
            return Attached((), ())
        if not isinstance(claims, list):
            return Attached((), ("attachments is no list; it is kept as it was",))
        files: dict[str, FoundFile] = {}
        warnings: list[str] = []
        for place, claim in enumerate(claims):
            try:
                found = self._one(claim, timezone)
            except BadDataError as error:
                warnings.append(f"attachments[{place}] is not taken, its claim is kept: {error.message}")
                continue
            files.setdefault(found.attachment.sha256, found)
        return Attached(tuple(files.values()), tuple(warnings))

    def _one(self, claim: object, timezone: str) -> FoundFile:
        if not isinstance(claim, dict) or not isinstance(claim.get("sha256"), str):
            raise BadDataError("It names no sha256.")
        named = claim["sha256"]
        path = self.find(named)
        if path is None:
            raise BadDataError(f"There is no file for {named[:64]!r} beside the store.")
        data = read_bytes(path, path.name)
        raw = sha256_hex(data)
        complaint = None
        if raw != named and not names_compact_form(data, named):
            complaint = f"the attachment {named} holds other bytes than its name says (sha256 {raw})"
        attachment = Attachment(
            sha256=raw,
            kind=_text(claim, "kind") or "file",
            mime=_text(claim, "mime"),
            filename=_text(claim, "filename"),
            size_bytes=len(data),
            created_at_utc=_time(claim.get("created_at_utc"), timezone),
            source_sha256=named if named != raw else None,
        )
        return FoundFile(attachment, path, complaint)


def names_compact_form(data: bytes, sha256: str) -> bool:
    """Tell whether ``sha256`` is that of the compact sorted form of the JSON in ``data``: RMOS's way of naming it."""
    try:
        return sha256_hex(canonical(read_json(data, name="The attachment"))) == sha256
    except BadDataError:
        return False  # not JSON, so its name can only be that of its raw bytes


def _text(claim: dict[str, Any], key: str) -> str | None:
    value = claim.get(key)
    return value if isinstance(value, str) else None


def _time(given: object, timezone: str) -> str | None:
    try:
        return read_time(given, timezone=timezone).utc if given is not None else None
    except BadDataError:
        return None  # the claim keeps the text
