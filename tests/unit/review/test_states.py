"""The review state of a text: the table of the design, and one plain sentence for each state."""

from __future__ import annotations

import random
from itertools import product
from typing import get_args

import pytest

from rmos_console.core.errors import PolicyError
from rmos_console.core.records.review import PolicyMode, Review, Verb
from rmos_console.core.review.policy import may_auto_approve
from rmos_console.core.review.signing import check_decision
from rmos_console.core.review.states import complaint, judge, played
from tests.unit.review.given import LEVELS, PEOPLE, Case, Level, auto, decision, person, policy, risk
from tests.unit.review.model import Model


def withdrawal(number: int, of: Review) -> Review:
    return decision(of.person_id, "withdrawn", number=number, withdraws=of.decision_id, reason=None)


def ways() -> list[tuple[PolicyMode, bool, Level, bool]]:
    found = []
    for mode, second, level in product(get_args(PolicyMode), (False, True), LEVELS):
        found.append((mode, second, level, False))
        if mode == "tiered" and level == "GREEN":
            found.append((mode, second, level, True))
    return found


@pytest.mark.parametrize(("mode", "second", "level", "minted"), ways())
def test_every_state_event_actor_policy_and_risk_follows_the_table(
    mode: PolicyMode, second: bool, level: Level, minted: bool
) -> None:
    """Every sequence of up to three events by three people, through the check that commits go through."""
    rule = policy(mode, second=second)
    start = Case(risk=risk(level), policy=rule, auto=auto() if minted else None)
    states = set()
    for length in range(4):
        for events in product(product(get_args(Verb), PEOPLE), repeat=length):
            case, model = start, Model(level, rule, minted)
            for number, (verb, who) in enumerate(events):
                case = _step(case, model, verb, who, number)
            told = judge(case.inputs())
            assert told.state == model.state, (mode, second, level, events)
            assert told.why
            states.add(told.state)
    expected = {"APPROVED", "REJECTED", "NEEDS_REVIEW", Model(level, rule, minted).state}
    assert states == expected | ({"AWAITING_SECOND"} if second and level == "RED" else set())


def _step(case: Case, model: Model, verb: Verb, who: str, number: int) -> Case:
    mine = [review for review in played(case.inputs()).decisions if review.person_id == who]
    review = (
        decision(who, verb, number=number)
        if verb != "withdrawn"
        else decision(who, "withdrawn", number=number, withdraws=mine[-1].decision_id if mine else "dec_none")
    )
    against = complaint(case.inputs(), verb, who, review.withdraws)
    allowed = model.do(verb, who)
    assert (against is None) is allowed, (case.reviews, verb, who, against)
    return Case(case.risk, case.policy, (*case.reviews, review), case.auto) if allowed else case


def test_ten_thousand_random_steps_follow_the_model_with_real_signatures() -> None:
    seed = 20_260_301
    chance = random.Random(seed)  # noqa: S311  a test's walk must repeat; nothing is kept secret with it
    for walk in range(200):
        rule = policy(chance.choice(get_args(PolicyMode)), second=chance.random() < 0.6)
        level = chance.choice(LEVELS)
        case, model = Case(risk=risk(level), policy=rule), Model(level, rule, minted_by_rule=False)
        for number in range(50):
            verb, who = chance.choice(get_args(Verb)), chance.choice(tuple(PEOPLE))
            mine = [each.decision_id for each in played(case.inputs()).decisions if each.person_id == who]
            withdraws = (mine or ["dec_none"])[-1] if verb == "withdrawn" else None
            review = decision(who, verb, number=number, withdraws=withdraws)
            try:
                check_decision(review, case.facts())
                done = True
            except PolicyError:
                done = False
            assert done is model.do(verb, who), f"seed {seed} walk {walk} step {number}: {verb} by {who}"
            if done:
                case = Case(case.risk, rule, (*case.reviews, review))
            assert judge(case.inputs()).state == model.state, f"seed {seed} walk {walk} step {number}"


def test_what_nobody_decided_is_said_in_a_sentence() -> None:
    assert judge(Case(risk=risk("YELLOW")).inputs()).why == "needs review because risk is YELLOW under tiered v1"
    unknown = judge(Case(risk=risk("RED", "UNKNOWN"), policy=policy(second=True)).inputs())
    assert (
        unknown.why == "needs review because risk is UNKNOWN, which counts as RED, under tiered v1 and asks two people"
    )
    assert "strict v3" in judge(Case(risk=risk("GREEN"), policy=policy("strict", version=3)).inputs()).why
    assert "no engine on the list" in judge(Case(risk=risk("GREEN")).inputs()).why
    assert "informational v1 approves nothing" in judge(Case(policy=policy("informational")).inputs()).why


def test_who_decided_is_said_in_a_sentence() -> None:
    approved = Case(reviews=(decision("bob", "approved"),))
    assert judge(approved.inputs()).why == "approved by Bob Example at 2026-03-01T00:00:01Z under policy v1"
    taken = Case(reviews=(*approved.reviews, withdrawal(2, approved.reviews[0])))
    assert "Bob Example took the decision back" in judge(taken.inputs()).why
    first = Case(risk=risk("RED"), policy=policy(second=True), reviews=(decision("bob", "approved"),))
    assert "a different person must sign too" in judge(first.inputs()).why


