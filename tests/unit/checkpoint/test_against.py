"""A checkpoint shows what a chain alone cannot: its end cut off, all of it written anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.errors import BadDataError, NotFoundError, ReadOnlyError, RefusedError, SignatureError
from rmos_console.core.identity import Signer
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.records.report import AuditReport
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store, create_store, open_store
from rmos_console.core.usecases import audit, checkpoint
from rmos_console.core.usecases.commit import commit
from tests.unit.usecases.conftest import revoke
from tests.unit.usecases.forge import forge

Make = Callable[..., RunArtifact]


def violations(report: AuditReport) -> str:
    return "\n".join(item.message for item in report.findings if item.severity == "violation")


def cut(path: Path, lines: int) -> None:
    """Cut lines off the end, at a line end, and forget the catalog that remembers them."""
    segment = path / "ledger" / "000001.jsonl"
    kept = segment.read_bytes().splitlines(keepends=True)[:-lines]
    segment.write_bytes(b"".join(kept))
    shutil.rmtree(path / "catalog")
    (path / "catalog").mkdir(mode=0o700)


@pytest.mark.parametrize("signed", [True, False])
def test_a_store_that_went_on_extends_its_checkpoint(
    store: Store, make_run: Make, voss: Signer, caller: Caller, *, signed: bool
) -> None:
    head = store.snapshot().head
    made = checkpoint.take(store, voss if signed else None, caller=caller).value
    assert (made.seq, made.digest, made.is_signed) == (head.seq, head.digest, signed)
    assert (store.snapshot().head == head) is not signed
    make_run()
    report = audit.audit(store.path, against=made)
    assert report.ok
    assert report.against is not None
    assert report.against.extends
    assert report.against.signature == ("valid" if signed else "none")
    assert report.against.lines_since == store.snapshot().head.seq - head.seq
    assert audit.audit(store.path).against is None


def test_lines_cut_off_the_end_show(store: Store, make_run: Make, voss: Signer, caller: Caller) -> None:
    make_run()
    made = checkpoint.take(store, voss, caller=caller).value
    store.close()
    cut(store.path, 2)
    assert audit.audit(store.path).ok, "cut at a line end, the chain itself is whole"
    report = audit.audit(store.path, against=made)
    assert not report.ok
    assert "was cut off" in violations(report)
    assert f"ends at line {made.seq - 1}" in violations(report)
    assert report.against is not None
    assert not report.against.extends


def test_a_ledger_written_anew_shows(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run()
    made = checkpoint.take(store, None, caller=caller).value
    store.close()

    def other_tool(event: dict[str, Any]) -> None:
        if event["kind"] == "store.created":
            event["extra"] = run.run_id

    forge(store.path, other_tool)
    assert audit.audit(store.path).ok, "the chain was made whole again"
    report = audit.audit(store.path, against=made)
    assert not report.ok
    assert "was rewritten" in violations(report)


def test_a_signed_checkpoint_of_a_rewritten_ledger_is_no_error_of_the_checkpoint(
    store: Store, make_run: Make, voss: Signer, caller: Caller
) -> None:
    make_run()
    made = checkpoint.take(store, voss, caller=caller).value
    store.close()
    forge(store.path, lambda event: event.update(format=1) if event["kind"] == "store.created" else None)

    def other_key(event: dict[str, Any]) -> None:
        if event["kind"] == "reviewer.enrolled":
            event["act"]["public_key"] = "c" * 64

    forge(store.path, other_key)
    report = audit.audit(store.path, against=made)
    assert "was rewritten" in violations(report)
    assert report.against is not None
    assert report.against.signature == "unknown"


@pytest.mark.parametrize("before", [0, 1])
def test_a_damaged_line_under_the_checkpoint_is_said_to_be_missing(
    store: Store, make_run: Make, caller: Caller, before: int
) -> None:
    make_run()
    make_run()
    made = checkpoint.take(store, None, caller=caller).value
    make_run()
    store.close()
    segment = store.path / "ledger" / "000001.jsonl"
    lines = segment.read_bytes().splitlines(keepends=True)
    lines[made.seq - 1 - before] = lines[made.seq - 1 - before].replace(b"mvp", b"mvq")
    segment.write_bytes(b"".join(lines))
    report = audit.audit(store.path, against=made)
    assert "missing or damaged" in violations(report)
    assert report.against is not None
    assert not report.against.extends


@pytest.mark.parametrize("change", [{"person_name": "M. Fox"}, {"at_utc": "2026-01-01T00:00:00Z"}, {"person_id": "x"}])
def test_an_altered_checkpoint_is_an_error_of_its_own(
    store: Store, voss: Signer, caller: Caller, change: dict[str, str]
) -> None:
    made = checkpoint.take(store, voss, caller=caller).value
    with pytest.raises(BadDataError, match="it was altered"):
        audit.audit(store.path, against=made.model_copy(update=change))


def test_a_checkpoint_of_another_store_is_refused(store: Store, caller: Caller, tmp_path: Path) -> None:
    create_store(tmp_path / "other")
    with open_store(tmp_path / "other") as other:
        made = checkpoint.take(other, None, caller=caller).value
    with pytest.raises(RefusedError, match="name the right pair"):
        audit.audit(store.path, against=made)


def test_only_enrolled_people_sign(store: Store, voss: Signer, keller: Signer, caller: Caller, tmp_path: Path) -> None:
    revoke(store, keller, voss, since="2026-01-01T00:00:00Z")
    with pytest.raises(SignatureError, match="revoked"):
        checkpoint.take(store, keller, caller=caller)
    create_store(tmp_path / "other")
    with open_store(tmp_path / "other") as other, pytest.raises(SignatureError, match="not enrolled"):
        checkpoint.take(other, voss, caller=caller)


def test_a_store_that_cannot_be_written_gives_unsigned_checkpoints_only(
    store: Store, voss: Signer, caller: Caller
) -> None:
    with open_store(store.path, read_only=True) as opened:
        assert checkpoint.take(opened, None, caller=caller).value.seq == opened.snapshot().head.seq
        with pytest.raises(ReadOnlyError):
            checkpoint.take(opened, voss, caller=caller)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"digest": "0" * 64}, "enrolled key"),
        ({"person_name": "V. Moss"}, "signed as"),
        ({"store_id": "store_other"}, "another store"),
        ({"person_id": "nobody"}, "not enrolled"),
        ({"signature": None}, "enrolled key"),
    ],
)
def test_a_forged_checkpoint_in_the_ledger_is_a_violation(
    store: Store, voss: Signer, caller: Caller, change: dict[str, Any], complaint: str
) -> None:
    made = checkpoint.take(store, voss, caller=caller).value.model_copy(update=change)
    commit(store, caller, lambda _view: [events.checkpoint_signed(made)])
    report = audit.audit(store.path)
    assert not report.ok
    assert complaint in violations(report)


def test_a_checkpoint_signed_over_a_line_that_was_never_there_is_a_violation(
    store: Store, voss: Signer, caller: Caller
) -> None:
    bare = Checkpoint(store_id=store.store_id, seq=2, digest="e" * 64, at_utc="2026-11-22T17:00:00Z")
    named = bare.model_copy(update={"person_id": voss.person_id, "person_name": voss.name})
    signed = named.model_copy(update={"signature": voss.sign(named.signed_document())})
    commit(store, caller, lambda _view: [events.checkpoint_signed(signed)])
    assert "holds another line there" in violations(audit.audit(store.path))


def test_a_file_is_read_and_a_missing_one_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        checkpoint.read(tmp_path / "none.txt")
    (tmp_path / "head.txt").write_text("nothing")
    with pytest.raises(BadDataError, match="no checkpoint"):
        checkpoint.read(tmp_path / "head.txt")
