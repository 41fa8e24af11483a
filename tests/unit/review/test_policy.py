"""What each policy approves, and what it asks for."""

from __future__ import annotations

from itertools import product
from typing import get_args

from rmos_console.core.records.advisory import Engine
from rmos_console.core.records.review import PolicyMode
from rmos_console.core.review.policy import (
    ALWAYS_READ,
    INITIAL,
    auto_complaint,
    may_auto_approve,
    needs_reason,
    needs_second,
    policy_as_of,
)
from tests.unit.review.given import LEVELS, auto, policy, risk

OFFLINE = Engine(id="offline", version="1")


def test_only_a_listed_engine_under_tiered_at_green_is_approved_by_rule() -> None:
    engines = (OFFLINE, Engine(id="offline", version="2"), Engine(id="other", version="1"), None)
    for mode, level, engine in product(get_args(PolicyMode), LEVELS, engines):
        wanted = mode == "tiered" and level == "GREEN" and engine == OFFLINE
        assert may_auto_approve(policy(mode), risk(level), engine) is wanted, (mode, level, engine)


def test_texts_of_a_server_are_read_by_a_person_even_if_they_are_listed() -> None:
    listing = policy().model_copy(update={"engines": ("http@1", "offline@1")})
    for engine in (Engine(id=name, version="1") for name in ALWAYS_READ):
        assert not may_auto_approve(listing, risk("GREEN"), engine)
        assert auto_complaint(auto(), (listing,), listing, risk("GREEN"), engine)
    assert may_auto_approve(listing, risk("GREEN"), OFFLINE)


def test_who_asks_for_a_reason_and_for_two() -> None:
    for mode, second, level in product(get_args(PolicyMode), (False, True), LEVELS):
        rule = policy(mode, second=second)
        assert needs_reason(rule, risk(level), "rejected")
        assert not needs_reason(rule, risk(level), "withdrawn")
        assert needs_reason(rule, risk(level), "approved") is (level == "RED")
        assert needs_second(rule, risk(level)) is (second and level == "RED")


def test_the_policy_before_any_was_set_is_version_1() -> None:
    now = policy("strict", version=2)
    assert policy_as_of(1, (now,), now) == INITIAL
    assert policy_as_of(2, (), now) == now
    assert policy_as_of(7, (now,), now) is None


def test_an_audit_is_told_what_is_wrong_with_an_automatic_approval() -> None:
    tiered, strict = policy(), policy("strict", version=2)
    assert auto_complaint(auto(), (tiered,), tiered, risk("GREEN"), OFFLINE) is None
    assert auto_complaint(auto(1), (tiered, strict), strict, risk("GREEN"), OFFLINE) is None
    wrong = (
        auto_complaint(auto(9), (tiered,), tiered, risk("GREEN"), OFFLINE),
        auto_complaint(auto(), (tiered,), tiered, risk("RED"), OFFLINE),
        auto_complaint(auto(), (tiered,), tiered, risk("GREEN"), None),
        auto_complaint(auto(2), (tiered, strict), strict, risk("GREEN"), OFFLINE),
        auto_complaint(auto().model_copy(update={"actor": "system:me"}), (), tiered, risk("GREEN"), OFFLINE),
    )
    assert all(wrong), wrong
