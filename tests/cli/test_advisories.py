"""Attaching advisories and reading them; explaining runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command, files_of, red_document

TEXT = "The pocket is too deep.\n\nUse a longer tool."


def asset_file(folder: Path, **fields: object) -> Path:
    """Write an advisory's document and return its path."""
    file = folder / "asset.json"
    file.write_text(json.dumps({"advisory_id": "a-1", "kind": "explanation", "text": TEXT, **fields}))
    return file


def test_an_advisory_is_attached_once(cli: Command, tmp_path: Path) -> None:
    run = cli.create()
    arguments = ["attach", run, "--advisory-id", "a-1", "--kind", "explanation", "--author", "m.voss"]
    made = cli.ok(*arguments, "--file", asset_file(tmp_path), "--request-id", "order-9", "--json").json
    [ref] = made["advisory_inputs"]
    assert (ref["advisory_id"], ref["kind"], ref["asset"]) == ("a-1", "explanation", "present")
    assert ref["request_id"] == "order-9"
    assert (ref["review_state"], made["review_state"]) == ("NEEDS_REVIEW", "NEEDS_REVIEW")
    before = files_of(cli.store)
    assert "is attached already to" in cli.ok(*arguments, "--file", asset_file(tmp_path)).out
    assert files_of(cli.store)["ledger/000001.jsonl"] == before["ledger/000001.jsonl"]


def test_other_bytes_under_the_same_id_are_refused(cli: Command, tmp_path: Path) -> None:
    run = cli.create()
    cli.ok("attach", run, "--advisory-id", "a-1", "--file", asset_file(tmp_path))
    before = files_of(cli.store)
    answer = cli("attach", run, "--advisory-id", "a-1", "--file", asset_file(tmp_path, text="Other."), "--json")
    assert (answer.code, answer.error["code"]) == (4, "conflict")
    assert files_of(cli.store)["ledger/000001.jsonl"] == before["ledger/000001.jsonl"]


def test_an_unresolved_advisory_says_so_until_its_text_arrives(cli: Command) -> None:
    run = cli.create()
    assert cli.ok("attach", run, "--advisory-id", "a-1", "--json").json["advisory_inputs"][0]["asset"] == "unresolved"
    assert "unresolved" in cli.ok("advisories", run).out
    assert cli("advisory", "a-1").code == 3
    cli.ok("attach", run, "--advisory-id", "a-1", "--kind", "explanation", "--file", "-", stdin=b'{"text":"Fine."}')
    assert cli.ok("advisories", run, "--json").json["advisory_inputs"][0]["asset"] == "present"


def test_advisories_are_listed_in_the_agreed_shape(cli: Command) -> None:
    run = cli.create()
    answer = cli.ok("advisories", run, "--json").json
    assert answer == {
        "run_id": run,
        "advisory_inputs": [],
        "count": 0,
        "explanation_status": "NONE",
        "explanation_summary": None,
    }
    assert "carries no advisories" in cli.ok("advisories", run).out


def test_an_advisory_is_shown_exactly(cli: Command, tmp_path: Path) -> None:
    run = cli.create()
    file = asset_file(tmp_path, text=f"{TEXT} \x1b[2J[bold]x[/bold]", engine={"id": "rules", "version": "7"})
    cli.ok("attach", run, "--advisory-id", "a-1", "--file", file)
    shown = cli.ok("advisory", "a-1", "--json").json
    assert shown["text"] == f"{TEXT} \x1b[2J[bold]x[/bold]"
    assert {"text_sha256", "evidence", "based_on", "review_state", "decisions"} <= shown.keys()
    page = cli.ok("advisory", "a-1").out
    assert "  The pocket is too deep.\n" in page
    assert "[bold]x[/bold]" in page
    assert shown["text_sha256"] in page
    assert "rules 7" in page
    assert "\x1b" not in page
    assert cli.ok("advisory", "a-1", "--run", run, "--json").json["run_id"] == run
    assert cli("advisory", "a-1", "--run", cli.create()).code == 3


def test_a_run_is_explained_once_and_again_by_force(cli: Command) -> None:
    run = cli.create(**red_document())
    made = cli.ok("explain", run, "--json").json
    assert made["explanation_status"] == "READY"
    assert made["review_state"] == "NEEDS_REVIEW"
    [first] = made["advisory_inputs"]
    assert cli.ok("explain", run, "--json").json["advisory_inputs"] == [first]
    forced = cli.ok("explain", run, "--force", "--json").json["advisory_inputs"]
    assert [ref["review_state"] for ref in forced] == ["SUPERSEDED", "NEEDS_REVIEW"]


def test_detail_chooses_what_is_printed(cli: Command) -> None:
    run = cli.create(**red_document())
    summary = cli.ok("explain", run).out
    full = cli.ok("explain", run, "--detail", "full").out
    made = cli.ok("show", run, "--json").json
    text = cli.ok("advisory", made["advisory_inputs"][0]["advisory_id"], "--json").json["text"]
    assert made["explanation_summary"] in summary
    assert len(full) > len(summary)
    for line in filter(None, text.splitlines()):
        assert line in full
    assert "Evidence" in cli.ok("advisory", made["advisory_inputs"][0]["advisory_id"]).out


def test_all_that_have_none_are_explained(cli: Command) -> None:
    for _ in range(3):
        cli.create()
    cli.create(**red_document())
    assert cli.ok("explain", "--all-missing", "--json").json["explained"] == 4
    assert cli.ok("explain", "--all-missing").out.startswith("Explained 0 runs")
    rows = cli.ok("list", "--json").json["items"]
    assert {row["review_state"] for row in rows} == {"AUTO_APPROVED", "NEEDS_REVIEW"}
    table = cli.ok("list").out
    assert "◐ By policy" in table
    assert "○ To review" in table


def test_the_queue_shows_what_waits_and_why(cli: Command) -> None:
    assert cli.ok("queue").out == "Nothing waits for a review.\n"
    red = cli.create(**red_document())
    yellow = cli.create(decision={"risk_level": "YELLOW"}, feasibility={"risk_level": "YELLOW"})
    cli.create()
    cli.ok("explain", "--all-missing")
    answer = cli.ok("queue", "--json").json
    assert [item["row"]["run_id"] for item in answer["items"]] == [red, yellow]
    assert answer["total"] == 2
    assert all(item["why"] for item in answer["items"])
    page = cli.ok("queue").out
    assert page.index(red) < page.index(yellow)
    assert answer["items"][0]["advisory_id"] in page
    assert "2 explanations wait for a person" in page


@pytest.mark.parametrize("columns", [60, 100])
def test_the_queue_never_cuts_a_run_id(cli: Command, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    run = cli.create(**red_document())
    cli.ok("explain", run)
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run in cli.ok("queue").out
