"""Acts of people: enrolling, revoking, setting the policy; each refused unless an admin of this store signed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rmos_console.core.errors import (
    BadDataError,
    BadIdError,
    ConflictError,
    NotFoundError,
    PolicyError,
    RmosError,
    SignatureError,
)
from rmos_console.core.identity import Signer, enrol_act, policy_act, revoke_act
from rmos_console.core.records.review import Policy
from rmos_console.core.review.acts import act_signature_holds, check_act, check_name, person_of
from tests.unit.review.given import PEOPLE, STORE, key_of, person

AT = "2026-03-01T10:00:00Z"
Act = dict[str, Any]


def signer(person_id: str) -> Signer:
    return Signer(STORE, person_id, f"{person_id.capitalize()} Example", key_of(person_id))


def enrol(by: str = "ada", *, of: str = "dora", **changes: Any) -> Act:
    whole: Act = {
        "role": "reviewer",
        "name": f"{of.capitalize()} Example",
        "public_key": person(of).public_key,
        **changes,
    }
    return enrol_act(store_id=STORE, person_id=of, at_utc=AT, by=signer(by), **whole)


def revoke(by: str = "ada", *, of: str = "bob", since: str = AT) -> Act:
    return revoke_act(store_id=STORE, person_id=of, since=since, reason="left", at_utc=AT, by=signer(by))


def rule(by: str = "ada", set_by: str | None = None) -> Act:
    return policy_act(Policy(version=2, mode="strict", set_by=set_by or by), STORE, by=signer(by), at_utc=AT)


@pytest.mark.parametrize("make", [enrol, revoke, rule])
def test_an_admin_may_and_a_reviewer_may_not(make: Callable[..., Act]) -> None:
    check_act(make("ada"), PEOPLE, STORE)
    with pytest.raises(PolicyError, match="only an admin"):
        check_act(make("bob"), PEOPLE, STORE)
    with pytest.raises(SignatureError, match="not enrolled"):
        check_act(make("mallory"), PEOPLE, STORE)
    with pytest.raises(SignatureError, match="another store"):
        check_act(make("ada"), PEOPLE, "store_other")
    with pytest.raises(SignatureError, match="revoked"):
        check_act(make("ada"), {**PEOPLE, "ada": person("ada", "admin", AT)}, STORE)


@pytest.mark.parametrize("make", [enrol, revoke, rule])
def test_any_change_after_signing_is_noticed(make: Callable[..., Act]) -> None:
    act = make("ada")
    assert act_signature_holds(act, PEOPLE["ada"].public_key)
    for key in act:
        assert not act_signature_holds({**act, key: "x"}, PEOPLE["ada"].public_key), key
    with pytest.raises(SignatureError, match="not signed"):
        check_act({**act, "at_utc": "2020-01-01T00:00:00Z"}, PEOPLE, STORE)


def test_the_first_person_enrols_as_admin_by_their_own_key() -> None:
    act = enrol("dora", role="admin", recovery=("ab" * 32, "cd" * 16))
    check_act(act, {}, STORE)
    assert person_of(act).enrolled_by == "dora"
    with pytest.raises(PolicyError, match="must be an admin"):
        check_act(enrol("dora"), {}, STORE)
    with pytest.raises(PolicyError, match="enrols themselves"):
        check_act(enrol("ada", role="admin"), {}, STORE)
    with pytest.raises(SignatureError, match="not signed by the key"):
        check_act(enrol("dora", role="admin", public_key=person("bob").public_key), {}, STORE)


REFUSED: list[tuple[Act, type[RmosError], str]] = [
    (enrol(of="bob", public_key="ab" * 32), ConflictError, "never used again"),
    (enrol(public_key=person("bob").public_key), ConflictError, "enrolled for Bob"),
    (enrol(name="BOB example"), ConflictError, "tell"),
    (enrol(name="  Dora  "), BadDataError, "form that is kept"),
    (enrol(public_key="xyz"), BadDataError, "public key"),
    (enrol(recovery=("xyz", "00")), BadDataError, "recovery key"),
    (enrol(role="owner"), BadDataError, "role"),
    (enrol(of="../x"), BadIdError, "not allowed"),
    (revoke(of="nobody"), NotFoundError, "no reviewer"),
    (revoke(of="ada"), PolicyError, "last admin"),
    (revoke(since="yesterday"), BadDataError, "since when"),
    (rule(set_by="bob"), SignatureError, "somebody else"),
    ({**enrol(), "at_utc": "soon"}, BadDataError, "no time"),
    ({**enrol(), "at_utc": 5}, BadDataError, "no text"),
]


@pytest.mark.parametrize(("act", "error", "words"), REFUSED)
def test_acts_that_must_not_be_are_refused(act: Act, error: type[RmosError], words: str) -> None:
    with pytest.raises(error, match=words):
        check_act(act, PEOPLE, STORE)


def test_somebody_revoked_is_not_revoked_again_and_their_name_is_free() -> None:
    people = {**PEOPLE, "bob": person("bob", revoked=AT)}
    with pytest.raises(ConflictError, match="already"):
        check_act(revoke(), people, STORE)
    check_act(enrol(name="Bob Example"), people, STORE)


def test_unknown_and_shapeless_acts_are_refused() -> None:
    ada = signer("ada")
    for act in ({"verb": "promote"}, {"verb": "enrol", "person": "dora"}, {"verb": None}):
        whole = {**act, "store_id": STORE, "at_utc": AT, "by": "ada"}
        with pytest.raises(BadDataError):
            check_act({**whole, "signature": ada.sign(whole)}, PEOPLE, STORE)
    assert not act_signature_holds({"verb": "enrol", "signature": 5}, ada.public_key)


def test_two_admins_allow_one_to_be_revoked() -> None:
    check_act(revoke(of="ada"), {**PEOPLE, "eve": person("eve", "admin")}, STORE)


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "A\u202eB", "A\x00B", "x" * 121])
def test_names_nobody_could_read_are_refused(name: str) -> None:
    with pytest.raises(PolicyError):
        check_name(name)


def test_a_name_is_kept_composed_and_trimmed() -> None:
    assert check_name("  Jose\u0301   Bello ") == "Jos\u00e9 Bello"
