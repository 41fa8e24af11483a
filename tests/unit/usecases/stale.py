"""Random interleavings between showing a text and deciding about it, on a real store that two windows share."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rmos_console.core import identity
from rmos_console.core.errors import RefusedError
from rmos_console.core.identity import Signer
from rmos_console.core.records import events
from rmos_console.core.records.review import PolicyMode, Seen
from rmos_console.core.store import Store, open_store
from rmos_console.core.usecases import admin, browse, explain, intake, people, review
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.commit import commit
from tests.unit.usecases.conftest import CALLER, RED

HARMLESS = ("a note", "another run", "another decided otherwise", "a text of somebody else")
STALE = ("a newer text", "another policy", "the signer revoked", "the signer rekeyed", "another approved it")
UNTRUE = ("another text", "a line that never was", "a line to come")


@dataclass
class Told:
    """How many decisions were refused because something had changed, and how many were taken."""

    stale: int = 0
    accepted: int = 0
    kinds: set[str] = field(default_factory=set)


class Shop:
    """A store with two windows on it: one shows and decides, in the other everything else happens."""

    def __init__(self, store: Store, other: Store, chance: random.Random) -> None:
        self.store, self.other, self.chance = store, other, chance
        self.count = 0
        self.chief = self.hire("chief", None)
        self.second = self.hire("second", self.chief)
        self.signer = self.hire("signer", self.chief)

    def key(self) -> Ed25519PrivateKey:
        self.count += 1
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(str(self.count).encode()).digest())

    def hire(self, what: str, by: Signer | None) -> Signer:
        """Enrol somebody whose key is in memory only, as no test of time needs it to be slow to unlock."""
        key = self.key()
        name = f"{what.capitalize()} {'ABCDEFGHKM'[self.count % 10]} {self.count + 2000}"
        made = Signer(self.store.store_id, f"{what}-{self.count}", name, key)
        act = identity.enrol_act(
            store_id=self.store.store_id,
            person_id=made.person_id,
            name=made.name,
            role="reviewer" if by else "admin",
            public_key=made.public_key,
            at_utc=now_utc(),
            by=by or made,
        )

        def decide(view: object) -> list[events.Event]:
            del view
            return [events.reviewer_enrolled(act)]

        commit(self.other, CALLER, decide)
        return made

    def rekey(self) -> None:
        fresh = Signer(self.store.store_id, self.signer.person_id, self.signer.name, self.key())
        act = identity.rekey_act(
            store_id=fresh.store_id,
            person_id=fresh.person_id,
            public_key=fresh.public_key,
            at_utc=now_utc(),
            by=self.signer,
        )
        identity.check_act(act, self.other.snapshot().people, self.other.store_id)
        commit(self.other, CALLER, lambda _view: [events.reviewer_rekeyed(act)])

    def create(self) -> str:
        self.count += 1
        document = {"mode": "m", "tool_id": "t", "status": "OK", "feasibility": RED, "meta": {"number": self.count}}
        return intake.create(self.other, document, CALLER).value.run_id

    def decide(self, who: Signer, run_id: str, advisory_id: str, verb: str) -> None:
        sha = browse.advisory(self.other, advisory_id).text_sha256
        review.decide(
            self.other,
            who,
            run_id,
            advisory_id,
            "approved" if verb == "approved" else "rejected",
            text_sha256=sha,
            reason="Seen it",
            seen=review.seen(self.other.snapshot()),
            caller=CALLER,
        )

    def happen(self, what: str, run_id: str, advisory_id: str) -> None:
        """Let something happen in the other window."""
        if what == "a note":
            intake.patch_meta(self.other, run_id, {"note": self.count}, [], CALLER)
        elif what == "another run":
            explain.explain(self.other, self.create(), caller=CALLER)
        elif what == "another decided otherwise":
            self.decide(self.second, run_id, advisory_id, "rejected")
        elif what == "a text of somebody else":
            self.hire("somebody", self.chief)
        elif what == "a newer text":
            explain.explain(self.other, run_id, force=True, caller=CALLER)
        elif what == "another policy":
            modes: tuple[PolicyMode, ...] = ("tiered", "strict", "informational")
            mode = modes[self.other.snapshot().policy.version % 3]
            admin.set_policy(self.other, self.chief, mode=mode, reopen=self.chance.random() < 0.5, caller=CALLER)
        elif what == "the signer revoked":
            people.revoke(self.other, self.signer.person_id, by=self.chief, caller=CALLER)
        elif what == "the signer rekeyed":
            self.rekey()
        elif what == "another approved it":
            self.decide(self.second, run_id, advisory_id, "approved")


def interleave(store: Store, *, seed: int, rounds: int) -> Told:
    """Show and decide ``rounds`` times; raises :class:`AssertionError` with the seed for a decision judged wrongly."""
    chance, told = random.Random(seed), Told()  # noqa: S311  it must repeat; nothing is kept secret with it
    with open_store(store.path) as other:
        shop = Shop(store, other, chance)
        for number in range(rounds):
            happened = _happenings(chance)
            untrue = chance.choice(UNTRUE) if chance.random() < 0.15 else ""
            refused = _round(shop, happened, untrue)
            expected = bool(untrue) or bool({*happened} & {*STALE})
            assert refused is expected, f"seed {seed}, round {number}: {happened} {untrue}: refused {refused}"
            told.stale += refused
            told.accepted += not refused
            told.kinds |= {*happened, untrue}
            if {"the signer revoked", "the signer rekeyed"} & {*happened}:
                shop.signer = shop.hire("signer", shop.chief)
    return told


def _happenings(chance: random.Random) -> list[str]:
    """Return what happens in the meantime, in order; what excludes each other happens once."""
    picked = [chance.choice(HARMLESS if chance.random() < 0.6 else STALE) for _ in range(chance.randrange(4))]
    once: list[str] = []
    group = {"another decided otherwise", "another approved it", "a newer text"}
    people_group = {"the signer revoked", "the signer rekeyed"}
    for each in picked:
        if any(each in kind and kind & {*once} for kind in (group, people_group)):
            continue
        once.append(each)
    return once


def _round(shop: Shop, happened: list[str], untrue: str) -> bool:
    """Show a text, let things happen, decide; return whether the decision was refused."""
    run_id = shop.create()
    advisory_id = explain.explain(shop.other, run_id, caller=CALLER).value.advisory_inputs[-1].advisory_id
    sha = browse.advisory(shop.store, advisory_id).text_sha256
    seen = review.seen(shop.store.snapshot())
    for each in happened:
        shop.happen(each, run_id, advisory_id)
    if untrue == "another text":
        sha = "0" * 64
    elif untrue:
        seen = Seen(seq=seen.seq + (100_000 if untrue == "a line to come" else 0), digest="f" * 64)
    head = shop.other.snapshot().head
    try:
        review.decide(
            shop.store,
            shop.signer,
            run_id,
            advisory_id,
            "approved",
            text_sha256=sha,
            reason="Looked at it",
            seen=seen,
            caller=CALLER,
        )
    except RefusedError:
        assert shop.other.snapshot().head == head, "a refused decision was written"
        return True
    return False
