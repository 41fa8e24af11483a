"""The splitter finds each member's exact bytes, whatever the chunks, and stops at the first break."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.importers import splitter
from rmos_console.core.importers.splitter import Defect, Member, members
from tests.unit.importers.test_lossless import JSON

TRICKY = st.sampled_from(['"', "\\", '\\"', "}{", "][", "é€😀", "\\\\", ',":', "\n"])
OBJECTS = st.dictionaries(TRICKY | st.text("ab\\\"'", max_size=4), JSON | TRICKY, max_size=4)
CHUNKS = st.sampled_from([1, 2, 3, 7, 64, 1 << 20])


def cut(data: bytes, chunk: int = 1 << 20, **options: Any) -> list[Member | Defect]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitter, "CHUNK", chunk)
        return list(members(io.BytesIO(data), **options))


@given(OBJECTS, CHUNKS, st.booleans(), st.sampled_from([None, 1]))
def test_members_are_what_json_says(value: dict[str, Any], chunk: int, plain: bool, indent: int | None) -> None:
    data = json.dumps(value, ensure_ascii=not plain, indent=indent).encode()
    found = [item for item in cut(data, chunk) if isinstance(item, Member)]
    assert {item.key: json.loads(item.data or b"") for item in found} == value
    assert [data[item.start : item.end] for item in found] == [item.data for item in found]


@given(OBJECTS, CHUNKS, st.data())
def test_what_precedes_a_cut_is_whole_and_the_cut_is_told_once(value: dict[str, Any], chunk: int, data: Any) -> None:
    whole = json.dumps(value).encode()
    found = cut(whole[: data.draw(st.integers(0, len(whole) - 1))], chunk)
    assert isinstance(found[-1], Defect)
    kept = [item for item in found if isinstance(item, Member)]
    assert len(kept) == len(found) - 1
    assert all(json.loads(item.data or b"") == value[item.key] for item in kept)


@pytest.mark.parametrize(
    ("data", "kept", "reason"),
    [
        (b"", 0, "is cut off"),
        (b"[1]", 0, "is not JSON: an object is missing"),
        (b"{1:2}", 0, "a key in quotes is missing"),
        (b'{"a" 1}', 0, "is not JSON: a colon is missing"),
        (b'{"a":1 "b":2}', 1, "is not JSON: a comma or a closing brace is missing"),
        (b'{"a":1,}', 1, "a key in quotes is missing"),
        (b'{"a":,"b":1}', 0, "is not JSON: a value is missing"),
        (b'{"a":1} {}', 1, "holds more than one JSON value"),
        (b'{"a":12', 0, "is cut off"),
        (b'{"a":"x\\', 0, "is cut off"),
        (b'{"a":', 0, "is cut off"),
        (b'{"a\\ud800":1}', 0, "a key is no text"),
        (b'{"' + b"k" * 70_000 + b'":1}', 0, "a key is longer than any id"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 1 << 20])
def test_a_break_in_the_structure_ends_it(data: bytes, kept: int, reason: str, chunk: int) -> None:
    *before, last = cut(data, chunk)
    assert len(before) == kept
    assert isinstance(last, Defect)
    assert last.reason.startswith(reason)
    assert 0 <= last.offset <= len(data)


def test_a_member_over_the_limit_comes_without_its_bytes_and_the_next_one_comes_whole() -> None:
    data = json.dumps({"big": "x" * 5000, "small": [1]}).encode()
    big, small = cut(data, 100, limit=1000)
    assert isinstance(big, Member)
    assert (big.data, big.end - big.start) == (None, 5002)
    assert isinstance(small, Member)
    assert small.data == b"[1]"


def test_the_members_of_a_named_object_come_one_level_deeper() -> None:
    found = cut(b'{"version":1,"runs":{"a":{},"b":{}},"runs2":{"c":1}}', inside="runs")
    assert [(item.key, item.depth) for item in found if isinstance(item, Member)] == [
        ("version", 0),
        ("a", 1),
        ("b", 1),
        ("runs2", 0),
    ]


def test_a_huge_member_is_passed_over_without_being_held() -> None:
    handle = io.BytesIO(b'{"big": "' + b"x\\n" * 8_000_000 + b'", "small": 1}')
    tracemalloc.start()
    try:
        found = list(members(handle, limit=1000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [item.data for item in found if isinstance(item, Member)] == [None, b"1"]
    assert peak < 8 * splitter.CHUNK
