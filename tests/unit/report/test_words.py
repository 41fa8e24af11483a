"""Small print: times, places and codes that a report rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from rmos_console.core.errors import UsageError
from rmos_console.core.records.report import Finding
from rmos_console.core.report import words
from rmos_console.core.report.qr import qr_lines, qr_picture
from rmos_console.core.usecases.reporting import local_time

AT = "2026-11-22T17:00:00.000000Z"


@pytest.mark.parametrize(
    ("offset", "shown"),
    [
        ("+01:00", "2026-11-22 18:00:00 local (+01:00)"),
        ("-06:30", "2026-11-22 10:30:00 local (-06:30)"),
        ("", "local time unknown"),
        ("+1", "local time unknown"),
        ("+99:99", "local time unknown"),
        ("<b>:00", "local time unknown"),
    ],
)
def test_local_time_is_that_of_the_machine_that_recorded_it(offset: str, shown: str) -> None:
    assert local_time(AT, offset) == shown


def test_what_is_no_time_is_shown_as_it_is() -> None:
    assert local_time("noon", "+01:00") == "noon"
    assert words.clock_utc("noon") == "noon"
    assert words.clock_utc("2026-11-22T18:00:00+01:00") == "2026-11-22 17:00:00 UTC"


def test_a_finding_names_its_place() -> None:
    found = Finding(severity="damage", file=None, offset=None, message="x")
    assert words.place(found) == "the store"
    assert words.place(found.model_copy(update={"file": "state"})) == "state"
    assert words.place(found.model_copy(update={"file": "state", "offset": 2048})) == "state, byte 2,048"


def test_a_code_has_its_border_and_its_formats() -> None:
    lines = qr_lines("store x\nline 1\n")
    assert {len(line) for line in lines} == {len(lines[0])}
    assert set(lines[0]) | set(lines[1]) == {" "}
    assert qr_picture("x", Path("a.png")) == qr_picture("x", Path("b.PNG"))
    with pytest.raises(UsageError, match="png or"):
        qr_picture("x", Path("a.txt"))
