"""What a comparison of two runs says.

Plain tuples and dataclasses rather than pydantic: a comparison holds hundreds of rows, is made of values that were
validated before, and is never read back from anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from rmos_console.core.canonical import sha256_hex

DiffOp = Literal["added", "removed", "changed", "same"]
DiffSeverity = Literal["CRITICAL", "WARNING", "INFO", "NONE"]
HunkOp = Literal["added", "removed", "changed"]

GCODE_PATH = "outputs.gcode_text"
"""The one path whose text stands in the JSON document by its digest; ``diff --gcode`` compares the text itself."""


class DiffRow(NamedTuple):
    """One leaf of the two documents.

    ``a`` is meaningless for ``added`` and ``b`` for ``removed``: that side lacks the key, which is not the same as
    null. ``delta`` is b minus a and ``percent`` is relative to the size of a, both only where two numbers differ;
    ``unit`` is that of both values. A ``volatile`` row (a time, an id of the record itself) is shown and never raises
    the severity.
    """

    path: str
    op: DiffOp
    a: Any
    b: Any
    delta: int | float | None
    percent: float | None
    unit: str | None
    volatile: bool

    def sides(self) -> dict[str, Any]:
        """Return ``{"a":…, "b":…}``; a side that lacks the key is omitted."""
        sides: dict[str, Any] = {}
        if self.op != "added":
            sides["a"] = _shown(self.path, self.a)
        if self.op != "removed":
            sides["b"] = _shown(self.path, self.b)
        return sides


class HashRow(NamedTuple):
    """One of the four hashes of both sides; ``equal`` compares what was hashed where that is known, else the hashes.

    Two feasibility results that differ only in their time have different hashes and are ``equal``.
    """

    name: str
    a: str | None
    b: str | None
    equal: bool


class OutcomeRow(NamedTuple):
    """Status, risk or score of both sides; ``delta`` is b minus a for scores."""

    name: str
    a: Any
    b: Any
    equal: bool
    delta: int | float | None


class WordChange(NamedTuple):
    """One word of a changed G-code line: ``word`` is its letter, ``a`` and ``b`` the numbers as written.

    A side that lacks the word has None; ``delta`` is b minus a where both are numbers. Line numbers start at 1.
    """

    line_a: int
    line_b: int
    word: str
    a: str | None
    b: str | None
    delta: float | None


class Hunk(NamedTuple):
    """A range of lines that differs: ``a`` and ``b`` are (first line, count), lines starting at 1.

    With a count of 0, the line is the one before which the other side's lines stand (one past the end for the end).
    """

    op: HunkOp
    a: tuple[int, int]
    b: tuple[int, int]
    words: tuple[WordChange, ...]

    def document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "op": self.op,
            "a": list(self.a),
            "b": list(self.b),
            "words": [change._asdict() for change in self.words],
        }


@dataclass(frozen=True, slots=True)
class GcodeSummary:
    """Counts of lines; ``words`` counts changed words by letter, ``in_words`` says the same for people.

    ``ignored`` lines differ as text, but only in what was to be ignored.
    """

    lines_a: int
    lines_b: int
    added: int
    removed: int
    changed: int
    ignored: int
    hunks: int
    words: dict[str, int]
    in_words: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "lines_a": self.lines_a,
            "lines_b": self.lines_b,
            "added": self.added,
            "removed": self.removed,
            "changed": self.changed,
            "ignored": self.ignored,
            "hunks": self.hunks,
            "words": dict(self.words),
            "in_words": list(self.in_words),
        }


@dataclass(frozen=True, slots=True)
class GcodeDiff:
    """The differing ranges of two programs, in order, and what they amount to."""

    summary: GcodeSummary
    hunks: tuple[Hunk, ...]

    def json_document(self) -> dict[str, Any]:
        """Return the JSON form (design, Interfaces)."""
        return {"summary": self.summary.document(), "hunks": [hunk.document() for hunk in self.hunks]}


@dataclass(frozen=True, slots=True)
class RunDiff:
    """Two runs compared; ``a`` and ``b`` are the run ids.

    ``differing`` holds the rows that differ; ``equal`` counts the others, and :attr:`rows` holds them all. ``reasons``
    says in words what led to the severity, the gravest first; ``ignored`` counts the leaves left out on request.
    """

    a: str
    b: str
    diff_severity: DiffSeverity
    reasons: tuple[str, ...]
    differing: tuple[DiffRow, ...]
    hashes: tuple[HashRow, ...]
    outcome: tuple[OutcomeRow, ...]
    rules_added: tuple[str, ...]
    rules_removed: tuple[str, ...]
    equal: int
    ignored: int
    all_rows: Callable[[], tuple[DiffRow, ...]] = field(repr=False, compare=False)

    @property
    def rows(self) -> tuple[DiffRow, ...]:
        """Every leaf of both documents, equal ones too, in document order. Made when asked for: most never ask."""
        return self.all_rows()

    @property
    def changed_paths(self) -> tuple[str, ...]:
        """The paths of all rows that differ, volatile ones too."""
        return tuple(row.path for row in self.differing)

    def json_document(self) -> dict[str, Any]:
        """Return the document of ``diff --json`` and of the HTTP API (design, Interfaces)."""
        return {
            "a": self.a,
            "b": self.b,
            "diff_severity": self.diff_severity,
            "reasons": list(self.reasons),
            "changed_paths": list(self.changed_paths),
            "volatile_paths": [row.path for row in self.differing if row.volatile],
            "diff": {row.path: row.sides() for row in self.differing},
            "hashes": {row.name: {"a": row.a, "b": row.b, "equal": row.equal} for row in self.hashes},
            "outcome": {row.name: {"a": row.a, "b": row.b, "equal": row.equal} for row in self.outcome},
            "rules_added": list(self.rules_added),
            "rules_removed": list(self.rules_removed),
            "equal": self.equal,
            "ignored": self.ignored,
        }


def _shown(path: str, value: Any) -> Any:
    if path == GCODE_PATH and isinstance(value, str):
        data = value.encode("utf-8", "surrogatepass")
        return {"sha256": sha256_hex(data), "bytes": len(data), "lines": len(value.split("\n"))}
    return value
