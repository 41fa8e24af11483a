"""The state table of the design as a small model of its own, to hold the real state machine against."""

from __future__ import annotations

from dataclasses import dataclass
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
