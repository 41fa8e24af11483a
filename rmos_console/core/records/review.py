"""Decisions about exact texts, and the states they lead to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rmos_console.core.records.record import Record

ReviewState = Literal[
    "NONE", "NEEDS_REVIEW", "AWAITING_SECOND", "AUTO_APPROVED", "INFORMATIONAL", "APPROVED", "REJECTED", "SUPERSEDED"
]
Verb = Literal["approved", "rejected", "withdrawn"]
PolicyMode = Literal["tiered", "strict", "informational"]
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Seen(Record):
    """An earlier head of the ledger that was on screen when a person decided."""

    seq: int
    digest: Sha


class Review(Record):
    """A person's decision about exact bytes; what the signature covers is :meth:`signed_document`.

    ``meaning`` is the sentence the person agreed to; ``withdraws`` the decision id that a withdrawal takes back. The
    signature is Ed25519 over the canonical signed document, in hex.
    """

    decision_id: str
    verb: Verb
    run_id: str
    run_sha256: Sha
    advisory_id: str
    advisory_sha256: Sha
    text_sha256: Sha
    meaning: str
    reason: str | None = None
    person_id: str
    person_name: str
    at_utc: str
    policy_version: int
    store_id: str
    seen: Seen
    withdraws: str | None = None
    signature: str = ""

    def signed_document(self) -> dict[str, object]:
        """Return the document without its ``signature`` key: the bytes that were signed are its canonical form."""
        return self.model_dump(mode="json", exclude={"signature"})


class AutoApproval(Record):
    """An automatic approval: the policy decided in the transaction that minted the text; no human did."""

    run_id: str
    run_sha256: Sha
    advisory_id: str
    advisory_sha256: Sha
    text_sha256: Sha
    actor: str = "system:auto_explanation_green"
    policy_version: int
    at_utc: str


class Policy(Record):
    """A named, versioned approval policy.

    ``engines`` are ``id@version`` whose GREEN texts ``tiered`` may approve. ``reopen`` makes it govern texts that were
    announced under an earlier policy too; without it they stay as that policy left them until somebody decides.
    """

    version: int = 1
    mode: PolicyMode = "tiered"
    second_for_red: bool = False
    engines: tuple[str, ...] = ("offline@1",)
    reopen: bool = False
    set_at_utc: str | None = None
    set_by: str | None = None


class StateExplained(Record):
    """A review state and why it is so, for example "needs review because risk is YELLOW under tiered v1"."""

    state: ReviewState
    why: str
    suspect: bool = False
