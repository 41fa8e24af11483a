"""TinyDB as the catalog uses it: one small database per segment, asked and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Table

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
