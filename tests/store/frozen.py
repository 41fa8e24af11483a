"""Makes the example store of format 1 that is kept in ``tests/data``: every kind of event, with fixed ids, times, keys.

It is written line by line, not through the store, so that nothing in it depends on when or where it was made:
``python -m tests.store.frozen FOLDER``. The folder in ``tests/data`` is never made again: later versions must read what
this one wrote.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rmos_console.core import identity
from rmos_console.core.canonical import canonical, canonical_sha256, sha256_hex
from rmos_console.core.identity import Signer
from rmos_console.core.records import events
from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryInputRef, Engine
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.records.events import Event
from rmos_console.core.records.review import AutoApproval, Policy, Review, Seen, Verb
from rmos_console.core.records.run import Attachment, SealedRun
from rmos_console.core.review.signing import MEANINGS
from rmos_console.core.store.blobs import blob_file
from rmos_console.core.store.layout import StoreFacts
from rmos_console.core.store.line import GENESIS, encode, segment_file

STORE_ID = "store_00000000000000000000000000000001"
BEGIN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
GREEN, RED, OLD, LARGE = (f"run_{number:032x}" for number in range(1, 5))
OFFLINE = Engine(id="offline", version="1")


def signer(number: int, person_id: str, name: str) -> Signer:
    """Return a person whose key is made of one number."""
    return Signer(STORE_ID, person_id, name, Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


VOSS, KELLER, KELLER_NEW, RECOVERY = (
    signer(1, "mvoss", "M. Voss"),
    signer(2, "akeller", "A. Keller"),
    signer(3, "akeller", "A. Keller"),
    signer(4, "mvoss", "M. Voss"),
)


class Ledger:
    """Lines in the making, one minute after the other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.seq, self.digest, self.segment = 0, GENESIS, 1
        self.digests: dict[int, str] = {}
        self.sizes = {1: 0}
        self.facts: dict[str, tuple[str, ...]] = {}

    @property
    def at(self) -> str:
        """The time of the line that comes next."""
        moment = BEGIN + timedelta(minutes=self.seq)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.000000Z"

    @property
    def seen(self) -> Seen:
        """The head before the line that comes next."""
        return Seen(seq=self.seq, digest=self.digest)

    def write(self, *transactions: list[Event]) -> None:
        """Write one line."""
        encoded = []
        for number, written in enumerate(transactions):
            transaction = {
                "at": self.at,
                "by": {"id": "cli", "kind": "service", "name": "example@example"},
                "events": written,
                "id": f"tx_{self.seq + 1:016x}{number:016x}",
                "mono": ["00000000-0000-0000-0000-000000000001", (self.seq + 1) * 60 * 10**9],
                "offset": "+01:00",
                "request": f"req-{self.seq + 1}" if self.seq % 2 else None,
            }
            encoded.append(canonical(transaction))
        data, self.digest = encode(self.digest, self.seq + 1, encoded)
        self.seq += 1
        self.digests[self.seq] = self.digest
        path = self.root / segment_file(self.segment)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(data)
        self.sizes[self.segment] = self.sizes.get(self.segment, 0) + len(data)
        if any(event["kind"] == "segment.closed" for event in transactions[-1]):
            self.segment += 1

    def blob(self, data: bytes) -> str:
        """Keep bytes and return their SHA-256."""
        name = sha256_hex(data)
        path = self.root / blob_file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return name


def run(ledger: Ledger, run_id: str, risk: str, **changes: Any) -> Event:
    """Return the event that seals a run."""
    document = {
        "run_id": run_id,
        "created_at_utc": ledger.at,
        "mode": "router_3axis",
        "tool_id": "EM-6",
        "status": "BLOCKED" if risk == "RED" else "OK",
        "request_summary": {"stepdown_mm": 3.5, "material": "maple, Ahorn, 楓"},
        "feasibility": {"risk_level": risk, "score": 0 if risk == "RED" else 91.5},
        "decision": {"risk_level": risk, "score": 0 if risk == "RED" else 91.5},
        "context": {"machine_id": "M1", "session_id": "S1"},
        "meta": {"batch": 7},
        "source": {"format": "create"},
        **changes,
    }
    sealed = SealedRun.model_validate(document).document()
    ledger.facts[run_id] = (canonical_sha256(sealed),)
    return events.run_sealed(sealed, canonical_sha256(sealed))


