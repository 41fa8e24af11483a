"""Explanation and review states of the stored runs: judged once for each signature instead of once for each run."""

from __future__ import annotations

from array import array
from typing import NamedTuple

from rmos_console.core.review.explained import explanation_of
from rmos_console.core.store import RunEntry, Snapshot, View
from rmos_console.core.store.segments import Segments
from rmos_console.core.store.signature import ABSENT, SEVERAL
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.state import run_state


class States(NamedTuple):
    """How far a run is explained, and the review state of its newest explanation."""

    explained: str
    review: str


class Part(NamedTuple):
    """What happened to a run in one segment, as a signature, and the version of the policy that governs it."""

    signature: str
    policy_version: int


_UNCLEAR = Part(ABSENT, 0)
"""Stands for a part of which nothing can be told without reading it."""

_PARTS = 2
"""A third part may mean something in the first or in the second: which one, only reading tells."""

UNTOUCHED = States("NONE", "NONE")
"""The states of a run that nothing happened to."""


def states_of(view: View, entry: RunEntry, moment: str) -> States:
    """Return the states of one run."""
    return States(explanation_of(entry, view.has_asset, moment).status, run_state(view, entry).state)


class Judged:
    """The states of all runs of the segments, in the order in which they were sealed.

    ``explained`` and ``review`` hold codes into ``words``. ``loose`` are rows whose text was not in the store when
    they were judged: they come out differently as soon as it is.
    """

    def __init__(self, view: Snapshot, segments: Segments) -> None:
        self.words: list[States] = [UNTOUCHED]
        self.codes = array("H")
        self.loose: list[int] = []
        self._view = view
        self._segments = segments
        self._moment = now_utc()
        self._known: dict[tuple[str | Part | None, ...], int | None] = {}
        self._code = {UNTOUCHED: 0}
        elsewhere = self._elsewhere()
        for at in range(len(segments.all)):
            self._judge_segment(at, elsewhere)
        del self._view  # a view keeps much alive

    def _judge_segment(self, at: int, elsewhere: dict[str, list[Part | None]]) -> None:
        segment = self._segments.all[at]
        column = segment.columns.column("signature")
        first, parts = len(self.codes), self._parts(at, list(column.words))
        boundary = self._boundary(segment.before.seq, segment.after.seq)
        seqs = segment.columns.seqs() if boundary else ()
        risk = segment.columns.column("judged")
        risks, run_ids = list(risk.words), segment.columns.run_ids() if elsewhere else ()
        plain: dict[int, int | None] = {}
        for row, code in enumerate(column.codes):
            here = parts[code]
            if here is not None and boundary and seqs[row] <= boundary:
                here = _UNCLEAR
            later = elsewhere.get(run_ids[row]) if run_ids else None
            if later is not None:
                known = self._of_history([here, *later], at, row, risks[risk.codes[row]])
            elif here is _UNCLEAR:
                known = None
            elif code in plain:
                known = plain[code]
            else:
                known = plain[code] = self._of_history([here], at, row)
            self.codes.append(self._one(at, row, first) if known is None else known)

    def _parts(self, at: int, signatures: list[str | None]) -> list[Part | None]:
        """Return signatures with the policy that governs what is announced in a segment; None for an empty one."""
        after = self._segments.all[at].after.seq
        version = self._view.policy_for(after).version
        return [Part(name, version) if name else None for name in signatures]

    def _elsewhere(self) -> dict[str, list[Part | None]]:
        """Return for each run what happened to it in later segments than its own."""
        found: dict[str, list[Part | None]] = {}
        for at, segment in enumerate(self._segments.all):
            mixed = self._boundary(segment.before.seq, segment.after.seq)
            foreign = segment.columns.foreign()
            parts = self._parts(at, list(foreign.values()))
            for run_id, part in zip(foreign, parts, strict=True):
                if part is not None:
                    found.setdefault(run_id, []).append(_UNCLEAR if mixed else part)
        return found

    def _of_history(self, parts: list[Part | None], at: int, row: int, risk: str | None = None) -> int | None:
        """Return the code for all runs with this history; None where each must be judged by itself."""
        history = [part for part in parts if part is not None]
        if not history:
            return 0
        key = (risk, *history)
        if key not in self._known:
            several = len(history) > _PARTS or any(SEVERAL in part.signature for part in history[:-1])
            clear = not several and not any(ABSENT in part.signature for part in history)
            self._known[key] = self._alike(at, row) if clear else None
        return self._known[key]

    def _alike(self, at: int, row: int) -> int | None:
        entry = self._segments.entry(at, row)
        signers = (self._view.people.get(review.person_id) for review in entry.decisions)
        alike = all(person is not None and person.revoked_since is None for person in signers)
        return self._put(states_of(self._view, entry, self._moment)) if alike else None

    def _boundary(self, before: int, after: int) -> int:
        """Return the last line of a segment that changed the policy; 0 where none did."""
        seqs = [policy_seq for policy_seq in self._view.policy_seqs if before < policy_seq <= after]
        return max(seqs, default=0)

    def _one(self, at: int, row: int, first: int) -> int:
        entry = self._segments.entry(at, row)
        if any(not self._view.has_asset(ref.advisory_id) for ref in entry.refs):
            self.loose.append(first + row)
        return self._put(states_of(self._view, entry, self._moment))

    def _put(self, states: States) -> int:
        code = self._code.setdefault(states, len(self.words))
        if code == len(self.words):
            self.words.append(states)
        return code
