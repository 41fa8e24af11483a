"""Noting the head of a store, and holding the store against it later."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Command, files_of


@pytest.fixture
def people(cli: Command, signing: Callable[[str], None]) -> Command:
    """A store with an admin and a run."""
    signing("correct horse battery")
    cli.ok("reviewer", "add", "mvoss", "--name", "M. Voss")
    cli.create()
    return cli


def test_without_a_signer_three_lines_and_nothing_written(people: Command) -> None:
    before = files_of(people.store)
    answer = people.ok("checkpoint")
    assert [line.split()[0] for line in answer.lines] == ["store", "line", "digest"]
    assert "Nobody signed" in answer.err
    assert files_of(people.store) == before
    head = people.ok("audit", "--json").json["head"]
    assert answer.lines[1:] == [f"line {head['seq']}", f"digest {head['digest']}"]


def test_signed_kept_and_held_against(people: Command, tmp_path: Path) -> None:
    file = tmp_path / "head.txt"
    made = people.ok("checkpoint", "--by", "mvoss", "--out", file, "--json").json
    assert file.read_text(encoding="utf-8") == made["text"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert made["person_name"] == "M. Voss"
    people.create()
    report = people.ok("audit", "--against", file, "--json").json
    assert report["against"]["extends"]
    assert report["against"]["signature"] == "valid"
    page = people.ok("audit", "--against", file)
    assert "is still there" in page.out
    assert "keep the head above" not in page.out


def test_a_store_that_lost_its_end_ends_with_1(people: Command, tmp_path: Path) -> None:
    file = tmp_path / "head.txt"
    people.create()
    people.ok("checkpoint", "--out", file)
    segment = people.store / "ledger" / "000001.jsonl"
    segment.write_bytes(b"".join(segment.read_bytes().splitlines(keepends=True)[:-1]))
    shutil.rmtree(people.store / "catalog")
    answer = people("audit", "--against", file)
    assert answer.code == 1
    assert "The ledger was cut off" in answer.out
    assert "NOT EXTENDED" in answer.out


def test_bad_checkpoints_end_with_one_line(people: Command, tmp_path: Path) -> None:
    file = tmp_path / "head.txt"
    assert people("audit", "--against", file).code == 3
    file.write_text("hello")
    answer = people("audit", "--against", file)
    assert (answer.code, answer.err.count("\n")) == (5, 1)
    text = people.ok("checkpoint").out
    file.write_text(text.replace("store store_", "store store_f"))
    answer = people("audit", "--against", file, "--json")
    assert answer.code == 4
    assert answer.error["code"] == "refused"


def test_a_file_that_is_there_is_kept(people: Command, tmp_path: Path) -> None:
    file = tmp_path / "head.txt"
    file.write_text("precious")
    assert people("checkpoint", "--by", "mvoss", "--out", file).code == 4
    assert file.read_text() == "precious"
    assert people("checkpoint", "--out", people.store / "head.txt").code == 4
    assert people("checkpoint", "--out", tmp_path / "no" / "head.txt").code == 3
    assert people.ok("audit", "--json").json["ok"]


def test_a_code_to_photograph(people: Command, tmp_path: Path) -> None:
    answer = people.ok("checkpoint", "--qr")
    code = answer.lines[4:]
    assert len({len(line) for line in code}) == 1
    assert set("".join(code)) <= set(" ▀▄█")
    people.ok("checkpoint", "--out", tmp_path / "head.png")
    people.ok("checkpoint", "--out", tmp_path / "head.svg")
    assert (tmp_path / "head.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (tmp_path / "head.svg").read_bytes()
    picture = people("audit", "--against", tmp_path / "head.png")
    assert picture.code == 5
    assert "with a camera" in picture.err


def test_a_wrong_passphrase_signs_nothing(people: Command, signing: Callable[[str], None], tmp_path: Path) -> None:
    signing("wrong horse battery")
    answer = people("checkpoint", "--by", "mvoss", "--out", tmp_path / "head.txt")
    assert answer.code == 4
    assert not (tmp_path / "head.txt").exists()
