"""What an audit checks of each transaction: it replays the ledger and judges every event as of its moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rmos_console.core.canonical import ABSENT_SHA256, canonical, canonical_sha256, sha256_hex
from rmos_console.core.errors import RmosError
from rmos_console.core.records.advisory import AdvisoryAsset
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.records.events import Event
from rmos_console.core.records.report import DecisionLine, Finding, Severity
from rmos_console.core.records.review import AutoApproval, Review
from rmos_console.core.review.acts import check_act
from rmos_console.core.review.checkpoints import check_checkpoint
from rmos_console.core.review.policy import auto_complaint
from rmos_console.core.review.signing import check_decision, signature_holds
from rmos_console.core.review.states import is_suspect
from rmos_console.core.store import Fold, Line, Location, Store
from rmos_console.core.store.compact import compact
from rmos_console.core.store.fold import When
from rmos_console.core.usecases.review import facts_of

_VERBS = {
    "reviewer.enrolled": ("enrol",),
    "reviewer.rekeyed": ("rekey", "recover"),
    "reviewer.revoked": ("revoke",),
    "policy.set": ("policy",),
    "store.rolled_back": ("accept-head",),
}
"""The signed acts that an event may carry."""


class Recorded(NamedTuple):
    """Where a decision stands in the ledger, when its transaction was written, and that machine's offset from UTC."""

    location: Location
    at: str
    utc_offset: str


