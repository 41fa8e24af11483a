"""Creating runs from documents: one, and one a line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Command, files_of, red_document, run_document


def test_a_run_is_created_from_stdin_and_from_a_file(cli: Command, tmp_path: Path) -> None:
    made = cli.ok("create", "--json", stdin=json.dumps(run_document()).encode()).json
    assert made["run_id"].startswith("run_")
    assert (made["mode"], made["status"], made["risk"]["shown"]) == ("mvp", "OK", "GREEN")
    assert made["source"]["format"] == "create"
    file = tmp_path / "run.json"
    file.write_text(json.dumps(red_document()))
    answer = cli.ok("create", file)
    assert answer.lines[0].startswith("Created run_")
    assert cli.ok("list", "--json").json["total"] == 2


def test_the_same_run_again_writes_nothing(cli: Command) -> None:
    document = json.dumps(run_document(run_id=f"run_{'a' * 32}", created_at_utc="2026-01-05T10:00:00Z")).encode()
    cli.ok("create", stdin=document)
    before = files_of(cli.store)
    cli.ok("create", stdin=document)
    assert files_of(cli.store)["ledger/000001.jsonl"] == before["ledger/000001.jsonl"]
    other = json.dumps(run_document(run_id=f"run_{'a' * 32}", mode="other")).encode()
    answer = cli("create", "--json", stdin=other)
    assert (answer.code, answer.error["code"]) == (4, "conflict")


def test_unknown_keys_are_kept_verbatim(cli: Command) -> None:
    made = cli.ok("create", "--json", stdin=json.dumps(run_document(colour={"rgb": [1, 2]})).encode()).json
    assert made["source"]["extra"] == {"colour": {"rgb": [1, 2]}}


def test_lines_are_answered_one_by_one(cli: Command) -> None:
    lines = [run_document(), {"mode": "mvp"}, red_document()]
    data = b"\n".join(json.dumps(line).encode() for line in lines) + b"\nnot json\n\n"
    answer = cli("create", "--lines", "--json", stdin=data)
    assert answer.code == 1
    answers = [json.loads(line) for line in answer.lines]
    assert [("error" if "error" in item else item["status"]) for item in answers] == ["OK", "error", "BLOCKED", "error"]
    assert answers[3]["error"]["details"]["line"] == 4
    assert cli.ok("list", "--json").json["total"] == 2


def test_lines_for_people_name_the_run_or_the_line(cli: Command, tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_text(f"{json.dumps(run_document())}\n{{}}\n")
    answer = cli("create", "--lines", file)
    assert answer.code == 1
    assert answer.lines[0].startswith("Created run_")
    assert answer.lines[1].startswith("line 2: ")
    assert cli("create", "--lines", tmp_path / "absent").code == 3


def test_good_lines_alone_exit_with_0(cli: Command) -> None:
    data = b"".join(json.dumps(run_document()).encode() + b"\r\n" for _ in range(5))
    assert len(cli.ok("create", "--lines", stdin=data).lines) == 5
