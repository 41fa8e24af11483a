"""SQLite as one would use it here: WAL, synchronous FULL, indexed columns, and the whole run as JSON.

The JSON lies in a table of its own, so that lists and counts do not read past it, and the memory for pages is ample.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.rivals.rival import Document

FACETS = ("status", "risk", "mode", "tool", "review")
_COLUMNS = ("run_id", "created_at", *FACETS, "machine", "session", "score", "text")
_RUNS = (
    "CREATE TABLE runs (run_id TEXT PRIMARY KEY, created_at TEXT, status TEXT, risk TEXT, mode TEXT, tool TEXT, "
    "review TEXT, machine TEXT, session TEXT, score REAL, text TEXT) WITHOUT ROWID"
)
_TABLES = (
    _RUNS,
    "CREATE TABLE bodies (run_id TEXT PRIMARY KEY, body TEXT)",
    "CREATE TABLE advisories (advisory_id TEXT PRIMARY KEY, run_id TEXT, reference TEXT, body TEXT) WITHOUT ROWID",
)
_INDEXES = (
    "CREATE INDEX by_time ON runs (created_at DESC)",
    *(f"CREATE INDEX by_{facet} ON runs ({facet}, created_at DESC)" for facet in FACETS),
    "CREATE INDEX by_run ON advisories (run_id)",
)
_INSERT = f"INSERT INTO runs VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608  question marks alone
_INSERT_BODY = "INSERT INTO bodies VALUES (?, ?)"
PAGES_KB = 64 * 1024
FILLING_KB = 2 * 1024 * 1024


def fill(path: Path, runs: Iterable[Document]) -> None:
    """Make a database of ``runs`` at ``path``; here alone speed goes before safety."""
    database = _connect(path)
    database.execute(f"PRAGMA cache_size=-{FILLING_KB}")
    database.execute("PRAGMA journal_mode=OFF")
    database.execute("PRAGMA synchronous=OFF")
    for statement in _TABLES:
        database.execute(statement)
    database.execute("BEGIN")
    for run in runs:
        database.execute(_INSERT, _row(run))
        database.execute(_INSERT_BODY, (run["run_id"], _body(run)))
    database.execute("COMMIT")
    for statement in _INDEXES:
        database.execute(statement)
    database.execute("ANALYZE")
    database.execute("PRAGMA journal_mode=WAL")
    database.close()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)


def _row(run: Document) -> tuple[object, ...]:
    decision, context, request = run["decision"], run["context"], run["request_summary"]
    warnings = " ".join(decision["warnings"])
    words = (
        f"{run['run_id']} {run['mode']} {run['tool_id']} {context['machine_id']} {request['material_id']} {warnings}"
    )
    return (
        run["run_id"],
        run["created_at_utc"],
        run["status"],
        decision["risk_level"],
        run["mode"],
        run["tool_id"],
        "NONE",
        context["machine_id"],
        context["session_id"],
        decision["score"],
        words.casefold(),
    )


def _body(run: Document) -> str:
    return json.dumps(run, separators=(",", ":"))


def _where(chosen: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    terms = [f"{facet} IN ({', '.join('?' * len(values))})" for facet, values in chosen.items()]
    return f"WHERE {' AND '.join(terms)}" if terms else "", [value for values in chosen.values() for value in values]


class Sqlite:
    """One connection to a filled database."""

    name = "SQLite"

    def __init__(self, path: Path) -> None:
        self._database = _connect(path)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute(f"PRAGMA cache_size=-{PAGES_KB}")

    def create(self, run: Document) -> None:
        """Insert one run in a transaction of its own."""
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute(_INSERT, _row(run))
        self._database.execute(_INSERT_BODY, (run["run_id"], _body(run)))
        self._database.execute("COMMIT")

    def attach(self, run_id: str, reference: Document, asset: Document) -> None:
        """Insert an advisory, and mark its run, in one transaction."""
        self._database.execute("BEGIN IMMEDIATE")
        row = (reference["advisory_id"], run_id, json.dumps(reference), json.dumps(asset))
        self._database.execute("INSERT INTO advisories VALUES (?, ?, ?, ?)", row)
        self._database.execute("UPDATE runs SET review = 'NEEDS_REVIEW' WHERE run_id = ?", (run_id,))
        self._database.execute("COMMIT")

    def refer(self, run_id: str, reference: Document) -> None:
        """Insert a reference alone."""
        row = (reference["advisory_id"], run_id, json.dumps(reference))
        self._database.execute("INSERT INTO advisories VALUES (?, ?, ?, NULL)", row)

    def newest(self, count: int) -> list[Document]:
        """Return the columns of the newest runs, as a table shows them."""
        return self._page("", (), count)[0]

    def filtered(self, chosen: Mapping[str, Sequence[str]], count: int) -> tuple[list[Document], int]:
        """Return the newest runs that match, and how many match in all."""
        return self._page(*_where(chosen), count)

    def counts(self, chosen: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
        """Return how many runs have each value of each facet, with what is chosen for the others."""
        found = {}
        for facet in FACETS:
            where, values = _where({name: values for name, values in chosen.items() if name != facet})
            query = f"SELECT {facet}, count(*) FROM runs {where} GROUP BY {facet}"  # noqa: S608  our own names
            found[facet] = dict(self._database.execute(query, values).fetchall())
        return found

    def text(self, word: str, count: int) -> tuple[list[Document], int]:
        """Return the newest runs whose text holds a word anywhere, and how many do."""
        return self._page("WHERE text LIKE ?", (f"%{word}%",), count)

    def everything(self) -> int:
        """Read every column that a table shows, of every run."""
        names = ", ".join(_COLUMNS[:-1])
        return len(self._database.execute(f"SELECT {names} FROM runs").fetchall())  # noqa: S608  our own names

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def _page(self, where: str, values: Sequence[object], count: int) -> tuple[list[Document], int]:
        names = _COLUMNS[:-1]
        query = f"SELECT {', '.join(names)} FROM runs {where} ORDER BY created_at DESC LIMIT {count}"  # noqa: S608  our own
        found = [dict(zip(names, row, strict=True)) for row in self._database.execute(query, values)]
        (total,) = self._database.execute(f"SELECT count(*) FROM runs {where}", values).fetchone()  # noqa: S608  our own
        return found, int(total)
