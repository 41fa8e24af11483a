"""A create document becomes a sealed run, or one line that says why not."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.canonical import canonical
from rmos_console.core.errors import BadDataError, BadIdError
from rmos_console.core.records.ids import derived_run_id
from rmos_console.core.records.intake import check_depth, sealed_from_request
from rmos_console.core.records.run import SealedRun

NOW = "2026-03-14T10:00:00Z"
FRESH = "run_" + "0" * 32
LEAST = {"mode": "rosette", "tool_id": "vbit-60", "status": "OK"}


def sealed(document: object) -> SealedRun:
    return sealed_from_request(document, now_utc=NOW, source_format="create", run_id=FRESH)


def test_the_least_a_run_needs() -> None:
    run = sealed(LEAST)
    assert run.document() == {
        "run_id": FRESH,
        "created_at_utc": NOW,
        **LEAST,
        "request_summary": {},
        "feasibility": {},
        "decision": {"risk_level": None, "score": None, "block_reason": None, "warnings": [], "details": {}},
        "hashes": dict.fromkeys(["feasibility_sha256", "toolpaths_sha256", "gcode_sha256", "opplan_sha256"]),
        "outputs": dict.fromkeys(["gcode_text", "opplan_json", "gcode_path", "opplan_path", "preview_svg_path"]),
        "attachments": [],
        "lineage": {},
        "context": dict.fromkeys(["machine_id", "material_id", "session_id", "batch_label", "event_type"]),
        "request_id": None,
        "meta": {},
        "source": {
            "format": "create",
            "run_id": None,
            "discriminator": "",
            "sealed_sha256": None,
            "path": None,
            "pack": None,
            "assumed_timezone": None,
            "extra": {},
        },
    }


def test_unknown_keys_move_verbatim_to_extra() -> None:
    document = {
        **LEAST,
        "decision": {"risk_level": "RED", "score": 0, "by": "gate"},
        "hashes": {"snapshot_sha256": None, "gcode_sha256": "a" * 64},
        "outputs": {"gcode_text": "G0", "stl": [1]},
        "context": {"machine_id": "m1", "bay": 4},
        "advisory_inputs": [{"advisory_id": "x"}],
        "attachments": [{"sha256": "b" * 64}],
        "source": {"format": "forged"},
        "machine_id": "m2",
        "event_type": "plan",
        "batch_label": 7,
        "meta": None,
        "notes": "kept",
    }
    given_document = copy.deepcopy(document)
    run = sealed(document)
    assert document == given_document
    assert run.decision.document()["score"] == 0
    assert run.outputs.gcode_text == "G0"
    assert (run.context.machine_id, run.context.event_type, run.context.batch_label) == ("m1", "plan", None)
    assert run.attachments == ()
    assert run.source.format == "create"
    assert run.source.extra == {
        "decision": {"by": "gate"},
        "hashes": {"snapshot_sha256": None},
        "outputs": {"stl": [1]},
        "context": {"bay": 4},
        "advisory_inputs": [{"advisory_id": "x"}],
        "attachments": [{"sha256": "b" * 64}],
        "source": {"format": "forged"},
        "machine_id": "m2",
        "event_type": "plan",
        "batch_label": 7,
        "meta": None,
        "notes": "kept",
    }


@pytest.mark.parametrize("key", ["mode", "tool_id", "status"])
@pytest.mark.parametrize("value", [None, ""])
def test_mode_tool_and_status_are_required(key: str, value: object) -> None:
    for document in ({**LEAST, key: value}, {name: each for name, each in LEAST.items() if name != key}):
        with pytest.raises(BadDataError, match=f"The run has no {key}; mode, tool_id and status are required"):
            sealed(document)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"status": "DONE"}, "status"),
        ({"mode": 3}, "mode"),
        ({"mode": {"a": 1}}, "mode"),
        ({"decision": {"score": 101}}, "decision.score"),
        ({"decision": {"score": "5"}}, "decision.score"),
        ({"decision": {"score": True}}, "decision.score"),
        ({"decision": {"risk_level": "PURPLE"}}, "decision.risk_level"),
        ({"decision": []}, "decision"),
        ({"context": []}, "context"),
        ({"hashes": {"gcode_sha256": "A" * 64}}, "hashes.gcode_sha256"),
        ({"feasibility": []}, "feasibility"),
        ({"meta": "x"}, "meta"),
        ({"outputs": {"gcode_text": {"$blob": "a" * 64}}}, "outputs.gcode_text"),
        ({"outputs": {"gcode_path": 1}}, "outputs.gcode_path"),
        ({"created_at_utc": "soon"}, "created_at_utc"),
        ({"x": [[[]]] * 1, "deep": json.loads("[" * 170 + "]" * 170)}, "nested deeper than 160"),
        ({"x": "\ud800"}, "lone surrogate"),
        ({"x": float("nan")}, "JSON"),
        ({"x": "y" * (33 << 20)}, "bytes; at most"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(more: dict[str, Any], told: str) -> None:
    with pytest.raises(BadDataError) as caught:
        sealed({**LEAST, **more})
    assert told in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 300


@pytest.mark.parametrize("document", [None, True, 3, "x", [LEAST], 1.5])
def test_a_run_is_an_object(document: object) -> None:
    with pytest.raises(BadDataError, match=r"The run is a JSON .*; give an object"):
        sealed(document)


def test_an_id_of_ours_is_taken_and_another_is_kept_beside_a_derived_one() -> None:
    own = "run_" + "a" * 12
    assert sealed({**LEAST, "run_id": own}).run_id == own
    assert sealed({**LEAST, "run_id": None}).run_id == FRESH
    for original in ("RUN-DXF-0123456789AB", "a/b", "job 7", "run_" + "A" * 32):
        run = sealed({**LEAST, "run_id": original})
        assert run.run_id == derived_run_id("create", original, "")
        assert run.source.run_id == original


@pytest.mark.parametrize(
    "run_id", ["", "../x", "a/../../b", "/etc/passwd", "\\\\server\\share", "C:\\x", "a\nb", "a\u202eb", "x" * 513]
)
def test_a_hostile_id_is_refused(run_id: str) -> None:
    with pytest.raises(BadIdError) as caught:
        sealed({**LEAST, "run_id": run_id})
    assert "\n" not in caught.value.message
    with pytest.raises(BadDataError, match="The run_id is a JSON number"):
        sealed({**LEAST, "run_id": 7})


def test_a_time_of_another_spelling_is_kept_beside_ours() -> None:
    run = sealed({**LEAST, "created_at_utc": "2026-03-14T10:00:00.25+01:00"})
    assert run.created_at_utc == "2026-03-14T09:00:00.250000Z"
    assert run.source.extra == {"created_at_utc": "2026-03-14T10:00:00.25+01:00"}
    same = sealed({**LEAST, "created_at_utc": "2026-03-14T10:00:00Z"})
    assert (same.created_at_utc, same.source.extra, same.source.assumed_timezone) == ("2026-03-14T10:00:00Z", {}, None)
    assumed = sealed({**LEAST, "created_at_utc": "2026-03-14T10:00:00"})
    assert (assumed.created_at_utc, assumed.source.assumed_timezone) == ("2026-03-14T10:00:00Z", "UTC")


def test_a_request_is_summarised_where_no_summary_is_given() -> None:
    request = {"tool_id": "t", "feasibility": {"risk_level": "GREEN"}}
    assert sealed({**LEAST, "request": request}).request_summary == {
        "keys": ["tool_id"],
        "tool_id": "t",
        "keys_withheld": 1,
    }
    assert sealed({**LEAST, "request": request, "request_summary": {"a": 1}}).request_summary == {"a": 1}
    assert sealed({**LEAST, "request": "free text"}).request_summary == {}


def test_depth_is_measured_from_the_record_down() -> None:
    check_depth(json.loads("[" * 160 + "]" * 160), "x")
    with pytest.raises(BadDataError, match="x is nested deeper than 160 levels"):
        check_depth({"a": json.loads("[" * 160 + "]" * 160)}, "x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from(["feasibility", "meta", "lineage"]), st.dictionaries(st.text(max_size=4), JSON)),
    st.dictionaries(st.text(max_size=6), JSON, max_size=4),
)
def test_nothing_that_a_create_document_says_is_lost(known: dict[str, Any], other: dict[str, Any]) -> None:
    document = {**{f"x-{key}": value for key, value in other.items()}, **LEAST, **known}
    run = sealed(document).document()
    kept = {**run, **run["source"]["extra"]}
    assert {key: canonical(kept[key]) for key in document} == {key: canonical(document[key]) for key in document}
    assert SealedRun.parse(run, name="the run").document() == run
