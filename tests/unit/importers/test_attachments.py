"""Attachments: named by their raw bytes here, whatever their source called them; claims without bytes are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rmos_console.core.canonical import MAX_DOCUMENT_BYTES, canonical, sha256_hex
from rmos_console.core.importers.found import FoundRun
from tests.unit.importers.stores import DAY, RUN_A, record, runs, write

PLAN = {"passes": [1.5, 2], "ok": True}
INDENTED = json.dumps(PLAN, indent=2).encode()


def put(folder: Path, name: str, data: bytes, ext: str = ".json") -> Path:
    return write(folder / name[:2] / name[2:4] / f"{name}{ext}", data)


def imported(root: Path, *claims: object) -> FoundRun:
    """Return the run of a store whose one run claims these attachments."""
    write(root / "runs" / DAY / f"{RUN_A}.json", record(attachments=list(claims)))
    (found,) = runs(root, "v2")
    return found


def test_json_is_named_by_its_compact_form_at_the_source_and_by_its_bytes_here(tmp_path: Path) -> None:
    compact = sha256_hex(canonical(PLAN))
    path = put(tmp_path / "run_attachments", compact, INDENTED)
    claim = {"sha256": compact, "kind": "plan", "mime": "application/json", "filename": "plan", "size_bytes": 31}
    found = imported(tmp_path, {**claim, "created_at_utc": "2026-03-14T10:00:00+00:00"})
    (file,) = found.files
    assert (file.path, file.complaint) == (path, None)
    assert file.attachment.document() == {
        "sha256": sha256_hex(INDENTED),
        "kind": "plan",
        "mime": "application/json",
        "filename": "plan",
        "size_bytes": len(INDENTED),
        "created_at_utc": "2026-03-14T10:00:00Z",
        "source_sha256": compact,
    }
    assert found.sealed.attachments == (file.attachment,)
    assert found.mutable["attachments"][0]["size_bytes"] == 31
    assert found.warnings == ()


@pytest.mark.parametrize("folder", ["run_attachments", "attachments", "runs/run_attachments", "runs/attachments"])
@pytest.mark.parametrize("ext", ["", ".nc"])
def test_bytes_are_found_in_every_folder_that_stores_used(tmp_path: Path, folder: str, ext: str) -> None:
    data = b"G0 X1\r\n"
    put(tmp_path / folder, sha256_hex(data), data, ext)
    put(tmp_path / folder, sha256_hex(data), b"half", f"{ext}.tmp")
    (file,) = imported(tmp_path, {"sha256": sha256_hex(data)}).files
    assert (file.attachment.kind, file.attachment.source_sha256, file.complaint) == ("file", None, None)


def test_other_bytes_than_the_name_says_are_taken_with_a_complaint(tmp_path: Path) -> None:
    put(tmp_path / "attachments", "1" * 64, b"other")
    found = imported(tmp_path, {"sha256": "1" * 64, "created_at_utc": "soon"})
    (file,) = found.files
    assert file.attachment.sha256 == sha256_hex(b"other")
    assert file.attachment.source_sha256 == "1" * 64
    assert file.attachment.created_at_utc is None
    assert file.complaint == (
        f"the attachment {'1' * 64} holds other bytes than its name says (sha256 {sha256_hex(b'other')})"
    )


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ({"sha256": "2" * 64}, f"There is no file for '{'2' * 64}' beside the store."),
        ({"sha256": "../../../etc/passwd"}, "There is no file for '../../../etc/passwd' beside the store."),
        ({"sha256": 3}, "It names no sha256."),
        ("text", "It names no sha256."),
    ],
)
def test_a_claim_without_bytes_is_kept_with_a_warning(tmp_path: Path, claim: object, told: str) -> None:
    (tmp_path / "attachments").mkdir()
    found = imported(tmp_path, claim)
    assert found.files == ()
    assert found.mutable["attachments"] == [claim]
    assert found.warnings == (f"attachments[0] is not taken, its claim is kept: {told}",)


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = put(tmp_path / "attachments", "3" * 64, b"")
    with path.open("wb") as handle:
        handle.truncate(MAX_DOCUMENT_BYTES + 1)
    (warning,) = imported(tmp_path, {"sha256": "3" * 64}).warnings
    assert "at most 33,554,432 are read" in warning


def test_attachments_that_are_no_list_are_kept(tmp_path: Path) -> None:
    write(tmp_path / "runs" / DAY / f"{RUN_A}.json", record(attachments="none"))
    (found,) = runs(tmp_path, "v2")
    assert found.mutable["attachments"] == "none"
    assert found.warnings == ("attachments is no list; it is kept as it was",)


def test_the_real_attachments(samples: Path, tmp_path: Path) -> None:
    names = [path.name.split(".")[0] for path in sorted((samples / "attachments").rglob("*")) if path.is_file()]
    (tmp_path / "attachments").symlink_to(samples / "attachments")
    files = imported(tmp_path, *({"sha256": name} for name in names)).files
    assert len(files) == len(names) == 13
    assert [file.complaint for file in files] == [None] * 13
    assert sum(file.attachment.source_sha256 is not None for file in files) == 8
