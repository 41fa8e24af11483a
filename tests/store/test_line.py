"""Encoding and decoding of ledger lines."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.canonical import canonical
from rmos_console.core.store.line import GENESIS, LineError, claimed_digest, decode, encode, is_canonical

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TRANSACTION = st.fixed_dictionaries(
    {
        "id": st.text(min_size=1),
        "at": st.just("2026-01-01T00:00:00Z"),
        "by": st.just({"id": "cli", "kind": "service"}),
        "events": st.lists(st.fixed_dictionaries({"kind": st.text(min_size=1), "value": JSON}), min_size=1, max_size=3),
    }
)

GOLDEN_BODY = (
    '{"prev":"'
    + "0" * 64
    + '","seq":1,"transactions":[{"at":"2026-01-01T00:00:00Z","by":{"id":"cli","kind":"service"},'
    '"events":[{"format":1,"kind":"store.created","store_id":"store_ü"}],"id":"tx_1"}]'
)
GOLDEN_DIGEST = "0d9899eca5a94308356b8d9bde5fe892cecfec0a0309f4b9516efeff2de153aa"


def line(seq: int = 1, prev: str = GENESIS) -> bytes:
    transaction = {"at": "x", "by": {}, "events": [{"kind": "store.created"}], "id": "tx"}
    return encode(prev, seq, [canonical(transaction)])[0]


@given(st.lists(TRANSACTION, min_size=1, max_size=3), st.integers(1, 10**12), st.binary(min_size=32, max_size=32))
def test_what_is_encoded_is_decoded(transactions: list[dict[str, object]], seq: int, prev: bytes) -> None:
    data, digest = encode(prev.hex(), seq, [canonical(each) for each in transactions])
    decoded = decode(data[:-1])
    assert decoded == (prev.hex(), seq, digest, json.loads(canonical(transactions)))
    assert is_canonical(data[:-1])
    assert claimed_digest(data[:-1]) == digest
    assert b"\n" not in data[:-1]


@given(st.lists(TRANSACTION, min_size=1, max_size=2), st.data())
def test_no_changed_byte_goes_unnoticed(transactions: list[dict[str, object]], data: st.DataObject) -> None:
    raw = bytearray(encode(GENESIS, 1, [canonical(each) for each in transactions])[0][:-1])
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(LineError):
        decode(bytes(raw))


def test_the_bytes_of_a_line_never_change() -> None:
    created = {"format": 1, "kind": "store.created", "store_id": "store_ü"}
    transaction = {"at": "2026-01-01T00:00:00Z", "by": {"id": "cli", "kind": "service"}, "events": [created]}
    data, digest = encode(GENESIS, 1, [canonical({**transaction, "id": "tx_1"})])
    assert digest == GOLDEN_DIGEST
    assert data == f'{GOLDEN_BODY},"digest":"{GOLDEN_DIGEST}"}}\n'.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"nonsense",
        b"[1,2",
        b'{"prev":"' + b"0" * 64 + b'","seq":1,"transactions":[],"more":1',
        b'{"prev":"' + b"0" * 64 + b'","seq":0,"transactions":[{}]',
        b'{"prev":"' + b"0" * 64 + b'","seq":true,"transactions":[{}]',
        b'{"prev":"00","seq":1,"transactions":[{}]',
        b'{"prev":"' + b"0" * 64 + b'","seq":1,"transactions":[]',
        b'{"prev":"' + b"0" * 64 + b'","seq":1,"transactions":[7]',
        b'{"prev":"' + b"0" * 64 + b'","seq":1,"transactions":[{"id":"x","at":"y","by":{},"events":[{}]}]',
        b"[" * 100_000,
    ],
)
def test_a_good_digest_over_the_wrong_shape_is_refused(body: bytes) -> None:
    digest = hashlib.sha256(b"rmos-ledger-1\n" + body).hexdigest()
    with pytest.raises(LineError):
        decode(body + f',"digest":"{digest}"}}'.encode())
    assert not is_canonical(b"[" * 100_000 + b" " * 77)


def test_a_second_spelling_of_the_same_line_is_told() -> None:
    raw = line()[:-1].replace(b'"seq":1', b'"seq": 1')
    assert not is_canonical(raw)
    assert is_canonical(line()[:-1])


def test_short_bytes_have_no_digest() -> None:
    assert claimed_digest(b"") is None
    with pytest.raises(LineError):
        decode(b"")
