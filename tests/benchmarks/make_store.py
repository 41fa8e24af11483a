"""Makes a store of a given size: ``python -m tests.benchmarks.make_store --runs 100000 DIR``.

The ledger is composed with the product's own encoder, a line at a time but without an fsync for each, which takes
seconds where committing would take minutes. An audit of the result finds nothing. What is in it is told by
:func:`describe`.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rmos_console.core import identity
from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.explain.engine import Explanation
from rmos_console.core.identity import Signer
from rmos_console.core.records import events
from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryInputRef, BasedOn, Engine
from rmos_console.core.records.review import AutoApproval, Review, Verb
from rmos_console.core.records.run import Attachment, Risk
from rmos_console.core.review.policy import INITIAL, may_auto_approve
from rmos_console.core.review.risk import judge_risk
from rmos_console.core.review.signing import MEANINGS
from rmos_console.core.store import Limits, create_store, open_store
from rmos_console.core.store.blobs import Blobs
from rmos_console.core.store.layout import Place
from rmos_console.core.usecases.attempts import ATTEMPT_SECONDS, attempt_key
from tests.benchmarks.explained import explanations
from tests.benchmarks.ledger_writer import LedgerWriter
from tests.benchmarks.workshop import LAST_DAY, STORE_DAY, Workshop, text_of

SEED: Final = 20_251_122
PEOPLE: Final = (
    ("mvoss", "M. Voss", "admin"),
    ("alice", "Alice Rahm", "reviewer"),
    ("ben", "Ben Okoro", "reviewer"),
    ("chen", "Chen Li", "reviewer"),
    ("dora", "Dora Szabo", "reviewer"),
)
ENGINES: Final = (Engine(id="offline", version="1"), Engine(id="shop-notes", version="2"))
"""The policy lists the first: its GREEN texts are approved by it. The second writes two of five texts."""

RUNS_PER_LINE: Final = 250
FILES: Final = 40


class Shares(NamedTuple):
    """How many of each thing a store of so many runs holds."""

    runs: int
    imported: int
    explained: int
    decisions: int
    patches: int
    files: int

    @classmethod
    def of(cls, runs: int) -> Shares:
        """Return the shares of a store of ``runs`` runs."""
        return cls(runs, runs * 7 // 10, runs // 5, runs // 10, runs // 100, runs // 200)


def describe(runs: int) -> str:
    """Return in one sentence what a store of ``runs`` runs holds."""
    share = Shares.of(runs)
    return (
        f"{share.runs:,} runs of 1.5 to 3 KB over four years, {share.imported:,} of them imported ({RUNS_PER_LINE} a "
        f"line) and the others created one by one; {share.explained:,} explained, {share.decisions:,} signed decisions "
        f"by {len(PEOPLE)} people, {share.patches:,} changes of meta, {share.files:,} attachments; seed {SEED}."
    )


class Waiting(NamedTuple):
    """A text that waits for a person."""

    run_id: str
    run_sha256: str
    advisory_id: str
    advisory_sha256: str
    text_sha256: str
    risk: Risk


class _Story:
    """What happens in the workshop, told to the ledger."""

    def __init__(self, path: Path, share: Shares, seed: int, limits: Limits | None = None) -> None:
        create_store(path)
        self._place = Place(path)
        self._store_id = self._place.read_facts().store_id
        self._files = self._keep_files(min(FILES, share.files))
        self._share = share
        self._shop = Workshop(seed, share.runs, share.imported)
        self._dice = random.Random(seed)  # noqa: S311  repeatable, nothing secret
        self._ledger = LedgerWriter(self._place, self._store_id, STORE_DAY - timedelta(days=1), limits)
        self._signers = [self._signer(person_id, name, seed) for person_id, name, _ in PEOPLE]
        self._steps = self._plan()
        self._picks = self._choose()
        self._said = explanations(self._shop, self._picks)
        self._waiting: list[Waiting] = []
        self._runs = 0
        self._decisions = 0
        self._attached = 0

    def tell(self) -> None:
        """Write the whole ledger."""
        self._enrol()
        while self._runs < self._share.imported:
            self._import(min(RUNS_PER_LINE, self._share.imported - self._runs))
        todo = {
            "create": self._create,
            "decide": self._decide,
            "patch": self._patch,
            "file": self._attach_file,
        }
        span = (LAST_DAY + timedelta(hours=2) - STORE_DAY) / max(len(self._steps), 1)
        explained = zip(self._picks, self._said, strict=True)
        for done, step in enumerate(self._steps):
            self._ledger.advance_to(STORE_DAY + span * done)
            if step == "explain":
                self._explain(*next(explained))
            else:
                todo[step]()
        while self._decisions < self._share.decisions and self._waiting:
            self._ledger.advance(timedelta(seconds=4))
            self._decide()
        self._ledger.close()

    def _plan(self) -> list[str]:
        """Return what happens after the imports, in order."""
        share = self._share
        steps = ["create"] * (share.runs - share.imported) + ["explain"] * share.explained
        steps += ["decide"] * share.decisions + ["patch"] * share.patches + ["file"] * share.files
        self._dice.shuffle(steps)
        return steps

    def _choose(self) -> list[int]:
        """Return the numbers of the runs that are explained, in order: any that are there by then, each once."""
        there = list(range(self._share.imported))
        runs = self._share.imported
        picks = []
        for step in self._steps:
            if step == "create":
                there.append(runs)
                runs += 1
            elif step == "explain":
                place = self._dice.randrange(len(there))
                picks.append(there[place])
                there[place] = there[-1]
                there.pop()
        return picks

    def _signer(self, person_id: str, name: str, seed: int) -> Signer:
        key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{seed} {person_id}".encode()).digest())
        return Signer(self._store_id, person_id, name, key)

    def _enrol(self) -> None:
        for signer, (person_id, name, role) in zip(self._signers, PEOPLE, strict=True):
            act = identity.enrol_act(
                store_id=self._store_id,
                person_id=person_id,
                name=name,
                role="admin" if role == "admin" else "reviewer",
                public_key=signer.public_key,
                at_utc=text_of(self._ledger.moment),
                by=self._signers[0],
            )
            self._ledger.line([[events.reviewer_enrolled(act)]])

    def _keep_files(self, count: int) -> list[Attachment]:
        blobs = Blobs(self._place.blobs)
        data = [b"<svg xmlns='http://www.w3.org/2000/svg' id='preview-%d'/>" % number for number in range(count)]
        return [
            Attachment(
                sha256=blobs.put(each),
                kind="preview",
                mime="image/svg+xml",
                filename=f"preview-{number}.svg",
                size_bytes=len(each),
                created_at_utc=text_of(STORE_DAY),
            )
            for number, each in enumerate(data)
        ]

    def _import(self, count: int) -> None:
        self._ledger.advance(timedelta(milliseconds=60))
        self._ledger.line([[self._sealed()] for _ in range(count)])

    def _create(self) -> None:
        self._ledger.advance_to(self._shop.moment(self._runs))
        self._ledger.line([[self._sealed()]])

    def _sealed(self) -> events.Event:
        document = self._shop.run(self._runs)
        self._runs += 1
        return events.run_sealed(document, canonical_sha256(document))

    def _any_run(self) -> str:
        return str(self._shop.run(self._dice.randrange(self._runs))["run_id"])

    def _explain(self, number: int, said: Explanation) -> None:
        run = self._shop.run(number)
        sha, engine = canonical_sha256(run), self._dice.choices(ENGINES, weights=(3, 2))[0]
        attempt, key = f"att_{number:032x}", attempt_key(sha, engine)
        deadline = text_of(self._ledger.moment + timedelta(seconds=ATTEMPT_SECONDS))
        pending = events.explanation_pending(
            run["run_id"], attempt, key=key, engine_id=engine.id, engine_version=engine.version, deadline_utc=deadline
        )
        self._ledger.line([[pending]])
        self._ledger.advance(timedelta(milliseconds=30))
        asset = self._asset(number, run, sha, engine, said)
        self._ledger.line([self._finish(run, sha, asset, engine, attempt, key)])

    def _asset(self, number: int, run: dict[str, Any], sha: str, engine: Engine, said: Explanation) -> AdvisoryAsset:
        return AdvisoryAsset(
            advisory_id=f"adv_{number:032x}",
            kind="explanation",
            created_at_utc=text_of(self._ledger.moment),
            headline=said.headline,
            text=said.text,
            content=said.content,
            evidence=said.evidence,
            based_on=BasedOn(run_id=run["run_id"], run_sha256=sha),
            engine=engine,
            confidence=said.confidence,
            source={"generation_time_ms": 30.0},
        )

    def _finish(
        self, run: dict[str, Any], sha: str, asset: AdvisoryAsset, engine: Engine, attempt: str, key: str
    ) -> list[events.Event]:
        run_id, document = run["run_id"], asset.document()
        found = Waiting(
            run_id, sha, asset.advisory_id, canonical_sha256(document), asset.text_sha256(), judge_risk(run)
        )
        ref = AdvisoryInputRef(
            advisory_id=asset.advisory_id,
            kind="explanation",
            created_at_utc=asset.created_at_utc,
            engine_id=engine.id,
            engine_version=engine.version,
        )
        made = [
            events.advisory_sealed(asset.advisory_id, document, found.advisory_sha256, found.text_sha256),
            events.advisory_attached(run_id, ref),
            events.explanation_ready(run_id, attempt, advisory_id=asset.advisory_id, summary=asset.headline, key=key),
        ]
        if may_auto_approve(INITIAL, found.risk, engine):
            return [*made, events.auto_approved(self._automatic(found))]
        self._waiting.append(found)
        return made

    def _automatic(self, found: Waiting) -> AutoApproval:
        return AutoApproval(
            run_id=found.run_id,
            run_sha256=found.run_sha256,
            advisory_id=found.advisory_id,
            advisory_sha256=found.advisory_sha256,
            text_sha256=found.text_sha256,
            policy_version=INITIAL.version,
            at_utc=text_of(self._ledger.moment),
        )

    def _decide(self) -> None:
        if not self._waiting:
            return
        place = self._dice.randrange(len(self._waiting))
        found, self._waiting[place] = self._waiting[place], self._waiting[-1]
        self._waiting.pop()
        verb: Verb = "approved" if self._dice.random() < 0.85 else "rejected"
        reason = None
        if verb == "rejected" or found.risk.policy == "RED":
            reason = "Measured it again at the machine." if verb == "approved" else "Names the wrong limit."
        signer = self._dice.choice(self._signers)
        review = Review(
            decision_id=f"dec_{self._decisions:032x}",
            verb=verb,
            run_id=found.run_id,
            run_sha256=found.run_sha256,
            advisory_id=found.advisory_id,
            advisory_sha256=found.advisory_sha256,
            text_sha256=found.text_sha256,
            meaning=MEANINGS[verb],
            reason=reason,
            person_id=signer.person_id,
            person_name=signer.name,
            at_utc=text_of(self._ledger.moment),
            policy_version=INITIAL.version,
            store_id=self._store_id,
            seen=self._ledger.head,
        )
        signed = review.model_copy(update={"signature": signer.sign(review.signed_document())})
        self._ledger.advance(timedelta(milliseconds=3))
        self._ledger.line([[events.reviewed(signed)]])
        self._decisions += 1

    def _patch(self) -> None:
        note = self._dice.choice(("kept for the customer", "repeat with coolant", "tool replaced since"))
        self._ledger.line([[events.meta_patched(self._any_run(), set_={"note": note}, unset=[])]])

    def _attach_file(self) -> None:
        file = self._files[self._attached % len(self._files)]
        self._attached += 1
        self._ledger.line([[events.attachment_added(self._any_run(), file)]])


def make_ledger(path: Path, runs: int, *, seed: int = SEED, limits: Limits | None = None) -> None:
    """Make a store of ``runs`` runs at ``path``, which must be empty or absent; its catalog is still to be built."""
    _Story(path, Shares.of(runs), seed, limits).tell()


def make_store(path: Path, runs: int, *, seed: int = SEED, limits: Limits | None = None) -> None:
    """Make a store of ``runs`` runs at ``path`` with its catalog, as a program that was closed leaves it behind."""
    make_ledger(path, runs, seed=seed, limits=limits)
    with open_store(path):
        pass


def main(arguments: list[str] | None = None) -> int:
    """Make a store, and say how long that took."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.make_store", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--no-catalog", action="store_true", help="leave building the catalog to whoever opens it")
    given = parser.parse_args(arguments)
    began = time.perf_counter()
    make_ledger(given.folder, given.runs, seed=given.seed)
    sys.stdout.write(f"{describe(given.runs)}\nledger written in {time.perf_counter() - began:.1f} s\n")
    if not given.no_catalog:
        began = time.perf_counter()
        with open_store(given.folder) as store:
            runs = store.snapshot().run_count
        sys.stdout.write(f"opened and catalog saved in {time.perf_counter() - began:.1f} s, {runs:,} runs\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
