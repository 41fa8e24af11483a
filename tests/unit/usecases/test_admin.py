"""Stores are made, and their first admin with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rmos_console.core import identity
from rmos_console.core.errors import PolicyError, RefusedError, RmosError
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Caller
from rmos_console.core.store import Store, open_store
from rmos_console.core.usecases import admin
from tests.unit.usecases.conftest import PASSPHRASE


def test_a_store_is_made_with_its_first_admin(tmp_path: Path, caller: Caller) -> None:
    report = admin.init(tmp_path / "new", admin="mvoss", name=" M.  Voss ", passphrase=PASSPHRASE, caller=caller)
    assert report.admin is not None
    assert (report.admin.person.id, report.admin.person.name, report.admin.person.role) == ("mvoss", "M. Voss", "admin")
    assert report.admin.recovery_code
    with open_store(tmp_path / "new") as store:
        assert store.store_id == report.store_id
        assert [person.id for person in admin.people(store.snapshot())] == ["mvoss"]
    assert identity.unlock(report.store_id, "mvoss", PASSPHRASE).name == "M. Voss"
    everything = b"".join(path.read_bytes() for path in (tmp_path / "new").rglob("*") if path.is_file())
    assert report.admin.recovery_code.encode() not in everything
    assert PASSPHRASE.encode() not in everything


def test_a_store_without_people_is_fine(tmp_path: Path, caller: Caller) -> None:
    assert admin.init(tmp_path / "new", caller=caller).admin is None
    with pytest.raises(RefusedError):
        admin.init(tmp_path / "new", caller=caller)


@pytest.mark.parametrize(
    ("person", "name", "passphrase"),
    [
        ("Not An Id", "N", PASSPHRASE),
        ("mvoss", "N", "short"),
        ("mvoss", "N", None),
        ("mvoss", "N", " " * 12),
        ("mvoss", "\u200b", PASSPHRASE),
    ],
)
def test_a_bad_admin_leaves_no_store_behind(
    tmp_path: Path, caller: Caller, person: str, name: str, passphrase: str | None
) -> None:
    with pytest.raises(RmosError):
        admin.init(tmp_path / "new", admin=person, name=name, passphrase=passphrase, caller=caller)
    assert not (tmp_path / "new").exists()


def test_a_refused_enrolment_leaves_no_key_behind(store: Store, caller: Caller, voss: Signer, keller: Signer) -> None:
    with pytest.raises(RmosError, match="already"):
        admin.add_reviewer(store, "third", keller.name, passphrase=PASSPHRASE, by=voss, caller=caller)
    assert identity.local_people(store.store_id) == ["akeller", "mvoss"]


def test_nobody_is_enrolled_in_a_store_that_cannot_be_written(store_path: Path, caller: Caller) -> None:
    with open_store(store_path, read_only=True) as store:
        with pytest.raises(RmosError, match="reading"):
            admin.add_reviewer(store, "mvoss", "M. Voss", passphrase=PASSPHRASE, by=None, caller=caller)
        assert identity.local_people(store.store_id) == []


@pytest.mark.usefixtures("keller")
def test_a_policy_changed_meanwhile_is_looked_at_first(store: Store, caller: Caller, voss: Signer) -> None:
    with open_store(store.path) as other:
        admin.set_policy(other, voss, mode="strict", caller=caller)
        store.refresh()
        written = admin.set_policy(store, voss, second_for_red=True, caller=caller)
    assert (written.value.version, written.value.mode, written.value.second_for_red) == (3, "strict", True)


def test_the_second_person_needs_an_admin(store: Store, caller: Caller, voss: Signer) -> None:
    with pytest.raises(PolicyError, match="--by"):
        admin.add_reviewer(store, "akeller", "A. Keller", passphrase=PASSPHRASE, by=None, caller=caller)
    assert voss.person_id == "mvoss"
