"""The state table of the design as a small model of its own, to hold the real state machine against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rmos_console.core.records.review import Policy

Level = Literal["GREEN", "YELLOW", "RED"]


@dataclass
class Model:
    """One text under review. ``do`` answers whether an event is allowed, and moves."""

    risk: Level
    policy: Policy
    minted_by_rule: bool
    state: str = ""
    signers: tuple[str, ...] = ()
    touched: bool = False

    def __post_init__(self) -> None:
        self.state = self._untouched()

    def _untouched(self) -> str:
        if self.minted_by_rule:
            return "AUTO_APPROVED"
        return "INFORMATIONAL" if self.policy.mode == "informational" else "NEEDS_REVIEW"

    @property
    def two(self) -> bool:
        return self.policy.second_for_red and self.risk == "RED"

    def do(self, verb: str, who: str) -> bool:
        """Move by the table; False where it has no such way."""
        if verb == "withdrawn":
            if who not in self.signers:
                return False
            self._now("NEEDS_REVIEW")
        elif self.state == "AWAITING_SECOND":
            if verb == "rejected":
                self._now("REJECTED", who)
            elif who in self.signers:
                return False
            else:
                self._now("APPROVED", *self.signers, who)
        elif self.state in {"APPROVED", "REJECTED"}:
            same = {"APPROVED": "approved", "REJECTED": "rejected"}[self.state]
            if verb == same or who in self.signers:
                return False
            self._decided(verb, who)
        else:
            self._decided(verb, who)
        return True

    def _decided(self, verb: str, who: str) -> None:
        if verb == "rejected":
            self._now("REJECTED", who)
        else:
            self._now("AWAITING_SECOND" if self.two else "APPROVED", who)

    def _now(self, state: str, *signers: str) -> None:
        self.state, self.signers, self.touched = state, signers, True


@dataclass
class Deed:
    """One event of a :class:`History`: a decision, or with ``back`` the number of the decision it takes back."""

    number: int
    who: str
    verb: str
    two: bool = False
    back: int | None = None


@dataclass
class History:
    """One text through its whole life: decisions, changes of policy, people revoked since then, a newer text."""

    risk: Level
    minted_by_rule: bool
    mode: str
    two: bool
    deeds: list[Deed] = field(default_factory=list)
    revoked: dict[str, int] = field(default_factory=dict)
    superseded: bool = False

    def now(self) -> tuple[str, tuple[Deed, ...]]:
        """Return the state and the decisions that carry it, by playing everything from the start."""
        if self.minted_by_rule:
            state = "AUTO_APPROVED"
        else:
            state = "INFORMATIONAL" if self.mode == "informational" else "NEEDS_REVIEW"
        carried: tuple[Deed, ...] = ()
        for deed in self.deeds:
            if deed.back is not None:
                if deed.back in [each.number for each in carried]:
                    state, carried = "NEEDS_REVIEW", ()
            elif deed.number >= self.revoked.get(deed.who, deed.number + 1):
                state, carried = "NEEDS_REVIEW", ()
            elif deed.verb == "rejected":
                state, carried = "REJECTED", (deed,)
            elif state == "APPROVED":
                continue
            elif not deed.two:
                state, carried = "APPROVED", (deed,)
            elif state != "AWAITING_SECOND":
                state, carried = "AWAITING_SECOND", (deed,)
            elif deed.who != carried[0].who:
                state, carried = "APPROVED", (*carried, deed)
        return ("SUPERSEDED" if self.superseded else state), carried

    def may(self, verb: str, who: str) -> bool:
        """Tell whether the table of the design lets this person do this now."""
        state, carried = self.now()
        mine = who in [deed.who for deed in carried]
        if who in self.revoked or state == "SUPERSEDED":
            return False
        if verb == "withdrawn":
            return mine
        if state == "AWAITING_SECOND":
            return verb == "rejected" or not mine
        if state in {"APPROVED", "REJECTED"}:
            return verb != state.lower() and not mine
        return True
