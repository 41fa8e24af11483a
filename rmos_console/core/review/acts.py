"""Signed acts of people: enrolling, new keys, revoking, setting the policy. Checked here, built in ``core/identity``.

An act is the JSON object that an event carries verbatim::

    {"verb": "enrol", "person": {"id", "name", "role"}, "public_key", "recovery_public_key"?, "recovery_salt"?, …}
    {"verb": "rekey", "person": {"id"}, "public_key", …}
    {"verb": "recover", "person": {"id"}, "public_key", "recovery_public_key", "recovery_salt", …}
    {"verb": "revoke", "person": {"id"}, "since", "reason", …}
    {"verb": "policy", "policy": {…}, …}
    {"verb": "accept-head", "head": {"seq", "digest"}, "lost": {"seq", "digest" or null}, "reason", …}

with ``at_utc``, ``by`` (the id of the signer), ``store_id`` and ``signature`` in each: Ed25519 by the key of ``by``
over the canonical act without ``signature``. The first person of a store enrols as admin, signing for themselves. A
recovery is signed by the key of the person's recovery code. A key that was replaced never comes back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final, get_args

from rmos_console.core.errors import BadDataError, ConflictError, NotFoundError, PolicyError, SignatureError
from rmos_console.core.records.actor import Person, Role
from rmos_console.core.records.ids import check_person_id
from rmos_console.core.records.review import Policy
from rmos_console.core.review.lookalikes import skeleton
from rmos_console.core.review.policy import INITIAL
from rmos_console.core.review.roles import Deed, admins, check_role
from rmos_console.core.review.signing import MAX_REASON, verify
from rmos_console.core.review.states import moment
from rmos_console.core.review.words import check_words, is_visible

MAX_NAME: Final = 120
"""Characters a person's name may have."""

_PUBLIC_KEY: Final = re.compile(r"[0-9a-f]{64}")
_DIGEST: Final = _PUBLIC_KEY


def check_act(
    act: Mapping[str, Any], people: Mapping[str, Person], store_id: str, *, in_force: Policy = INITIAL
) -> None:
    """Return if a signed act may be committed now, given everybody enrolled so far and the policy in force.

    Raises :class:`SignatureError` for another store, an unknown or revoked signer and a signature that does not hold;
    :class:`PolicyError` where the signer's role does not allow it or the act would leave the store without an admin;
    :class:`ConflictError` for an id, key or name in use, and for a policy that does not follow on the one in force;
    :class:`NotFoundError` for somebody unknown; :class:`BadDataError` for an act that is malformed.
    """
    if act.get("store_id") != store_id:
        raise SignatureError("The act was signed for another store; sign in to this one.")
    if moment(_text(act, "at_utc")) is None:
        raise BadDataError("The act names no time it was signed at.")
    verb = act.get("verb")
    if verb == "enrol" and not people:
        _check_first(act)
    elif verb == "recover":
        _check_recovery(act, _standing(act, people))
    else:
        _check_signer(act, people, _deed(act))
    if verb == "enrol":
        _check_enrol(act, people)
    elif verb in {"rekey", "recover"}:
        _standing(act, people)
        _check_new_key(act, people)
    elif verb == "revoke":
        _check_revoke(act, people)
    elif verb == "accept-head":
        _check_accepted(act)
    else:
        _check_policy(act, in_force)


def act_signature_holds(act: Mapping[str, Any], public_key: str) -> bool:
    """Tell whether the holder of ``public_key`` signed exactly this act."""
    signed = {key: value for key, value in act.items() if key != "signature"}
    signature = act.get("signature")
    return isinstance(signature, str) and verify(public_key, signed, signature)


def person_of(act: Mapping[str, Any]) -> Person:
    """Return the person that an enrolment makes. Raises :class:`BadDataError` for a malformed act."""
    about = _object(act, "person")
    return Person.parse(
        {
            "id": about.get("id"),
            "name": about.get("name"),
            "role": about.get("role"),
            "public_key": act.get("public_key"),
            "enrolled_at_utc": act.get("at_utc"),
            "enrolled_by": act.get("by"),
            "recovery_public_key": act.get("recovery_public_key"),
            "recovery_salt": act.get("recovery_salt"),
        },
        name="the enrolment",
    )


def check_name(name: str) -> str:
    """Return a person's name in the form that is kept: composed, without blanks around it, one blank inside.

    Raises :class:`PolicyError` for an empty, invisible, over-long name or one with control characters.
    """
    if not is_visible(name):
        raise PolicyError("The name is empty or invisible; give the name to print on reports.")
    shown = " ".join(unicodedata.normalize("NFC", name).split())
    for each in shown:
        if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            raise PolicyError(f"The name holds the invisible character U+{ord(each):04X}; remove it.")
    return check_words(shown, what="name", limit=MAX_NAME)


def _check_first(act: Mapping[str, Any]) -> None:
    about = _object(act, "person")
    if act.get("by") != about.get("id"):
        raise PolicyError("The first person of a store enrols themselves; sign with that person's own key.")
    if about.get("role") != "admin":
        raise PolicyError("The first person of a store must be an admin, else nobody could enrol the next.")
    if not act_signature_holds(act, _text(act, "public_key")):
        raise SignatureError("The enrolment is not signed by the key it enrols; make the key again.")


def _deed(act: Mapping[str, Any]) -> Deed:
    verb = act.get("verb")
    if verb == "rekey":
        return "rekey oneself" if _object(act, "person").get("id") == act.get("by") else "rekey others"
    deeds: dict[Any, Deed] = {
        "enrol": "enrol",
        "revoke": "revoke",
        "policy": "set policy",
        "accept-head": "accept a restored copy",
    }
    if verb not in deeds:
        raise BadDataError(f"The act {str(verb)[:40]!r} is not one this version knows.")
    return deeds[verb]


