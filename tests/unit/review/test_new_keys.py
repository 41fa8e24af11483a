"""New keys for people: signed by the old one, by an admin, or by the recovery code; replaced keys never come back."""

from __future__ import annotations

from typing import Any

import pytest

from rmos_console.core.errors import BadDataError, ConflictError, NotFoundError, PolicyError, RmosError, SignatureError
from rmos_console.core.identity import Signer, enrol_act, policy_act, recover_act, rekey_act, revoke_act
from rmos_console.core.records.actor import Person
from rmos_console.core.records.review import Policy
from rmos_console.core.review.acts import check_act
from rmos_console.core.review.lookalikes import skeleton
from rmos_console.core.review.policy_change import check_policy_change, unsatisfiable
from tests.unit.review.given import PEOPLE, STORE, key_of, person

AT = "2026-03-01T10:00:00Z"
Act = dict[str, Any]


def signer(person_id: str, key: str | None = None) -> Signer:
    return Signer(STORE, person_id, f"{person_id.capitalize()} Example", key_of(key or person_id))


def public(key: str) -> str:
    return key_of(key).public_key().public_bytes_raw().hex()


def rekey(of: str = "bob", *, by: str = "bob", key: str | None = None, new: str = "new") -> Act:
    return rekey_act(store_id=STORE, person_id=of, public_key=public(new), at_utc=AT, by=signer(by, key))


def recover(of: str = "ada", *, code: str = "code", new: str = "new", next_code: str = "next") -> Act:
    recovery = (public(next_code), "ab" * 16)
    return recover_act(store_id=STORE, public_key=public(new), recovery=recovery, at_utc=AT, by=signer(of, code))


def with_code(code: str = "code") -> dict[str, Person]:
    ada = PEOPLE["ada"].model_copy(update={"recovery_public_key": public(code), "recovery_salt": "cd" * 16})
    return {**PEOPLE, "ada": ada}


def after(people: dict[str, Person], person_id: str, key: str) -> dict[str, Person]:
    old = people[person_id]
    renewed = {"public_key": public(key), "former_keys": (*old.former_keys, old.public_key)}
    return {**people, person_id: old.model_copy(update=renewed)}


def test_ones_own_old_key_or_an_admin_signs_a_new_key() -> None:
    check_act(rekey(), PEOPLE, STORE)
    check_act(rekey(by="ada"), PEOPLE, STORE)
    with pytest.raises(PolicyError, match="only an admin"):
        check_act(rekey(by="cleo"), PEOPLE, STORE)
    with pytest.raises(SignatureError, match="not signed"):
        check_act(rekey(key="cleo"), PEOPLE, STORE)
    with pytest.raises(SignatureError, match="not signed"):
        check_act({**rekey(), "public_key": public("mallory")}, PEOPLE, STORE)


REVOKED = {**PEOPLE, "bob": person("bob", revoked=AT)}
REFUSED: list[tuple[Act, dict[str, Person], type[RmosError], str]] = [
    (rekey(by="ada"), REVOKED, ConflictError, "new id"),
    (rekey(), REVOKED, SignatureError, "revoked"),
    (rekey("nobody", by="ada"), PEOPLE, NotFoundError, "no reviewer"),
    (rekey(new="bob"), PEOPLE, ConflictError, "enrolled for Bob"),
    (rekey(new="cleo"), PEOPLE, ConflictError, "enrolled for Cleo"),
    (rekey(by="ada", new="bob"), after(PEOPLE, "bob", "second"), ConflictError, "never come back"),
    (rekey("cleo", by="ada", new="bob"), after(PEOPLE, "bob", "second"), ConflictError, "never come back"),
    (rekey(), after(PEOPLE, "bob", "second"), SignatureError, "not signed"),
    (recover("bob"), PEOPLE, PolicyError, "no recovery code"),
    (recover(), PEOPLE, PolicyError, "no recovery code"),
    (recover(code="guess"), with_code(), SignatureError, "not the recovery code"),
    (recover(code="ada"), with_code(), SignatureError, "not the recovery code"),
    (recover(next_code="code"), with_code(), SignatureError, "serves once"),
    (recover(), with_code("next code"), SignatureError, "not the recovery code"),
    (recover(new="bob"), with_code(), ConflictError, "enrolled for Bob"),
    (recover("nobody"), with_code(), NotFoundError, "no reviewer"),
    ({**recover(), "by": "bob"}, with_code(), SignatureError, "not the recovery code"),
]


