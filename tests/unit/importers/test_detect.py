"""Which layout a path is in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rmos_console.core.canonical import MAX_DOCUMENT_BYTES, sha256_hex
from rmos_console.core.errors import UsageError
from rmos_console.core.importers import detect, read, roots, why_nothing
from rmos_console.core.importers.found import FoundRun, Refused
from tests.unit.importers.stores import DAY, RUN_A, asset, everything, record, reference, runs, write

JOB = {"run_id": "job-1", "created_at": "2026-03-14T09:00:00Z", "sim_time_s": 1}
SAW = {"runs": {"s": {"run_id": "s", "created_at": "2026-03-14T09:00:00"}}}


@pytest.mark.parametrize(
    ("name", "value", "layout"),
    [
        ("a.json", {RUN_A: record()}, "v1"),
        ("a.json", {}, "v1"),
        ("a.json", SAW, "saw"),
        ("a.json", [], "saw"),
        ("a.json", {"runs": []}, "saw"),
        ("a.log", json.dumps(JOB).encode(), "job-log"),
        ("a.jsonl", f"{json.dumps(JOB)}\n{json.dumps(JOB)}\n".encode(), "job-log"),
        ("a.jsonl", b'{"run_id": "torn', "job-log"),
        ("a.json", record(), "patch"),
        ("a.json", json.dumps(record()).encode(), "patch"),
        ("a.json", {"meta": {}, **record()}, "patch"),
        ("a.json", asset(), "patch"),
        ("a.json", b'{"run_id": "torn", "mode"', "patch"),
        ("a.json", {**record(), "advisory_reviews": None}, "patch"),
        (f"{DAY}/a.json", {**record(), "advisory_reviews": None}, "v2"),
        (f"{DAY}/a.json", reference(run_id=RUN_A), "v2"),
        ("a.json", {"description": "scenarios", "scenarios": []}, None),
        ("a.json", {"x": {"y": 1}}, None),
        ("a.json", {"notes": {"run_id": 1}}, "v1"),
        ("a.json", {"detail": "the run_id", "x": '"run_id"'}, None),
        ("a.json", {"x": {"run": "run_id"}, "deep": {"run_id": "x"}}, "v1"),
        ("a.jsonl", b'{"x": 1}', None),
        ("a.json", b"", None),
        ("a.json", b"G0 X1", None),
        ("a.json", [1], None),
    ],
)
def test_a_file_is_known_by_its_first_bytes(tmp_path: Path, name: str, value: object, layout: str | None) -> None:
    path = write(tmp_path / name, value)
    assert detect(path) == layout
    assert [root.path for root in roots(path)] == ([path] if layout else [])


def test_a_huge_file_is_known_without_being_read(tmp_path: Path) -> None:
    for start, layout in ((b'{"run_id": "x",\n "mode": "', "patch"), (b'{"run_x": {"run_id": "', "v1")):
        path = write(tmp_path / "huge.json", start)
        os.truncate(path, MAX_DOCUMENT_BYTES + 1)
        assert detect(path) == layout


@pytest.mark.parametrize(
    ("files", "layout"),
    [
        ({"rmos_runs/a.json": record()}, "patch"),
        ({"advisory_assets/2026/03/14/adv_1.json": asset()}, "patch"),
        ({"some.json": record()}, "patch"),
        ({f"runs/{DAY}/a.json": record()}, "v2"),
        ({f"{DAY}/a.json": record()}, "v2"),
        ({f"rmos_runs/{DAY}/a.json": record()}, "v2"),
        ({"deep/er/saw_runs.json": SAW}, "saw"),
        ({"logs/cam.jsonl": json.dumps(JOB).encode()}, "job-log"),
        ({"runs.json": {RUN_A: record()}, "other.json": {"x": 1}}, "v1"),
        ({"a/b/c/d/e/runs.json": {RUN_A: record()}}, None),
        ({".hidden/runs.json": {RUN_A: record()}, "runs.json.tmp": {RUN_A: record()}}, None),
        ({"notes.txt": b"x"}, None),
    ],
)
def test_a_folder_is_known_by_its_shape(tmp_path: Path, files: dict[str, object], layout: str | None) -> None:
    for name, value in files.items():
        write(tmp_path / "store" / name, value)
    assert detect(tmp_path / "store") == layout


def test_a_folder_of_stores_names_each_of_them(tmp_path: Path) -> None:
    write(tmp_path / "rmos_runs" / "a.json", record())
    write(tmp_path / "advisory_assets" / "2026" / "a.json", asset())
    write(tmp_path / "runs" / DAY / "a.json", record())
    write(tmp_path / "run_attachments" / "ab" / "cd" / f"abcd{'0' * 60}.json", {RUN_A: record()})
    write(tmp_path / "runs.json", {RUN_A: record()})
    write(tmp_path / "more" / "saw.json", SAW)
    (tmp_path / "more" / "loop").symlink_to(tmp_path)
    assert [(root.path.relative_to(tmp_path).as_posix(), root.layout) for root in roots(tmp_path)] == [
        (".", "v2"),
        (".", "patch"),
        ("more/saw.json", "saw"),
        ("runs.json", "v1"),
    ]
    assert detect(tmp_path) is None
    assert len(runs(tmp_path, "v1")) == 1
    assert len(runs(tmp_path / "more", "saw")) == 1


def test_a_partitioned_folder_of_runs_beside_assets_is_both(tmp_path: Path) -> None:
    write(tmp_path / "rmos_runs" / DAY / "a.json", record())
    write(tmp_path / "advisory_assets" / "2026" / "a.json", asset())
    assert {(root.path.name, root.layout) for root in roots(tmp_path)} == {
        ("advisory_assets", "patch"),
        ("rmos_runs", "v2"),
    }


@pytest.mark.parametrize("inner", ["", "run_attachments"])
def test_attachments_alone_are_no_runs_and_that_is_said(tmp_path: Path, inner: str) -> None:
    sha = sha256_hex(b"x")
    write(tmp_path / inner / sha[:2] / sha[2:4] / f"{sha}.json", b"x")
    assert roots(tmp_path) == ()
    assert "attachments only" in why_nothing(tmp_path)


def test_why_nothing_was_found_is_one_line(tmp_path: Path) -> None:
    assert why_nothing(tmp_path) == "the folder is empty"
    assert "none of the layouts" in why_nothing(write(tmp_path / "x.txt", b"x"))
    assert roots(tmp_path / "missing") == ()
    write(tmp_path / "ab" / "notes.txt", b"x")
    (tmp_path / "ab" / "cd").mkdir()
    assert "none of the layouts" in why_nothing(tmp_path)


def test_an_unknown_layout_or_zone_is_said_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no layout 'v3'; choose one of patch, v1, v2, saw, job-log"):
        read(tmp_path, "v3")
    with pytest.raises(UsageError, match="time zone 'Mars/Olympus' is not known"):
        read(tmp_path, "v1", timezone="Mars/Olympus")


@pytest.mark.parametrize("layout", ["v1", "saw", "job-log"])
def test_a_folder_without_such_a_file_is_refused_in_one_line(tmp_path: Path, layout: str) -> None:
    (refused,) = everything(tmp_path, layout)
    assert isinstance(refused, Refused)
    assert "not a file" in refused.reason


@pytest.fixture
def shut(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Return a way to close a folder, also to root, whom permissions do not stop."""
    closed: set[Path] = set()
    listing = Path.iterdir

    def iterdir(folder: Path) -> object:
        if folder in closed:
            raise PermissionError(13, "Permission denied")
        return listing(folder)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    return closed.add


