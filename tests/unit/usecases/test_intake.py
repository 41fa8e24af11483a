"""Creating runs, their meta and their files."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.errors import BadDataError, BadIdError, ConflictError, NotFoundError, RefusedError
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import browse, intake

RUN_ID = "run_0123456789abcdef"
DOCUMENT: dict[str, Any] = {"run_id": RUN_ID, "mode": "mvp", "tool_id": "T1", "status": "OK", "surprise": {"a": [1]}}


def test_a_run_is_sealed_and_its_digest_is_that_of_its_body(store: Store, caller: Caller) -> None:
    written = intake.create(store, DOCUMENT, caller)
    assert written.value.run_id == RUN_ID
    assert written.changes.run_ids == {RUN_ID}
    assert written.value.source.extra["surprise"] == {"a": [1]}
    assert written.value.request_id == "req-tests"
    assert canonical_sha256(browse.raw(store, RUN_ID)) == written.value.run_sha256


def test_the_same_run_again_writes_nothing(store: Store, caller: Caller) -> None:
    first = intake.create(store, DOCUMENT, caller)
    head = store.snapshot().head
    again = intake.create(store, DOCUMENT, caller.model_copy(update={"request_id": "req-other"}))
    assert store.snapshot().head == head
    assert again.changes.run_ids == frozenset()
    assert again.value == first.value


def test_the_same_id_with_other_content_is_refused(store: Store, caller: Caller) -> None:
    intake.create(store, DOCUMENT, caller)
    head = store.snapshot().head
    with pytest.raises(ConflictError, match="other content"):
        intake.create(store, {**DOCUMENT, "tool_id": "T2"}, caller)
    assert store.snapshot().head == head


def test_meta_changes_outside_the_seal(store: Store, caller: Caller, make_run: Callable[..., RunArtifact]) -> None:
    run = make_run(meta={"batch": "a", "gone": 1})
    after = intake.patch_meta(store, run.run_id, {"batch": "b", "score": 0}, ["gone"], caller).value
    assert after.meta == {"batch": "b", "score": 0}
    assert after.run_sha256 == run.run_sha256
    assert browse.raw(store, run.run_id)["meta"] == {"batch": "a", "gone": 1}
    kinds = [entry.event["kind"] for entry in browse.history(store, run.run_id)]
    assert kinds == ["run.sealed", "run.meta_patched"]


def test_a_patch_that_changes_nothing_writes_nothing(
    store: Store, caller: Caller, make_run: Callable[..., RunArtifact]
) -> None:
    run = make_run(meta={"batch": "a"})
    head = store.snapshot().head
    intake.patch_meta(store, run.run_id, {"batch": "a"}, ["absent"], caller)
    assert store.snapshot().head == head


def test_meta_keys_need_a_name(store: Store, caller: Caller, make_run: Callable[..., RunArtifact]) -> None:
    with pytest.raises(BadDataError, match="key is empty"):
        intake.patch_meta(store, make_run().run_id, {"": 1}, [], caller)


def test_a_file_is_kept_and_comes_back_byte_for_byte(
    store: Store, caller: Caller, make_run: Callable[..., RunArtifact], tmp_path: Path
) -> None:
    source = tmp_path / "part.nc"
    source.write_bytes(b"G0 X0\r\nG1 X1\r\n\xff")
    run = make_run()
    after = intake.add_file(store, run.run_id, source, caller, kind="gcode").value
    (attachment,) = after.attachments
    assert (attachment.filename, attachment.size_bytes, attachment.kind) == ("part.nc", 15, "gcode")
    target = intake.save_file(store, run.run_id, attachment.sha256, tmp_path / "back.nc")
    assert target.read_bytes() == source.read_bytes()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    head = store.snapshot().head
    intake.add_file(store, run.run_id, source, caller, kind="gcode")
    assert store.snapshot().head == head


def test_saving_never_overwrites(
    store: Store, caller: Caller, make_run: Callable[..., RunArtifact], tmp_path: Path
) -> None:
    source = tmp_path / "a.txt"
    source.write_text("a")
    run = intake.add_file(store, make_run().run_id, source, caller).value
    with pytest.raises(RefusedError, match="exists already"):
        intake.save_file(store, run.run_id, run.attachments[0].sha256, source)
    with pytest.raises(NotFoundError, match="no file"):
        intake.save_file(store, run.run_id, "0" * 64, tmp_path / "b")
    with pytest.raises(BadDataError, match="cannot be written"):
        intake.save_file(store, run.run_id, run.attachments[0].sha256, tmp_path / "no" / "such" / "folder")


def test_files_are_looked_at_before_they_are_read(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(33 * 1024 * 1024)
    with pytest.raises(BadDataError, match="34,603,008 bytes"):
        intake.read_file(large)
    with pytest.raises(NotFoundError, match="no file"):
        intake.read_file(tmp_path / "absent")
    with pytest.raises(BadDataError, match=r"cannot be read|not a regular file"):
        intake.read_file(tmp_path)
    device = Path(os.devnull)
    with pytest.raises(BadDataError, match="not a regular file"):
        intake.read_file(device)


def test_a_run_that_is_not_there_is_said_so(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no run run_ffffffffffff"):
        browse.show(store, "run_ffffffffffff")
    with pytest.raises(NotFoundError, match="neither as a run id nor as an original id"):
        browse.show(store, "RUN-7")
    with pytest.raises(BadIdError, match="is a path"):
        browse.show(store, "../../etc/passwd")


def test_an_original_id_finds_its_run(store: Store, caller: Caller) -> None:
    made = intake.create(store, {**DOCUMENT, "run_id": "RUN-DXF-0123456789AB"}, caller).value
    assert made.source.run_id == "RUN-DXF-0123456789AB"
    assert browse.show(store, "RUN-DXF-0123456789AB").run_id == made.run_id


def test_a_large_program_is_moved_to_a_file_of_its_own_and_read_back(store: Store, caller: Caller) -> None:
    program = "G1 X1.000 Y2.000\n" * 30_000
    made = intake.create(store, {**DOCUMENT, "outputs": {"gcode_text": program}}, caller).value
    assert made.outputs.gcode_text == program
    sealed = browse.raw(store, RUN_ID)
    assert set(sealed["outputs"]["gcode_text"]) == {"$blob", "bytes", "type"}
    assert canonical_sha256(sealed) == made.run_sha256


@pytest.mark.parametrize("text", ["G1 X1\n", "G1 X1\n" * 60_000])
def test_what_create_answers_is_what_is_read_back(store: Store, caller: Caller, text: str) -> None:
    document = {
        **DOCUMENT,
        "meta": {"note": [1, 1.5, None]},
        "feasibility": {"risk_level": "RED", "checks": [{"limit": 2.0}]},
        "decision": {"risk_level": "GREEN", "score": 12, "warnings": ["dull"], "details": {"a": {"b": False}}},
        "outputs": {"gcode_text": text, "opplan_json": [{"op": "cut"}]},
        "surprise": {"$blob": "no reference", "large": [text]},
    }
    answered = intake.create(store, document, caller).value
    read = browse.show(store, RUN_ID)
    assert answered == read
    assert answered.document() == read.document()
    assert intake.create(store, document, caller).value == answered