def _check_signer(act: Mapping[str, Any], people: Mapping[str, Person], deed: Deed) -> None:
    signer = people.get(_text(act, "by"))
    if signer is None:
        raise SignatureError(f"{_text(act, 'by')[:70]!r} is not enrolled in this store; name an admin of it.")
    if signer.revoked_since is not None:
        raise SignatureError(f"{signer.name} was revoked since {signer.revoked_since}; ask another admin.")
    check_role(signer, deed)
    if not act_signature_holds(act, signer.public_key):
        raise SignatureError(f"The act is not signed by {signer.name}'s enrolled key; sign in again.")


def _check_recovery(act: Mapping[str, Any], person: Person) -> None:
    if person.recovery_public_key is None:
        raise PolicyError(f"{person.name} has no recovery code; an admin makes a new key with `reviewer rekey`.")
    if act.get("by") != person.id or not act_signature_holds(act, person.recovery_public_key):
        raise SignatureError(f"This is not the recovery code of {person.name} in force; look for the newest one.")
    if act.get("recovery_public_key") == person.recovery_public_key:
        raise SignatureError("A recovery code serves once; make a new one with it.")
    _check_recovery_key(act, needed=True)


def _standing(act: Mapping[str, Any], people: Mapping[str, Person]) -> Person:
    """Return the person that an act gives a new key to."""
    person_id = _text(_object(act, "person"), "id")
    person = people.get(person_id)
    if person is None:
        raise NotFoundError(f"There is no reviewer {person_id[:70]!r}; `reviewer list` shows them.")
    if person.revoked_since is not None:
        raise ConflictError(f"{person.name} was revoked since {person.revoked_since}; enrol them under a new id.")
    return person


def _check_enrol(act: Mapping[str, Any], people: Mapping[str, Person]) -> None:
    person = person_of(act)
    check_person_id(person.id)
    if person.role not in get_args(Role) or check_name(person.name) != person.name:
        raise BadDataError("The enrolment's name is not in the form that is kept; enrol again.")
    _check_recovery_key(act, needed=False)
    if person.id in people:
        raise ConflictError(f"The reviewer id {person.id!r} was used before; ids are never used again. Choose another.")
    _check_new_key(act, people)
    for other in people.values():
        if skeleton(other.name) == skeleton(person.name) and other.revoked_since is None:
            raise ConflictError(
                f"There is a {other.name!r} already ({other.id}) and the names look alike; add what tells them apart."
            )


def _check_new_key(act: Mapping[str, Any], people: Mapping[str, Person]) -> None:
    key = _text(act, "public_key")
    if _PUBLIC_KEY.fullmatch(key) is None:
        raise BadDataError("The act holds no Ed25519 public key (64 hex digits).")
    for other in people.values():
        if key == other.public_key:
            raise ConflictError(f"This key is enrolled for {other.name} already; make a key of your own.")
        if key in other.former_keys:
            raise ConflictError(f"This key was one of {other.name} and was replaced; replaced keys never come back.")


def _check_recovery_key(act: Mapping[str, Any], *, needed: bool) -> None:
    recovery = act.get("recovery_public_key")
    if recovery is None and not needed:
        return
    if not (
        isinstance(recovery, str) and _PUBLIC_KEY.fullmatch(recovery) and isinstance(act.get("recovery_salt"), str)
    ):
        raise BadDataError("The act holds no recovery key (64 hex digits) with its salt.")


def _check_revoke(act: Mapping[str, Any], people: Mapping[str, Person]) -> None:
    person_id = _text(_object(act, "person"), "id")
    person = people.get(person_id)
    if person is None:
        raise NotFoundError(f"There is no reviewer {person_id[:70]!r} to revoke; `reviewer list` shows them.")
    if person.revoked_since is not None:
        raise ConflictError(f"{person.name} is revoked already, since {person.revoked_since}.")
    since, signed = moment(_text(act, "since")), moment(_text(act, "at_utc"))
    if since is None or signed is None:
        raise BadDataError("The revocation names no time since when it holds.")
    if since > signed:
        raise PolicyError(
            f"The revocation would begin at {act['since']}, which is still to come; name a time until now."
        )
    if [each.id for each in admins(people)] == [person_id]:
        raise PolicyError(f"{person.name} is the last admin; enrol another admin first.")


def _check_policy(act: Mapping[str, Any], in_force: Policy) -> None:
    policy = Policy.parse(_object(act, "policy"), name="the policy")
    if policy.set_by != act.get("by"):
        raise SignatureError("The policy names somebody else than who signed it; set it again.")
    if policy.version != in_force.version + 1:
        raise ConflictError(
            f"The policy has version {policy.version}, and {in_force.version} is in force; look at it and set it again."
        )


def _check_accepted(act: Mapping[str, Any]) -> None:
    for name in ("head", "lost"):
        line = _object(act, name)
        digest = line.get("digest")
        known = isinstance(digest, str) and _DIGEST.fullmatch(digest)
        if type(line.get("seq")) is not int or line["seq"] < 1 or not (known or (name == "lost" and digest is None)):
            raise BadDataError(f"The act names no line of a ledger under {name!r}.")
    reason = act.get("reason")
    if reason is not None:
        check_words(_text(act, "reason"), what="reason", limit=MAX_REASON)


def _text(act: Mapping[str, Any], key: str) -> str:
    value = act.get(key)
    if not isinstance(value, str):
        raise BadDataError(f"The act holds no text under {key!r}.")
    return value


def _object(act: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = act.get(key)
    if not isinstance(value, Mapping):
        raise BadDataError(f"The act holds no object under {key!r}.")
    return value
