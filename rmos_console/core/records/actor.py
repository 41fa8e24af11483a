"""Who did something: a person is named only by a signature, everything else is a service or a system rule."""

from __future__ import annotations

from typing import Literal

from rmos_console.core.records.record import Record

ActorKind = Literal["human", "system", "service"]
Role = Literal["reviewer", "admin"]


class Actor(Record):
    """Someone or something that acts.

    ``human`` is an enrolled person, ``system`` a rule of the policy, ``service`` a program or account: ``cli``,
    ``desktop``, ``server:NAME`` or ``os:user@host``.
    """

    kind: ActorKind
    id: str
    name: str | None = None


class Caller(Record):
    """On whose behalf a use case runs.

    ``by`` is the unsigned service; ``request_id`` is recorded in every transaction the call causes.
    """

    by: Actor
    request_id: str | None = None


class Person(Record):
    """An enrolled reviewer as the ledger states it; ids are compared, never names.

    ``public_key`` is the present Ed25519 public key in hex, ``former_keys`` those it replaced, oldest first: a decision
    holds by the key of its time. ``revoked_since`` is the UTC time from which decisions are suspect. Who has a recovery
    code has its public key and the salt it is derived with.
    """

    id: str
    name: str
    role: Role
    public_key: str
    enrolled_at_utc: str
    enrolled_by: str
    revoked_since: str | None = None
    former_keys: tuple[str, ...] = ()
    recovery_public_key: str | None = None
    recovery_salt: str | None = None
