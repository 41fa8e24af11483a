"""No bit of a store changes unnoticed, and no file of it is cut short unnoticed."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.store import examine, follow, line
from tests.faults.scenario_bytes import alter, kinds, make

KINDS = ("closed segment", "last segment", "blob", "quarantine", "store.json", "state", "catalog")
QUICK = 30


@pytest.fixture
def path(tmp_path: Path, expected_logs: Callable[..., Any]) -> Path:
    expected_logs("store.catalog|catalog", always=False)
    return tmp_path / "store"


def test_there_is_a_test_for_every_kind_of_file(path: Path) -> None:
    make(path)
    assert set(kinds(path)) == set(KINDS)
    files = {file.relative_to(path).parts[0] for file in path.rglob("*") if file.is_file()}
    assert files - {"lock"} == {name.split("/")[0] for name in kinds(path).values()}
    assert (path / "lock").read_bytes() == b"", "a lock holds nothing that could change"


@pytest.mark.parametrize("kind", KINDS)
def test_some_bits_flipped_and_some_cuts(path: Path, kind: str) -> None:
    seed = random.randrange(1 << 32)  # noqa: S311  a sample, nothing secret
    assert alter(path, kind, make(path), most=QUICK, seed=seed)[1] == [], f"seed {seed}"


@pytest.mark.faults_full
@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", KINDS)
def test_every_bit_flipped_and_every_cut(path: Path, kind: str, tally: Callable[[str], None]) -> None:
    tried, wrong = alter(path, kind, make(path), most=None, seed=0)
    tally(f"{tried:,} times")
    assert wrong[:10] == []


def test_a_reader_that_checks_no_digest_does_not_pass(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make(path)
    real = line.decode

    def trusting(data: bytes) -> line.Decoded:
        body = data[: -line.SUFFIX_BYTES]
        return real(body + f',"digest":"{line.digest_of(body)}"}}'.encode())

    for module in (line, follow, examine):
        monkeypatch.setattr(module, "decode", trusting)
    assert alter(path, "closed segment", whole, most=QUICK, seed=1)[1]
