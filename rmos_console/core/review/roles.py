"""Who may do what: the one table of verbs and roles that every use case, and every audit, goes by.

Only what a person signs is here. Recording (creating, importing, attaching, explaining, notes, files) and reading ask
for no person at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from rmos_console.core.errors import PolicyError
from rmos_console.core.records.actor import Person, Role

Deed = Literal[
    "approve",
    "reject",
    "withdraw",
    "sign a checkpoint",
    "rekey oneself",
    "rekey others",
    "enrol",
    "revoke",
    "set policy",
    "accept a restored copy",
]
"""Something that takes a person's signature; only one's own decisions can be withdrawn."""

_BOTH: Final[frozenset[Role]] = frozenset({"reviewer", "admin"})
_ADMIN: Final[frozenset[Role]] = frozenset({"admin"})

RIGHTS: Final[Mapping[Deed, frozenset[Role]]] = {
    "approve": _BOTH,
    "reject": _BOTH,
    "withdraw": _BOTH,
    "sign a checkpoint": _BOTH,
    "rekey oneself": _BOTH,
    "rekey others": _ADMIN,
    "enrol": _ADMIN,
    "revoke": _ADMIN,
    "set policy": _ADMIN,
    "accept a restored copy": _ADMIN,
}
"""The roles that each deed is open to."""


def check_role(person: Person, deed: Deed) -> None:
    """Return if the person's role allows the deed; raises :class:`PolicyError` otherwise."""
    if person.role not in RIGHTS[deed]:
        raise PolicyError(
            f"{person.name} is a {person.role}; only an admin may do this. Ask one.", person_id=person.id, deed=deed
        )


def deciders(people: Mapping[str, Person]) -> list[Person]:
    """Return those who can decide now: enrolled, not revoked, of a role that may approve."""
    return [person for person in people.values() if person.revoked_since is None and person.role in RIGHTS["approve"]]


def admins(people: Mapping[str, Person]) -> list[Person]:
    """Return the admins who are not revoked."""
    return [person for person in people.values() if person.revoked_since is None and person.role == "admin"]