def test_a_folder_that_may_not_be_entered_stops_nothing_else(
    tmp_path: Path, shut: Callable[[Path], None], expected_logs: Callable[..., object]
) -> None:
    expected_logs("swallowed")
    write(tmp_path / "runs.json", {RUN_A: record()})
    write(tmp_path / "locked" / "x.json", record())
    shut(tmp_path / "locked")
    assert [root.layout for root in roots(tmp_path)] == ["v1"]


@pytest.mark.parametrize(
    ("layout", "inner"), [("v2", f"runs/{DAY}"), ("patch", "rmos_runs"), ("patch", "advisory_assets/2026")]
)
def test_a_part_that_may_not_be_entered_is_refused_alone(
    tmp_path: Path, shut: Callable[[Path], None], layout: str, inner: str
) -> None:
    write(tmp_path / "runs" / "2026-03-15" / "a.json", record())
    write(tmp_path / "advisory_assets" / "2027" / "a.json", asset())
    (tmp_path / "rmos_runs").mkdir()
    write(tmp_path / inner / "x.json", record())
    shut(tmp_path / inner)
    items = everything(tmp_path, layout)
    (refused,) = [each for each in items if isinstance(each, Refused)]
    assert refused.reason == f"The folder {Path(inner).name} cannot be listed: Permission denied."
    assert any(not isinstance(each, Refused) for each in items)


def test_the_sample_stores(samples: Path) -> None:
    assert {(root.path.relative_to(samples).as_posix(), root.layout) for root in roots(samples)} == {
        ("job-log/cam_job_log.jsonl", "job-log"),
        ("patch-per-file", "patch"),
        ("saw-runs/saw_runs.json", "saw"),
        ("v1-single-file/runs.json", "v1"),
        ("v2-partitioned", "v2"),
    }
    found = {name: runs(samples / name, detect(samples / name) or "") for name in ("saw-runs", "job-log")}
    assert {name: len({each.sealed.run_id for each in each_}) for name, each_ in found.items()} == {
        "saw-runs": 5,
        "job-log": 8,
    }
    assert all(isinstance(each, FoundRun) for each_ in found.values() for each in each_)
