"""Looking at everything that could keep the console from working, and saying what to do; nothing is ever written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rmos_console.core.log import use_case
from rmos_console.core.records.doctor import Check, DoctorReport
from rmos_console.core.usecases.doctor_machine import check_machine
from rmos_console.core.usecases.doctor_store import check_store


def look(path: Path, *, display: Sequence[Check] = ()) -> DoctorReport:
    """Return how things stand on this machine and with the store at ``path``, which need not exist.

    ``display`` are the checks of a front end that knows about displays. Nothing is written and no lock is taken; a
    store of any kind, damaged or foreign, is one of the answers.
    """
    with use_case("doctor") as facts:
        checks = (*check_machine(), *display, *check_store(path))
        facts.update(failed=[check.name for check in checks if check.state == "fail"])
        return DoctorReport(ok=all(check.state != "fail" for check in checks), store=str(path), checks=checks)
