"""TinyDB as the catalog uses it: one small database per segment, read and replaced as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Table

from rmos_console.core.canonical import canonical, sha256_hex
from rmos_console.core.errors import BadDataError
from rmos_console.core.store.files import read_file, replace_file

Tables = dict[str, dict[str, Any]]


class TextTable(Table):
    """A table whose document ids are texts, as run ids are."""

    document_id_class = str  # type: ignore[assignment]  # TinyDB annotates int, and documents this override


class SegmentDatabase(TinyDB):
    """A database of :class:`TextTable` tables."""

    table_class = TextTable

    def search(self, table: str, query: Any) -> list[str]:
        """Return the ids of the documents of ``table`` that match."""
        found = self.table(table, cache_size=0).search(query)
        return [str(document.doc_id) for document in found]


class DurableStorage(Storage):
    """A file of two lines: the header with its own SHA-256, and the tables. Replaced durably as a whole."""

    def __init__(self, path: Path, header: dict[str, Any] | None = None) -> None:
        self._path = path
        self._header = header or {}

    def read(self) -> Tables | None:
        """Return all tables, or None where there is no file; raises :class:`BadDataError` for a damaged one."""
        try:
            return read_database(self._path)[1]
        except FileNotFoundError:
            return None

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the file durably."""
        body = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8")
        replace_file(self._path, b"%s\n%s\n" % (canonical(_signed(self._header, body)), body))

    def close(self) -> None:
        """Nothing is kept open."""


class HeldStorage(Storage):
    """Tables that are in memory already; only read."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def read(self) -> Tables:
        """Return all tables."""
        return self._tables

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Refuse: what is asked here is never changed."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is kept open."""


def read_database(path: Path) -> tuple[dict[str, Any], Tables]:
    """Return header and tables of a database file.

    Raises :class:`FileNotFoundError`, and :class:`BadDataError` if any byte is not what was written.
    """
    data = read_file(path)
    head, _, rest = data.partition(b"\n")
    body = rest.removesuffix(b"\n")
    try:
        header = json.loads(head)
        if canonical(_signed(header, body)) != head or rest != body + b"\n":
            raise BadDataError(f"{path.name} is not what was saved.")
        tables: Tables = json.loads(body)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadDataError(f"{path.name} is not what was saved.") from error
    return header, tables


def _signed(header: dict[str, Any], body: bytes) -> dict[str, Any]:
    facts = {key: value for key, value in header.items() if key != "sha256"}
    return {**facts, "sha256": sha256_hex(canonical(facts) + b"\n" + body)}
