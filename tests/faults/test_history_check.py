"""The checker of histories itself: each kind of lie, planted into a true history, is found and named."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.canonical import canonical
from rmos_console.core.store.line import GENESIS, encode
from tests.faults.history_check import History, check, read_logs
from tests.faults.scenario_history import Shape, scenario

Lines = list[list[dict[str, Any]]]


@pytest.fixture(scope="module")
def true(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, History]:
    folder = tmp_path_factory.mktemp("true")
    assert not scenario(folder, 7, shape=Shape(processes=2, threads=2, operations=500, runs=1000))
    return folder / "store", read_logs(folder / "logs")


@pytest.fixture
def told(true: tuple[Path, History], tmp_path: Path) -> tuple[Path, History]:
    """Return a copy of the true history, to be falsified."""
    shutil.copytree(true[0] / "ledger", tmp_path / "ledger")
    return tmp_path, copy.deepcopy(true[1])


def rewrite(store: Path, change: Callable[[Lines], None]) -> None:
    """Change the transactions of a ledger and chain all lines anew, as somebody could who knows the format."""
    segment = store / "ledger" / "000001.jsonl"
    lines = [json.loads(line)["transactions"] for line in segment.read_bytes().splitlines()]
    change(lines)
    data, prev = b"", GENESIS
    for seq, transactions in enumerate(lines, start=1):
        line, prev = encode(prev, seq, [canonical(each) for each in transactions])
        data += line
    segment.write_bytes(data)


def first(history: History, **facts: Any) -> dict[str, Any]:
    """Return the first operation that has these facts."""
    return next(each for each in history.operations.values() if facts.items() <= each.items())


def of(lines: Lines, operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the line that an operation stands in."""
    return next(line for line in lines if operation["op"] in [each["request"] for each in line])


def placed(lines: Lines, *operations: dict[str, Any]) -> list[tuple[int, int]]:
    """Return line and place in it of operations."""
    names = [operation["op"] for operation in operations]
    found = {each["request"]: (row, column) for row, line in enumerate(lines) for column, each in enumerate(line)}
    return [found[name] for name in names]


def finds(told: tuple[Path, History], *words: str) -> None:
    """Assert that a violation holds all these words."""
    violations = check(*told)
    assert any(all(word in violation for word in words) for violation in violations), violations


def test_an_untouched_copy_is_true(told: tuple[Path, History]) -> None:
    assert check(*told) == []
    rewrite(told[0], lambda _lines: None)
    assert check(*told) == []


def test_a_lost_commit_is_found(told: tuple[Path, History]) -> None:
    lost = first(told[1], kind="create", outcome="committed")
    rewrite(told[0], lambda lines: of(lines, lost)[0].update(request="somebody else", id="tx_other"))
    finds(told, f"{lost['op']} (create) was acknowledged", "not in the ledger")


@pytest.mark.parametrize("new_id", [True, False])
def test_a_doubled_commit_is_found(told: tuple[Path, History], *, new_id: bool) -> None:
    doubled = first(told[1], kind="attach", outcome="committed")

    def change(lines: Lines) -> None:
        (transaction,) = [each for each in of(lines, doubled) if each["request"] == doubled["op"]]
        lines.append([{**transaction, **({"id": "tx_again"} if new_id else {})}])

    rewrite(told[0], change)
    finds(told, f"{doubled['op']} stands twice")


def test_an_order_against_real_time_is_found(told: tuple[Path, History]) -> None:
    """Two runs that have nothing to do with each other change places: only the clock tells."""
    alone = [
        each for each in told[1].operations.values() if each["kind"] == "create" and each["outcome"] == "committed"
    ]
    early = min(alone, key=lambda each: each["responded"])
    late = max(alone, key=lambda each: each["invoked"])

    def change(lines: Lines) -> None:
        (row, column), (other, place) = placed(lines, early, late)
        lines[row][column], lines[other][place] = lines[other][place], lines[row][column]

    rewrite(told[0], change)
    finds(told, "before one that was acknowledged before it was asked")