def explained(ledger: Ledger, run_id: str, attempt: str, text: str) -> list[Event]:
    """Return the events of an explanation that ended well."""
    advisory_id = f"adv_{attempt}"
    asset = AdvisoryAsset(
        advisory_id=advisory_id,
        kind="explanation",
        created_at_utc=ledger.at,
        headline=text.split(".", maxsplit=1)[0],
        text=text,
        engine=OFFLINE,
    )
    document = asset.document()
    ledger.facts[advisory_id] = (canonical_sha256(document), asset.text_sha256())
    ref = AdvisoryInputRef(
        advisory_id=advisory_id, kind="explanation", created_at_utc=ledger.at, engine_id="offline", engine_version="1"
    )
    return [
        events.advisory_sealed(advisory_id, document, canonical_sha256(document), asset.text_sha256()),
        events.advisory_attached(run_id, ref),
        events.explanation_ready(run_id, attempt, advisory_id=advisory_id, summary=asset.headline, key="0" * 64),
    ]


def pending(run_id: str, attempt: str) -> Event:
    """Return the event that begins an attempt to explain a run."""
    deadline = f"{BEGIN + timedelta(days=1):%Y-%m-%dT%H:%M:%S}.000000Z"
    key = {"key": "0" * 64, "engine_id": "offline", "engine_version": "1", "deadline_utc": deadline}
    return events.explanation_pending(run_id, attempt, **key)


def decided(
    ledger: Ledger, by: Signer, number: int, verb: Verb, reason: str | None = None, withdraws: str | None = None
) -> Event:
    """Return a signed decision about the text of the RED run."""
    review = Review(
        decision_id=f"dec_{number:032x}",
        verb=verb,
        run_id=RED,
        run_sha256=ledger.facts[RED][0],
        advisory_id="adv_2",
        advisory_sha256=ledger.facts["adv_2"][0],
        text_sha256=ledger.facts["adv_2"][1],
        meaning=MEANINGS[verb],
        reason=reason,
        person_id=by.person_id,
        person_name=by.name,
        at_utc=ledger.at,
        policy_version=1,
        store_id=STORE_ID,
        seen=ledger.seen,
        withdraws=withdraws,
    )
    return events.reviewed(review.model_copy(update={"signature": by.sign(review.signed_document())}))


def people(ledger: Ledger) -> None:
    """Enrol an admin and a reviewer."""
    recovery = (RECOVERY.public_key, "00" * 16)
    for by, who, role in ((VOSS, VOSS, "admin"), (VOSS, KELLER, "reviewer")):
        act = identity.enrol_act(
            store_id=STORE_ID,
            person_id=who.person_id,
            name=who.name,
            role="admin" if role == "admin" else "reviewer",
            public_key=who.public_key,
            at_utc=ledger.at,
            by=by,
            recovery=recovery if role == "admin" else None,
        )
        ledger.write([events.reviewer_enrolled(act)])


def runs(ledger: Ledger) -> None:
    """Record runs, explain them, add to them."""
    original = b'{"run_id": "old-1", "status": "OK"}'
    pack = {"sha256": ledger.blob(original), "start": 0, "end": len(original)}
    source = {"format": "v1", "run_id": "old-1", "sealed_sha256": sha256_hex(original), "pack": pack}
    file = Attachment(sha256=ledger.blob(b"a drawing"), kind="drawing", filename="plan.txt", size_bytes=9)
    ledger.write(
        [run(ledger, GREEN, "GREEN")],
        [run(ledger, RED, "RED", attachments=[file.document()])],
        [run(ledger, OLD, "YELLOW", source={**source, "extra": {"unknown_key": [1, None]}})],
    )
    ledger.write([pending(GREEN, "1")], [pending(RED, "2")], [pending(OLD, "3")])
    auto = explained(ledger, GREEN, "1", "All checks passed. The stepdown is below its limit.")
    approval = AutoApproval(
        run_id=GREEN,
        run_sha256=ledger.facts[GREEN][0],
        advisory_id="adv_1",
        advisory_sha256=ledger.facts["adv_1"][0],
        text_sha256=ledger.facts["adv_1"][1],
        policy_version=1,
        at_utc=ledger.at,
    )
    ledger.write([*auto, events.auto_approved(approval)])
    ledger.write(explained(ledger, RED, "2", "Depth exceeds the limit. 6.0:1 is above 5:1."))
    ledger.write([events.explanation_failed(OLD, "3", reason="The engine took longer than it may.")])
    later = Attachment(sha256=ledger.blob(b"a photo"), kind="photo", filename="photo.txt", size_bytes=7)
    ledger.write(
        [events.meta_patched(GREEN, set_={"note": "checked"}, unset=["batch"])],
        [events.attachment_added(GREEN, later)],
        [events.advisory_attached(OLD, AdvisoryInputRef(advisory_id="not-here", kind="note"))],
    )
    conflict = {
        "source": "runs.json: old-1",
        "run_id": OLD,
        "stored_sha256": sha256_hex(original),
        "found_sha256": "ab" * 32,
        "blob_sha256": ledger.blob(b'{"run_id": "old-1", "status": "ERROR"}'),
    }
    ledger.write([events.import_completed("v1", {"found": 2, "imported": 1}, [conflict])])


