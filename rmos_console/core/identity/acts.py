"""Building the acts that people sign; they are checked in ``core/review/acts.py``."""

from __future__ import annotations

from typing import Any

from rmos_console.core.identity.signer import Signer
from rmos_console.core.records.actor import Role
from rmos_console.core.records.review import Policy


def enrol_act(
    *,
    store_id: str,
    person_id: str,
    name: str,
    role: Role,
    public_key: str,
    at_utc: str,
    by: Signer,
    recovery: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """Return the signed act that enrols a person; ``recovery`` is the public key and the salt of a recovery code."""
    act: dict[str, Any] = {
        "verb": "enrol",
        "person": {"id": person_id, "name": name, "role": role},
        "public_key": public_key,
    }
    if recovery is not None:
        act["recovery_public_key"], act["recovery_salt"] = recovery
    return _signed(act, store_id, at_utc, by)


def revoke_act(
    *, store_id: str, person_id: str, since: str, reason: str | None, at_utc: str, by: Signer
) -> dict[str, Any]:
    """Return the signed act that revokes a person: their decisions at or after ``since`` are suspect."""
    act: dict[str, Any] = {"verb": "revoke", "person": {"id": person_id}, "since": since, "reason": reason}
    return _signed(act, store_id, at_utc, by)


def rekey_act(*, store_id: str, person_id: str, public_key: str, at_utc: str, by: Signer) -> dict[str, Any]:
    """Return the signed act that gives a person a new key; ``by`` is that person's present key, or an admin."""
    return _signed({"verb": "rekey", "person": {"id": person_id}, "public_key": public_key}, store_id, at_utc, by)


def recover_act(
    *, store_id: str, public_key: str, recovery: tuple[str, str], at_utc: str, by: Signer
) -> dict[str, Any]:
    """Return the act that gives a person a new key and a new recovery code.

    ``by`` is that person with the key of the old recovery code; ``recovery`` the public key and the salt of the new.
    """
    act: dict[str, Any] = {"verb": "recover", "person": {"id": by.person_id}, "public_key": public_key}
    act["recovery_public_key"], act["recovery_salt"] = recovery
    return _signed(act, store_id, at_utc, by)


def policy_act(policy: Policy, store_id: str, *, by: Signer, at_utc: str) -> dict[str, Any]:
    """Return the signed act that puts a policy in force."""
    return _signed({"verb": "policy", "policy": policy.document()}, store_id, at_utc, by)


def accept_head_act(
    *,
    store_id: str,
    head: tuple[int, str],
    lost: tuple[int, str | None],
    reason: str | None,
    at_utc: str,
    by: Signer,
) -> dict[str, Any]:
    """Return the signed act that accepts a ledger which ends in line ``head``, though line ``lost`` was there once.

    A line is its number and its digest; of the lost one only the number may be known.
    """
    act: dict[str, Any] = {
        "verb": "accept-head",
        "head": {"seq": head[0], "digest": head[1]},
        "lost": {"seq": lost[0], "digest": lost[1]},
        "reason": reason,
    }
    return _signed(act, store_id, at_utc, by)


def _signed(act: dict[str, Any], store_id: str, at_utc: str, by: Signer) -> dict[str, Any]:
    whole = {**act, "store_id": store_id, "at_utc": at_utc, "by": by.person_id}
    return {**whole, "signature": by.sign(whole)}