class Replay:
    """Replays a ledger from its first line, collecting what does not follow from the rules."""

    def __init__(self, store: Store) -> None:
        self.fold = Fold()
        self.findings: list[Finding] = []
        self.decisions: list[tuple[Review | AutoApproval, str]] = []
        self.recorded: list[Recorded] = []
        self.commits = 0
        self._store = store
        self.digests: dict[int, str] = {}
        self._transactions: set[str] = set()

    def take(self, line: Line) -> None:
        """Judge and take in one verified line."""
        for transaction in line.transactions:
            self.commits += 1
            if transaction["id"] in self._transactions:
                self._find("violation", line, f"The transaction {transaction['id']} stands twice in the ledger.")
            self._transactions.add(transaction["id"])
            when = When(line.location, transaction["id"], transaction["at"])
            for event in transaction["events"]:
                self._judge(event, transaction, line)
                if len(self.decisions) > len(self.recorded):
                    offset = str(transaction.get("offset", ""))
                    self.recorded.append(Recorded(line.location, transaction["at"], offset))
                try:
                    self.fold.take_in(compact(event, self._store.resolve), when)
                except RmosError as error:
                    self._find("violation", line, error.message)
        self.digests[line.seq] = line.digest
        self.fold.change(seq=line.seq, digest=line.digest)

    def decision_lines(self) -> Iterator[DecisionLine]:
        """Yield every decision with whether its signature held when it was made and whether it is suspect now."""
        people = self.fold.people
        for decision, signature in self.decisions:
            if isinstance(decision, Review):
                yield DecisionLine(
                    decision_id=decision.decision_id,
                    verb=decision.verb,
                    kind="human",
                    run_id=decision.run_id,
                    advisory_id=decision.advisory_id,
                    person_id=decision.person_id,
                    person_name=decision.person_name,
                    at_utc=decision.at_utc,
                    meaning=decision.meaning,
                    reason=decision.reason,
                    text_sha256=decision.text_sha256,
                    policy_version=decision.policy_version,
                    signature="valid" if signature == "valid" else "invalid",
                    suspect=is_suspect(decision, people),
                )
            else:
                yield _automatic_line(decision)

    def _judge(self, event: Event, transaction: dict[str, Any], line: Line) -> None:
        kind = event["kind"]
        if kind == "run.sealed":
            self._run(event, line)
        elif kind == "advisory.sealed":
            self._asset(event, line)
        elif kind in {"review.approved", "review.rejected", "review.withdrawn"}:
            self._review(event, line)
        elif kind == "review.auto_approved":
            self._automatic(event, transaction, line)
        elif kind in _VERBS:
            self._act(event, line)
            if kind == "store.rolled_back":
                self._rolled_back(event, line)
        elif kind == "checkpoint.signed":
            self._checkpoint(event, line)
        elif kind == "store.reverified":
            noted = str(event.get("noted"))[:200]
            self._find("notice", line, f"All was read anew after the note {noted!r}, and found whole.")
        elif kind == "store.recovered":
            what = "completed" if event["completed"] else "set aside"
            text = f"{event['bytes']:,} bytes of an unfinished write were {what}; nothing acknowledged is missing."
            self.findings.append(
                Finding(severity="notice", file=event["segment"], offset=event["offset"], message=text)
            )

    def _run(self, event: Event, line: Line) -> None:
        run = event["run"]
        name = f"Run {run.get('run_id')}"
        try:
            whole = self._store.resolve(run)
        except RmosError as error:
            self._find("damage", line, f"{name}: {error.message}")
            return
        for complaint in payload_complaints(whole):
            self._find("warning", line, f"{name}: {complaint}")

    def _asset(self, event: Event, line: Line) -> None:
        name = f"Advisory {event['advisory_id']!r}"
        try:
            asset = AdvisoryAsset.parse(self._store.resolve(event["asset"]), name=name)
        except RmosError as error:
            self._find("damage", line, f"{name}: {error.message}")
            return
        if asset.text_sha256() != event["text_sha256"]:
            self._find("damage", line, f"{name}: the digest of its text does not match the text.")

    def _review(self, event: Event, line: Line) -> None:
        try:
            review = Review.parse(event["decision"], name="The decision")
        except RmosError as error:
            self._find("violation", line, error.message)
            return
        person = self.fold.people.get(review.person_id)
        holds = person is not None and signature_holds(review, person)
        self.decisions.append((review, "valid" if holds else "invalid"))
        if event["kind"] != f"review.{review.verb}":
            self._find("violation", line, f"The decision {review.decision_id} stands under the wrong kind of event.")
        entry = self.fold.run(review.run_id)
        if entry is None:
            self._find("violation", line, f"The decision {review.decision_id} is about a run that is not there.")
            return
        try:
            check_decision(review, facts_of(self.fold, entry, review, seen_digest=self.digests.get(review.seen.seq)))
        except RmosError as error:
            self._find("violation", line, f"The decision {review.decision_id}: {error.message}")

    def _automatic(self, event: Event, transaction: dict[str, Any], line: Line) -> None:
        try:
            approval = AutoApproval.parse(event["decision"], name="The automatic approval")
        except RmosError as error:
            self._find("violation", line, error.message)
            return
        self.decisions.append((approval, "none"))
        complaint = self._automatic_complaint(approval, transaction)
        if complaint is not None:
            self._find("violation", line, f"The automatic approval of {approval.advisory_id!r} is wrong: {complaint}.")

    def _automatic_complaint(self, approval: AutoApproval, transaction: dict[str, Any]) -> str | None:
        entry = self.fold.run(approval.run_id)
        asset = self.fold.asset(approval.advisory_id)
        minted = any(
            event["kind"] == "explanation.ready"
            and event["advisory_id"] == approval.advisory_id
            and event["run_id"] == approval.run_id
            and event["attempt"] is not None
            for event in transaction["events"]
        )
        if entry is None or asset is None:
            return "its run or text is not in the store"
        if not minted:
            return "the text was not made in the same transaction"
        if approval.policy_version != self.fold.policy.version:
            return f"it names policy v{approval.policy_version}, but v{self.fold.policy.version} was in force"
        stored = (entry.run_sha256, asset.sha256, asset.text_sha256)
        if (approval.run_sha256, approval.advisory_sha256, approval.text_sha256) != stored:
            return "it names other bytes than the store holds"
        return auto_complaint(approval, self.fold.policies, self.fold.policy, entry.risk, asset.engine)

    def _act(self, event: Event, line: Line) -> None:
        if not isinstance(event.get("act"), dict):
            self._find("violation", line, f"{event['kind']}: there is no signed act.")
            return
        try:
            check_act(event["act"], self.fold.people, self.fold.store_id, in_force=self.fold.policy)
        except RmosError as error:
            self._find("violation", line, f"{event['kind']}: {error.message}")
            return
        if event["act"]["verb"] not in _VERBS[event["kind"]]:
            self._find("violation", line, f"{event['kind']}: the act that was signed is another one.")
        if event["kind"] == "policy.set" and canonical(event["policy"]) != canonical(event["act"].get("policy")):
            self._find("violation", line, "The policy in force is not the one that was signed.")

    def _rolled_back(self, event: Event, line: Line) -> None:
        """Tell of a copy that was restored and accepted, for good, and judge whether it says what is so."""
        try:
            act = event["act"]
            head, lost, reason = act["head"], act["lost"], act["reason"]
            gone = lost["seq"] - head["seq"]
            who = self.fold.people.get(act["by"])
            name = f"{who.name} ({who.id})" if who is not None else act["by"]
            text = (
                f"An older copy was put back: on {act['at_utc']} {name} accepted that the ledger ended in line "
                f"{head['seq']:,} though line {lost['seq']:,} had been there"
                f"{f'; {gone:,} lines or more are gone' if gone > 0 else ''}. Reason: {reason or 'none given'}."
            )
            ends_there = head["seq"] == line.seq - 1 and head["digest"] == line.prev
            is_there = lost["digest"] is not None and self.digests.get(lost["seq"]) == lost["digest"]
        except (KeyError, TypeError, AttributeError, ValueError):
            return  # said where the act is judged
        self._find("warning", line, text)
        if not ends_there:
            self._find("violation", line, "store.rolled_back: the head that was accepted is not the line before.")
        if is_there:
            self._find("violation", line, f"store.rolled_back: line {lost['seq']:,}, called lost, is in the ledger.")

    def _checkpoint(self, event: Event, line: Line) -> None:
        try:
            checkpoint = Checkpoint.parse(event["checkpoint"], name="The checkpoint")
            check_checkpoint(checkpoint, self.fold.people, self.fold.store_id)
        except RmosError as error:
            self._find("violation", line, f"checkpoint.signed: {error.message}")
            return
        if self.digests.get(checkpoint.seq) != checkpoint.digest:
            text = f"A checkpoint was signed over line {checkpoint.seq}, and this ledger holds another line there."
            self._find("violation", line, text)

    def _find(self, severity: Severity, line: Line, message: str) -> None:
        self.findings.append(
            Finding(severity=severity, file=line.location.file, offset=line.location.offset, message=message)
        )


