"""Files kept with runs, and meta: what may change about a sealed run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.cli.conftest import Command


def test_a_file_is_kept_and_given_back(cli: Command, tmp_path: Path) -> None:
    run = cli.create()
    drawing = tmp_path / "rosette.dxf"
    drawing.write_bytes(b"0\r\nSECTION\r\n")
    digest = hashlib.sha256(drawing.read_bytes()).hexdigest()
    made = cli.ok("file", "add", run, drawing, "--kind", "drawing", "--json").json
    [attachment] = made["attachments"]
    assert (attachment["sha256"], attachment["kind"], attachment["filename"]) == (digest, "drawing", "rosette.dxf")
    assert "kept already" in cli.ok("file", "add", run, drawing, "--kind", "drawing").out
    target = tmp_path / "back.dxf"
    assert cli.ok("file", "save", run, digest, target, "--json").json == {"sha256": digest, "path": str(target)}
    assert target.read_bytes() == drawing.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o600
    assert cli("file", "save", run, digest, target).code == 4
    assert digest in cli.ok("show", run).out


def test_a_stored_name_never_becomes_a_path(cli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = cli.create()
    nasty = tmp_path / "..\x1b[2J;rm -rf ~.d xf"
    nasty.write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()
    cli.ok("file", "add", run, nasty)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    cli.ok("file", "save", run, digest)
    assert [path.name for path in here.iterdir()] == [digest]


def test_meta_is_set_and_removed_outside_the_seal(cli: Command) -> None:
    run = cli.create(meta={"operator": "kim"})
    sealed = cli.ok("show", run, "--json").json["run_sha256"]
    made = cli.ok("meta", run, "count=3", 'tags=["a"]', "note=plain words", "operator=", "--json").json
    assert made["meta"] == {"count": 3, "tags": ["a"], "note": "plain words"}
    assert made["run_sha256"] == sealed
    assert cli.ok("meta", run, "count=3").out.startswith("Nothing to change")
    assert cli.ok("meta", run, "count=4").out.startswith("Changed meta of")


def test_meta_never_changes_the_risk(cli: Command) -> None:
    run = cli.create()
    cli.ok("meta", run, "risk_level=RED", 'decision={"risk_level":"RED"}')
    assert cli.ok("show", run, "--json").json["risk"]["shown"] == "GREEN"
