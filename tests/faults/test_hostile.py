"""Hostile ids and file names, through every verb that takes one: nothing is opened but the store and what was named."""

from __future__ import annotations

import codecs
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rmos_console.core.errors import BadDataError
from rmos_console.core.usecases.intake import read_file
from tests.faults.hostile_names import can_be_a_file, hostile_names
from tests.faults.hostile_worker import MARK, python_folders

CHECKOUT = Path(__file__).resolve().parents[2]
SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/proc",
    "/dev/null",
    "/sys",
)
"""Where programs look that load modules, start others and tell the time."""

_CALL = re.compile(r"^\d+ +(\w+)\((.*)$")
_PATH = re.compile(r'(?:(\d+|AT_FDCWD)(?:<((?:[^>\\]|\\.)*)>)?, )?"((?:[^"\\]|\\.)*)"')
_LOOKS = frozenset(
    {"stat", "lstat", "newfstatat", "statx", "readlink", "readlinkat", "access", "faccessat", "faccessat2"}
)


class Ran(NamedTuple):
    """What a worker answered, where it worked, and its trace if it was traced."""

    every: int
    answer: dict[str, Any]
    folder: Path
    trace: Path | None


QUICK_EVERY = 8


@pytest.fixture(
    scope="module",
    params=[QUICK_EVERY, pytest.param(1, marks=[pytest.mark.faults_full, pytest.mark.timeout(1800)])],
    ids=["some", "all"],
)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run every call with the names, under strace where there is one; the long suite takes all of them."""
    folder = tmp_path_factory.mktemp("hostile")
    trace = folder.parent / f"{folder.name}.trace"
    strace = ["strace", "-f", "--seccomp-bpf", "-y", "-qq", "-s", "6000", "-e", "trace=%file", "-e", "signal=none"]
    strace += ["-o", str(trace)]
    traced = shutil.which("strace") is not None and subprocess.run([*strace, "true"], check=False).returncode == 0
    home = folder / "home"
    home.mkdir()
    done = subprocess.run(
        [
            *(strace if traced else []),
            sys.executable,
            "-m",
            "tests.faults.hostile_worker",
            str(folder),
            str(request.param),
        ],
        cwd=CHECKOUT,
        env={
            **os.environ,
            "HOME": str(home),
            "TMPDIR": str(home),
            **{f"XDG_{each}_HOME": str(home / each) for each in ("CONFIG", "DATA", "CACHE", "STATE")},
        },
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=250 if request.param > 1 else 1700,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return Ran(request.param, json.loads(done.stdout), folder, trace if traced else None)


def opened(trace: Path) -> Iterator[tuple[bool, str, str]]:
    """Yield for each call on a file: whether it came after the mark, the call, and the absolute path."""
    marked = False
    with trace.open("rb") as lines:
        for raw in lines:
            match = _CALL.match(raw.decode("latin-1"))
            if match is None:
                continue
            call, rest = match.groups()
            for _, folder, quoted in _PATH.findall(rest):
                name = os.fsdecode(codecs.escape_decode(quoted.encode("latin-1"))[0])
                marked = marked or name == MARK
                base = os.fsdecode(codecs.escape_decode(folder.encode("latin-1"))[0]) if folder else str(CHECKOUT)
                yield marked, call, os.path.normpath(os.path.join(base, name))  # noqa: PTH118  as the system joins it


def test_there_are_enough_names() -> None:
    names = list(hostile_names())
    assert len(names) == len(set(names)) >= 500
    assert sum(map(can_be_a_file, names)) >= 150


def test_every_call_is_answered_and_the_store_stays_whole(ran: Ran, tally: Callable[[str], None]) -> None:
    answer = ran.answer
    ended = answer["ended"]
    assert answer["names"] == len(list(hostile_names())[:: ran.every])
    assert set(ended) >= {"done", "bad_id", "bad_data", "not_found", "exit 5"}
    assert not {"exit 1", "exit 6", "store", "damaged"} & set(ended), ended
    for layout in ("patch", "v1", "v2", "saw", "job-log"):
        assert answer["wholesale"][layout]["found"] >= answer["names"] // 3, layout
        assert answer["wholesale"][layout]["imported"] >= answer["names"] // 10, layout
    assert answer["wholesale"]["bundle"] == {"ok": True}
    assert all(finding.startswith("notice") for finding in answer["audit"]), answer["audit"]
    tally(f"{answer['names']} names, {sum(ended.values()):,} calls: {ended}")


def test_nothing_else_is_opened_as_python_sees_it(ran: Ran) -> None:
    assert ran.answer["seen"] > 5_000
    assert ran.answer["elsewhere"] == []


def test_nothing_else_is_opened_as_the_system_sees_it(ran: Ran, tally: Callable[[str], None]) -> None:
    if ran.trace is None:
        pytest.skip("strace is not there, or may not trace")
    mine = [str(ran.folder / each) for each in ("store", "inputs", "out", "home")]
    allowed = tuple(f"{each}/" for each in [*mine, *SYSTEM, *python_folders(), str(CHECKOUT)])
    known, found, calls = set(), set(), 0
    for marked, call, path in opened(ran.trace):
        calls += marked
        if not marked:
            known.add(path)
        elif call in _LOOKS and any(f"{each}/".startswith(f"{path.rstrip('/')}/") for each in mine):
            continue  # the way to the store, resolved step by step
        elif path not in known and not f"{path}/".startswith(allowed) and not path.endswith(MARK):
            found.add(f"{call} {path!r}"[:300])
    assert calls > 5_000
    assert sorted(found) == []
    tally(f"{calls:,} calls on files traced")


def test_names_from_elsewhere_leave_no_name_of_their_own(ran: Ran) -> None:
    """Every name in the store is one of the store's, and every exported one is made of an id of ours."""
    store = re.compile(
        r"store\.json|lock|state|(ledger|blobs|catalog|quarantine)"
        r"(/\d{6}\.(jsonl|json|catalog)|/lock|/[0-9a-f]{2}(/[0-9a-f]{2}(/[0-9a-f]{64})?)?)?"
    )
    names = [each.relative_to(ran.folder / "store").as_posix() for each in (ran.folder / "store").rglob("*")]
    assert [name for name in names if store.fullmatch(name) is None] == []
    assert len(names) > 20
    plain = re.compile(r"[A-Za-z0-9_.-]+")
    out = [each.name for each in (ran.folder / "out").rglob("*")]
    assert len(out) > 50
    assert [name for name in out if plain.fullmatch(name) is None or name.startswith("..")] == []


def test_a_pipe_named_as_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadDataError, match="is not a regular file"):
        read_file(tmp_path / "pipe")
    with pytest.raises(BadDataError, match="cannot be read"):
        read_file(tmp_path)


def test_the_watch_sees_what_is_opened_elsewhere(tmp_path: Path) -> None:
    """The control: the same hook notices one file too many."""
    code = (
        "import sys; from tests.faults.hostile_worker import Elsewhere\n"
        "hook = Elsewhere([sys.argv[1]]); sys.addaudithook(hook); open('/dev/null').close(); hook.learning = False\n"
        "open('/dev/null').close(); open(sys.argv[1] + '/in', 'w').close(); assert not hook.found, hook.found\n"
        "open('/etc/passwd').close(); assert hook.found == {\"open '/etc/passwd'\"}, hook.found"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=CHECKOUT, check=True, timeout=60)
