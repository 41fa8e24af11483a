"""A line is found again by its number, wherever it stands."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rmos_console.core.store import Limits, line_digest, open_store
from rmos_console.core.store.line import Line
from rmos_console.core.usecases import admin, intake
from tests.unit.usecases.conftest import CALLER


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A store of several segments with short and long lines."""
    path = tmp_path / "store"
    admin.init(path, caller=CALLER)
    with open_store(path, limits=Limits(runs=15)) as store:
        for number in range(60):
            document = {"mode": "m", "tool_id": "t", "status": "OK", "meta": {"note": "x" * (number * 997 % 90_000)}}
            intake.create(store, document, CALLER)
    return path


def test_every_line_is_found_by_its_number_and_no_other(many: Path) -> None:
    assert len(list((many / "ledger").iterdir())) > 2
    with open_store(many, read_only=True) as store:
        digests = {item.seq: item.digest for item in store.lines() if isinstance(item, Line)}
    order = [*digests]
    random.Random(7).shuffle(order)  # noqa: S311  any order will do
    assert {seq: line_digest(many, seq) for seq in order} == digests
    for none in (-1, 0, len(digests) + 1, 10**18):
        assert line_digest(many, none) is None


def test_a_line_that_does_not_verify_is_none(many: Path) -> None:
    segment = many / "ledger" / "000001.jsonl"
    data = segment.read_bytes()
    start = data.index(b'"seq":3,')
    place = data.index(b'"mode":"m"', start)
    segment.write_bytes(data[:place] + b'"mode":"n"' + data[place + 10 :])
    assert line_digest(many, 3) is None
    assert line_digest(many, 2) is not None
    assert line_digest(many, 4) is not None


def test_a_line_that_is_still_being_written_is_none(many: Path) -> None:
    newest = max((many / "ledger").iterdir())
    data = newest.read_bytes()
    with open_store(many, read_only=True) as store:
        head = store.snapshot().head.seq
    newest.write_bytes(data[:-1])
    assert line_digest(many, head) is None
    newest.write_bytes(data[:-500])
    assert line_digest(many, head) is None
