"""The single-file layout: one JSON object ``{run_id: record}``, streamed, since such files grow to hundreds of MB.

Sealed: every key but the mutable ones. Mutable: ``advisory_inputs``, ``explanation_status``, ``explanation_summary``,
``meta``, ``attachments``, ``advisory_reviews``, ``manufacturing_candidates``.
``workflow_mode`` stands in for an empty ``mode``; ``toolpaths_hash`` and ``gcode_hash`` are the hashes of those names;
``request_hash`` is the hash of the request, not of the feasibility, and stays what it is in ``source.extra``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rmos_console.core.importers.attachments import AttachmentFolders
from rmos_console.core.importers.entries import Entry, read_entries
from rmos_console.core.importers.found import Found, FoundRun
from rmos_console.core.importers.rmos_record import MUTABLE_WITH_FILES, Origin, read_record

LAYOUT = "v1"


def read(path: Path, *, timezone: str) -> Iterator[Found]:
    """Yield the runs of the file at ``path``; a file that is cut off yields what precedes the cut and one refusal."""
    attachments = AttachmentFolders(path.parent, path.parent.parent)

    def read_one(entry: Entry) -> FoundRun:
        origin = Origin(LAYOUT, entry.source, entry.data, timezone, MUTABLE_WITH_FILES, attachments)
        return read_record(entry.record, origin, key=entry.key)

    return read_entries(path, read_one)
