"""A decision is committed only if everything it says is true of the store, now."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from rmos_console.core.errors import NotFoundError, PolicyError, RmosError, SignatureError, StaleError
from rmos_console.core.records.review import Seen
from rmos_console.core.review.signing import MAX_REASON, check_decision, sign, signature_holds, verify
from tests.unit.review.given import PEOPLE, Case, decision, person, policy, risk, signed

documents = st.dictionaries(
    st.text(max_size=8), st.none() | st.integers() | st.booleans() | st.text(max_size=8), max_size=5
)


@given(st.binary(min_size=32, max_size=32), documents, documents)
def test_a_signature_holds_for_its_document_and_key_only(
    seed: bytes, document: dict[str, Any], other: dict[str, Any]
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes_raw().hex()
    signature = sign(key, document)
    assert verify(public, document, signature)
    assert verify(public, dict(reversed(document.items())), signature)
    same = {k: (type(v), v) for k, v in document.items()} == {k: (type(v), v) for k, v in other.items()}
    assert verify(public, other, signature) is same
    assert not verify(person("bob").public_key, document, signature)


@given(st.integers(0, 511))
@settings(max_examples=80)
def test_every_flipped_bit_of_a_signature_is_noticed(bit: int) -> None:
    review = decision("bob", "approved")
    raw = bytearray(bytes.fromhex(review.signature))
    raw[bit // 8] ^= 1 << bit % 8
    assert not signature_holds(review.model_copy(update={"signature": raw.hex()}), PEOPLE["bob"])
    assert signature_holds(review, PEOPLE["bob"])


@pytest.mark.parametrize("malformed", ["", "zz", "00", "0" * 64, "ä"])
def test_malformed_keys_and_signatures_do_not_hold(malformed: str) -> None:
    assert not verify(malformed, {"a": 1}, "0" * 128)
    assert not verify(person("bob").public_key, {"a": 1}, malformed)
    assert not verify(person("bob").public_key, {"a": float("nan")}, "0" * 128)


def test_a_true_decision_passes() -> None:
    check_decision(decision("bob", "approved"), Case().facts())
    check_decision(decision("bob", "rejected"), Case().facts())
    check_decision(decision("bob", "approved", reason=None), Case().facts())


NOW = Case().facts()
CHANGED: list[tuple[dict[str, Any], type[RmosError], str]] = [
    ({"run_sha256": "e" * 64}, StaleError, "run"),
    ({"advisory_sha256": "e" * 64}, StaleError, "advisory"),
    ({"text_sha256": "e" * 64}, StaleError, "text"),
    ({"policy": policy(version=2)}, StaleError, "policy changed"),
    ({"seen_policy": policy(version=2)}, StaleError, "policy changed"),
    ({"head": Seen(seq=39, digest="d" * 64)}, StaleError, "does not exist"),
    ({"head": Seen(seq=40, digest="e" * 64)}, StaleError, "does not hold"),
    ({"head": Seen(seq=41, digest="e" * 64), "seen_digest": "f" * 64}, StaleError, "does not hold"),
    ({"store_id": "store_other"}, SignatureError, "another store"),
    ({"run_sha256": None}, NotFoundError, "no run"),
    ({"kind": None}, NotFoundError, "carries no advisory"),
    ({"text_sha256": None}, NotFoundError, "carries no advisory"),
    ({"people": {}}, SignatureError, "not enrolled"),
    ({"people": {"bob": person("bob", revoked="2027-01-01T00:00:00Z")}}, SignatureError, "revoked"),
    ({"author_id": "bob"}, PolicyError, "wrote this text"),
    ({"superseded": True}, PolicyError, "replaced"),
    ({"kind": "note"}, PolicyError, "nothing to decide"),
    ({"reviews": (decision("ada", "approved"),)}, PolicyError, "approved already"),
]


@pytest.mark.parametrize(("change", "error", "words"), CHANGED)
def test_a_decision_is_refused_when_the_store_says_otherwise(
    change: dict[str, Any], error: type[RmosError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        check_decision(decision("bob", "approved"), Case().facts(**change))
    assert caught.value.exit_code in {3, 4}
    assert "\n" not in caught.value.message


def test_an_earlier_line_that_was_seen_is_fine() -> None:
    later = Seen(seq=90, digest="e" * 64)
    check_decision(decision("bob", "approved"), Case().facts(head=later, seen_digest="d" * 64))
    with pytest.raises(StaleError, match="does not hold"):
        check_decision(decision("bob", "approved"), Case().facts(head=later))


@pytest.mark.parametrize(
    ("forged", "words"),
    [
        ({"person_name": "Ada Example"}, "signed as"),
        ({"person_name": "B\u043eb Example"}, "signed as"),  # a Cyrillic letter
        ({"meaning": "Cut it"}, "something else"),
    ],
)
def test_a_decision_cannot_claim_another_name_or_meaning(forged: dict[str, Any], words: str) -> None:
    with pytest.raises(SignatureError, match=words):
        check_decision(decision("bob", "approved", **forged), Case().facts())


def test_the_signature_must_be_that_of_the_person_named() -> None:
    by_another = signed(decision("bob", "approved"), by="cleo")
    edited = decision("bob", "approved").model_copy(update={"reason": "something else"})
    for review in (by_another, edited, decision("bob", "approved").model_copy(update={"signature": ""})):
        with pytest.raises(SignatureError, match="enrolled key"):
            check_decision(review, Case().facts())


@pytest.mark.parametrize("reason", [None, "", " ", "\u200b\u2060", "\u2800\u3164", "\u00ad\ufe0f"])
def test_reasons_that_say_nothing_are_refused(reason: str | None) -> None:
    for review, case in (
        (decision("bob", "rejected", reason=reason), Case()),
        (decision("bob", "approved", reason=reason), Case(risk=risk("RED"))),
    ):
        with pytest.raises(PolicyError, match="reason"):
            check_decision(review, case.facts())


@pytest.mark.parametrize("reason", ["ok\u202eko", "bell\a", "x" * (MAX_REASON + 1), "\u2066a"])
def test_reasons_that_mislead_are_refused_even_where_none_is_needed(reason: str) -> None:
    with pytest.raises(PolicyError, match="reason"):
        check_decision(decision("bob", "approved", reason=reason), Case().facts())


def test_a_reason_may_have_lines_and_any_script() -> None:
    check_decision(decision("bob", "rejected", reason="Zu tief!\n深すぎる\tعميق"), Case().facts())


def test_writing_a_text_does_not_stop_its_author_from_rejecting_it() -> None:
    check_decision(decision("bob", "rejected"), Case().facts(author_id="bob"))


def test_a_withdrawal_names_the_signers_own_standing_decision() -> None:
    mine, theirs = decision("bob", "rejected"), decision("cleo", "rejected")
    back = decision("bob", "withdrawn", withdraws=mine.decision_id, reason=None)
    check_decision(back, Case(reviews=(mine,)).facts())
    for review in (back, decision("bob", "withdrawn", withdraws=theirs.decision_id, reason=None)):
        with pytest.raises(PolicyError, match="nothing to take back"):
            check_decision(review, Case(reviews=(theirs,)).facts())
    with pytest.raises(PolicyError, match="not your standing one"):
        check_decision(decision("bob", "withdrawn", withdraws="dec_x", reason=None), Case(reviews=(mine,)).facts())


def test_a_replayed_decision_is_refused() -> None:
    mine = decision("bob", "approved")
    with pytest.raises(PolicyError):
        check_decision(mine, Case(reviews=(mine,)).facts())
