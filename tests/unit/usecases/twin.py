"""The store as plain dictionaries: what every use case of recording, deciding and administering must lead to.

Nothing here reads a ledger or asks the product. Time is a count of deeds. The life of one text under review is played
by the model that the review rules are tested with on their own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.unit.review.model import Deed, History, Level

POLICY_RISK: dict[str, Level] = {"GREEN": "GREEN", "YELLOW": "YELLOW", "RED": "RED", "UNKNOWN": "RED"}
OFFLINE = "offline@1"


class Refused(Exception):  # noqa: N818  not an error of the tests: the answer that the product must give, too
    """The rules say no; ``code`` is one of the codes the product may give for it."""

    def __init__(self, *codes: str) -> None:
        super().__init__(" or ".join(codes))
        self.codes = codes


@dataclass
class Text:
    """A sealed text: everything that must be equal for the same bytes, its author, and when it was sealed."""

    words: str
    kind: str
    author: str | None
    headline: str | None
    at: int


@dataclass
class Word:
    """An explanation announced on a run; ``generated`` here, not attached."""

    advisory: str
    summary: str | None
    generated: bool
    at: int


@dataclass
class Person:
    """Somebody enrolled; ``revoked`` is the moment from which decisions are suspect, ``key`` the present public key."""

    role: str
    key: str
    recovery: str | None = None
    revoked: int | None = None


@dataclass
class Rules:
    """One version of the policy."""

    at: int = 0
    mode: str = "tiered"
    second: bool = False
    engines: tuple[str, ...] = (OFFLINE,)
    reopen: bool = False

    @property
    def content(self) -> tuple[Any, ...]:
        """What makes a new version: the moment and the reopening do not."""
        return self.mode, self.second, self.engines


@dataclass
class Run:
    """A run with all that happened to it; ``log`` are the kinds of its events, ``failed`` when explaining last did."""

    facts: dict[str, Any]
    meta: dict[str, Any]
    original: str | None = None
    files: list[tuple[str, str, str]] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)
    words: list[Word] = field(default_factory=list)
    failed: int | None = None
    minted: set[str] = field(default_factory=set)
    deeds: dict[str, list[Deed]] = field(default_factory=dict)
    log: list[str] = field(default_factory=lambda: ["run.sealed"])

    @property
    def level(self) -> Level:
        """The risk that the policy goes by."""
        level = POLICY_RISK[self.facts["risk"]]
        return "YELLOW" if level == "GREEN" and self.facts["status"] != "OK" else level

    def superseded(self, advisory: str) -> bool:
        """Tell whether a later generated text replaced this one."""
        generated = [word.advisory for word in self.words if word.generated]
        return advisory in generated and generated[-1] != advisory


def alike(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are the same: 0 and false are not, though Python says so."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


class Twin:
    """The whole store, and what may be done to it."""

    def __init__(self) -> None:
        self.moment = 0
        self.runs: dict[str, Run] = {}
        self.texts: dict[str, Text] = {}
        self.people: dict[str, Person] = {}
        self.policies = [Rules()]

    def tick(self) -> int:
        """Return the next moment."""
        self.moment += 1
        return self.moment

    @property
    def policy(self) -> Rules:
        """The policy in force."""
        return self.policies[-1]

    def standing(self, role: str | None = None) -> list[str]:
        """Return who is not revoked, only those of a role if one is named."""
        return [who for who, each in self.people.items() if each.revoked is None and role in {None, each.role}]

    # Reading

    def state(self, run_id: str, advisory: str) -> str:
        """Return the review state of a text on a run."""
        run = self.runs[run_id]
        if advisory not in run.refs or advisory not in self.texts or run.refs[advisory] == "note":
            return "NONE"
        return self.history(run_id, advisory).now()[0]

    def history(self, run_id: str, advisory: str) -> History:
        """Return the life of a text on a run so far."""
        run = self.runs[run_id]
        announced = next((word.at for word in reversed(run.words) if word.advisory == advisory), None)
        governing = self.governing(self.texts[advisory].at if announced is None else announced)
        revoked = {who: each.revoked for who, each in self.people.items() if each.revoked is not None}
        return History(
            run.level,
            advisory in run.minted,
            governing.mode,
            governing.second,
            list(run.deeds.get(advisory, [])),
            revoked,
            run.superseded(advisory),
        )

    def governing(self, moment: int) -> Rules:
        """Return the policy for a text announced then: the one in force, or a later one that reopens."""
        found = self.policies[0]
        for policy in self.policies:
            if policy.at <= moment or policy.reopen:
                found = policy
        return found

    def newest(self, run_id: str) -> Word | None:
        """Return the run's newest explanation that is not superseded and whose text is here."""
        run = self.runs[run_id]
        here = [word for word in run.words if word.advisory in self.texts and not run.superseded(word.advisory)]
        return here[-1] if here else None

    def run_state(self, run_id: str) -> str:
        """Return the review state of a run."""
        word = self.newest(run_id)
        return "NONE" if word is None else self.state(run_id, word.advisory)

    def explained(self, run_id: str) -> tuple[str, str | None]:
        """Return how far a run is explained, and by what summary."""
        run = self.runs[run_id]
        word = next((word for word in reversed(run.words) if word.advisory in self.texts), None)
        summary = None if word is None else word.summary
        if run.failed is not None and (word is None or run.failed > word.at):
            return "ERROR", summary
        return ("NONE" if word is None else "READY"), summary

    def waiting(self) -> list[tuple[str, str]]:
        """Return what the queue shows, in its order: worst risk first, then oldest first."""
        rank = {"RED": 0, "YELLOW": 1, "GREEN": 2}
        found = [run_id for run_id in self.runs if self.run_state(run_id) in {"NEEDS_REVIEW", "AWAITING_SECOND"}]
        found.sort(key=lambda each: (rank[self.runs[each].level], self.runs[each].facts["created_at_utc"], each))
        return [(run_id, word.advisory) for run_id in found if (word := self.newest(run_id)) is not None]

    # Recording

    def create(self, run_id: str, facts: dict[str, Any], meta: dict[str, Any], original: str | None = None) -> bool:
        """Seal a run; False if it is there already as it is."""
        known = self.runs.get(run_id)
        if known is None:
            self.tick()
            self.runs[run_id] = Run(facts, dict(meta), original)
            self.runs[run_id].facts["meta"] = dict(meta)
            return True
        if {**facts, "meta": meta} != known.facts:
            raise Refused("conflict")
        return False

    def patch(self, run_id: str, set_: dict[str, Any], unset: list[str]) -> bool:
        """Change meta; False if nothing changes."""
        meta = self.runs[run_id].meta
        after = {key: value for key, value in {**meta, **set_}.items() if key not in unset}
        news = {key: value for key, value in set_.items() if key not in meta or not alike(meta[key], value)}
        if not news and not any(key in meta for key in unset):
            return False
        self.tick()
        self.runs[run_id].meta = after
        self.runs[run_id].log.append("run.meta_patched")
        return True

    def add_file(self, run_id: str, sha256: str, kind: str, name: str) -> bool:
        """Keep a file with a run; False if it is there already."""
        run = self.runs[run_id]
        if (sha256, kind, name) in run.files:
            return False
        self.tick()
        run.files.append((sha256, kind, name))
        run.log.append("attachment.added")
        return True

    def attach(self, run_id: str, advisory: str, kind: str, words: str | None, author: str | None) -> bool:
        """Attach an advisory, with its text or without; False if nothing changes."""
        run, known = self.runs[run_id], self.texts.get(advisory)
        arrives = words is not None and known is None
        if words is not None and known is not None and (known.words, known.kind, known.author) != (words, kind, author):
            raise Refused("conflict")
        waiting = [run_id] if advisory not in run.refs else []
        if not waiting and not arrives:
            return False
        moment = self.tick()
        if words is not None and arrives:
            waiting += [other for other, each in self.runs.items() if advisory in each.refs and other not in waiting]
            self.texts[advisory] = Text(words, kind, author, None, moment)
        if advisory not in run.refs:
            run.refs[advisory] = kind
            run.log.append("advisory.attached")
        if advisory in self.texts:
            summary = self.texts[advisory].headline if words is None else words.split("\n", 1)[0]
            for carrier in waiting:
                if self.runs[carrier].refs[advisory] == "explanation":
                    self._announce(carrier, Word(advisory, summary, generated=False, at=moment))
        return True

    def _announce(self, run_id: str, word: Word) -> None:
        self.runs[run_id].words.append(word)
        self.runs[run_id].log.append("explanation.ready")

    # Explaining

    def explains(self, run_id: str, *, force: bool) -> bool:
        """Tell whether an engine is asked at all."""
        return force or self.newest(run_id) is None

    def fail(self, run_id: str) -> None:
        """An engine gave nothing."""
        self.runs[run_id].failed = self.tick()
        self.runs[run_id].log += ["explanation.pending", "explanation.failed"]

    def explain(self, run_id: str, advisory: str, words: str, engine: str) -> None:
        """An engine gave a text, which the policy may approve at once."""
        run, moment = self.runs[run_id], self.tick()
        headline = words.split("\n", 1)[0]
        self.texts[advisory] = Text(words, "explanation", None, headline, moment)
        run.refs[advisory] = "explanation"
        run.log += ["explanation.pending", "advisory.attached"]
        self._announce(run_id, Word(advisory, headline, generated=True, at=moment))
        if self.policy.mode == "tiered" and run.level == "GREEN" and engine in self.policy.engines:
            run.minted.add(advisory)
            run.log.append("review.auto_approved")

    # Deciding

    def decide(self, who: str, key: str, run_id: str, advisory: str, verb: str, reason: str | None) -> None:
        """Approve, reject or take back; raises :class:`Refused`."""
        run, person = self.runs[run_id], self.people[who]
        if advisory not in run.refs or advisory not in self.texts:
            raise Refused("not_found", "policy")
        history = self.history(run_id, advisory)
        red = verb == "approved" and run.level == "RED"
        allowed = (
            person.revoked is None
            and person.key == key
            and (reason is not None or not (verb == "rejected" or red))
            and not (verb == "approved" and self.texts[advisory].author == who)
            and run.refs[advisory] != "note"
            and history.may(verb, who)
        )
        if not allowed:
            raise Refused("policy", "signature", "stale")
        _, carried = history.now()
        back = next((deed.number for deed in carried if deed.who == who), None) if verb == "withdrawn" else None
        two = self.policy.second and run.level == "RED"
        run.deeds.setdefault(advisory, []).append(Deed(self.tick(), who, verb, two, back))
        run.log.append(f"review.{verb}")