def payload_complaints(run: dict[str, Any]) -> Iterator[str]:
    """Yield where a run's own hashes do not match what they claim to hash; 64 zeros mean absent.

    RMOS hashes G-code as UTF-8 text and objects in their canonical form.
    """
    hashes, outputs = run["hashes"], run["outputs"]
    gcode, opplan = outputs.get("gcode_text"), outputs.get("opplan_json")
    payloads = (
        ("gcode_sha256", sha256_hex(gcode.encode()) if isinstance(gcode, str) else None),
        ("opplan_sha256", canonical_sha256(opplan) if opplan is not None else None),
        ("feasibility_sha256", canonical_sha256(run["feasibility"]) if run["feasibility"] else None),
    )
    for name, found in payloads:
        claimed = hashes.get(name)
        if claimed not in {None, ABSENT_SHA256} and found is not None and claimed != found:
            yield f"{name} is {claimed[:12]}… at its source, but what it names hashes to {found[:12]}…"


def _automatic_line(approval: AutoApproval) -> DecisionLine:
    return DecisionLine(
        decision_id=f"auto:{approval.advisory_id}",
        verb="approved",
        kind="automatic",
        run_id=approval.run_id,
        advisory_id=approval.advisory_id,
        person_id=approval.actor,
        person_name=None,
        at_utc=approval.at_utc,
        meaning="approved by policy, no person read it",
        reason=None,
        text_sha256=approval.text_sha256,
        policy_version=approval.policy_version,
        signature="none",
    )
