"""A store of an older format is copied whole before anything changes, and a failed migration leaves a way back."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.errors import StoreError
from rmos_console.core.store import layout, migrate
from rmos_console.core.store.layout import Place
from rmos_console.core.store.release import held
from rmos_console.core.usecases.audit import audit
from tests.cli.conftest import Command
from tests.cli.test_frozen import HEADS, unfrozen
from tests.unit.doctor.conftest import degrade

NEWER = 2
Step = Callable[[Place, dict[str, Any]], dict[str, Any]]


@pytest.fixture
def old(command: Command, tmp_path: Path) -> Command:
    """The command on a store of format 1, in a folder of its own."""
    command.store = tmp_path / "shop" / "store"
    command.store.parent.mkdir()
    unfrozen("store-format-1", command.store)
    return command


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[Step | None], None]:
    """Let this program write format 2, which a step leads to."""

    def use(step: Step | None) -> None:
        monkeypatch.setattr(layout, "FORMAT", NEWER)
        if step is not None:
            monkeypatch.setitem(migrate.STEPS, 1, step)

    return use


def kept(folder: Path) -> dict[str, bytes]:
    """Return what a store is made of, without lock, state and catalog."""
    parts = ("ledger", "blobs", "quarantine")
    files = [folder / "store.json", *(path for part in parts for path in sorted((folder / part).rglob("*")))]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files if path.is_file()}


def backups(store: Path) -> list[Path]:
    return [path for path in store.parent.iterdir() if path != store]


def test_today_there_is_nothing_to_migrate(old: Command) -> None:
    before = kept(old.store)
    assert old.ok("doctor", "--migrate", "--json").json == {"before": 1, "after": 1, "backup": None}
    assert "nothing was to be done" in old.ok("doctor", "--migrate").out
    assert (kept(old.store), backups(old.store)) == (before, [])


def test_the_copy_is_whole_before_the_first_step(old: Command, later: Callable[[Step], None]) -> None:
    before = kept(old.store)
    seen: list[dict[str, bytes]] = []

    def step(place: Place, facts: dict[str, Any]) -> dict[str, Any]:
        seen.extend(kept(folder) for folder in backups(place.root))
        assert facts["format"] == 1
        return {**facts, "allow_network": True}

    old.ok("audit")
    later(step)
    refused = old("list", "--json")
    assert (refused.code, refused.error["code"]) == (6, "older_store")
    assert "doctor --migrate" in refused.error["message"]
    (found,) = [check for check in old("doctor", "--json").json["checks"] if check["name"] == "store"]
    assert "doctor --migrate" in found["advice"]
    assert kept(old.store) == before
    done = old.ok("doctor", "--migrate", "--json").json
    assert (done["before"], done["after"]) == (1, NEWER)
    assert seen == [before]
    assert [str(path) for path in backups(old.store)] == [done["backup"]]
    assert Path(done["backup"]).name.startswith("store-format-1-2")
    report = old.ok("audit", "--json").json
    assert (report["head"]["seq"], report["head"]["digest"]) == HEADS["store-format-1"]
    old.create()
    assert old.ok("doctor", "--migrate", "--json").json["backup"] is None


def test_the_copy_is_a_store_that_the_older_program_reads_and_the_newer_is_refused(
    old: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(layout, "FORMAT", NEWER)
        patch.setitem(migrate.STEPS, 1, lambda _place, facts: facts)
        backup = Path(old.ok("doctor", "--migrate", "--json").json["backup"])
    assert audit(backup).ok
    assert (backup.stat().st_mode & 0o777, (backup / "store.json").stat().st_mode & 0o777) == (0o700, 0o600)
    assert old("create", store=backup, stdin=b'{"mode":"m","tool_id":"t","status":"OK"}').code == 0
    assert old("list", "--json").error["code"] == "newer_store"


@pytest.mark.parametrize("error", [StoreError("It cannot be."), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))])
def test_a_step_that_fails_leaves_the_format_and_names_the_copy(
    old: Command, later: Callable[[Step], None], error: Exception
) -> None:
    before = kept(old.store)
    failing = [error]

    def step(_place: Place, facts: dict[str, Any]) -> dict[str, Any]:
        if failing:
            raise failing.pop()
        return facts

    later(step)
    answer = old("doctor", "--migrate", "--json")
    assert answer.code == 6
    (backup,) = backups(old.store)
    assert str(backup) in answer.error["message"]
    assert kept(backup) == before
    assert old("list", "--json").error["code"] == "older_store"
    assert old.ok("doctor", "--migrate", "--json").json["after"] == NEWER
    assert old.ok("audit", "--json").json["ok"] is True


def test_without_a_step_nothing_is_touched(old: Command, later: Callable[[Step | None], None]) -> None:
    later(None)
    before = kept(old.store)
    answer = old("doctor", "--migrate", "--json")
    assert (answer.code, "export --bundle" in answer.error["message"]) == (6, True)
    assert (kept(old.store), backups(old.store)) == (before, [])


def test_a_store_that_is_not_well_or_not_free_is_left_alone(
    old: Command, later: Callable[[Step], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    degrade(old.store, 5)
    monkeypatch.setattr("rmos_console.core.usecases.doctor_migrate.WAIT_SECONDS", 0.1)
    with held(old.store, "test", 1.0) as other:
        later(lambda _place, facts: facts)
        assert old("doctor", "--migrate", "--json").error["code"] == "locked"
        assert other.condition is not None
    assert old("doctor", "--migrate", "--json").error["code"] == "degraded"
    old.store.chmod(0o777)
    assert old("doctor", "--migrate", "--json").error["code"] == "read_only"
    assert backups(old.store) == []


def test_no_room_for_the_copy_and_no_store(
    old: Command, later: Callable[[Step], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    later(lambda _place, facts: facts)
    values = list(os.statvfs(old.store))[:10]
    values[4] = 0  # f_bavail
    with monkeypatch.context() as patch:
        patch.setattr(os, "statvfs", lambda _path: os.statvfs_result(values))
        assert old("doctor", "--migrate", "--json").error["code"] == "disk_full"
    assert backups(old.store) == []
    assert old("doctor", "--migrate", "--json", store=old.store / "nowhere").error["code"] == "no_store"
