"""A bundle is the whole store in one file: it audits as the store does, and hostile files are refused."""

from __future__ import annotations

import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from rmos_console.core.canonical import canonical
from rmos_console.core.errors import BadDataError, CancelledError, NoStoreError, RefusedError
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import audit, bundle, checkpoint, explain, export, intake
from tests.unit.usecases.conftest import RED, decide

Make = Callable[..., RunArtifact]
Parts = list[tuple[zipfile.ZipInfo | str, bytes]]


@pytest.fixture
def full(store: Store, make_run: Make, caller: Caller, voss: Signer, tmp_path: Path) -> Store:
    """A store with a decision, a file, a large program, an orphan blob and torn bytes set aside."""
    run = make_run(RED, outputs={"gcode_text": "G1 X1.000\n" * 40_000})
    (tmp_path / "x.bin").write_bytes(b"precious")
    intake.add_file(store, run.run_id, tmp_path / "x.bin", caller)
    store.put_blob(b"nobody names this")
    segment = store.path / "ledger" / "000001.jsonl"
    with segment.open("ab") as file:
        file.write(b'{"prev":"torn')
    after = explain.explain(store, run.run_id, caller=caller).value
    decide(store, voss, run.run_id, after.advisory_inputs[0].advisory_id, "rejected", reason="No")
    return store


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def rezip(path: Path, parts: Parts) -> Path:
    """Write an archive of these parts; what a store needs is in it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("store.json", b"{}")
        for name, data in parts:
            archive.writestr(name, data)
    return path


def test_a_bundle_audits_as_its_store_does(full: Store, caller: Caller, voss: Signer, tmp_path: Path) -> None:
    noted = checkpoint.take(full, voss, caller=caller).value
    target = tmp_path / "b.zip"
    made = export.bundle(full.path, target)
    assert made.ok
    assert made.head == full.snapshot().head
    assert made.files == len(names(target))
    assert target.stat().st_mode & 0o777 == 0o600
    whole, copied = audit.audit(full.path), audit.audit(target, against=noted)
    assert copied.ok
    assert (copied.head, copied.decisions, copied.runs) == (whole.head, whole.decisions, whole.runs)
    assert any("orphan" in each.message or "no line names" in each.message for each in whole.findings)
    assert not any("no line names" in each.message for each in copied.findings), "orphans are not named, so not copied"


def test_what_is_in_it_and_what_is_not(full: Store, tmp_path: Path) -> None:
    export.bundle(full.path, tmp_path / "b.zip")
    listed = names(tmp_path / "b.zip")
    assert {"store.json", "ledger/000001.jsonl", "findings.json", "verify.py", "README.txt"} <= set(listed)
    assert sum(name.startswith("blobs/") for name in listed) == 2
    assert sum(name.startswith("quarantine/") for name in listed) == 1
    assert not [name for name in listed if name in {"lock", "state"} or name.startswith("catalog")]


def test_the_same_store_gives_the_same_bytes(full: Store, tmp_path: Path) -> None:
    export.bundle(full.path, tmp_path / "1.zip")
    export.bundle(full.path, tmp_path / "2.zip")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_bytes_that_are_still_being_written_stay_out(full: Store, tmp_path: Path) -> None:
    head = full.snapshot().head
    with (full.path / "ledger" / "000001.jsonl").open("ab") as file:
        file.write(b'{"prev":"half a line')
    assert export.bundle(full.path, tmp_path / "b.zip").head == head
    assert not [each for each in audit.audit(tmp_path / "b.zip").findings if "torn" in each.message]


def test_a_damaged_store_is_copied_as_it_is(full: Store, tmp_path: Path, expected_logs: Callable[..., object]) -> None:
    expected_logs(r"where=export\.ledger .*digest does not match")
    segment = full.path / "ledger" / "000001.jsonl"
    full.close()
    segment.write_bytes(segment.read_bytes().replace(b'"tool_id":"T102"', b'"tool_id":"T103"'))
    made = export.bundle(full.path, tmp_path / "b.zip")
    assert not made.ok
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert archive.read("ledger/000001.jsonl") == segment.read_bytes()
    report = audit.audit(tmp_path / "b.zip")
    assert not report.ok
    assert any(each.message.startswith("found where the bundle was made") for each in report.findings)


def test_opening_leaves_nothing_behind(full: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export.bundle(full.path, tmp_path / "b.zip")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    before = (tmp_path / "b.zip").read_bytes()
    with bundle.unpacked(tmp_path / "b.zip") as folder:
        assert folder.parent == tmp_path / "tmp"
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not [each for each in folder.rglob("*") if each.is_file() and each.stat().st_mode & 0o177]
    assert list((tmp_path / "tmp").iterdir()) == []
    assert (tmp_path / "b.zip").read_bytes() == before


LINK = zipfile.ZipInfo("blobs/aa/aa/" + "a" * 64)
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ([("../evil", b"x")], "no name of a part"),
        ([("/etc/evil", b"x")], "no name of a part"),
        ([("ledger/../../evil", b"x")], "no name of a part"),
        ([("blobs/aa/bb/" + "a" * 64, b"x")], "no name of a part"),
        ([("lock", b"x")], "no name of a part"),
        ([("catalog/000001.json", b"x")], "no name of a part"),
        ([("ledger/", b"")], "no name of a part"),
        ([("ledger\\000001.jsonl", b"x")], "no name of a part"),
        ([(LINK, b"/etc/passwd")], "link"),
        ([("ledger/000001.jsonl", b"0" * 100_000_000)], "would unpack"),
    ],
)
def test_hostile_archives_are_refused(tmp_path: Path, parts: Parts, complaint: str) -> None:
    target = rezip(tmp_path / "b.zip", parts)
    with pytest.raises(BadDataError, match=complaint) as told:
        audit.audit(target)
    assert "\n" not in told.value.message
    assert sorted(each.name for each in tmp_path.iterdir()) == ["b.zip"]


def test_a_name_with_a_zero_in_it_is_refused(tmp_path: Path) -> None:
    target = rezip(tmp_path / "b.zip", [("ledger/000001.jsonl0.txt", b"x")])
    target.write_bytes(target.read_bytes().replace(b"jsonl0.txt", b"jsonl\x00.txt"))
    with pytest.raises(BadDataError, match="no name of a part"):
        audit.audit(target)


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        rezip(tmp_path / "b.zip", [("README.txt", b"1"), ("README.txt", b"2")])
    with pytest.raises(BadDataError, match="twice"):
        audit.audit(tmp_path / "b.zip")


def test_a_part_that_lies_about_its_size_is_refused(full: Store, tmp_path: Path) -> None:
    export.bundle(full.path, tmp_path / "b.zip")
    data = (tmp_path / "b.zip").read_bytes()
    (tmp_path / "b.zip").write_bytes(data[: len(data) // 2] + b"\0" * 200 + data[len(data) // 2 + 200 :])
    with pytest.raises(BadDataError, match="copy it again"):
        audit.audit(tmp_path / "b.zip")


def test_too_many_parts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_FILES", 2)
    with pytest.raises(BadDataError, match="no bundle holds more"):
        audit.audit(rezip(tmp_path / "b.zip", [("README.txt", b"1"), ("verify.py", b"2")]))


def test_no_bundle_at_all(tmp_path: Path) -> None:
    with pytest.raises(NoStoreError, match="There is no bundle"):
        audit.audit(tmp_path / "none.zip")
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(BadDataError, match="no zip file"):
        audit.audit(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("README.txt", b"hello")
    with pytest.raises(BadDataError, match=r"no store\.json"):
        audit.audit(tmp_path / "c.zip")


@pytest.mark.parametrize("document", [{"findings": 1}, {"findings": [{"severity": "bad"}]}, []])
def test_malformed_findings_are_refused(full: Store, document: object) -> None:
    (full.path / "findings.json").write_bytes(canonical(document))
    with pytest.raises(BadDataError, match=r"findings\.json"):
        audit.audit(full.path)


def test_where_a_bundle_may_go_and_that_it_can_be_stopped(full: Store, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="within the store"):
        export.bundle(full.path, full.path / "b.zip")
    (tmp_path / "there.zip").write_bytes(b"x")
    with pytest.raises(RefusedError, match="not overwritten"):
        export.bundle(full.path, tmp_path / "there.zip")
    with pytest.raises(CancelledError):
        export.bundle(full.path, tmp_path / "b.zip", cancelled=lambda: True)
    assert not (tmp_path / "b.zip").exists()
