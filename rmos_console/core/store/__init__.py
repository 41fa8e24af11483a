"""The store: one append-only ledger is the truth, everything else beside it can be rebuilt from it."""

from rmos_console.core.store.append import Limits
from rmos_console.core.store.compact import compact
from rmos_console.core.store.documents import HistoryEntry
from rmos_console.core.store.entries import AssetEntry, Attempt, ExplanationWord, RunEntry
from rmos_console.core.store.fold import Fold, When
from rmos_console.core.store.foreign import looks_foreign
from rmos_console.core.store.line import Line, Location
from rmos_console.core.store.places import create_store, find_store
from rmos_console.core.store.propose import Committed, Draft, Proposed
from rmos_console.core.store.ready import ReadyRun, ready_run, stored_run
from rmos_console.core.store.recall import line_digest
from rmos_console.core.store.store import Store, open_store
from rmos_console.core.store.view import Snapshot, View

__all__ = [
    "AssetEntry",
    "Attempt",
    "Committed",
    "Draft",
    "ExplanationWord",
    "Fold",
    "HistoryEntry",
    "Limits",
    "Line",
    "Location",
    "Proposed",
    "ReadyRun",
    "RunEntry",
    "Snapshot",
    "Store",
    "View",
    "When",
    "compact",
    "create_store",
    "find_store",
    "line_digest",
    "looks_foreign",
    "open_store",
    "ready_run",
    "stored_run",
]
