"""Several writers, torn lines and altered bytes: nothing acknowledged is lost and nothing altered goes unnoticed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, run_document

PROCESSES = 4
RUNS_EACH = 100


def test_four_processes_create_a_hundred_runs_each(cli: Command) -> None:
    lines = "".join(f"{json.dumps(run_document(meta={'n': number}))}\n" for number in range(RUNS_EACH))
    command = [sys.executable, "-m", "rmos_console", "--store", str(cli.store), "create", "--lines", "--json"]
    writers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(lines)
        writer.stdin.close()
        writer.stdin = None
    acknowledged = set()
    for writer in writers:
        out, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
        acknowledged |= {json.loads(line)["run_id"] for line in out.splitlines()}
    listed = cli.ok("list", "--json").json
    assert listed["total"] == PROCESSES * RUNS_EACH
    assert {row["run_id"] for row in listed["items"]} == acknowledged
    audit = cli.ok("audit", "--json").json
    assert (audit["ok"], audit["runs"]) == (True, PROCESSES * RUNS_EACH)
    assert audit["findings"] == []


def ledger(cli: Command) -> Path:
    """Return the only segment of the store."""
    return cli.store / "ledger" / "000001.jsonl"


def test_half_a_line_is_set_aside_and_the_next_commit_survives(cli: Command) -> None:
    first = cli.create()
    torn = b'{"digest":"0000","half a li'
    with ledger(cli).open("ab") as file:
        file.write(torn)
    before = cli.ok("audit", "--json").json
    assert before["ok"]
    assert {finding["severity"] for finding in before["findings"]} == {"notice"}
    second = cli.create()
    assert {row["run_id"] for row in cli.ok("list", "--json").json["items"]} == {first, second}
    assert [file.read_bytes() for file in (cli.store / "quarantine").iterdir()] == [torn]
    assert cli.ok("audit", "--json").json["ok"]


@pytest.fixture
def filled(cli: Command, tmp_path: Path) -> Command:
    """A store with runs, an explanation and a file."""
    runs = [cli.create() for _ in range(3)]
    drawing = tmp_path / "drawing.dxf"
    drawing.write_bytes(b"0\r\nSECTION\r\n" * 50)
    cli.ok("file", "add", runs[0], drawing)
    cli.ok("explain", runs[1])
    return cli


def found_damage(cli: Command, seed: str) -> dict[str, object]:
    """Audit a store that must be damaged and return the first finding that says so."""
    answer = cli("audit", "--json")
    assert answer.code == 1, seed
    report = answer.json
    assert not report["ok"], seed
    damage: list[dict[str, object]] = [item for item in report["findings"] if item["severity"] == "damage"]
    assert damage, seed
    return damage[0]


def test_any_flipped_byte_of_the_ledger_is_found_with_its_place(filled: Command) -> None:
    path = ledger(filled)
    good = path.read_bytes()
    seed = random.SystemRandom().randrange(2**32)
    places = {0, len(good) - 2, good.index(b"\n"), *random.Random(seed).sample(range(len(good) - 1), 24)}  # noqa: S311  # chance is for coverage, not secrecy
    for place in sorted(places):
        bad = bytearray(good)
        bad[place] ^= 1 << (place % 8)
        path.write_bytes(bad)
        finding = found_damage(filled, f"seed {seed}, byte {place}")
        assert finding["file"] == "ledger/000001.jsonl"
        start = good.rfind(b"\n", 0, place) + 1
        offset = finding["offset"]
        assert isinstance(offset, int)
        assert offset <= place, f"seed {seed}, byte {place}"
        assert offset >= good.rfind(b"\n", 0, max(start - 1, 0)), f"seed {seed}, byte {place}"
    path.write_bytes(good)
    assert filled.ok("audit", "--json").json["ok"]


def test_the_last_newline_is_missed_while_the_catalog_exists(filled: Command) -> None:
    path = ledger(filled)
    good = path.read_bytes()
    assert any((filled.store / "catalog").iterdir())
    path.write_bytes(good[:-1] + b"\x0b")
    assert found_damage(filled, "last newline")["file"] == "ledger/000001.jsonl"


def test_a_flipped_byte_of_a_blob_is_found_with_its_file(filled: Command) -> None:
    [blob] = [path for path in (filled.store / "blobs").rglob("*") if path.is_file()]
    good = blob.read_bytes()
    blob.chmod(0o600)
    blob.write_bytes(good[:7] + bytes([good[7] ^ 0x20]) + good[8:])
    finding = found_damage(filled, "blob")
    assert finding["file"] == str(blob.relative_to(filled.store))
    assert finding["offset"] is not None
    page = filled("audit")
    assert page.code == 1
    assert page.lines[0].startswith("Not intact: 1 damage found.")
    assert str(blob.relative_to(filled.store)) in page.out


def test_no_decision_on_a_damaged_store(filled: Command, signing: object) -> None:  # noqa: ARG001  # it sets the passphrase
    run = filled.ok("list", "--json").json["items"][0]["run_id"]
    path = ledger(filled)
    good = path.read_bytes()
    place = good.index(run.encode())
    path.write_bytes(good[:place] + b"X" + good[place + 1 :])
    for arguments in (["meta", run, "a=1"], ["explain", run, "--force"], ["create"]):
        answer = filled(*arguments, stdin=json.dumps(run_document()).encode())
        assert answer.code == 6, answer
        assert answer.err.count("\n") == 1