def decisions(ledger: Ledger) -> None:
    """Decide, take back, decide again; change the policy, a key, and who may decide."""
    ledger.write([decided(ledger, KELLER, 1, "rejected", reason="The ratio is another one")])
    ledger.write([decided(ledger, KELLER, 2, "withdrawn", withdraws=f"dec_{1:032x}")])
    ledger.write([decided(ledger, VOSS, 3, "approved", reason="Measured again: the text is right")])
    policy = Policy(version=2, mode="strict", set_at_utc=ledger.at, set_by="mvoss")
    act = identity.policy_act(policy, STORE_ID, by=VOSS, at_utc=ledger.at)
    ledger.write([events.policy_set(policy, act)])
    about: dict[str, Any] = {"store_id": STORE_ID, "person_id": "akeller"}
    renewed = identity.rekey_act(**about, public_key=KELLER_NEW.public_key, at_utc=ledger.at, by=KELLER)
    ledger.write([events.reviewer_rekeyed(renewed)])
    left = identity.revoke_act(**about, since=ledger.at, reason="left", at_utc=ledger.at, by=VOSS)
    ledger.write([events.reviewer_revoked(left)])
    ledger.write([events.segment_closed(3, ledger.sizes[1])])


def troubles(ledger: Ledger) -> None:
    """In a second segment: a torn write, a large value, a checkpoint, a note taken back, a copy that was restored."""
    torn = b'{"prev":"'
    name = f"000002-0-{sha256_hex(torn)}"
    (ledger.root / "quarantine").mkdir()
    (ledger.root / "quarantine" / name).write_bytes(torn)
    gcode = "G1 X1\n" * 10
    kept = {"$blob": ledger.blob(gcode.encode()), "bytes": len(gcode), "type": "text"}
    recovered = events.store_recovered(name, segment_file(2), 0, len(torn), sha256_hex(torn), completed=False)
    hashes = {"gcode_sha256": sha256_hex(gcode.encode())}
    ledger.write([recovered], [run(ledger, LARGE, "YELLOW", outputs={"gcode_text": kept}, hashes=hashes)])
    head = Checkpoint(store_id=STORE_ID, seq=ledger.seq, digest=ledger.digest)
    signed = head.model_copy(update={"at_utc": ledger.at, "person_id": "mvoss", "person_name": "M. Voss"})
    signature = VOSS.sign(signed.signed_document())
    ledger.write([events.checkpoint_signed(signed.model_copy(update={"signature": signature}))])
    ledger.write([events.store_reverified(f"degraded {ledger.seq + 1} 0 5", ledger.seq, 6)])
    act = identity.accept_head_act(
        store_id=STORE_ID,
        head=(ledger.seq, ledger.digest),
        lost=(ledger.seq + 2, None),
        reason="An older copy was put back",
        at_utc=ledger.at,
        by=VOSS,
    )
    ledger.write([events.store_rolled_back(act)])


def make(root: Path) -> None:
    """Make the example store in a folder that does not exist yet."""
    root.mkdir(parents=True)
    facts = StoreFacts(format=1, store_id=STORE_ID, created_at_utc=f"{BEGIN:%Y-%m-%dT%H:%M:%S}.000000Z")
    (root / "store.json").write_bytes(facts.data())
    (root / "lock").touch()
    (root / "state").write_bytes(b" " * 4096)
    ledger = Ledger(root)
    ledger.write([events.store_created(STORE_ID)])
    for part in (people, runs, decisions, troubles):
        part(ledger)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
