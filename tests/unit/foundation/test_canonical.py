"""Canonical bytes, their hashes, and the strict reader."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.canonical import (
    MAX_DEPTH,
    canonical,
    canonical_sha256,
    read_json,
    sha256_hex,
)
from rmos_console.core.errors import BadDataError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)

GOLDEN = [
    ({}, b"{}", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
    (
        {"b": 1, "a": [1.0, "ä", None, True]},
        '{"a":[1.0,"ä",null,true],"b":1}'.encode(),
        "40e214c8d4ad81a7a8005f7dd2afe42008b5dcf517271d8442915cf8ae0df17f",
    ),
    (
        {"é": 1e-7, "z": 10**20},
        '{"z":100000000000000000000,"é":1e-07}'.encode(),
        "30e3fbe50b8142c7a295c75ddd5ae30937d3678f0bf50fd0c5d7febc3535e671",
    ),
    (
        {"line": "a\nb\u2028"},
        '{"line":"a\\nb\u2028"}'.encode(),
        "631edecbfc58d2f7a89911f38016102b9238d24733f80d53ea8e19dca0f2da8f",
    ),
]


@pytest.mark.parametrize(("value", "data", "digest"), GOLDEN)
def test_canonical_bytes_are_rmos_own(value: object, data: bytes, digest: str) -> None:
    assert canonical(value) == data
    assert canonical_sha256(value) == sha256_hex(data) == digest


@given(JSON)
def test_what_is_written_reads_back_the_same(value: Any) -> None:
    data = canonical(value)
    again = read_json(data, name="value")
    assert canonical(again) == data
    assert again == value


@given(JSON)
def test_key_order_and_spacing_of_the_source_do_not_matter(value: Any) -> None:
    spaced = json.dumps(value, indent=3, ensure_ascii=True).encode()
    assert canonical(read_json(spaced, name="value")) == canonical(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), {1, 2}, b"x", "\ud800", {"a": "\udfff"}])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(BadDataError):
        canonical({"value": value})


REFUSED = [
    (b"NaN", "NaN"),
    (b'{"a": Infinity}', "Infinity"),
    (b'{"a": -Infinity}', "-Infinity"),
    (b'{"a": 1e999}', "1e999"),
    (b'{"a": -1e999}', "-1e999"),
    (b'{"a": 1, "a": 2}', "'a' twice"),
    (b'{"a": {"b": 1, "b": 1}}', "'b' twice"),
    (b'{"a": "\\ud800"}', "lone surrogate"),
    (b'{"\\udc00": 1}', "lone surrogate"),
    (b'{"a": 1', "line 1"),
    (b"", "line 1"),
    (b"\xff\xfe", "UTF-8 at byte 0"),
    (b"\xef\xbb\xbf{}", "byte-order mark"),
    (b"[" * 100_000, "nested deeper"),
    (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "nested deeper"),
    (b"1" * 5000, "thousands of digits"),
]


@pytest.mark.parametrize(("data", "complaint"), REFUSED)
def test_the_strict_reader_refuses_with_one_line_that_names_the_document(data: bytes, complaint: str) -> None:
    with pytest.raises(BadDataError, match=re.escape(complaint)) as caught:
        read_json(data, name="run.json")
    assert caught.value.message.startswith("run.json")
    assert "\n" not in caught.value.message
    assert caught.value.exit_code == 5


def test_the_size_is_checked_before_anything_is_parsed() -> None:
    with pytest.raises(BadDataError, match="11 bytes; at most 10"):
        read_json(b"not json at", name="x", limit=10)


def test_brackets_within_strings_are_no_nesting() -> None:
    text = '["' + '[{\\"' * 400 + '"]'
    assert read_json(text.encode(), name="x") == ['[{"' * 400]


def test_the_deepest_allowed_nesting_reads_and_writes() -> None:
    data = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert canonical(read_json(data, name="x")) == data


def test_too_deep_a_value_is_refused_when_written() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(BadDataError):
        canonical(value)
    while value:  # take it apart by hand: the interpreter's own recursive release would overflow
        value = value.pop()