def test_notes_and_replaced_texts_are_not_decided_about() -> None:
    note, old = Case(kind="note"), Case(superseded=True, reviews=(decision("bob", "approved"),))
    assert (judge(note.inputs()).state, judge(old.inputs()).state) == ("NONE", "SUPERSEDED")
    for case, verb in product((note, old), get_args(Verb)):
        assert complaint(case.inputs(), verb, "bob", "dec_bob_approved_1") is not None


@pytest.mark.parametrize("kind", ["explanation", "advisory", "unknown"])
def test_every_other_kind_is_reviewed(kind: str) -> None:
    assert judge(Case(kind=kind).inputs()).state == "NEEDS_REVIEW"


def test_an_automatic_approval_stands_by_the_policy_of_its_time_only() -> None:
    earlier, now = policy("tiered", version=1), policy("strict", version=2)
    kept = Case(risk=risk("GREEN"), policy=now, policies=(earlier, now), auto=auto(version=1))
    assert judge(kept.inputs()).state == "AUTO_APPROVED"
    assert judge(Case(risk=risk("GREEN"), policy=now, auto=auto(version=9)).inputs()).suspect
    for wrong in (Case(risk=risk("YELLOW"), auto=auto()), Case(risk=risk("GREEN"), policy=now, auto=auto(version=2))):
        told = judge(wrong.inputs())
        assert (told.state, told.suspect) == ("NEEDS_REVIEW", True)
    assert not may_auto_approve(earlier, risk("GREEN"), None)


def test_a_decision_is_judged_under_the_policy_of_its_time() -> None:
    single, double = policy(version=1), policy(version=2, second=True)
    reviews = (decision("bob", "approved", policy_version=1),)
    case = Case(risk=risk("RED"), policy=double, policies=(single, double), reviews=reviews)
    assert judge(case.inputs()).state == "APPROVED"
    later = Case(case.risk, double, (decision("bob", "approved", policy_version=2),), policies=case.policies)
    assert judge(later.inputs()).state == "AWAITING_SECOND"


@pytest.mark.parametrize("verb", ["approved", "rejected"])
@pytest.mark.parametrize(
    ("since", "suspect"),
    [("2026-03-01T00:00:01Z", True), ("2026-02-01T01:00:00+01:00", True), ("2026-03-01T00:00:02Z", False), ("x", True)],
)
def test_a_decision_since_the_revocation_is_suspect(verb: Verb, since: str, suspect: bool) -> None:
    people = {**PEOPLE, "bob": person("bob", revoked=since)}
    told = judge(Case(reviews=(decision("bob", verb),), people=people).inputs())
    assert told.suspect is suspect
    assert (told.state == "NEEDS_REVIEW") is suspect
    assert ("revoked" in told.why) is suspect


def test_after_a_suspect_decision_another_person_decides() -> None:
    people = {**PEOPLE, "bob": person("bob", revoked="2026-01-01T00:00:00Z")}
    ways: tuple[tuple[Verb, str], ...] = (("approved", "APPROVED"), ("rejected", "REJECTED"))
    for verb, state in ways:
        reviews = (decision("cleo", "rejected"), decision("bob", "approved"), decision("cleo", verb, number=2))
        told = judge(Case(reviews=reviews, people=people).inputs())
        assert (told.state, told.suspect) == (state, False)


def test_a_suspect_first_signature_does_not_count_as_one_of_two() -> None:
    people = {**PEOPLE, "bob": person("bob", revoked="2026-01-01T00:00:00Z")}
    reviews = (decision("bob", "approved"), decision("cleo", "approved"))
    case = Case(risk=risk("RED"), policy=policy(second=True), reviews=reviews, people=people)
    assert judge(case.inputs()).state == "AWAITING_SECOND"


def test_somebody_who_was_never_enrolled_counts_for_nothing() -> None:
    told = judge(Case(reviews=(decision("mallory", "approved"),)).inputs())
    assert (told.state, told.suspect) == ("NEEDS_REVIEW", True)


def test_withdrawing_what_does_not_stand_any_more_changes_nothing() -> None:
    mine = decision("bob", "rejected")
    reviews = (mine, decision("cleo", "approved"), withdrawal(3, mine))
    assert judge(Case(reviews=reviews).inputs()).state == "APPROVED"
    theirs = decision("ada", "withdrawn", withdraws=reviews[1].decision_id, number=4)
    assert judge(Case(reviews=(*reviews, theirs)).inputs()).state == "APPROVED"


def test_repeated_approvals_in_a_ledger_written_by_hand_do_not_add_up() -> None:
    twice = (decision("bob", "approved"), decision("bob", "approved", number=2))
    case = Case(risk=risk("RED"), policy=policy(second=True), reviews=twice)
    assert judge(case.inputs()).state == "AWAITING_SECOND"
    assert judge(Case(reviews=twice).inputs()).state == "APPROVED"
