"""Reviewers are enrolled, and decide about exact texts under their own names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Command, files_of, red_document

pytestmark = pytest.mark.usefixtures("signing")


@pytest.fixture
def staffed(cli: Command) -> Command:
    """The command on a store with an admin, anna, and a reviewer, ben."""
    cli.ok("reviewer", "add", "anna", "--name", "Anna Voss")
    cli.ok("reviewer", "add", "ben", "--name", "Ben Ito", "--by", "anna")
    return cli


def explained(cli: Command, document: dict[str, object] | None = None) -> tuple[str, str, str]:
    """Create and explain a run; return its id, the advisory's id and the text's digest."""
    run = cli.create(**(document or red_document()))
    advisory = cli.ok("explain", run, "--json").json["advisory_inputs"][-1]["advisory_id"]
    return run, advisory, cli.ok("advisory", advisory, "--json").json["text_sha256"]


def test_the_first_reviewer_is_the_admin_and_gets_a_recovery_code(cli: Command) -> None:
    first = cli.ok("reviewer", "add", "anna", "--name", "Anna Voss", "--json").json
    assert (first["person"]["role"], first["person"]["name"]) == ("admin", "Anna Voss")
    assert first["recovery_code"]
    second = cli.ok("reviewer", "add", "ben", "--name", "Ben Ito", "--by", "anna", "--json").json
    assert (second["person"]["role"], second["recovery_code"]) == ("reviewer", None)
    listed = cli.ok("reviewer", "list", "--json").json
    assert [(person["id"], person["role"], person["key_here"]) for person in listed["items"]] == [
        ("anna", "admin", True),
        ("ben", "reviewer", True),
    ]
    assert listed["total"] == 2
    page = cli.ok("reviewer", "list").out
    assert "Anna Voss" in page
    assert "on this machine" in page


def test_init_enrols_the_admin(command: Command) -> None:
    page = command.ok("init", "--admin", "anna", "--name", "Anna Voss").out
    assert "Enrolled Anna Voss (anna) as admin" in page
    assert "Recovery code: " in page
    assert command.ok("reviewer", "list", "--json").json["total"] == 1


def test_only_an_admin_enrols(staffed: Command, signing: Callable[[str], None]) -> None:
    before = files_of(staffed.store)
    alone = staffed("reviewer", "add", "cem", "--name", "Cem", "--json")
    assert (alone.code, alone.error["code"]) == (4, "policy")
    assert staffed("reviewer", "add", "cem", "--name", "Cem", "--by", "ben").code == 4
    assert staffed("reviewer", "add", "ben", "--name", "Again", "--by", "anna").code == 4
    assert staffed("reviewer", "add", "cem", "--name", "Cem", "--by", "nobody").code == 3
    assert staffed("reviewer", "add", "Cem/../x", "--name", "Cem", "--by", "anna").code == 5
    signing("something else entirely")
    assert staffed("reviewer", "add", "cem", "--name", "Cem", "--by", "anna").code == 4
    assert files_of(staffed.store) == before


def test_a_red_run_is_approved_with_a_reason(staffed: Command) -> None:
    run, advisory, sha = explained(staffed)
    call = ["review", run, advisory, "--approve", "--reviewer", "ben", "--text-sha256", sha]
    assert staffed(*call, "--json").error["code"] == "policy"
    made = staffed.ok(*call, "--reason", "measured by hand", "--json").json
    assert (made["verb"], made["person_id"], made["review_state"]) == ("approved", "ben", "APPROVED")
    assert made["reason"] == "measured by hand"
    shown = staffed.ok("advisory", advisory, "--json").json
    assert (shown["review_state"], shown["decisions"][0]["person_name"]) == ("APPROVED", "Ben Ito")
    assert "✔ Approved by Ben Ito (ben)" in staffed.ok("advisory", advisory).out
    assert staffed.ok("queue", "--json").json["total"] == 0
    assert "✔ Approved" in staffed.ok("list").out


def test_rejecting_needs_a_reason_and_is_taken_back(staffed: Command) -> None:
    run, advisory, sha = explained(staffed, {"decision": {"risk_level": "YELLOW"}})
    call = ["review", run, advisory, "--reject", "--reviewer", "ben", "--text-sha256", sha]
    assert staffed(*call).code == 4
    out = staffed.ok(*call, "--reason", "wrong tool").out
    assert out.startswith("Rejected by Ben Ito · ✖ Rejected · ")
    assert "wrong tool" in staffed.ok("advisory", advisory).out
    assert staffed("review", run, advisory, "--withdraw", "--reviewer", "anna").code == 4
    back = staffed.ok("review", run, advisory, "--withdraw", "--reviewer", "ben", "--json").json
    assert (back["verb"], back["review_state"]) == ("withdrawn", "NEEDS_REVIEW")
    assert staffed("review", run, advisory, "--withdraw", "--reviewer", "ben").code == 4


@pytest.mark.parametrize(
    ("change", "code", "kind"),
    [
        ({"--text-sha256": "0" * 64}, 4, "stale"),
        ({"--text-sha256": "short"}, 5, "bad_id"),
        ({"--reviewer": "nobody"}, 3, "not_found"),
        ({"--reviewer": "../anna"}, 5, "bad_id"),
        ({"passphrase": "wrong wrong wrong"}, 4, "signature"),
        ({"advisory": "nothing"}, 3, "not_found"),
        ({"run": f"run_{'0' * 32}"}, 3, "not_found"),
    ],
)
def test_a_decision_that_may_not_be_made_writes_nothing(
    staffed: Command, signing: Callable[[str], None], change: dict[str, str], code: int, kind: str
) -> None:
    run, advisory, sha = explained(staffed)
    before = files_of(staffed.store)
    if "passphrase" in change:
        signing(change["passphrase"])
    answer = staffed(
        "review",
        change.get("run", run),
        change.get("advisory", advisory),
        *["--approve", "--reason", "fine", "--json"],
        *["--reviewer", change.get("--reviewer", "ben"), "--text-sha256", change.get("--text-sha256", sha)],
    )
    assert (answer.code, answer.error["code"]) == (code, kind)
    assert answer.err.count("\n") == 1
    assert files_of(staffed.store) == before


def test_without_a_terminal_nobody_is_asked(staffed: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    run, advisory, sha = explained(staffed)
    call = ["review", run, advisory, "--approve", "--reviewer", "ben", "--reason", "fine"]
    unseen = staffed(*call)
    assert unseen.code == 4
    assert "--text-sha256" in unseen.err
    monkeypatch.delenv("RMOS_REVIEWER_PASSPHRASE")
    for arguments in (
        [*call, "--text-sha256", sha],
        ["review", run, advisory, "--withdraw", "--reviewer", "ben"],
        ["reviewer", "add", "cem", "--name", "Cem", "--by", "anna"],
    ):
        answer = staffed(*arguments)
        assert answer.code == 4
        assert "RMOS_REVIEWER_PASSPHRASE" in answer.err
        assert answer.err.count("\n") == 1


def test_an_unresolved_text_cannot_be_approved(staffed: Command) -> None:
    run = staffed.create(**red_document())
    staffed.ok("attach", run, "--advisory-id", "a-1", "--kind", "explanation")
    answer = staffed(
        "review", run, "a-1", "--approve", "--reviewer", "ben", "--reason", "fine", "--text-sha256", "0" * 64
    )
    assert answer.code == 3


def test_nobody_approves_their_own_words(staffed: Command, tmp_path: Path) -> None:
    run = staffed.create(**red_document())
    file = tmp_path / "asset.json"
    file.write_text('{"text": "It is safe.", "kind": "explanation"}')
    staffed.ok("attach", run, "--advisory-id", "a-1", "--kind", "explanation", "--author", "ben", "--file", file)
    sha = staffed.ok("advisory", "a-1", "--json").json["text_sha256"]
    call = ["review", run, "a-1", "--approve", "--reason", "fine", "--text-sha256", sha]
    assert staffed(*call, "--reviewer", "ben").code == 4
    staffed.ok(*call, "--reviewer", "anna")


def test_the_policy_is_shown(cli: Command) -> None:
    policy = cli.ok("policy", "show", "--json").json
    assert (policy["mode"], policy["version"], policy["engines"]) == ("tiered", 1, ["offline@1"])
    assert cli.ok("policy", "show").out.startswith("tiered (version 1): GREEN may be approved by the policy")
