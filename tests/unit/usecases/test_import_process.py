"""Large stores are read in a process of their own; what comes in is the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.errors import CancelledError, RmosError
from rmos_console.core.records.actor import Caller
from rmos_console.core.store import Store, create_store, open_store
from rmos_console.core.usecases import audit, import_process
from tests.unit.usecases.foreign import counts, take, v1_record, write

LARGE = 3 * 1024 * 1024


def records(numbers: range) -> dict[str, Any]:
    """Return records of which every hundredth is large."""
    made = {}
    for number in numbers:
        run_id = f"run_{number:016x}"
        made[run_id] = v1_record(run_id, status="OK", tool_id=f"T{number % 7}", risk="GREEN")
        if number % 100 == 0:
            made[run_id]["outputs"] = {"gcode_text": f"G1 X{number}\n" * (LARGE // 7)}
    return made


def bodies(store: Store) -> dict[str, Any]:
    """Return what was sealed, without where it came from."""
    found = store.read_runs([entry.run_id for entry in store.snapshot().runs()])
    for body in found.values():
        for key in ("path", "pack"):
            del body["source"][key]
    return found


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.json"
    write(path, records(range(600)))
    assert path.stat().st_size > import_process.LARGE_BYTES
    return path


def test_a_large_store_comes_in_as_a_small_one_does(store: Store, tmp_path: Path, large: Path, caller: Caller) -> None:
    assert counts(take(store, large, caller)) == (600, 0, 0, 0, 0)
    create_store(tmp_path / "other")
    with open_store(tmp_path / "other") as other:
        for start in (0, 300):
            part = tmp_path / f"part{start}.json"
            write(part, records(range(start, start + 300)))
            assert part.stat().st_size < import_process.LARGE_BYTES
            assert counts(take(other, part, caller)) == (300, 0, 0, 0, 0)
        assert bodies(store) == bodies(other)
    assert audit.audit(store.path).ok
    assert counts(take(store, large, caller)) == (0, 0, 600, 0, 0)


def test_a_large_store_that_is_cut_off_yields_what_precedes_the_cut(store: Store, large: Path, caller: Caller) -> None:
    large.write_bytes(large.read_bytes()[:-5])
    report = take(store, large, caller)
    assert (report.imported, len(report.refused)) == (599, 1)
    assert "is cut off" in report.refused[0].reason


def test_an_import_that_is_cancelled_ends_its_process(
    store: Store, large: Path, caller: Caller, expected_logs: Any
) -> None:
    with pytest.raises(CancelledError):
        take(store, large, caller, cancelled=lambda: True)
    assert store.snapshot().run_count == 0
    assert callable(expected_logs)


@pytest.mark.parametrize("said", [b"", b"\x80\x05\x95\x00"])
def test_a_process_that_ends_early_is_named(said: bytes) -> None:
    program = f"import sys; sys.stdout.buffer.write({said!r}); sys.exit(3)"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    with pytest.raises(RmosError, match=r"ended early \(code 3\).*Import again"):
        list(import_process._received(process))  # the process itself cannot be made to die at a chosen moment
