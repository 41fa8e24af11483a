"""The text of a checkpoint survives the ways it travels, and nothing else passes for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.errors import BadDataError
from rmos_console.core.records.checkpoint import MAX_BYTES, Checkpoint, read_checkpoint

BARE = Checkpoint(store_id="store_" + "a" * 32, seq=412, digest="9b" * 32)
SIGNED = BARE.model_copy(
    update={
        "at_utc": "2026-11-22T17:00:00.000000Z",
        "person_id": "mvoss",
        "person_name": "M. Voß-Łukasz",
        "signature": "51" * 64,
    }
)

HEX = st.text("0123456789abcdef", min_size=64, max_size=64)


def test_an_unsigned_checkpoint_is_three_lines() -> None:
    assert BARE.text() == f"store {BARE.store_id}\nline 412\ndigest {BARE.digest}\n"
    assert not BARE.is_signed
    assert SIGNED.is_signed


@given(seq=st.integers(1, 10**17), digest=HEX, signature=st.none() | st.tuples(HEX, HEX).map("".join))
def test_text_and_back(seq: int, digest: str, signature: str | None) -> None:
    made = SIGNED if signature else BARE
    made = made.model_copy(update={"seq": seq, "digest": digest, "signature": signature})
    assert read_checkpoint(made.text().encode(), name="it") == made


@pytest.mark.parametrize(
    "travelled",
    [
        SIGNED.text().replace("\n", "\r\n"),
        "\ufeff" + SIGNED.text(),
        "\n\n" + SIGNED.text().replace("\n", "  \n") + "\n",
        SIGNED.text().rstrip(),
    ],
)
def test_line_ends_and_blanks_do_not_matter(travelled: str) -> None:
    assert read_checkpoint(travelled.encode(), name="it") == SIGNED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\n\xff",
        b"x" * (MAX_BYTES + 1),
        BARE.text().replace("412", "-1").encode(),
        BARE.text().replace("412", "0").encode(),
        BARE.text().replace("9b9b", "9B9b").encode(),
        BARE.text()[:-10].encode(),
        SIGNED.text()[:-10].encode(),
        SIGNED.text().replace("by mvoss", "by ../mvoss").encode(),
        (BARE.text() + "more\n").encode(),
        BARE.text().replace("412", "٤١٢").encode(),
    ],
)
def test_what_is_no_checkpoint_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(BadDataError, match=r"^head.txt .*checkpoint") as told:
        read_checkpoint(data, name="head.txt")
    assert "\n" not in told.value.message
