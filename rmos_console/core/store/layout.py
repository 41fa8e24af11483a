"""The names inside a store's folder, and the file that makes a folder a store."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from pydantic import Field

from rmos_console.core.canonical import canonical, read_json
from rmos_console.core.errors import BadDataError, DamagedError, NewerStoreError, OlderStoreError
from rmos_console.core.records.record import Record
from rmos_console.core.store.files import FACTS, check_folder, names_in, read_file
from rmos_console.core.store.line import segment_file

FORMAT = 1
"""The format version that this program writes and the newest that it reads."""

DATABASE_SUFFIX = ".catalog"
"""What the names of the catalog's files end in, behind the number of their segment."""

_SEGMENT = re.compile(r"(\d{6})\.jsonl")


class StoreFacts(Record):
    """The content of store.json.

    ``group`` names the group that shares the store, if one does. ``allow_network`` is the override for network file
    systems, to be set by hand: whoever sets it answers for one machine writing at a time.
    """

    format: Annotated[int, Field(ge=1, strict=True)]
    store_id: str
    created_at_utc: str
    group: str | None = None
    allow_network: bool = False

    def data(self) -> bytes:
        """Return the bytes of store.json."""
        return canonical(self.document()) + b"\n"


class Place:
    """The paths of one store; nothing is opened here."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.facts = root / FACTS
        self.lock = root / "lock"
        self.state = root / "state"
        self.ledger = root / "ledger"
        self.blobs = root / "blobs"
        self.catalog = root / "catalog"
        self.quarantine = root / "quarantine"
        self._segments: dict[int, Path] = {}

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that every store has."""
        return (self.ledger, self.blobs, self.catalog, self.quarantine)

    def segment(self, number: int) -> Path:
        """Return the path of a segment."""
        path = self._segments.get(number)
        if path is None:
            path = self._segments[number] = self.root / segment_file(number)
        return path

    def database(self, number: int) -> Path:
        """Return the path of the catalog's database about a segment."""
        return self.catalog / f"{number:06}{DATABASE_SUFFIX}"

    def segments(self) -> list[int]:
        """Return the numbers of the segments present, ascending; gaps are for the reader to judge."""
        check_folder(self.ledger)
        found = map(_SEGMENT.fullmatch, names_in(self.ledger))
        return sorted(int(match.group(1)) for match in found if match)

    def check_folders(self) -> None:
        """Raise :class:`StoreError` where a link or anything else stands in the place of a folder."""
        for folder in self.folders:
            with suppress(FileNotFoundError):
                check_folder(folder)

    def read_facts(self) -> StoreFacts:
        """Return the content of store.json.

        Raises :class:`FileNotFoundError`, :class:`NewerStoreError`, :class:`OlderStoreError`, or :class:`DamagedError`
        if it cannot be read.
        """
        data = read_file(self.facts)
        try:
            document = read_json(data, name="store.json", limit=64 * 1024)
            found = document.get("format") if isinstance(document, dict) else None
            if type(found) is int and found > FORMAT:
                raise NewerStoreError(
                    f"The store at {self.root} has format {found}; this program reads up to {FORMAT}. Update it.",
                    format=found,
                )
            if type(found) is int and 1 <= found < FORMAT:
                raise OlderStoreError(
                    f"The store at {self.root} has format {found}, and this program writes {FORMAT}. To back it up and "
                    "bring it up to date, type: rmos-console doctor --migrate",
                    format=found,
                )
            return StoreFacts.parse(document, name="store.json")
        except BadDataError as error:
            raise DamagedError(
                f"store.json of {self.root} is damaged ({error.message}) Restore it from a copy, then type: "
                "rmos-console doctor",
                file="store.json",
                offset=0,
            ) from error
