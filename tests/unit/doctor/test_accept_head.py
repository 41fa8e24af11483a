"""A restored copy is accepted by an admin's signature alone, and every later audit tells of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rmos_console.core import resources
from rmos_console.core.errors import PolicyError, RefusedError, SignatureError, StoreError
from rmos_console.core.identity import Signer
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.store import Store, open_store
from rmos_console.core.store import release as release_module
from rmos_console.core.usecases import checkpoint as checkpoints
from rmos_console.core.usecases import export
from rmos_console.core.usecases.audit import audit
from rmos_console.core.usecases.doctor_accept import accept_head, sign_in_at
from rmos_console.core.usecases.doctor_reverify import reverify
from rmos_console.core.usecases.reporting import compose
from tests.store.making import independent_verify, seal
from tests.unit.doctor.conftest import SEGMENT, copy_of, cut, degrade, is_writable, note_what_is_wrong, noted
from tests.unit.usecases.conftest import CALLER, PASSPHRASE, enrol


@pytest.fixture
def path(store: Store, voss: Signer) -> Path:
    """A store with an admin and three runs, closed."""
    assert voss.person_id in store.snapshot().people
    seal(store, 1, 2, 3)
    store.close()
    return store.path


def rolled_back(path: Path) -> list[dict[str, object]]:
    return [event for event in independent_verify(path)[2] if event["kind"] == "store.rolled_back"]


def test_a_shorter_ledger_is_accepted_and_every_later_report_says_so(path: Path, voss: Signer, tmp_path: Path) -> None:
    head = audit(path).head
    cut(path)
    note = note_what_is_wrong(path)
    assert note is not None
    assert not reverify(path, caller=CALLER).ok
    done = accept_head(path, voss, reason="The disk was replaced", caller=CALLER)
    assert (done.recorded, done.cleared) == (True, True)
    assert done.lost is not None
    assert (done.lost.seq, done.lost.digest) == (head.seq, head.digest)
    assert noted(path) is None
    assert is_writable(path, 9)
    for report in (audit(path), compose(path, made_at_utc="2026-01-01T00:00:00Z").audit):
        assert report.ok
        (told,) = [finding for finding in report.findings if "An older copy was put back" in finding.message]
        assert told.severity == "warning"
        assert "M. Voss (mvoss)" in told.message
        assert f"line {head.seq}" in told.message
        assert "The disk was replaced" in told.message
    assert len(rolled_back(path)) == 1
    export.bundle(path, tmp_path / "b.zip")
    verifier = [sys.executable, str(resources.path("verifier/verify.py")), str(tmp_path / "b.zip")]
    verified = subprocess.run(verifier, capture_output=True, text=True, check=False, timeout=60)
    assert verified.returncode == 0, verified.stdout
    assert "mvoss accepted an older copy" in verified.stdout


def test_a_backup_put_in_the_place_of_the_ledger_is_accepted(path: Path, voss: Signer, tmp_path: Path) -> None:
    backup = copy_of(path, tmp_path / "backup")
    with open_store(path) as store:
        seal(store, 4, 5)
    for part in ("ledger", "blobs", "quarantine"):
        shutil.rmtree(path / part)
        shutil.copytree(backup / part, path / part)
    (path / "ledger").chmod(0o700)
    assert note_what_is_wrong(path) is not None
    assert accept_head(path, voss, caller=CALLER).cleared
    assert is_writable(path, 6)
    with open_store(path) as store:
        assert store.snapshot().run_count == 4
    assert audit(path).ok


def test_bytes_behind_the_end_are_set_aside(path: Path, voss: Signer) -> None:
    segment = path / SEGMENT
    segment.write_bytes(segment.read_bytes()[:-20])
    assert note_what_is_wrong(path) is not None or not is_writable(path, 9)
    assert accept_head(path, voss, caller=CALLER).recorded
    kinds = [event["kind"] for event in independent_verify(path)[2]]
    assert kinds[-2:] == ["store.recovered", "store.rolled_back"]
    assert audit(path).ok
    assert is_writable(path, 9)


def test_a_last_line_that_lacks_only_its_end_is_not_called_lost(path: Path, voss: Signer) -> None:
    segment = path / SEGMENT
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-1])
    assert not is_writable(path, 9)
    with pytest.raises(RefusedError, match="--reverify"):
        accept_head(path, voss, caller=CALLER)
    assert segment.read_bytes() == whole
    assert reverify(path, caller=CALLER).cleared
    assert is_writable(path, 9)


def test_what_is_left_must_verify(path: Path, voss: Signer) -> None:
    cut(path)
    data = bytearray((path / SEGMENT).read_bytes())
    data[400] ^= 1
    (path / SEGMENT).write_bytes(data)
    before = (path / SEGMENT).read_bytes()
    with pytest.raises(RefusedError, match=r"does not verify.*ledger/000001.jsonl at byte 0"):
        accept_head(path, voss, caller=CALLER)
    assert (path / SEGMENT).read_bytes() == before


def test_only_an_admin_whom_the_remaining_ledger_knows_accepts(path: Path, voss: Signer) -> None:
    with open_store(path) as store:
        keller = enrol(store, "akeller", "A. Keller", voss)
        late = enrol(store, "late", "L. Ate", voss, role="admin")
        seal(store, 4)
    cut(path, 2)
    note = note_what_is_wrong(path)
    before = (path / SEGMENT).read_bytes()
    with pytest.raises(PolicyError, match="only an admin"):
        accept_head(path, keller, caller=CALLER)
    with pytest.raises(RefusedError, match="does not know this person"):
        accept_head(path, late, caller=CALLER)
    forger = Signer(voss.store_id, "mvoss", "M. Voss", late._key)
    with pytest.raises(SignatureError):
        accept_head(path, forger, caller=CALLER)
    assert (noted(path), (path / SEGMENT).read_bytes()) == (note, before)
    with pytest.raises(SignatureError):
        sign_in_at(path, "mvoss", lambda: "not the passphrase at all")
    assert accept_head(path, sign_in_at(path, "mvoss", lambda: PASSPHRASE), caller=CALLER).cleared


def test_where_nothing_is_missing_nothing_is_written(path: Path, voss: Signer) -> None:
    before = (path / SEGMENT).read_bytes()
    assert not accept_head(path, voss, caller=CALLER).recorded
    assert (path / SEGMENT).read_bytes() == before
    degrade(path, 4)
    with pytest.raises(RefusedError, match="--reverify"):
        accept_head(path, voss, caller=CALLER)


def test_a_checkpoint_that_remembers_more_is_answered(path: Path, voss: Signer, tmp_path: Path) -> None:
    backup = copy_of(path, tmp_path / "backup")
    with open_store(path) as store:
        seal(store, 4)
        kept = checkpoints.take(store, None, caller=CALLER).value
    (backup / "ledger").chmod(0o700)
    for folder in (backup / "blobs", backup / "quarantine"):
        folder.mkdir(mode=0o700, exist_ok=True)
    done = accept_head(backup, voss, against=kept, caller=CALLER)
    assert done.recorded
    assert done.lost is not None
    assert (done.lost.seq, done.lost.digest) == (kept.seq, kept.digest)
    assert audit(backup).ok
    held = audit(backup, against=kept)
    assert not held.ok, "a signature of the store's own people never silences a checkpoint kept elsewhere"
    assert any("An older copy was put back" in finding.message for finding in held.findings)
    extended = Checkpoint(store_id=kept.store_id, seq=1, digest=next(iter(_digests(backup))))
    assert not accept_head(backup, voss, against=extended, caller=CALLER).recorded
    with pytest.raises(RefusedError, match="of the store"):
        accept_head(backup, voss, against=Checkpoint(store_id="store_x", seq=9, digest="0" * 64), caller=CALLER)


def _digests(path: Path) -> list[str]:
    return [line[-67:-3].decode() for line in (path / SEGMENT).read_bytes().splitlines(keepends=True)]


@pytest.mark.parametrize("step", ["record", "forget_catalog", "release"])
def test_a_crash_on_the_way_leaves_the_note_and_the_next_try_goes_through(
    path: Path, voss: Signer, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    cut(path)
    note = note_what_is_wrong(path)
    assert note is not None

    def crash(*_: object) -> None:
        raise StoreError("Gone.")

    with monkeypatch.context() as patch:
        patch.setattr(release_module.HeldStore, step, crash)
        with pytest.raises(StoreError, match="Gone"):
            accept_head(path, voss, caller=CALLER)
    assert noted(path) == note
    assert not is_writable(path, 9)
    if step == "release":  # the catalog forgot, the ledger says why: what is left for the note is a plain look
        assert reverify(path, caller=CALLER).cleared
    else:
        assert accept_head(path, voss, caller=CALLER).cleared
    assert is_writable(path, 9)
    assert audit(path).ok
    assert 1 <= len(rolled_back(path)) <= 2
