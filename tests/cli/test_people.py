"""People are renewed, recovered and revoked, keys travel, and the policy is set: all by admins, all signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rmos_console.core import identity
from tests.cli.conftest import PASSPHRASE, Command, files_of, red_document

Signing = Callable[[str], None]


@pytest.fixture
def staffed(cli: Command, signing: Signing) -> Command:
    """The command on a store with an admin, anna, and a reviewer, ben."""
    signing(PASSPHRASE)
    cli.ok("reviewer", "add", "anna", "--name", "Anna Voss")
    cli.ok("reviewer", "add", "ben", "--name", "Ben Ito", "--by", "anna")
    return cli


def waiting(cli: Command) -> list[str]:
    """A RED run that waits; the call that approves it, but for the reviewer."""
    run = cli.create(**red_document())
    advisory = cli.ok("explain", run, "--json").json["advisory_inputs"][-1]["advisory_id"]
    sha = cli.ok("advisory", advisory, "--json").json["text_sha256"]
    return ["review", run, advisory, "--approve", "--reason", "measured", "--text-sha256", sha, "--json", "--reviewer"]


def test_somebody_revoked_signs_nothing_and_their_decisions_are_suspect(staffed: Command) -> None:
    approve = waiting(staffed)
    staffed.ok(*approve, "ben")
    assert staffed("reviewer", "revoke", "ben", "--by", "ben", "--json").error["code"] == "policy"
    done = staffed.ok("reviewer", "revoke", "ben", "--by", "anna", "--since", "1d", "--reason", "left", "--json").json
    assert len(done["suspect"]) == 1
    assert done["person"]["revoked_since"]
    refused = staffed(*approve, "ben")
    assert (refused.code, refused.error["code"]) == (4, "signature")
    assert "revoked" in refused.err
    assert staffed.ok("show", approve[1], "--json").json["review_state"] == "NEEDS_REVIEW"
    report = staffed.ok("audit", "--json").json
    assert report["ok"]
    assert "revoked since" in staffed.ok("reviewer", "list").out
    assert staffed("reviewer", "revoke", "ben", "--by", "anna").code == 4
    assert staffed("reviewer", "add", "ben", "--name", "Ben", "--by", "anna").code == 4
    last = staffed("reviewer", "revoke", "anna", "--by", "anna")
    assert (last.code, "last admin" in last.err) == (4, True)
    assert staffed("reviewer", "revoke", "nobody", "--by", "anna").code == 3
    assert staffed("reviewer", "revoke", "anna", "--by", "anna", "--since", "soon").code == 2


@pytest.mark.parametrize("by", [[], ["--by", "anna"]])
def test_after_a_new_key_old_decisions_stand_and_new_ones_are_signed_with_it(staffed: Command, by: list[str]) -> None:
    approve = waiting(staffed)
    staffed.ok(*approve, "ben")
    before = staffed.ok("reviewer", "list", "--json").json["items"][1]
    after = staffed.ok("reviewer", "rekey", "ben", *by, "--json").json
    assert after["public_key"] != before["public_key"]
    assert after["former_keys"] == [before["public_key"]]
    staffed.ok(*waiting(staffed), "ben")
    report = staffed.ok("audit", "--json").json
    assert report["ok"], report["findings"]
    assert [line["signature"] for line in report["decisions"]] == ["valid", "valid"]


def test_a_lost_passphrase_is_helped_by_an_admin(staffed: Command, signing: Signing) -> None:
    signing("forgotten by everybody")
    assert staffed("reviewer", "rekey", "ben").code == 4
    signing(PASSPHRASE)
    assert staffed("reviewer", "rekey", "anna", "--by", "ben", "--json").error["code"] == "policy"
    staffed.ok("reviewer", "rekey", "ben", "--by", "anna")
    assert staffed("reviewer", "rekey", "nobody", "--by", "anna").code == 3


def test_a_recovery_code_works_once(cli: Command, signing: Signing, monkeypatch: pytest.MonkeyPatch) -> None:
    signing("the passphrase that gets lost")
    code = cli.ok("reviewer", "add", "anna", "--name", "Anna Voss", "--json").json["recovery_code"]
    signing(PASSPHRASE)
    unasked = cli("reviewer", "recover", "anna")
    assert (unasked.code, "RMOS_RECOVERY_CODE" in unasked.err) == (4, True)
    monkeypatch.setenv("RMOS_RECOVERY_CODE", identity.recovery_code(cost=2).code)
    assert cli("reviewer", "recover", "anna", "--json").error["code"] == "signature"
    monkeypatch.setenv("RMOS_RECOVERY_CODE", code.lower().replace("-", " "))
    fresh = cli.ok("reviewer", "recover", "anna", "--json").json["recovery_code"]
    assert fresh != code
    cli.ok("reviewer", "add", "ben", "--name", "Ben Ito", "--by", "anna")
    assert cli("reviewer", "recover", "anna").code == 4
    none = cli("reviewer", "recover", "ben")
    assert (none.code, "reviewer rekey ben" in none.err) == (4, True)
    monkeypatch.setenv("RMOS_RECOVERY_CODE", fresh)
    shown = cli.ok("reviewer", "recover", "anna").out
    assert "Recovery code: " in shown
    assert fresh not in shown
    assert cli.ok("audit", "--json").json["ok"]
    stored = b"".join(files_of(cli.store).values()) + b"".join(files_of(Path.home().parent / "config").values())
    assert not [each for each in (code, fresh) if each.encode() in stored]


def test_a_key_travels_still_locked(staffed: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ben.key"
    assert staffed.ok("reviewer", "key", "export", "ben", "--out", file, "--json").json["file"] == str(file)
    assert file.stat().st_mode & 0o777 == 0o600
    again = staffed("reviewer", "key", "export", "ben", "--out", file)
    assert (again.code, "not overwritten" in again.err) == (4, True)
    assert staffed("reviewer", "key", "export", "ben", "--out", staffed.store / "ben.key").code == 4
    assert staffed("reviewer", "key", "import", file, "--json").error["code"] == "conflict"
    approve = waiting(staffed)
    here = Path.home().parent / "config"
    (tmp_path / "other station").mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "other station"))
    assert staffed(*approve, "ben").code == 3
    assert staffed("reviewer", "key", "import", tmp_path / "nothing").code == 3
    staffed.ok("reviewer", "key", "import", file)
    staffed.ok(*approve, "ben")
    listed = {each["id"]: each["key"] for each in staffed.ok("reviewer", "list", "--json").json["items"]}
    assert listed == {"anna": "elsewhere", "ben": "here"}
    staffed.ok("reviewer", "rekey", "ben")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(here))
    listed = {each["id"]: each["key"] for each in staffed.ok("reviewer", "list", "--json").json["items"]}
    assert listed == {"anna": "here", "ben": "replaced"}
    stale = staffed(*waiting(staffed), "ben")
    assert (stale.code, "replaced" in stale.err) == (4, True)
    assert "replaced" in staffed("reviewer", "key", "import", file).err
    assert staffed("reviewer", "key", "export", "ben", "--out", tmp_path / "old.key").code == 4


def test_a_key_of_another_store_is_refused(staffed: Command, tmp_path: Path) -> None:
    other = tmp_path / "other"
    staffed.ok("reviewer", "key", "export", "ben", "--out", tmp_path / "ben.key")
    assert staffed("init", store=other).code == 0
    assert staffed("reviewer", "add", "anna", "--name", "Anna Voss", store=other).code == 0
    refused = staffed("reviewer", "key", "import", tmp_path / "ben.key", store=other)
    assert (refused.code, "key of the store" in refused.err) == (4, True)
    document = json.loads((tmp_path / "ben.key").read_text("utf-8"))
    document["person_id"] = "../../ben"
    (tmp_path / "bad.key").write_text(json.dumps(document), "utf-8")
    assert staffed("reviewer", "key", "import", tmp_path / "bad.key").code == 5
    (tmp_path / "none.key").write_text("[]", "utf-8")
    assert staffed("reviewer", "key", "import", tmp_path / "none.key").code == 5


def test_one_admin_alone_is_told_to_enrol_a_second(staffed: Command) -> None:
    told = staffed.ok("reviewer", "list")
    assert "only admin" in told.out
    assert len(staffed.ok("reviewer", "list", "--json").json["hints"]) == 1
    staffed.ok("reviewer", "add", "cleo", "--name", "Cleo Marsh", "--role", "admin", "--by", "anna")
    assert staffed.ok("reviewer", "list", "--json").json["hints"] == []


def test_the_policy_is_set_by_an_admin(staffed: Command) -> None:
    call = ["policy", "set", "--by", "anna", "--json"]
    made = staffed.ok(*call, "--mode", "strict", "--second-for-red", "on", "--engines", "offline@1,own@2").json
    assert (made["version"], made["mode"], made["second_for_red"]) == (2, "strict", True)
    assert made["engines"] == ["offline@1", "own@2"]
    assert staffed.ok(*call, "--engines", "").json["engines"] == []
    assert staffed.ok(*call, "--engines", "").json["version"] == 3
    assert staffed.ok(*call, "--reopen").json["reopen"]
    page = staffed.ok("policy", "show").out
    assert page.startswith("strict (version 4)")
    assert "governed too" in page
    assert staffed.ok("audit", "--json").json["ok"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--by", "anna"], 2, "Say what to change"),
        (["--by", "anna", "--mode", "none"], 2, "mode"),
        (["--by", "anna", "--engines", "offline"], 4, "ID@VERSION"),
        (["--by", "anna", "--engines", "http@1"], 4, "http"),
        (["--by", "anna", "--engines", "a@1,a@1"], 4, "once"),
        (["--by", "ben", "--mode", "strict"], 4, "only an admin"),
        (["--by", "nobody", "--mode", "strict"], 3, "nobody"),
    ],
)
def test_a_policy_that_may_not_be_is_refused(staffed: Command, arguments: list[str], code: int, said: str) -> None:
    before = files_of(staffed.store)
    answer = staffed("policy", "set", *arguments)
    assert answer.code == code, answer
    assert said in answer.err
    assert files_of(staffed.store) == before


def test_a_policy_nobody_can_satisfy_is_refused_with_the_way_out(staffed: Command) -> None:
    staffed.ok("policy", "set", "--by", "anna", "--second-for-red", "on")
    gone = staffed.ok("reviewer", "revoke", "ben", "--by", "anna")
    assert "only Anna Voss can decide" in gone.out
    again = staffed("policy", "set", "--by", "anna", "--mode", "strict")
    assert (again.code, "--second-for-red off" in again.err) == (4, True)
    staffed.ok("policy", "set", "--by", "anna", "--mode", "strict", "--second-for-red", "off")
    assert staffed("policy", "set", "--by", "anna", "--second-for-red", "on").code == 4
