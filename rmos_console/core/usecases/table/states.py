"""Explanation and review states of the stored runs: judged once for each signature instead of once for each run."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import NamedTuple

from rmos_console.core.review.explained import explanation_of
from rmos_console.core.store import RunEntry, View
from rmos_console.core.store.segments import Segments
from rmos_console.core.store.signature import ABSENT
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.state import run_state


class States(NamedTuple):
    """How far a run is explained, and the review state of its newest explanation."""

    explained: str
    review: str


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

    def __init__(self, view: View, segments: Segments) -> None:
        self.words: list[States] = [UNTOUCHED]
        self.codes = array("H")
        self.loose: list[int] = []
        self._view = view
        self._segments = segments
        self._moment = now_utc()
        self._known: dict[tuple[str, int], int | None] = {}
        self._code = {UNTOUCHED: 0}
        for at in range(len(segments.all)):
            self._judge_segment(at)
        self._judge_foreign()
        del self._view  # a view keeps much alive

    def _judge_segment(self, at: int) -> None:
        segment = self._segments.all[at]
        column = segment.column("signature")
        first, names = len(self.codes), list(column.words)
        boundary = self._boundary(segment.before.seq, segment.after.seq)
        seqs = segment.seqs() if boundary else ()
        plain = [
            0 if not name else self._of_signature(name or "", at, column.codes.index(code), segment.after.seq)
            for code, name in enumerate(names)
        ]
        if None not in plain and not boundary:
            self.codes.extend([plain[code] or 0 for code in column.codes])
            self.loose += [first + row for row, code in enumerate(column.codes) if ABSENT in (names[code] or "")]
            return
        for row, code in enumerate(column.codes):
            known = plain[code]
            if known is None or (boundary and names[code] and seqs[row] <= boundary):
                known = self._one(at, row)
            if ABSENT in (names[code] or ""):
                self.loose.append(first + row)
            self.codes.append(known)

    def _of_signature(self, name: str, at: int, row: int, seq: int) -> int | None:
        """Return the code for all runs with a signature; None where each must be judged by itself."""
        if ABSENT in name:
            return None
        key = name, self._view.policy_for(seq).version
        if key not in self._known:
            entry = self._segments.entry(at, row)
            signers = (self._view.people.get(review.person_id) for review in entry.decisions)
            alike = all(person is not None and person.revoked_since is None for person in signers)
            self._known[key] = self._put(states_of(self._view, entry, self._moment)) if alike else None
        return self._known[key]

    def _boundary(self, before: int, after: int) -> int:
        """Return the last line of a segment that changed the policy; 0 where none did."""
        seqs = [policy_seq for policy_seq in self._view.policy_seqs if before < policy_seq <= after]
        return max(seqs, default=0)

    def _judge_foreign(self) -> None:
        starts = [0]
        for segment in self._segments.all:
            starts.append(starts[-1] + segment.run_count)
        for run_id in sorted(self._segments.foreign()):
            home = self._segments.locate(run_id)
            if home is not None:
                at, row = home
                index = starts[at] + row
                self.codes[index] = self._one(at, row)
                place = bisect_left(self.loose, index)
                if self._may_change(at, row) and self.loose[place : place + 1] != [index]:
                    self.loose.insert(place, index)

    def _may_change(self, at: int, row: int) -> bool:
        entry = self._segments.entry(at, row)
        return any(not self._view.has_asset(ref.advisory_id) for ref in entry.refs)

    def _one(self, at: int, row: int) -> int:
        return self._put(states_of(self._view, self._segments.entry(at, row), self._moment))

    def _put(self, states: States) -> int:
        code = self._code.setdefault(states, len(self.words))
        if code == len(self.words):
            self.words.append(states)
        return code
