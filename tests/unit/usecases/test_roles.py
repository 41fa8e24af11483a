"""Who may do what: the table of the help, the table of the code, and what the use cases do are one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

import pytest

from rmos_console.core import resources
from rmos_console.core.errors import PolicyError
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Caller, Role
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.review.roles import RIGHTS, Deed
from rmos_console.core.store import Store
from rmos_console.core.usecases import admin, audit, checkpoint, doctor_accept, explain, people, review
from tests.house.cli_help import calls, options_of
from tests.unit.usecases.conftest import CALLER, PASSPHRASE, RED, decide, enrol

Make = Callable[..., RunArtifact]
ROW = re.compile(
    r"^\| (?P<deed>[a-z ]+) \| (?P<reviewer>yes|no) \| (?P<admin>yes|no) \| `(?P<verb>[a-z ]+)`", re.MULTILINE
)


def rows() -> list[dict[str, str]]:
    return [row.groupdict() for row in ROW.finditer(resources.path("help/roles.md").read_text(encoding="utf-8"))]


def test_the_help_says_what_the_code_does() -> None:
    told = {row["deed"]: {role for role in get_args(Role) if row[role] == "yes"} for row in rows()}
    assert told == {deed: set(roles) for deed, roles in RIGHTS.items()}
    assert set(RIGHTS) == set(get_args(Deed))


def test_every_verb_that_a_person_signs_is_in_the_table() -> None:
    signed = {" ".join(call) for call in calls() if options_of(*call) & {"--by", "--reviewer"}}
    assert {row["verb"] for row in rows()} == signed


class Scene:
    """Two admins, two reviewers and a text that waits; every deed can be tried by anybody."""

    def __init__(self, store: Store, run: RunArtifact, advisory_id: str, other: Signer) -> None:
        self.store, self.run_id, self.advisory_id, self.other = store, run.run_id, advisory_id, other

    def decide(self, who: Signer, verb: Any) -> None:
        decide(self.store, who, self.run_id, self.advisory_id, verb, reason="r")

    def do(self, deed: Deed, who: Signer) -> None:
        store = self.store
        if deed in {"approve", "reject"}:
            self.decide(who, {"approve": "approved", "reject": "rejected"}[deed])
        elif deed == "withdraw":
            self.decide(who, "rejected")
            review.withdraw(store, who, self.run_id, self.advisory_id, caller=CALLER)
        elif deed == "sign a checkpoint":
            checkpoint.take(store, who, caller=CALLER)
        elif deed == "rekey oneself":
            people.rekey(store, who.person_id, passphrase=PASSPHRASE, by=who, caller=CALLER)
        elif deed == "rekey others":
            people.rekey(store, self.other.person_id, passphrase=PASSPHRASE, by=who, caller=CALLER)
        elif deed == "enrol":
            admin.add_reviewer(store, "new", "N. New", passphrase=PASSPHRASE, by=who, caller=CALLER)
        elif deed == "revoke":
            people.revoke(store, self.other.person_id, by=who, caller=CALLER)
        elif deed == "accept a restored copy":
            more = Checkpoint(store_id=store.store_id, seq=10_000, digest="0" * 64)
            doctor_accept.accept_head(store.path, who, against=more, caller=CALLER)
        else:
            admin.set_policy(store, who, mode="strict", caller=CALLER)


@pytest.fixture
def scene(store: Store, make_run: Make, caller: Caller, voss: Signer) -> Scene:
    other = enrol(store, "other", "O. Ther", voss)
    run = make_run(RED)
    advisory_id = explain.explain(store, run.run_id, caller=caller).value.advisory_inputs[-1].advisory_id
    return Scene(store, run, advisory_id, other)


@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.parametrize("deed", get_args(Deed))
def test_every_deed_is_done_or_refused_as_the_table_says(scene: Scene, voss: Signer, deed: Deed, role: Role) -> None:
    who = enrol(scene.store, "who", "W. Who", voss, role=role)
    head = scene.store.snapshot().head
    if role in RIGHTS[deed]:
        scene.do(deed, who)
        assert scene.store.snapshot().head != head
    else:
        with pytest.raises(PolicyError, match="only an admin"):
            scene.do(deed, who)
        assert scene.store.snapshot().head == head
    assert audit.audit(scene.store.path).ok
