"""How far a run is explained, from its attempts and explanations."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from rmos_console.core.review.explained import Explained, explanation_of

NOW = "2026-03-01T12:00:00.500000Z"
SOON, PAST = "2026-03-01T12:00:01Z", "2026-03-01T12:00:00Z"


class Word(NamedTuple):
    advisory_id: str
    seq: int
    summary: str | None = "because"


class Attempt(NamedTuple):
    state: str
    seq: int
    deadline_utc: str | None = SOON
    reason: str | None = "it broke"
    attempt: str | None = "att_1"


class Entry(NamedTuple):
    explanations: tuple[Word, ...] = ()
    attempts: tuple[Attempt, ...] = ()


HERE, GONE = Word("adv_here", 5), Word("adv_gone", 6)
CASES = [
    (Entry(), Explained("NONE")),
    (Entry((GONE,)), Explained("NONE")),
    (Entry((HERE,)), Explained("READY", "because")),
    (Entry((HERE, GONE)), Explained("READY", "because")),
    (Entry((HERE, Word("adv_here", 9, None))), Explained("READY", None)),
    (Entry((), (Attempt("open", 3),)), Explained("PENDING")),
    (Entry((), (Attempt("open", 3, PAST),)), Explained("PENDING", overdue=True)),
    (Entry((), (Attempt("open", 3, None),)), Explained("PENDING", overdue=True)),
    (Entry((), (Attempt("open", 3, PAST), Attempt("open", 4, SOON))), Explained("PENDING")),
    (Entry((HERE,), (Attempt("ready", 5), Attempt("open", 7))), Explained("PENDING", "because")),
    (Entry((HERE,), (Attempt("failed", 4), Attempt("ready", 5))), Explained("READY", "because")),
    (Entry((HERE,), (Attempt("ready", 5), Attempt("failed", 7))), Explained("ERROR", "because", "it broke")),
    (Entry((GONE,), (Attempt("failed", 4),)), Explained("ERROR", None, "it broke")),
    (Entry((), (Attempt("failed", 4, None, None, None),)), Explained("ERROR", None, "no reason was given")),
    (Entry((), (Attempt("ready", 5),)), Explained("NONE")),
]


@pytest.mark.parametrize(("entry", "expected"), CASES)
def test_the_status_follows_from_what_happened_last(entry: Entry, expected: Explained) -> None:
    assert explanation_of(entry, {"adv_here"}.__contains__, NOW) == expected
