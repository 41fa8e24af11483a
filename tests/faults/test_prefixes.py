"""Readers that take no lock see real prefixes of the ledger, one after the other, whatever writers do meanwhile."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.scenario_prefixes import CATCHES, judged, pictures_of, scenario
from tests.faults.tiers import Counts


def watched(folder: Path, writers: int, operations: int) -> str:
    """Assert that readers saw nothing wrong; return how much they saw."""
    seed = random.randrange(1 << 32)  # noqa: S311  a plan of operations, nothing secret
    violations = scenario(folder, seed, writers=writers, operations=operations)
    assert not violations, f"seed {seed}: {violations[:10]}"
    told = []
    for log in sorted(folder.glob("*.json")):
        pictures = json.loads(log.read_text())
        told.append(f"{log.stem} {len(pictures):,} pictures in {sum(each['looks'] for each in pictures):,} looks")
    segments = len(list((folder / "store" / "ledger").iterdir()))
    return f"{max(pictures_of(folder / 'store')):,} lines in {segments:,} segments: {', '.join(told)}"


def test_readers_see_real_prefixes_only(tmp_path: Path, tally: Callable[[str], None]) -> None:
    tally(watched(tmp_path, 2, 80))


@pytest.mark.faults_full
@pytest.mark.timeout(3600)
def test_readers_see_real_prefixes_only_for_long(tmp_path: Path, asked: Counts, tally: Callable[[str], None]) -> None:
    tally(watched(tmp_path, 4, asked.operations // 10))


@pytest.mark.parametrize("sabotage", CATCHES)
def test_a_broken_store_does_not_pass(tmp_path: Path, sabotage: str) -> None:
    assert scenario(tmp_path, 5, sabotage, operations=300)


def test_a_false_picture_is_noticed(tmp_path: Path) -> None:
    assert not scenario(tmp_path, 3, writers=1, operations=16)
    expected = pictures_of(tmp_path / "store")
    true = [{**picture, "looks": 1} for picture in expected.values()]
    assert list(judged(true, expected)) == []
    for false in (
        [*true[:5], *true[3:]],
        true[:-1],
        [{**picture, "counters": [0, 0, 0, 9]} for picture in true],
        [{**picture, "ids": true[4]["ids"]} for picture in true],
        [{**true[0], "seq": 999_999}, true[-1]],
        [{**true[-1], "digest": "0" * 64}],
        [{"error": "damaged"}],
    ):
        assert list(judged(false, expected))
