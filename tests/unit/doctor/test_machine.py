"""Libraries, the folder of keys, the display, the clock, the lock, and room: each judged at its edges."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rmos_console.cli.display import explained
from rmos_console.core.store.holder import LockState, Process
from rmos_console.core.store.state import Holder
from rmos_console.core.usecases import doctor_machine
from rmos_console.core.usecases.doctor_machine import check_libraries, check_python, check_settings, judge_library
from rmos_console.core.usecases.doctor_store import check_clock, check_lock, room

QT = doctor_machine.QT
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_the_libraries_of_this_installation_are_as_asked() -> None:
    (told,) = check_libraries()
    assert told.state == "ok"
    for name in ("pydantic", "tinydb", "cryptography", "pyside6-essentials"):
        assert name in told.found
    assert "pytest" not in told.found


@pytest.mark.parametrize(
    ("name", "version", "asked", "python", "state"),
    [
        ("tinydb", "4.8", ">=4.8,<5", (3, 11), None),
        ("tinydb", "4.8.0", ">=4.8,<5", (3, 11), None),
        ("tinydb", "4.7.9", ">=4.8,<5", (3, 11), "fail"),
        ("tinydb", "5.0", ">=4.8,<5", (3, 11), "warn"),
        ("pydantic", "2.10.0rc1", "<3,>=2.10", (3, 11), None),
        ("filelock", "3.29.4", ">=3.29.5", (3, 11), "fail"),
        ("filelock", "3.100", ">=3.29.5", (3, 11), None),
        (QT, "6.12.0", "!=6.10.1,<6.12,>=6.8.3", (3, 11), "fail"),
        (QT, "6.12", "!=6.10.1,<6.12,>=6.8.3", (3, 11), "fail"),
        (QT, "6.12.0", "!=6.10.1,<6.12,>=6.8.3", (3, 12), "warn"),
        (QT, "6.10.1", "!=6.10.1,<6.12,>=6.8.3", (3, 13), "fail"),
        (QT, "6.11.3", "!=6.10.1,<6.12,>=6.8.3", (3, 11), None),
    ],
)
def test_versions(name: str, version: str, asked: str, python: tuple[int, int], state: str | None) -> None:
    judged = judge_library(name, version, asked, python)
    assert (judged.state if judged else None) == state
    if judged is not None:
        assert version in judged.found
        assert f"pip install '{name}{asked}'" in (judged.advice or "")


def test_a_library_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(_name: str) -> list[str]:
        return ["no-such-library>=1", f"{QT}-gone>=6", "pydantic>=2", "extra-thing>=1; extra == 'test'"]

    monkeypatch.setattr("importlib.metadata.requires", asked)
    monkeypatch.setattr(doctor_machine, "QT", f"{QT}-gone")
    whole, lost, qt = check_libraries()
    assert whole.found.startswith("pydantic ")
    assert (lost.name, lost.state) == ("no-such-library", "fail")
    assert (qt.state, "everything else works" in qt.found) == ("warn", True)


def test_python() -> None:
    assert check_python((3, 10)).state == "fail"
    assert check_python(sys.version_info[:2]).state == "ok"


def test_the_folder_of_keys(tmp_path: Path) -> None:
    folder = tmp_path / "rmos-console"
    assert "does not exist yet" in check_settings(folder).found
    keys = folder / "keys" / "store_1"
    keys.mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    (keys / "mvoss.json").write_text("{}")
    (keys / "mvoss.json").chmod(0o640)
    told = check_settings(folder)
    assert (told.state, told.advice) == ("fail", f"Type: chmod -R go-rwx {folder}")
    assert "mvoss.json" in told.found
    (keys / "mvoss.json").chmod(0o600)
    assert check_settings(folder).state == "ok"
    folder.chmod(0o770)
    assert check_settings(folder).state == "fail"
    other = tmp_path / "file"
    other.touch()
    assert check_settings(other).state == "fail"


@pytest.mark.parametrize(
    ("said", "found", "advice"),
    [
        ("ImportError: libEGL.so.1: cannot open shared object file: No such file", "libEGL.so.1", "install libegl1"),
        ("ImportError: libodd.so.7: cannot open shared object file", "libodd.so.7", "libegl1"),
        ('qt.qpa.plugin: Could not load the Qt platform plugin "xcb"', "this display", "libxcb-cursor0"),
        ("", "without a word", "libegl1"),
        ("Traceback\nValueError: odd", "ValueError: odd", "libegl1"),
    ],
)
def test_what_qt_says_is_explained(said: str, found: str, advice: str) -> None:
    told = explained(said)
    assert found in told[0]
    assert advice in told[1]


def holder(pid: int, minutes: float = 0) -> Holder:
    since = (NOW - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    return Holder(pid, "elsewhere", "cli", since, None)


def test_a_lock_that_is_held_names_who_and_for_how_long() -> None:
    assert check_lock(LockState(held=False, processes=(), note=None), NOW).state == "ok"
    brief = check_lock(LockState(held=True, processes=(Process(7, "python", "R"),), note=holder(7)), NOW)
    assert (brief.state, "process 7 (python)" in brief.found) == ("ok", True)
    long = check_lock(LockState(held=True, processes=(Process(7, "python", "S"),), note=holder(7, 3)), NOW)
    assert (long.state, "0:03:00" in long.found) == ("warn", True)
    stopped = check_lock(LockState(held=True, processes=(Process(7, "python", "T"),), note=holder(7)), NOW)
    assert (stopped.state, "kill -CONT 7" in (stopped.advice or "")) == ("fail", True)
    child = check_lock(LockState(held=True, processes=(Process(8, "python", "S"),), note=holder(7)), NOW)
    assert "process 7, which noted that it took it, has ended" in child.found
    hidden = check_lock(LockState(held=True, processes=(), note=holder(7)), NOW)
    assert "another machine" in hidden.found


def test_the_clock() -> None:
    assert check_clock(NOW, "", None).state == "ok"
    assert check_clock(NOW, "2026-11-22T11:59:59Z", None).state == "ok"
    assert check_clock(NOW, "2026-11-22T12:00:01Z", None).state == "ok"
    assert check_clock(NOW, "2026-11-22T12:00:03Z", None).state == "fail"
    assert check_clock(NOW, "2026-11-22T11:00:00Z", ["another boot", 5]).state == "ok"
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    back = check_clock(NOW, "2026-11-22T11:59:59Z", [boot, -(10**12)])
    assert (back.state, "set back" in back.found) == ("warn", True)


def test_room() -> None:
    assert [room("n", free, (10, 100), "x").state for free in (None, 100, 99, 10, 9)] == [
        "ok",
        "ok",
        "warn",
        "warn",
        "fail",
    ]
