"""Ids: what may be one, and how foreign ones get one of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.errors import BadIdError
from rmos_console.core.records.ids import (
    check_foreign_id,
    check_person_id,
    check_sha256,
    derived_run_id,
    is_run_id,
    new_run_id,
)

HOSTILE = ["", "a\nb", "a\x00", "\x1b[2J", "a\u202eb", "a\u200bb", "\ud800", "x" * 513, "\u2028", "a\x7f"]


@pytest.mark.parametrize("text", HOSTILE)
def test_ids_that_hide_something_are_refused(text: str) -> None:
    with pytest.raises(BadIdError) as caught:
        check_foreign_id(text, what="advisory id")
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "text", ["RUN-DXF-0123456789AB", "a/b", "../../etc/passwd", "run_20251127_133237", "Ünïcode 7"]
)
def test_ids_from_elsewhere_may_look_like_anything_visible(text: str) -> None:
    assert check_foreign_id(text, what="run id") == text
    assert not is_run_id(text)


@pytest.mark.parametrize(
    "text", ["run_" + "a" * 11, "run_" + "a" * 65, "run_" + "A" * 12, "run_" + "a" * 12 + "\n", "xrun_" + "a" * 12]
)
def test_only_our_own_pattern_is_a_run_id(text: str) -> None:
    assert not is_run_id(text)


def test_new_run_ids_are_ours_and_differ() -> None:
    made = {new_run_id() for _ in range(100)}
    assert len(made) == 100
    assert all(is_run_id(run_id) and len(run_id) == 36 for run_id in made)


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.tuples(TEXT, TEXT, TEXT), st.tuples(TEXT, TEXT, TEXT))
def test_derived_ids_differ_exactly_when_their_parts_do(one: tuple[str, str, str], two: tuple[str, str, str]) -> None:
    ids = derived_run_id(*one), derived_run_id(*two)
    assert (ids[0] == ids[1]) == (one == two)
    assert is_run_id(ids[0])


@pytest.mark.parametrize("text", ["", "A", "a b", "-a", "a" * 65, "ä", "a\n"])
def test_person_ids_are_plain(text: str) -> None:
    with pytest.raises(BadIdError):
        check_person_id(text)


@pytest.mark.parametrize("text", ["", "A" * 64, "a" * 63, "g" * 64, "a" * 64 + "\n"])
def test_digests_are_64_lower_case_hex_digits(text: str) -> None:
    with pytest.raises(BadIdError):
        check_sha256(text, what="text digest")
