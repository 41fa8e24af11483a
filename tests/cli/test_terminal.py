"""On a terminal a person is shown the text, asked about it, and asked for the passphrase."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import PASSPHRASE, Command, red_document
from tests.cli.terminal import converse


@pytest.fixture
def waiting(command: Command, signing: object, monkeypatch: pytest.MonkeyPatch) -> tuple[Command, str, str]:  # noqa: ARG001  # it sets the passphrase
    """A store with an admin, and a run whose explanation waits."""
    command.ok("init", "--admin", "anna", "--name", "Anna Voss")
    run = command.create(**red_document())
    advisory = command.ok("explain", run, "--json").json["advisory_inputs"][0]["advisory_id"]
    monkeypatch.delenv("RMOS_REVIEWER_PASSPHRASE")
    return command, run, advisory


def review(waiting: tuple[Command, str, str], replies: list[tuple[str, str]]) -> tuple[int, str]:
    command, run, advisory = waiting
    store = str(command.store)
    return converse(["--store", store, "review", run, advisory, "--approve", "--reviewer", "anna"], replies)


def test_the_text_is_shown_and_asked_about(waiting: tuple[Command, str, str]) -> None:
    command, run, advisory = waiting
    answers = [("explanation right?", "y"), ("Reason", "checked on the machine"), ("Passphrase of anna", PASSPHRASE)]
    code, screen = review(waiting, answers)
    assert code == 0, screen
    assert PASSPHRASE not in screen
    shown = command.ok("advisory", advisory, "--run", run, "--json").json
    assert (shown["review_state"], shown["decisions"][0]["reason"]) == ("APPROVED", "checked on the machine")


@pytest.mark.parametrize(
    ("replies", "said"),
    [
        ([("explanation right?", "n")], "Nothing was decided"),
        ([("explanation right?", "")], "Nothing was decided"),
        ([("explanation right?", "y"), ("Reason", ""), ("Passphrase", PASSPHRASE)], "reason"),
        ([("explanation right?", "y"), ("Reason", "r"), ("Passphrase", "not the passphrase")], "passphrase"),
    ],
)
def test_what_is_not_confirmed_is_not_decided(
    waiting: tuple[Command, str, str], replies: list[tuple[str, str]], said: str
) -> None:
    code, screen = review(waiting, replies)
    assert code == 4, screen
    assert said in screen
    assert "Traceback" not in screen
    assert waiting[0].ok("queue", "--json").json["total"] == 1


def test_a_new_passphrase_is_asked_twice(tmp_path: Path) -> None:
    arguments = ["--store", str(tmp_path / "s"), "init", "--admin", "anna", "--name", "Anna Voss"]
    code, screen = converse(arguments, [("New passphrase for anna", PASSPHRASE), ("The same again", "other words")])
    assert (code, "differ" in screen) == (4, True)
    assert not (tmp_path / "s").exists()
    code, screen = converse(arguments, [("New passphrase for anna", PASSPHRASE), ("The same again", PASSPHRASE)])
    assert (code, "Recovery code" in screen) == (0, True)


def test_who_types_a_run_is_told_how_to_end(waiting: tuple[Command, str, str]) -> None:
    document = '{"mode":"mvp","tool_id":"T1","status":"OK"}'
    code, screen = converse(["--store", str(waiting[0].store), "create"], [("end with Ctrl+D", f"{document}\n\x04")])
    assert (code, "Created run_" in screen) == (0, True)


def test_ctrl_c_at_a_question_decides_nothing(waiting: tuple[Command, str, str]) -> None:
    code, screen = review(waiting, [("explanation right?", "\x03")])
    assert code == 130
    assert "Traceback" not in screen
    assert waiting[0].ok("queue", "--json").json["total"] == 1


def test_a_list_on_a_terminal_is_coloured_and_fits(waiting: tuple[Command, str, str]) -> None:
    code, screen = converse(["--store", str(waiting[0].store), "list"], [])
    assert code == 0
    assert "\x1b[" in screen
    assert waiting[1] in screen
