"""Taking the evidence elsewhere: bundles and reports."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Command, files_of


def test_a_bundle_is_audited_by_name(cli: Command, tmp_path: Path) -> None:
    cli.ok("explain", cli.create())
    target = tmp_path / "b.zip"
    before = files_of(cli.store)
    made = cli.ok("export", "--bundle", target, "--json").json
    assert files_of(cli.store) == before
    assert made["ok"]
    report = cli("audit", "--json", store=target)
    assert report.code == 0
    assert report.json["head"] == made["head"] == cli.ok("audit", "--json").json["head"]
    assert report.json["reviews"]["automatic"] == 1
    page = cli.ok("export", "--bundle", tmp_path / "c.zip")
    assert page.lines == [
        f"store {made['store_id']}",
        f"line {made['head']['seq']}",
        f"digest {made['head']['digest']}",
    ]
    assert "up to line" in page.err


def test_a_damaged_store_is_copied_and_ends_with_1(cli: Command, tmp_path: Path) -> None:
    cli.ok("file", "add", cli.create(), __file__)
    blob = next(path for path in (cli.store / "blobs").rglob("*") if path.is_file())
    blob.chmod(0o600)
    blob.write_bytes(b"other")
    answer = cli("export", "--bundle", tmp_path / "b.zip")
    assert answer.code == 1
    assert "do not match" in answer.out
    assert cli("audit", store=tmp_path / "b.zip").code == 1


def test_wrong_calls(cli: Command, tmp_path: Path) -> None:
    assert cli("export").code == 2
    assert cli("export", "--bundle", tmp_path / "b.tar").code == 2
    assert cli("export", "--bundle", cli.store / "b.zip").code == 4
    assert cli("audit", store=tmp_path / "none.zip").code == 6
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../../evil", b"x")
    answer = cli("audit", "--json", store=tmp_path / "evil.zip")
    assert answer.code == 5
    assert "hostile" in answer.error["message"]


@pytest.mark.parametrize("ending", ["pdf", "html", "csv", "json"])
def test_a_report_beside_the_answer(cli: Command, tmp_path: Path, ending: str) -> None:
    cli.ok("explain", cli.create())
    target = tmp_path / f"report.{ending}"
    answer = cli.ok("audit", "--report", target, "--json")
    assert answer.json["ok"]
    assert "The report is in" in answer.err
    starts = {"pdf": b"%PDF", "html": b"<!DOCTYPE html>", "csv": b"\xef\xbb\xbfrecord", "json": b"{"}
    assert target.read_bytes().startswith(starts[ending])
    if ending == "json":
        assert json.loads(target.read_bytes())["audit"]["head"] == answer.json["head"]
    assert cli("audit", "--report", target).code == 4
    assert cli("audit", "--report", tmp_path / "report.doc").code == 2


def test_a_report_about_a_bundle_is_the_one_about_its_store(cli: Command, tmp_path: Path) -> None:
    cli.ok("explain", cli.create())
    cli.ok("export", "--bundle", tmp_path / "b.zip")
    cli.ok("audit", "--report", tmp_path / "1.json")
    assert cli("audit", "--report", tmp_path / "2.json", store=tmp_path / "b.zip").code == 0
    first, second = (json.loads((tmp_path / name).read_bytes()) for name in ("1.json", "2.json"))
    first.pop("made_at_utc")
    second.pop("made_at_utc")
    assert first == second


def test_runs_as_files_and_back(cli: Command, tmp_path: Path) -> None:
    run_id = cli.create()
    cli.ok("file", "add", run_id, __file__)
    made = cli.ok("export", "--layout", "patch", tmp_path / "out", "--json")
    assert (made.json["runs"], made.json["files_left_out"]) == (1, 1)
    assert "stay in the store only" in made.err
    other = tmp_path / "other"
    assert cli("init", store=other).code == 0
    assert cli("import", tmp_path / "out", store=other).code == 0
    assert cli("show", run_id, store=other).code == 0
    assert cli("export", "--layout", "v1", tmp_path / "x").code == 2
    assert cli("export", "--layout", "v2").code == 2
    assert cli("export", "--layout", "v2", tmp_path / "out").code == 4
