"""Reading a damaged store: what is shown is whole or the call ends with 6; damage is always named on stderr."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Command

SEGMENT = "ledger/000001.jsonl"


@pytest.fixture
def run(cli: Command) -> str:
    """A run in the store, which holds two more."""
    first, *_ = [cli.create() for _ in range(3)]
    return first


def flip(path: Path, place: int) -> None:
    """Change one byte of a file."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def truncate(path: Path) -> None:
    """Leave nothing of a file but its name."""
    path.write_bytes(b"")


def cut_a_line(path: Path) -> None:
    """Take the last line away whole."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def flip_first_without_catalog(path: Path) -> None:
    """Change the first line where nothing spares reading it."""
    flip(path, 5)
    shutil.rmtree(path.parent.parent / "catalog")


BREAKS = [Path.unlink, truncate, cut_a_line, flip_first_without_catalog]


@pytest.mark.parametrize("harm", BREAKS, ids=lambda harm: harm.__name__)
def test_no_part_of_a_ledger_passes_for_the_whole(cli: Command, run: str, harm: Callable[[Path], None]) -> None:
    harm(cli.store / SEGMENT)
    for verb in (["list"], ["show", run], ["queue"], ["advisories", run], ["reviewer", "list"], ["policy", "show"]):
        for _again in range(2):  # the first call notes the damage, the second finds the note
            answer = cli(*verb)
            assert (answer.code, answer.out) == (6, ""), answer
            assert answer.err.count("\n") == 1, answer
            assert f"{SEGMENT} is damaged at byte " in answer.err
            assert "run audit" in answer.err
        assert cli(*verb, "--json").error["code"] == "damaged"
    assert cli("create", stdin=b'{"mode":"m","tool_id":"t","status":"OK"}').code == 6
    report = cli("audit", "--json")
    assert (report.code, report.json["ok"]) == (1, False)


def test_damage_behind_the_catalog_is_named_once_it_is_known(cli: Command, run: str) -> None:
    segment = cli.store / SEGMENT
    start = segment.read_bytes().index(run.encode())
    flip(segment, start + 6)
    shown = cli("show", run)
    assert (shown.code, shown.err.count("\n")) == (6, 1)
    for verb, code in ((["list"], 0), (["list", "--json"], 0), (["queue"], 0), (["show", f"run_{'0' * 32}"], 3)):
        answer = cli(*verb)
        assert answer.code == code, answer
        assert [SEGMENT in line and "run audit" in line for line in answer.err.splitlines()].count(True) == 1, answer
    assert cli.ok("list", "--json").json["total"] == 3


def test_a_clean_store_is_read_without_a_word(cli: Command, run: str) -> None:
    for verb in (["list"], ["show", run], ["queue"], ["policy", "show"]):
        assert cli.ok(*verb).err == ""
