"""The items an import finds: when a run is set apart, and how partitions are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from rmos_console.core.importers.found import FoundRun, is_partition, partition_of
from rmos_console.core.records.ids import derived_run_id
from tests.unit.importers.stores import DAY, RUN_A, record, runs, write


@pytest.fixture
def found(tmp_path: Path) -> FoundRun:
    write(tmp_path / "runs" / DAY / f"{RUN_A}.json", record())
    return runs(tmp_path, "v2")[0]


def test_a_run_set_apart_keeps_its_original_id_and_always_gets_the_same_new_one(found: FoundRun) -> None:
    apart = found.set_apart()
    assert apart.discriminator == f"v2 {DAY}"
    assert apart.sealed.run_id == derived_run_id("v2", RUN_A, f"v2 {DAY}")
    assert (apart.sealed.source.run_id, apart.sealed.source.discriminator) == (RUN_A, f"v2 {DAY}")
    assert apart.sealed_sha256 == found.sealed_sha256
    assert apart == found.set_apart()


def test_without_a_partition_the_day_of_the_run_counts(tmp_path: Path) -> None:
    (found,) = runs(write(tmp_path / "runs.json", {RUN_A: record(created_at_utc="2026-03-14T23:00:00-06:00")}), "v1")
    assert found.set_apart().discriminator == "v1 2026-03-15"
    line = b'{"run_id": "x", "created_at": "2026-03-14T09:00:00Z"}'
    (job,) = runs(write(tmp_path / "log.jsonl", line), "job-log")
    assert job.set_apart().discriminator == f"job-log 2026-03-14 {job.discriminator}"


def test_elsewhere_is_another_layout_or_another_partition(found: FoundRun) -> None:
    here = found.sealed.source
    assert not found.is_elsewhere(here)
    assert not found.is_elsewhere(here.model_copy(update={"path": f"{DAY}/renamed.json"}))
    assert found.is_elsewhere(here.model_copy(update={"path": "2026-03-15/x.json"}))
    assert found.is_elsewhere(here.model_copy(update={"path": None}))
    assert found.is_elsewhere(here.model_copy(update={"format": "v1"}))


@pytest.mark.parametrize(
    ("name", "is_date"),
    [("2026-03-14", True), ("2026-02-30", False), ("2026-3-14", False), ("_audit", False), ("٢٠٢٦-03-14", False)],
)
def test_a_partition_is_a_date(name: str, is_date: bool) -> None:
    assert is_partition(name) == is_date
    assert partition_of(f"runs/{name}/x.json") == (name if is_date else "")
    assert partition_of(name) == ""
