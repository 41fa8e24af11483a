"""What an importer finds in a foreign store: the items that the intake consumes, one per source record.

Identity of a run at its source is ``(layout, original_id, discriminator)``. Whether a known run changed is judged by
``sealed.source.sealed_sha256`` (its sealed part), and by ``mutable``, ``refs`` and ``files`` (the rest); the original
bytes alone would miss references that stand in files of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryInputRef
from rmos_console.core.records.ids import derived_run_id
from rmos_console.core.records.run import Attachment, RunSource, SealedRun

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class FoundFile(NamedTuple):
    """An attachment whose bytes are there: ``attachment`` is as our store will name it (raw SHA-256, raw size).

    ``complaint`` is set where the bytes do not match the name they had at the source. A file above 32 MB, unreadable
    or missing is never listed: its claim stays in ``mutable["attachments"]`` with a warning.
    """

    attachment: Attachment
    path: Path
    complaint: str | None = None


class FoundRun(NamedTuple):
    """One run of a foreign store.

    ``run_id`` is its id in this store; ``source`` the path relative to the import's root, with ``#id`` or ``:line``
    where a file holds several; ``original`` the bytes of the record as they stand in the file; ``body`` the document of
    the run as this store seals it, without ``source.pack``; ``sealed_sha256`` the SHA-256 of the canonical source
    record without its layout's mutable keys; ``mutable`` what the source may still change, verbatim (with
    ``tombstone``, and ``attachments`` as claimed); ``refs`` its references to advisories, link files merged in, with
    the source's review history as ``at_source``; ``partition`` the folder date where a layout has one. The explanation
    is the source's word.
    """

    layout: str
    original_id: str
    discriminator: str
    run_id: str
    source: str
    original: bytes
    body: dict[str, Any]
    sealed_sha256: str
    mutable: dict[str, Any]
    refs: tuple[AdvisoryInputRef, ...] = ()
    files: tuple[FoundFile, ...] = ()
    explanation_status: str | None = None
    explanation_summary: str | None = None
    partition: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def sealed(self) -> SealedRun:
        """The run as this store seals it, without ``source.pack``."""
        return SealedRun.model_validate(self.body)

    def is_elsewhere(self, stored: RunSource) -> bool:
        """Tell whether a stored run of the same id came from another layout or partition than this one."""
        return stored.format != self.layout or partition_of(stored.path) != self.partition

    def set_apart(self) -> FoundRun:
        """Return this run under an id of its own: its run_id is taken by a run from another layout or partition.

        The discriminator names layout and date, so that the next import arrives at the same id.
        """
        discriminator = f"{self.layout} {self.partition or self.body['created_at_utc'][:10]}"
        if self.discriminator:
            discriminator = f"{discriminator} {self.discriminator}"
        run_id = derived_run_id(self.layout, self.original_id, discriminator)
        source = {**self.body["source"], "run_id": self.original_id, "discriminator": discriminator}
        body = {**self.body, "run_id": run_id, "source": source}
        return self._replace(discriminator=discriminator, run_id=run_id, body=body)


@dataclass(frozen=True, slots=True)
class FoundAdvisory:
    """One advisory with its content. ``asset`` is what is sealed; ``at_source`` the review facts that may still change.

    ``original_run_id`` is the run that the asset says it is about, ``run_id`` the id of that run in our store; both
    None where it says nothing. The run's own reference decides whether it is attached.
    """

    layout: str
    advisory_id: str
    source: str
    original: bytes
    asset: AdvisoryAsset
    at_source: dict[str, Any]
    original_run_id: str | None = None
    run_id: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A reference in a file of its own, whose run is not among the runs of this import.

    ``run_id`` is the id that the run has, or would have, in our store.
    """

    layout: str
    source: str
    original_run_id: str
    run_id: str
    ref: AdvisoryInputRef
    warnings: tuple[str, ...] = ()


class Refused(NamedTuple):
    """One source record that cannot be taken; ``reason`` is one line. ``is_run`` is false for links and advisories."""

    source: str
    reason: str
    is_run: bool = True


class Ignored(NamedTuple):
    """Something that is no record: a leftover, a folder that is no partition, a damaged index."""

    source: str
    reason: str


Found = FoundRun | FoundAdvisory | FoundLink | Refused | Ignored


def partition_of(path: str | None) -> str:
    """Return the partition (a date folder) in a stored source path, or an empty text."""
    parts = (path or "").split("/")
    return next((part for part in parts[:-1] if is_partition(part)), "")


def is_partition(name: str) -> bool:
    """Tell whether a folder name is a date: only such folders hold runs in the partitioned layout."""
    if _DATE.fullmatch(name) is None:
        return False
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return True