@pytest.mark.parametrize(("act", "people", "error", "words"), REFUSED)
def test_new_keys_that_must_not_be_are_refused(
    act: Act, people: dict[str, Person], error: type[RmosError], words: str
) -> None:
    with pytest.raises(error, match=words):
        check_act(act, people, STORE)


def test_the_recovery_code_signs_a_new_key_and_its_successor() -> None:
    check_act(recover(), with_code(), STORE)
    for changed in ({"public_key": public("mallory")}, {"recovery_public_key": public("mallory")}, {"store_id": "x"}):
        with pytest.raises(SignatureError):
            check_act({**recover(), **changed}, with_code(), STORE)
    bare = recover_act(
        store_id=STORE, public_key=public("new"), recovery=("xyz", "00"), at_utc=AT, by=signer("ada", "code")
    )
    with pytest.raises(BadDataError, match="recovery key"):
        check_act(bare, with_code(), STORE)


def test_a_revocation_cannot_begin_later_than_it_was_signed() -> None:
    act = revoke_act(
        store_id=STORE, person_id="bob", since="2026-03-02T00:00:00Z", reason=None, at_utc=AT, by=signer("ada")
    )
    with pytest.raises(PolicyError, match="still to come"):
        check_act(act, PEOPLE, STORE)


@pytest.mark.parametrize("version", [1, 2, 4])
def test_a_policy_follows_on_the_one_in_force(version: int) -> None:
    policy = Policy(version=version, set_by="ada")
    act = policy_act(policy, STORE, by=signer("ada"), at_utc=AT)
    with pytest.raises(ConflictError, match="in force"):
        check_act(act, PEOPLE, STORE, in_force=Policy(version=2))
    check_act(act, PEOPLE, STORE, in_force=Policy(version=version - 1))


@pytest.mark.parametrize(
    "twin",
    [
        "B\u043eb Example",  # a Cyrillic letter
        "\u0392ob Example",  # a Greek letter
        "B0b Example",
        "Bob  Examp1e",
        "Bob Examp\u2160e",  # a Roman numeral
        "\uff22ob Example",  # a wide letter
        "BOB EXAMPLE",
    ],
)
def test_a_name_that_looks_like_anothers_is_refused(twin: str) -> None:
    act = enrol_act(
        store_id=STORE,
        person_id="dora",
        name=" ".join(twin.split()),
        role="reviewer",
        public_key=public("dora"),
        at_utc=AT,
        by=signer("ada"),
    )
    with pytest.raises(ConflictError, match="look alike"):
        check_act(act, PEOPLE, STORE)


@pytest.mark.parametrize(("one", "other"), [("A. Keller", "A. Kehler"), ("Ada", "Ida"), ("Müller", "Muller")])
def test_names_that_look_different_are_different(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_a_policy_must_be_one_that_people_can_live_by() -> None:
    double = Policy(version=2, second_for_red=True)
    check_policy_change(double, {"ada": PEOPLE["ada"], "bob": PEOPLE["bob"]})
    for people in ({}, {"ada": PEOPLE["ada"]}, {"ada": PEOPLE["ada"], "bob": REVOKED["bob"]}):
        with pytest.raises(PolicyError, match="second-for-red off"):
            check_policy_change(double, people)
        assert unsatisfiable(Policy(), people) is None
    for engines in (("offline",), ("a@1", "a@1"), ("http@1",), ("a b@1",), ("@1",), ("a@",), ("x@1",) * 51):
        with pytest.raises(PolicyError):
            check_policy_change(Policy(engines=engines), PEOPLE)
