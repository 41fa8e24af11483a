"""References to advisories, and what happens to entries that are none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.importers.references import merged, read_reference, read_references
from tests.unit.importers.stores import reference

HISTORIES = st.dictionaries(
    st.sampled_from(["status", "rating", "notes", "promoted"]),
    st.none() | st.integers(0, 2) | st.sampled_from(["A", "B"]),
)


def test_a_plain_text_is_an_id() -> None:
    (ref,) = read_references(["adv_1"], timezone="UTC").refs
    assert (ref.advisory_id, ref.kind, ref.at_source) == ("adv_1", "unknown", None)


@pytest.mark.parametrize("entry", [None, 3, [], {}, {"advisory_id": None}, {"advisory_id": "a\nb"}, ""])
def test_an_entry_that_is_no_reference_is_kept_as_it_was(entry: object) -> None:
    found = read_references([entry, reference()], timezone="UTC")
    assert [ref.advisory_id for ref in found.refs] == ["adv_1"]
    assert found.rest == (entry,)
    (warning,) = found.warnings
    assert warning.startswith("advisory_inputs[0] is no reference and is kept as it was: ")
    assert "\n" not in warning


@pytest.mark.parametrize(
    ("kind", "ours", "kept"),
    [
        ("note", "note", None),
        ("advisory.v1.json", "advisory", {"kind": "advisory.v1.json"}),
        ("suggestion", "unknown", {"kind": "suggestion"}),
        (7, "unknown", {"kind": 7}),
        (None, "unknown", {"kind": None}),
    ],
)
def test_a_kind_that_is_not_ours_stays_beside_the_nearest(kind: object, ours: str, kept: object) -> None:
    ref = read_reference({"advisory_id": "a", "kind": kind}, timezone="UTC")
    assert (ref.kind, ref.at_source) == (ours, kept)


def test_a_copy_adds_what_the_other_leaves_open() -> None:
    bare = read_reference({"advisory_id": "a", "kind": "note"}, timezone="UTC")
    rich = read_reference(
        {"advisory_id": "a", "kind": "note", "status": "REVIEWED", "created_at_utc": "2026-03-14T09:00:00"},
        timezone="-06:00",
    )
    timed = read_reference({"advisory_id": "a", "kind": "note", "engine_id": "e", "request_id": "r"}, timezone="UTC")
    assert merged(rich, rich) == rich
    assert merged(rich, bare) == merged(bare, rich) == rich
    both = merged(rich, timed)
    assert (both.created_at_utc, both.engine_id, both.request_id) == ("2026-03-14T15:00:00Z", "e", "r")
    assert both.at_source == {"status": "REVIEWED", "created_at_utc": "2026-03-14T09:00:00"}
    assert merged(bare, timed).at_source is None
    spelled = read_reference({"advisory_id": "a", "created_at_utc": "2026-03-14T09:00:00+01:00"}, timezone="UTC")
    reviewed = read_reference({"advisory_id": "a", "status": "REJECTED", "rejected": True}, timezone="UTC")
    both = merged(spelled, reviewed)
    assert both.created_at_utc == "2026-03-14T08:00:00Z"
    assert both.at_source == {
        "status": "REJECTED",
        "rejected": True,
        "other_copies": [{"created_at_utc": "2026-03-14T09:00:00+01:00"}],
    }
    assert (merged(both, read_reference({"advisory_id": "a", "rejected": 1}, timezone="UTC")).at_source or {})[
        "other_copies"
    ] == [{"created_at_utc": "2026-03-14T09:00:00+01:00"}, {"rejected": 1}]


@given(st.lists(HISTORIES, min_size=1, max_size=4))
def test_however_many_copies_nothing_they_say_is_lost(histories: list[dict[str, Any]]) -> None:
    found = read_references([dict(each, advisory_id="a") for each in histories], timezone="UTC")
    (ref,) = found.refs
    told = dict(ref.at_source or {})
    copies: Any = told.pop("other_copies", [])
    for each in histories:
        for key, value in each.items():
            values = [copy[key] for copy in (told, *copies) if key in copy]
            assert any(type(value) is type(other) and value == other for other in values), (key, value, ref.at_source)
