"""Two runs of a store side by side."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rmos_console.core.errors import NotFoundError
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import attach, compare, intake
from tests.unit.usecases.conftest import RED

Make = Callable[..., RunArtifact]
A = "G0 X0\nG1 X1.000 F100\nM2\n"
B = "G0 X0\nG1 X1.000 F250\nM2\n"


def test_a_blocked_run_against_one_that_passed(store: Store, make_run: Make) -> None:
    passed = make_run(request_summary={"tool_d": 6.0}, outputs={"gcode_text": A}, hashes={"gcode_sha256": "a" * 64})
    blocked = make_run(
        RED,
        status="BLOCKED",
        request_summary={"tool_d": 3.0},
        outputs={"gcode_text": B},
        hashes={"gcode_sha256": "b" * 64},
    )
    document = compare.diff(store, passed.run_id, blocked.run_id, gcode=True).json_document()
    assert (document["a"], document["b"], document["diff_severity"]) == (passed.run_id, blocked.run_id, "CRITICAL")
    assert document["diff"]["request_summary.tool_d"] == {"a": 6.0, "b": 3.0}
    assert document["diff"]["status"] == {"a": "OK", "b": "BLOCKED"}
    (hunk,) = document["gcode"]["hunks"]
    assert (hunk["a"], hunk["b"]) == ([2, 1], [2, 1])
    assert hunk["words"] == [{"line_a": 2, "line_b": 2, "word": "F", "a": "100", "b": "250", "delta": 150}]


def test_what_was_attached_later_counts(store: Store, make_run: Make, caller: Caller) -> None:
    one, two = make_run(request_summary={}), make_run(request_summary={})
    assert compare.diff(store, one.run_id, two.run_id).runs.diff_severity == "NONE"
    intake.patch_meta(store, two.run_id, {"operator": "k"}, [], caller)
    attach.attach(store, two.run_id, "n1", document={"kind": "note", "text": "warm"}, caller=caller)
    document = compare.diff(store, one.run_id, two.run_id).json_document()
    assert document["diff"]["meta.operator"] == {"b": "k"}
    assert any(path.startswith("advisory_inputs") for path in document["changed_paths"])


def test_a_run_equals_itself(store: Store, make_run: Make) -> None:
    run = make_run(outputs={"gcode_text": A})
    document = compare.diff(store, run.run_id, run.run_id, gcode=True).json_document()
    assert (document["diff_severity"], document["changed_paths"], document["gcode"]["hunks"]) == ("NONE", [], [])


def test_without_gcode_on_both_sides_there_is_none_to_compare(store: Store, make_run: Make) -> None:
    one, two = make_run(outputs={"gcode_text": A}), make_run()
    assert "gcode" not in compare.diff(store, one.run_id, two.run_id, gcode=True).json_document()
    with pytest.raises(NotFoundError):
        compare.diff(store, one.run_id, "run_ffffffffffff")
