"""Bringing a store of an older format up to date, with a copy of it first."""

from __future__ import annotations

from pathlib import Path

from rmos_console.core.log import use_case
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.doctor import Migrated
from rmos_console.core.store.migrate import migrate as migrate_store
from rmos_console.core.usecases.doctor_reverify import WAIT_SECONDS


def migrate(path: Path, *, caller: Caller) -> Migrated:
    """Bring the store at ``path`` to the format of this program; raises as :func:`.store.migrate.migrate` does."""
    with use_case("doctor.migrate", request_id=caller.request_id) as facts:
        done = migrate_store(path, role="doctor", wait_seconds=WAIT_SECONDS)
        facts.update(before=done.before, after=done.after)
        backup = None if done.backup is None else str(done.backup)
        return Migrated(before=done.before, after=done.after, backup=backup)
