"""Explaining runs from the command line: engines, bulk, and what is left behind."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Command, process, red_document
from tests.unit.explain.http_server import body, chat, serving

Expect = Callable[..., object]


def configure(patch: pytest.MonkeyPatch, port: int) -> None:
    patch.setenv("RMOS_HTTP_ENGINE_URL", f"http://127.0.0.1:{port}/v1/chat/completions")
    patch.setenv("RMOS_HTTP_ENGINE_MODEL", "tiny")


def test_an_engine_is_chosen_by_option_before_the_variable(cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RMOS_ENGINE", "nobody")
    run = cli.create()
    answer = cli("explain", run)
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "installed are offline, http" in answer.err
    assert cli("explain", run, "--engine", "", "--json").error["code"] == "usage"
    made = cli.ok("explain", run, "--engine", "offline", "--json").json
    assert made["advisory_inputs"][0]["engine_id"] == "offline"


def test_the_http_engine_writes_for_a_person_to_read(cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    run = cli.create()
    with serving(chat("Fine\n\nThe spindle runs at 31,337 rpm.")) as server:
        configure(monkeypatch, server.server_port)
        made = cli.ok("explain", run, "--engine", "http", "--json").json
    assert (made["explanation_status"], made["review_state"]) == ("READY", "NEEDS_REVIEW")
    page = cli.ok("advisory", made["advisory_inputs"][0]["advisory_id"]).out
    assert "Nothing supports these numbers" in page
    assert "31,337" in page.partition("Nothing supports these numbers")[2]


def test_an_engine_that_fails_leaves_the_run_with_the_reason(
    cli: Command, monkeypatch: pytest.MonkeyPatch, expected_logs: Expect
) -> None:
    expected_logs("swallowed")
    run = cli.create()
    off = cli.ok("explain", run, "--engine", "http")
    assert "Explaining failed: The HTTP engine is off; set RMOS_HTTP_ENGINE_URL" in " ".join(off.out.split())
    with serving(body(b"", status="404 No")) as server:
        configure(monkeypatch, server.server_port)
        made = cli.ok("explain", run, "--engine", "http", "--json").json
        assert made["explanation_error"] == "The server of the HTTP engine knows no such address (404)."
        for _ in range(8):
            cli.create(meta={"n": _})
        bulk = cli("explain", "--all-missing", "--engine", "http")
    assert bulk.code == 1
    assert "5 failed" in bulk.out
    assert "Gave up early: The server of the HTTP engine knows no such address (404)." in " ".join(bulk.out.split())


def test_a_bulk_with_an_engine_that_is_off_writes_nothing(cli: Command) -> None:
    run = cli.create()
    answer = cli("explain", "--all-missing", "--engine", "http")
    assert answer.code == 1
    assert "is off" in answer.err
    assert cli.ok("show", run, "--json").json["explanation_status"] == "NONE"


def test_two_bulks_at_once_explain_each_run_once(cli: Command) -> None:
    documents = [json.dumps(red_document(meta={"n": number})) for number in range(6)]
    cli.ok("create", "--lines", stdin="\n".join(documents).encode())
    first = process("--store", cli.store, "explain", "--all-missing", "--json")
    assert first.stderr == "", "progress is for terminals"
    assert json.loads(first.stdout) == {
        "explained": 6, "failed": 0, "skipped": 0, "cancelled": False, "stopped": None
    }  # fmt: skip


def test_an_advisory_names_all_runs_that_carry_it(cli: Command) -> None:
    runs = [cli.create(meta={"n": number}) for number in range(3)]
    text = json.dumps({"advisory_id": "adv_shared", "kind": "note", "text": "Mind the clamp"}).encode()
    for run in runs:
        cli.ok("attach", run, "--advisory-id", "adv_shared", "--file", "-", stdin=text)
    assert sorted(cli.ok("advisory", "adv_shared", "--json").json["runs"]) == sorted(runs)
    page = cli.ok("advisory", "adv_shared").out
    assert all(run in page for run in runs)
