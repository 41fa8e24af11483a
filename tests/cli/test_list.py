"""Listing and showing runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command, process, red_document, run_document

RUNS: list[dict[str, Any]] = [
    run_document(created_at_utc="2026-01-05T10:00:00Z", tool_id="T1", context={"machine_id": "mill-1"}),
    run_document(created_at_utc="2026-01-06T10:00:00Z", tool_id="T2", context={"session_id": "s-7"}, mode="helical"),
    red_document(created_at_utc="2026-01-07T10:00:00Z", tool_id="T2"),
    run_document(created_at_utc="2026-01-08T23:59:59Z", decision={}, feasibility={}, status="ERROR"),
]


@pytest.fixture
def filled(cli: Command) -> Command:
    """The command on a store with four runs, the oldest first."""
    for document in RUNS:
        cli.create(**document)
    return cli


def tools(command: Command, *options: object) -> list[str]:
    """Return the days of the runs that a list shows, in its order."""
    return [row["created_at_utc"][8:10] for row in command.ok("list", "--json", *options).json["items"]]


@pytest.mark.parametrize(
    ("options", "days"),
    [
        ([], ["08", "07", "06", "05"]),
        (["--status", "ok"], ["06", "05"]),
        (["--status", "BLOCKED", "--status", "ERROR"], ["08", "07"]),
        (["--risk", "RED"], ["07"]),
        (["--risk", "unknown"], ["08"]),
        (["--mode", "helical"], ["06"]),
        (["--tool", "T2"], ["07", "06"]),
        (["--tool", "T2", "--status", "OK"], ["06"]),
        (["--machine", "mill-1"], ["05"]),
        (["--session", "s-7"], ["06"]),
        (["--since", "2026-01-07", "--timezone", "UTC"], ["08", "07"]),
        (["--until", "2026-01-06", "--timezone", "UTC"], ["06", "05"]),
        (["--since", "2026-01-06T11:00", "--timezone", "+02:00"], ["08", "07", "06"]),
        (["--until", "2026-01-06T10:00:00Z"], ["05"]),
        (["--since", "7d"], []),
        (["--text", "aggressive depth"], ["07"]),
        (["--text", "nowhere"], []),
        (["--review", "NONE"], ["08", "07", "06", "05"]),
        (["--review", "APPROVED"], []),
        (["--sort", "created_at_utc"], ["05", "06", "07", "08"]),
        (["--sort", "score", "--limit", "1"], ["07"]),
        (["--limit", "2", "--offset", "1"], ["07", "06"]),
        (["--limit", "0"], []),
        (["--where", "decision.score < 60"], ["07"]),
    ],
)
def test_every_option_narrows_or_orders(filled: Command, options: list[str], days: list[str]) -> None:
    assert tools(filled, *options) == days


def test_total_counts_what_matches_whatever_is_shown(filled: Command) -> None:
    answer = filled.ok("list", "--json", "--tool", "T2", "--limit", "1").json
    assert (len(answer["items"]), answer["total"]) == (1, 2)


def test_the_table_has_whole_run_ids_and_risk_as_shape_and_word(filled: Command) -> None:
    answer = filled.ok("list")
    ids = [row["run_id"] for row in filled.ok("list", "--json").json["items"]]
    for line, run_id in zip(answer.lines[1:], ids, strict=False):
        assert line.rstrip().endswith(run_id)
    assert "■ RED" in answer.lines[2]
    assert "◆ UNKNOWN" in answer.lines[1]
    assert "● GREEN" in answer.lines[3]
    assert answer.lines[-1] == "4 runs"
    assert "\x1b" not in answer.out
    assert "2 of 4 runs" in filled.ok("list", "--tool", "T2").out
    assert "1 shown; --limit and --offset" in filled.ok("list", "--limit", "1").out
    assert "No run matches; the filter hides all 4 runs." in filled.ok("list", "--tool", "T9").out


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 120, 200])
def test_a_narrow_terminal_hides_columns_but_never_cuts_an_id(
    filled: Command, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    ids = [row["run_id"] for row in filled.ok("list", "--json").json["items"]]
    lines = filled.ok("list").lines
    assert [line.split()[-1] for line in lines[1:5]] == ids
    assert all(len(line.rstrip()) <= columns for line in lines[:5])
    assert ("Risk" in lines[0]) == (columns > 50)
    assert ("Machine" in lines[0]) == (columns >= 100)


def test_an_empty_store_says_what_to_do(cli: Command) -> None:
    assert "no runs yet; `rmos-console import PATH`" in cli.ok("list").out


@pytest.mark.parametrize("options", [["--sort", "colour"], ["--where", "decision.score <"]])
def test_an_unknown_column_or_expression_is_wrong_usage(filled: Command, options: list[str]) -> None:
    answer = filled("list", *options)
    assert answer.code == 2
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize(
    ("option", "words"),
    [("--risk", "GREEN, YELLOW, RED"), ("--status", "OK, BLOCKED, ERROR"), ("--review", "NONE, NEEDS_REVIEW")],
)
def test_a_word_that_no_run_can_have_is_wrong_usage(filled: Command, option: str, words: str) -> None:
    for given in ("purple", ""):
        answer = filled("list", option, given)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.count("\n") == 1
        assert option in answer.err
        assert words in answer.err
        assert filled("list", option, words.split(",", maxsplit=1)[0], option, given, "--json").error["code"] == "usage"
    assert filled.ok("list", option, words.split(",", maxsplit=1)[0].lower()).err == ""


def test_a_long_text_is_cut_in_a_pipe_and_the_id_never(cli: Command) -> None:
    run = cli.create(mode="m" * 600, event_type="木" * 600, tool_id="T" * 40)
    head, line, *_ = cli.ok("list").lines
    assert line.endswith(run)
    assert len(line) < 300
    assert f"{'m' * 39}…  " in line
    assert f"{'木' * 19} …" in line  # a wide character is never halved
    assert f" {'T' * 40} " in line
    assert head.split()[-1] == "Run"


def test_no_colour_in_a_pipe_or_under_no_color(filled: Command) -> None:
    assert "\x1b[" not in process("--store", filled.store, "list").stdout
    coloured = process("--store", filled.store, "list", env={"FORCE_COLOR": "1", "TERM": "xterm-256color"}).stdout
    assert "\x1b[1;31m■ RED" in coloured
    plain = process("--store", filled.store, "list", env={"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm"}).stdout
    assert "\x1b[1;31m" not in plain


def test_a_terminal_without_unicode_still_gets_its_answer(filled: Command) -> None:
    ended = process("--store", filled.store, "list", env={"PYTHONIOENCODING": "ascii"})
    assert ended.returncode == 0
    assert "RED" in ended.stdout
    asked = process("--store", filled.store, "list", "--json", env={"PYTHONIOENCODING": "ascii"})
    assert '"total": 4' in asked.stdout


def test_a_run_is_shown_whole(cli: Command) -> None:
    run = cli.create(
        **red_document(
            created_at_utc="2026-01-07T10:00:00Z",
            context={"machine_id": "mill-1", "material_id": "ebony"},
            outputs={"gcode_text": "G0 X0\nG1 X1\n"},
        )
    )
    text = cli.ok("show", run).out
    for part in (
        "■ RED",
        "Blocked",
        "score 0",
        run,
        "mill-1",
        "ebony",
        "Depth of cut too aggressive",
        "F020",
        "2 lines",
    ):
        assert part in text
    assert cli.ok("show", run, "--json").json["outputs"]["gcode_text"] == "G0 X0\nG1 X1\n"


def test_stored_text_cannot_steer_the_terminal(cli: Command) -> None:
    nasty = "ok\x1b]0;pwned\x07\x1b[2J\u202edesrever\u200b"
    decision = {"risk_level": "GREEN", "block_reason": nasty, "warnings": [nasty]}
    run = cli.create(mode=nasty, tool_id="[red]T1[/red]", decision=decision, meta={nasty: nasty})
    for verb in (["list"], ["show", run], ["list", "--json"], ["show", run, "--json"]):
        out = cli.ok(*verb).out
        assert all(character.isprintable() or character == "\n" for character in out), verb
    assert "[red]T1[/red]" in cli.ok("list").out
    assert cli.ok("show", run, "--json").json["mode"] == nasty


def test_an_original_id_finds_its_run_and_names_the_others(cli: Command, tmp_path: Path) -> None:
    log = tmp_path / "cam_job_log.jsonl"
    line = (
        '{"run_id":"job-1","job_name":"Rosette","machine_id":"m1","post_id":"grbl","sim_time_s":%d,"created_at":"%s"}\n'
    )
    log.write_text(line % (10, "2026-01-05T10:00:00Z") + line % (12, "2026-01-06T10:00:00Z"))
    cli.ok("import", log)
    shown = cli.ok("show", "job-1", "--json").json
    assert shown["source"]["run_id"] == "job-1"
    assert shown["created_at_utc"].startswith("2026-01-06")
    assert len(shown["also"]) == 1
    assert shown["also"][0] in cli.ok("show", "job-1").out
