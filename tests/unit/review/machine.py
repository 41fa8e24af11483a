"""The review of one text as a state machine: hypothesis drives the real rules and the model side by side."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar, get_args

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rmos_console.core.errors import RefusedError
from rmos_console.core.records.actor import Person
from rmos_console.core.records.review import Policy, PolicyMode, Review, Verb
from rmos_console.core.review.signing import check_decision
from rmos_console.core.review.states import judge
from tests.unit.review.given import LEVELS, Case, Level, auto, decision, key_of, person, risk, signed
from tests.unit.review.model import Deed, History

WHO = ("ada", "bob", "cleo")
verbs = st.sampled_from(get_args(Verb))
persons = st.sampled_from(WHO)


def at(number: int) -> str:
    return (datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=number)).isoformat()


class ReviewMachine(RuleBasedStateMachine):
    """Every step happens to both; after each the states must be equal, and what one refuses the other refuses."""

    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.people: dict[str, Person] = {who: person(who) for who in WHO}
        self.keys = {who: who for who in WHO}
        self.reviews: tuple[Review, ...] = ()
        self.policies: tuple[Policy, ...] = (Policy(),)
        self.risk: Level = "YELLOW"
        self.model = History("YELLOW", minted_by_rule=False, mode="tiered", two=False)

    @initialize(level=st.sampled_from(LEVELS), minted=st.booleans(), second=st.booleans())
    def begin(self, level: Level, *, minted: bool, second: bool) -> None:
        self.risk = level
        self.policies = (Policy(second_for_red=second),)
        self.model = History(level, minted and level == "GREEN", "tiered", second)

    @property
    def case(self) -> Case:
        return Case(
            risk=risk(self.risk),
            policy=self.policies[-1],
            reviews=self.reviews,
            auto=auto() if self.model.minted_by_rule else None,
            superseded=self.model.superseded,
            people=self.people,
            policies=self.policies,
        )

    def tick(self) -> int:
        self.number += 1
        ReviewMachine.steps += 1
        return self.number

    def attempt(self, verb: Verb, who: str, key: str, version: int) -> bool:
        """Propose a decision to the real rules and to the model; return whether it was taken."""
        number = self.tick()
        _, carried = self.model.now()
        back = next((deed.number for deed in carried if deed.who == who), 0) if verb == "withdrawn" else None
        review = decision(
            who,
            verb,
            at_utc=at(number),
            policy_version=version,
            withdraws=None if back is None else f"dec_{back}",
            decision_id=f"dec_{number}",
        )
        allowed = self.model.may(verb, who) and key == self.keys[who] and version == self.policies[-1].version
        told = ""
        try:
            check_decision(signed(review, by=key), self.case.facts())
        except RefusedError as error:
            told = error.message
        assert allowed is (not told), f"{verb} by {who}: {told or 'was taken'}"
        if told:
            return False
        self.reviews = (*self.reviews, signed(review, by=key))
        self.model.deeds.append(Deed(number, who, verb, self.model.two and self.risk == "RED", back))
        return True

    @rule(verb=verbs, who=persons)
    def decide(self, verb: Verb, who: str) -> None:
        self.attempt(verb, who, self.keys[who], self.policies[-1].version)

    @rule(verb=verbs, who=persons)
    def decide_under_the_policy_before(self, verb: Verb, who: str) -> None:
        taken = self.attempt(verb, who, self.keys[who], self.policies[-1].version - 1)
        assert not taken

    @rule(verb=verbs, who=persons, thief=st.sampled_from(("ada", "bob", "cleo", "mallory")))
    def decide_with_a_key(self, verb: Verb, who: str, thief: str) -> None:
        self.attempt(verb, who, thief, self.policies[-1].version)

    @rule(who=persons, mode=st.sampled_from(get_args(PolicyMode)), second=st.booleans())
    def set_policy(self, who: str, mode: PolicyMode, *, second: bool) -> None:
        self.tick()
        policy = Policy(version=self.policies[-1].version + 1, mode=mode, second_for_red=second, set_by=who)
        self.policies = (*self.policies, policy)
        self.model.mode, self.model.two = mode, second

    @precondition(lambda self: len(self.model.revoked) < 2)
    @rule(who=persons, part=st.sampled_from((0.0, 0.3, 0.6, 1.0)))
    def revoke(self, who: str, part: float) -> None:
        number = self.tick()
        if who in self.model.revoked:
            return
        since = round(part * number)
        self.model.revoked[who] = since
        self.people[who] = self.people[who].model_copy(update={"revoked_since": at(since)})

    @rule(who=persons)
    def rekey(self, who: str) -> None:
        number = self.tick()
        old = self.people[who]
        self.keys[who] = f"{who} {number}"
        public = key_of(self.keys[who]).public_key().public_bytes_raw().hex()
        renewed = {"public_key": public, "former_keys": (*old.former_keys, old.public_key)}
        self.people[who] = old.model_copy(update=renewed)

    @precondition(lambda self: self.number > 25)
    @rule()
    def supersede(self) -> None:
        self.tick()
        self.model.superseded = True

    @precondition(lambda self: bool(self.reviews))
    @rule(which=st.integers(0, 50))
    def play_again(self, which: int) -> None:
        self.tick()
        replayed = self.reviews[which % len(self.reviews)]
        try:
            check_decision(replayed, self.case.facts())
        except RefusedError:
            return
        raise AssertionError(f"{replayed.decision_id} was taken twice")

    @invariant()
    def the_states_are_equal(self) -> None:
        told = judge(self.case.inputs())
        assert told.state == self.model.now()[0], told.why
        assert told.why
