"""The demo, with and without a window."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, process


def test_headless_prints_table_queue_and_audit_and_draws_the_views(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = process("demo", "store", "--headless", cwd=tmp_path)
    assert first.returncode == 0, first
    assert first.stderr == ""
    for part in ("● GREEN", "■ RED", "\nQueue\n", "\nAudit\nIntact: ", "passphrase: demo passphrase"):
        assert part in first.stdout
    pictures = list((tmp_path / "build" / "demo").glob("*.png"))
    assert len(pictures) >= 8  # four views, light and dark
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "PySide6", None)
    again = command.bare("demo", "store", "--headless", "--json").json
    assert again["reused"]
    assert len(again["reviewers"]) == 2
    assert again["runs"] >= 60
    assert again["pictures"] == []
    assert "No pictures of the window" in command.bare("demo", "store", "--headless").out


def test_without_a_display_the_demo_names_the_other_way(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    answer = command.bare("demo", tmp_path / "demo")
    assert answer.code == 2
    assert "--headless" in answer.err
    assert not (tmp_path / "demo").exists()


def test_a_demo_never_goes_into_something_else(cli: Command) -> None:
    run = cli.create()
    answer = cli.bare("demo", cli.store, "--headless")
    assert answer.code == 4
    assert answer.err.count("\n") == 1
    assert [row["run_id"] for row in cli.ok("list", "--json").json["items"]] == [run]
