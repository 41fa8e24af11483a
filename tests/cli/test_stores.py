"""A store that is missing, empty, foreign, newer, damaged or closed to us: exit 6, one line, nothing written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, files_of, process, run_document

RUN = f"run_{'0' * 32}"
VERBS: list[list[object]] = [
    ["list"],
    ["show", RUN],
    ["advisories", RUN],
    ["advisory", "a"],
    ["attach", RUN, "--advisory-id", "a"],
    ["explain", RUN],
    ["explain", "--all-missing"],
    ["file", "add", RUN, "/dev/null"],
    ["file", "save", RUN, "0" * 64],
    ["meta", RUN, "a=1"],
    ["queue"],
    ["review", RUN, "a", "--approve", "--reviewer", "x", "--text-sha256", "0" * 64],
    ["reviewer", "list"],
    ["reviewer", "add", "x", "--name", "X"],
    ["policy", "show"],
    ["diff", RUN, RUN],
    ["audit"],
    ["create"],
]


def unavailable(command: Command, arguments: list[object], code: str) -> str:
    """Call for people and for programs; return the one line."""
    stdin = json.dumps(run_document()).encode()
    answer = command(*arguments, stdin=stdin)
    assert answer.code == 6, answer
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    asked = command(*arguments, "--json", stdin=stdin)
    assert (asked.code, asked.error["code"]) == (6, code)
    return answer.err


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: " ".join(map(str, verb[:2])))
def test_without_a_store_every_verb_says_how_to_make_one(command: Command, verb: list[object]) -> None:
    assert "init" in unavailable(command, verb, "no_store")
    assert not command.store.exists()


def test_an_empty_folder_is_no_store(command: Command) -> None:
    command.store.mkdir()
    assert "init" in unavailable(command, ["list"], "no_store")
    assert list(command.store.iterdir()) == []


def test_a_file_is_no_store(command: Command) -> None:
    command.store.write_text("hello")
    unavailable(command, ["list"], "no_store")
    assert command("init").code == 4


def test_a_foreign_store_is_recognised_and_the_import_offered(command: Command) -> None:
    command.store.mkdir()
    (command.store / "runs.json").write_text('{"run_20260105_101500": {"run_id": "run_20260105_101500", "mode": null}}')
    before = files_of(command.store)
    assert f"import {command.store}" in unavailable(command, ["list"], "foreign_store")
    assert command("init").code == 6
    assert files_of(command.store) == before


def test_a_newer_store_is_left_alone(cli: Command) -> None:
    facts = cli.store / "store.json"
    document = json.loads(facts.read_text())
    facts.write_text(json.dumps({**document, "format": 99}))
    before = files_of(cli.store)
    assert "Update it" in unavailable(cli, ["list"], "newer_store")
    unavailable(cli, ["create"], "newer_store")
    assert files_of(cli.store) == before


def test_an_existing_store_is_never_made_again(cli: Command) -> None:
    cli.create()
    before = files_of(cli.store)
    answer = cli("init", "--json")
    assert (answer.code, answer.error["code"]) == (4, "refused")
    assert "There is a store" in cli("init", "--admin", "anna", "--name", "Anna").err  # before any passphrase
    assert files_of(cli.store) == before
    other = cli.store.parent / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    assert cli("init", store=other).code == 4
    assert files_of(other) == {"notes.txt": b"mine"}


def test_lines_end_at_the_first_that_the_store_cannot_take(cli: Command) -> None:
    cli.store.chmod(0o770)
    try:
        answer = cli("create", "--lines", stdin=b'{"mode":"m","tool_id":"t","status":"OK"}\n' * 3)
    finally:
        cli.store.chmod(0o700)
    assert (answer.code, answer.out, answer.err.count("\n")) == (6, "", 1)


def test_a_store_that_may_not_be_written_still_reads(cli: Command) -> None:
    run = cli.create()
    cli.store.chmod(0o770)  # writable by a group nobody named: the store refuses to write
    try:
        before = files_of(cli.store)
        assert cli.ok("list", "--json").json["total"] == 1
        assert cli.ok("audit", "--json").json["ok"]
        for verb in (["create"], ["meta", run, "a=1"], ["explain", run], ["attach", run, "--advisory-id", "a"]):
            assert "read-only" in unavailable(cli, list(verb), "read_only")
        assert files_of(cli.store) == before
    finally:
        cli.store.chmod(0o700)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_a_store_without_permission_is_named(cli: Command) -> None:
    cli.store.chmod(0)
    try:
        unavailable(cli, ["list"], "read_only")
    finally:
        cli.store.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_a_store_of_somebody_else_is_named(cli: Command) -> None:
    cli.create()
    before = files_of(cli.store)
    code = (
        "import os, sys, rmos_console.cli.verbs.browse\n"
        "from rmos_console.cli.main import run\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "--store", cli.store, "list"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 6, ended.stderr
    assert ended.stderr.count("\n") == 1
    assert files_of(cli.store) == before


def test_the_store_is_found_by_option_then_environment_then_folder(command: Command, tmp_path: Path) -> None:
    def said(*arguments: str, **env: str) -> str:
        return process(*arguments, "list", cwd=tmp_path, env=env).stderr

    assert "by-option" in said("--store", "by-option", RMOS_RUNS_DIR="by-environment")
    assert "by-environment" in said(RMOS_RUNS_DIR="by-environment")
    (tmp_path / "data" / "rmos_runs").mkdir(parents=True)
    assert "data/rmos_runs" in said()
    (tmp_path / "data" / "rmos_runs").rmdir()
    assert os.environ["XDG_DATA_HOME"] in said()
    assert not command.store.exists()
