"""Bad input in each layout: the record alone is refused, in one line, and the rest comes in."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rmos_console.core.canonical import MAX_DOCUMENT_BYTES
from rmos_console.core.importers.found import FoundRun, Refused
from tests.unit.importers.stores import DAY, RUN_A, RUN_B, everything, only, record, write

GOOD = json.dumps(record(RUN_B, created_at="2026-03-14T09:00:00Z"))
HEAD = f'"run_id": "{RUN_A}", "created_at_utc": "2026-03-14T09:00:00Z", "created_at": "2026-03-14T09:00:00Z"'

DEFECTS = {
    "malformed": ("{" + HEAD + ', "x": tru}', "is not JSON"),
    "mismatched": ("{" + HEAD + ', "x": [1, {"a": 2]}}', "is not JSON"),
    "nan": ("{" + HEAD + ', "x": NaN}', "holds NaN"),
    "infinity": ("{" + HEAD + ', "x": -Infinity}', "holds -Infinity"),
    "overflow": ("{" + HEAD + ', "x": 1e999}', "too large for a number"),
    "long integer": ("{" + HEAD + ', "x": ' + "9" * 5000 + "}", "thousands of digits"),
    "duplicate keys": ("{" + HEAD + ', "x": {"a": 1, "a": 2}}', "holds the key 'a' twice"),
    "lone surrogate": ("{" + HEAD + ', "x": "\\ud800"}', "lone surrogate"),
    "deep nesting": ("{" + HEAD + ', "x": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested deeper than"),
    "deeper than a ledger line holds": ("{" + HEAD + ', "x": ' + "[" * 170 + "]" * 170 + "}", "deeper than 160"),
    "no object": ("[1]", "not an object"),
}
HOSTILE = {
    "a path": "../../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "a windows path": "C:\\\\Windows\\\\x",
    "a control character": "run_\\u0007",
    "an invisible character": "run_\\u200b",
    "a NUL": "a\\u0000b",
    "too long": "x" * 513,
    "empty": "",
}


def store_of(folder: Path, layout: str, bad: str, key: str = RUN_A) -> Path:
    """Write a store of two records, the first of them bad."""
    if layout == "v1":
        return write(folder / "runs.json", f'{{"{key}": {bad}, "{RUN_B}": {GOOD}}}'.encode())
    if layout == "saw":
        return write(folder / "saw.json", f'{{"runs": {{"{key}": {bad}, "{RUN_B}": {GOOD}}}}}'.encode())
    if layout == "job-log":
        return write(folder / "log.jsonl", f"{bad}\n{GOOD}\n".encode())
    runs = folder / "rmos_runs" if layout == "patch" else folder / "runs" / DAY
    write(runs / "bad.json", bad.encode())
    write(runs / "good.json", GOOD.encode())
    return folder


def check(path: Path, layout: str, told: str) -> Refused:
    items = everything(path, layout)
    assert [each.original_id for each in only(FoundRun, items)] == [RUN_B]
    (refused,) = only(Refused, items)
    assert told in refused.reason
    assert "\n" not in refused.reason
    assert len(refused.reason) < 300
    assert len(items) == 2
    return refused


@pytest.mark.parametrize("layout", ["patch", "v1", "v2", "saw", "job-log"])
@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_refuses_only_its_record(tmp_path: Path, layout: str, name: str) -> None:
    bad, told = DEFECTS[name]
    if name == "mismatched" and layout in {"v1", "saw"}:
        told = "is not JSON"
    check(store_of(tmp_path, layout, bad), layout, told)


@pytest.mark.parametrize("layout", ["patch", "v1", "v2", "saw", "job-log"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_id_is_refused_and_never_becomes_a_path(tmp_path: Path, layout: str, name: str) -> None:
    hostile = HOSTILE[name]
    bad = "{" + HEAD.replace(RUN_A, hostile) + "}"
    refused = check(store_of(tmp_path, layout, bad, hostile), layout, "The run_id")
    assert refused.source.isprintable()


@pytest.mark.parametrize("layout", ["patch", "v2"])
def test_a_file_over_32_mb_is_refused_before_it_is_read(tmp_path: Path, layout: str) -> None:
    path = store_of(tmp_path, layout, "{}")
    bad = next(tmp_path.rglob("bad.json"))
    os.truncate(bad, MAX_DOCUMENT_BYTES * 1000)  # sparse: reading it would take 32 GB
    check(path, layout, "at most 33,554,432 are read")


@pytest.mark.parametrize("layout", ["v1", "saw", "job-log"])
def test_a_record_over_32_mb_is_refused_within_its_stream(tmp_path: Path, layout: str) -> None:
    bad = "{" + HEAD + ', "x": "' + "x" * MAX_DOCUMENT_BYTES + '"}'
    check(store_of(tmp_path, layout, bad), layout, "33,554,432")


@pytest.mark.parametrize("layout", ["v1", "saw", "job-log"])
@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\xef\xbb\xbf{}", b"null"])
def test_a_file_that_is_nothing_is_one_refusal(tmp_path: Path, layout: str, data: bytes) -> None:
    (refused,) = everything(write(tmp_path / "x", data), layout)
    assert isinstance(refused, Refused)
    assert "\n" not in refused.reason


@pytest.mark.parametrize("layout", ["patch", "v2"])
def test_a_file_name_of_any_bytes_can_be_written_down(tmp_path: Path, layout: str) -> None:
    path = store_of(tmp_path, layout, "{}")
    folder = next(tmp_path.rglob("bad.json")).parent
    (folder / "bad.json").rename(folder / os.fsdecode(b"b\xffa\nd.json"))
    refused = check(path, layout, "The run_id is missing.")
    assert refused.source.endswith("/b\\xffa\\u000ad.json")
    refused.source.encode("utf-8")