def test_a_lost_update_is_found(told: tuple[Path, History]) -> None:
    swap = max(
        (each for each in told[1].operations.values() if each["kind"] == "swap" and each["outcome"] == "committed"),
        key=lambda each: each["expected"],
    )
    told[1].operations[swap["op"]]["expected"] -= 1
    finds(told, f"{swap['op']} (swap) was accepted")


def test_a_commit_nobody_asked_for_is_found(told: tuple[Path, History]) -> None:
    ghost = first(told[1], kind="create", outcome="committed")
    del told[1].operations[ghost["op"]]
    for ids in told[1].order.values():
        ids[:] = [op for op in ids if op != ghost["op"]]
    finds(told, f"holds {ghost['op']}, which nobody asked for")


@pytest.mark.parametrize("word", ["refused", "idle", "repeated"])
def test_a_commit_that_was_denied_is_found(told: tuple[Path, History], word: str) -> None:
    denied = first(told[1], kind="create", outcome="committed")
    denied["outcome"] = word
    finds(told, f"{denied['op']} (create) was {word} and yet stands")


def test_a_refusal_for_what_was_never_so_is_found(told: tuple[Path, History]) -> None:
    refused = first(told[1], kind="swap", outcome="refused")
    refused["details"] = {"found": refused["details"]["found"] + 10_000}
    finds(told, f"{refused['op']} (swap) was refused", "no state explains")


def test_a_refusal_for_what_was_so_too_long_ago_is_found(told: tuple[Path, History]) -> None:
    """The run was not there at the beginning, but long before the refused patch was asked for."""
    sealed = min(
        (each for each in told[1].operations.values() if each["kind"] == "race" and each["outcome"] == "committed"),
        key=lambda each: each["responded"],
    )
    refused = max(
        (each for each in told[1].operations.values() if each["kind"] == "ghost" and each["outcome"] == "refused"),
        key=lambda each: each["invoked"],
    )
    assert check(*told) == []
    refused["run"] = sealed["run"]
    finds(told, f"{refused['op']} (ghost) was refused")


def test_a_conflict_with_other_bytes_than_the_stored_is_found(told: tuple[Path, History]) -> None:
    refused = first(told[1], kind="race", outcome="refused")
    refused["details"] = {"stored_sha256": "0" * 64}
    finds(told, f"{refused['op']} (race) was refused")


def test_a_wrong_repeat_is_found(told: tuple[Path, History]) -> None:
    repeated = first(told[1], outcome="repeated")
    repeated["seq"] += 1
    finds(told, f"{repeated['op']}", "was repeated")


@pytest.mark.parametrize("fact", ["runs", "assets", "digest", "counters", "seq"])
def test_a_false_picture_is_found(told: tuple[Path, History], fact: str) -> None:
    seen = next(each for each in reversed(told[1].operations.values()) if each["outcome"] == "read")
    false = {
        "runs": seen["runs"] + 1,
        "assets": 0,
        "digest": "0" * 64,
        "counters": [0, 0, 0, 0],
        "seq": seen["seq"] + 1,
    }
    seen[fact] = false[fact]
    finds(told, f"{seen['op']} saw")


def test_a_picture_older_than_what_was_known_is_found(told: tuple[Path, History]) -> None:
    reads = [
        each for each in told[1].operations.values() if each["outcome"] == "read" and each["op"].startswith("op_0_0")
    ]
    early, late = reads[0], reads[-1]
    late.update({fact: early[fact] for fact in ("seq", "digest", "runs", "assets", "counters")})
    finds(told, f"{late['op']} saw line {early['seq']} though")


def test_a_broken_chain_is_found(told: tuple[Path, History]) -> None:
    segment = told[0] / "ledger" / "000001.jsonl"
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    (violation,) = check(*told)
    assert "the ledger cannot be read" in violation
