"""Building the catalog of a segment: compact events go in one by one, the bytes of its file come out.

The file is a pure function of the segment's events: built in one go, or taken up again from a saved file and continued,
it comes out the same.
"""

from __future__ import annotations

import json
import zlib
from array import array
from itertools import accumulate, repeat
from typing import Any

from rmos_console.core.records.events import KINDS, Event
from rmos_console.core.store.database import Tables
from rmos_console.core.store.follow import Position
from rmos_console.core.store.haystack import haystack, said
from rmos_console.core.store.propose import Taken
from rmos_console.core.store.segment_columns import WORDS, WordColumn, decoded, moment, score, values_of
from rmos_console.core.store.segment_file import TABLES, SegmentFile, encode_file
from rmos_console.core.store.segment_keys import Keys, encoded, floats, key, numbers
from rmos_console.core.store.signature import ABSENT, signature
from rmos_console.core.store.touched import run_of

PATCH = 0x80000000
"""Marks the number of a document as that of a patch; without it, it is the row of a run."""

_GLOBAL = ("store.", "reviewer.", "policy.", "checkpoint.")
_SEPARATOR = b"\0"


class SegmentBuilder:
    """What a segment's file is made of."""

    def __init__(self) -> None:
        self.run_lines: list[bytes] = []
        self.patch_lines: list[bytes] = []
        self._keys: list[tuple[int, int]] = []
        self._patches: dict[str, list[int]] = {}
        self._rows: dict[str, int] = {}
        self._columns = {name: WordColumn() for name in WORDS}
        self._created = array("q")
        self._seqs = array("Q")
        self._scores = array("d")
        self._texts: list[bytes] = []
        self._globals: list[dict[str, Any]] = []
        self._open: dict[str, str] = {}
        self._ended: list[str] = []
        self._assets: dict[str, None] = {}
        self._transaction = ""
        self._foreign: dict[str, str] = {}
        self._changed: set[int | str] = set()
        self._sealed_text = False

    @classmethod
    def resumed(cls, file: SegmentFile) -> SegmentBuilder:
        """Return a builder that goes on where a saved file ends; raises what reading the file raises."""
        made = cls()
        runs, patches = split_tables(file.section(TABLES), len(file.section("rows")) // 4)
        made.run_lines, made.patch_lines = runs, patches
        made._keys = list(Keys.decoded(file.section("keys")).pairs())
        words, known = json.loads(file.section("words")), json.loads(file.section("globals"))
        made._columns = {name: decoded(words[name], file.section(name)) for name in WORDS}
        made._foreign = words["foreign"]
        made._seqs = numbers("Q", file.section("seq"))
        made._created, made._scores = numbers("q", file.section("created")), floats(file.section("score"))
        made._texts = file.section("text").split(_SEPARATOR)[:-1]
        made._globals, made._open, made._ended = known["globals"], known["open"], known["ended"]
        made._rows = {_name(line): row for row, line in enumerate(runs)}
        resume = json.loads(file.section("resume"))
        made._assets, made._patches = dict.fromkeys(resume["assets"]), resume["about"]
        made._transaction = resume["transaction"]
        return made

    def add(self, item: Taken) -> None:
        """Take one more compact event in."""
        event, when = item.event, item.when
        where = when.location
        ledger = {"seq": where.seq, "offset": where.offset, "at": when.at, "transaction": when.transaction}
        if event["kind"] == "run.sealed":
            number = len(self.run_lines)
            self._add_run(event["run"], ledger)
        else:
            number = len(self.patch_lines) | PATCH
            self._add_patch(event, ledger)
        if when.transaction != self._transaction:
            self._transaction = when.transaction
            self._keys.append((key("transaction", when.transaction), number))

    def file(self, facts: dict[str, Any], after: Position) -> bytes:
        """Return the bytes of the segment's file; ``facts`` are further members of its header."""
        self._sign()
        columns = {name: self._columns[name].packed() for name in WORDS}
        resume = {"assets": list(self._assets), "about": self._patches, "transaction": self._transaction}
        tables, starts = _tables(self.run_lines, self.patch_lines)
        texts = list(map(bytes.__add__, self._texts, repeat(_SEPARATOR)))
        sections = {
            "globals": _json({"globals": self._globals, "open": self._open, "ended": self._ended}),
            "words": _json({name: list(column.words) for name, column in columns.items()} | {"foreign": self._foreign}),
            "resume": _json(resume),
            "keys": Keys.sorted(self._keys).encoded(),
            "run_ids": "\n".join(self._rows).encode("ascii"),
            "rows": encoded(array("I", starts[: len(self.run_lines)])),
            "patches": encoded(array("I", starts[len(self.run_lines) :])),
            "sums": encoded(array("I", map(zlib.crc32, self.run_lines + self.patch_lines))),
            "seq": encoded(self._seqs),
            "created": encoded(self._created),
            "score": encoded(self._scores),
            **{name: column.encoded() for name, column in columns.items()},
            "starts": encoded(array("I", [0, *accumulate(map(len, texts))])),
            "text": b"".join(texts),
            TABLES: tables,
        }
        header = {
            **facts,
            "after": list(after),
            "runs": len(self.run_lines),
            "assets": len(self._assets),
            "created": [min(self._created, default=0), max(self._created, default=0)],
        }
        return encode_file(header, sections)

    def tables(self) -> Tables:
        """Return the TinyDB tables."""
        tables: Tables = json.loads(_tables(self.run_lines, self.patch_lines)[0])
        return tables

    def _add_run(self, run: dict[str, Any], ledger: dict[str, Any]) -> None:
        row, run_id = len(self.run_lines), run["run_id"]
        self.run_lines.append(_line(run_id, {**run, "ledger": ledger}))
        self._rows[run_id] = row
        self._keys.append((key("run", run_id), row))
        original = run["source"].get("run_id")
        if original is not None:
            self._keys.append((key("original", original), row))
        for name, value in values_of(run).items():
            self._columns[name].append(value)
        self._seqs.append(ledger["seq"])
        self._created.append(moment(run["created_at_utc"]))
        self._scores.append(score(run["decision"]["score"]))
        self._texts.append(haystack(run).replace("\0", " ").encode("utf-8", "replace"))

    def _add_patch(self, event: Event, ledger: dict[str, Any]) -> None:
        number, kind = len(self.patch_lines), event["kind"]
        self.patch_lines.append(_line(str(number + 1), {"event": event, "ledger": ledger}))
        if kind not in KINDS:
            self._globals.append({"event": {"kind": kind}, "ledger": ledger})
        elif kind.startswith(_GLOBAL):
            self._globals.append({"event": event, "ledger": ledger})
        elif kind == "advisory.sealed":
            self._assets[event["advisory_id"]] = None
            self._sealed_text = True
            self._keys.append((key("asset", event["advisory_id"]), number))
        elif kind == "advisory.attached":
            self._keys.append((key("carrier", event["ref"]["advisory_id"]), number))
        elif kind.startswith("explanation."):
            self._explained(event)
        about = run_of(event)
        if about is None:
            return
        self._keys.append((key("patch", about), number))
        self._patches.setdefault(about, []).append(number)
        row = self._rows.get(about)
        if row is None:
            self._foreign.setdefault(about, "")
        self._changed.add(about if row is None else row)

    def _explained(self, event: Event) -> None:
        attempt, run_id = event["attempt"], event["run_id"]
        if event["kind"] == "explanation.pending":
            self._open[attempt] = run_id
        elif attempt is not None and self._open.pop(attempt, None) is None:
            self._ended.append(attempt)
        row = self._rows.get(run_id)
        if row is not None and event["kind"] == "explanation.ready":
            text = said(self._texts[row].decode("utf-8"), event["summary"])
            self._texts[row] = text.replace("\0", " ").encode("utf-8", "replace")

    def _sign(self) -> None:
        """Renew the signatures of the runs that something happened to; a text sealed by now changes others, too."""
        judged, signed = list(self._columns["judged"].words), self._columns["signature"]
        if self._sealed_text:
            incomplete = {code for word, code in signed.words.items() if ABSENT in (word or "")}
            self._changed.update(row for row, code in enumerate(signed.codes) if code in incomplete)
            self._changed.update(run_id for run_id, part in self._foreign.items() if ABSENT in part)
        for changed in self._changed:
            if isinstance(changed, str):
                self._foreign[changed] = self._history(changed, "")
            else:
                risk = judged[self._columns["judged"].codes[changed]] or ""
                signed.put(changed, self._history(_name(self.run_lines[changed]), risk))
        self._changed.clear()
        self._sealed_text = False

    def _history(self, run_id: str, risk: str) -> str:
        documents = [parsed(self.patch_lines[number]) for number in self._patches[run_id]]
        history = [(document["ledger"]["seq"], document["event"]) for document in documents]
        return signature(risk, history, self._assets.__contains__)


def split_tables(data: bytes, runs: int) -> tuple[list[bytes], list[bytes]]:
    """Return the lines of the runs and of the patches in the tables of a file."""
    lines = [line.removesuffix(b",") for line in data.split(b"\n")]
    documents = [line for line in lines if line.startswith(b'"')]
    return documents[:runs], documents[runs:]


def _tables(runs: list[bytes], patches: list[bytes]) -> tuple[bytes, list[int]]:
    """Return the JSON of both tables, a document a line, and where each document begins."""
    head, middle, end = b'{"runs":{\n', b'\n},"patches":{\n', b"\n}}\n"
    starts: list[int] = []
    offset = len(head)
    for table in (runs, patches):
        for line in table:
            starts.append(offset)
            offset += len(line) + 2
        offset += len(middle) - (2 if table else 0)
    return b"".join((head, b",\n".join(runs), middle, b",\n".join(patches), end)), starts


def _line(name: str, document: dict[str, Any]) -> bytes:
    return f"{json.dumps(name)}:".encode() + _json(document)


def _json(value: Any) -> bytes:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def _name(line: bytes) -> str:
    name: str = json.loads(line[: line.index(b'":') + 1])
    return name


def parsed(line: bytes) -> dict[str, Any]:
    """Return the document of a line of the tables."""
    document: dict[str, Any] = json.loads(line[line.index(b'":') + 2 :])
    return document
