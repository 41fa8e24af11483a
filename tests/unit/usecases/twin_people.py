"""People and policies of the twin: who may enrol, rekey, revoke and set rules."""

from __future__ import annotations

from tests.unit.usecases.twin import Person, Refused, Rules, Twin


def check_signer(twin: Twin, who: str, key: str, *, admin: bool) -> None:
    """Return if somebody may sign an act; raises :class:`Refused`."""
    person = twin.people[who]
    if person.revoked is not None or person.key != key:
        raise Refused("signature", "policy")
    if admin and person.role != "admin":
        raise Refused("policy")


def check_enrol(twin: Twin, who: str, by: tuple[str, str] | None) -> None:
    """Return if somebody new may be enrolled by a signer (person and key); the first by nobody."""
    if who in twin.people:
        raise Refused("conflict")
    if twin.people and by is None:
        raise Refused("policy")
    if twin.people and by is not None:
        check_signer(twin, *by, admin=True)


def enrol(twin: Twin, who: str, role: str, key: str, recovery: str | None) -> None:
    """Enrol somebody; the first person is an admin whatever was asked."""
    twin.people[who] = Person("admin" if not twin.people else role, key, recovery)
    twin.tick()


def check_rekey(twin: Twin, who: str, by: tuple[str, str]) -> None:
    """Return if somebody may get a new key by a signer."""
    person = twin.people.get(who)
    if person is None:
        raise Refused("not_found")
    if person.revoked is not None:
        raise Refused("signature", "conflict")
    check_signer(twin, *by, admin=by[0] != who)


def check_recover(twin: Twin, who: str, code: str) -> None:
    """Return if a recovery code gives somebody a new key."""
    person = twin.people[who]
    if person.revoked is not None:
        raise Refused("signature")
    if person.recovery is None:
        raise Refused("policy")
    if person.recovery != code:
        raise Refused("signature")


def revoke(twin: Twin, who: str, by: tuple[str, str], *, always: bool) -> None:
    """Revoke somebody from now on, or with ``always`` from the beginning; raises :class:`Refused`."""
    check_signer(twin, *by, admin=True)
    person = twin.people.get(who)
    if person is None:
        raise Refused("not_found")
    if person.revoked is not None:
        raise Refused("conflict")
    if twin.standing("admin") == [who]:
        raise Refused("policy")
    person.revoked = 0 if always else twin.tick()
    twin.tick()


def set_policy(twin: Twin, by: tuple[str, str], wanted: Rules) -> bool:
    """Put a policy in force; False where nothing changes; raises :class:`Refused`."""
    if wanted.content == twin.policy.content and not wanted.reopen:
        return False
    check_signer(twin, *by, admin=True)
    if wanted.second and len(twin.standing()) < 2:
        raise Refused("policy")
    wanted.at = twin.tick()
    twin.policies.append(wanted)
    return True
