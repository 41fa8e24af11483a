"""What the doctor reports: how things stand on this machine and with a store, and what to do about each."""

from __future__ import annotations

from typing import Literal

from rmos_console.core.records.record import Record
from rmos_console.core.records.report import Finding, Head

State = Literal["ok", "warn", "fail"]


class Check(Record):
    """One thing looked at: ``found`` says in one line how it is, ``advice`` in one line what to do, if anything."""

    name: str
    state: State
    found: str
    advice: str | None = None


class DoctorReport(Record):
    """All that was looked at; ``ok`` is false exactly when a check fails. ``store`` is the path it was about."""

    ok: bool
    store: str
    checks: tuple[Check, ...]


class Reverified(Record):
    """What came of reading everything anew.

    ``noted`` is the note that the store carried, None where it carried none; ``cleared`` whether that was taken back.
    ``findings`` are what keeps it from being so.
    """

    ok: bool
    noted: str | None
    cleared: bool
    lines: int
    blobs: int
    findings: tuple[Finding, ...] = ()


class Migrated(Record):
    """A store brought from an older format to that of this program; ``backup`` is None where nothing was to be done."""

    before: int
    after: int
    backup: str | None = None


class LostLine(Record):
    """A line that was there once; ``digest`` is None where only its number is known."""

    seq: int
    digest: str | None


class AcceptedHead(Record):
    """A restored copy: the ledger ended in ``head`` though ``lost`` had been there; ``cleared`` as in Reverified.

    ``recorded`` is false, and the last three fields are None, where nothing was missing and nothing was written.
    """

    recorded: bool
    head: Head
    cleared: bool
    lost: LostLine | None = None
    person_id: str | None = None
    at_utc: str | None = None
