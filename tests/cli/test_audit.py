"""What an audit says, and that it says no more than it proved."""

from __future__ import annotations

from tests.cli.conftest import Command, files_of


def test_an_audit_answers_in_the_agreed_shape_and_writes_nothing(cli: Command) -> None:
    cli.ok("explain", cli.create())
    before = {path.relative_to(cli.store): path.stat().st_mtime_ns for path in cli.store.rglob("*")}
    report = cli.ok("audit", "--json").json
    assert {path.relative_to(cli.store): path.stat().st_mtime_ns for path in cli.store.rglob("*")} == before
    assert {"ok", "lines", "commits", "runs", "advisories", "reviews", "head", "findings"} <= report.keys()
    assert (report["ok"], report["runs"], report["advisories"], report["findings"]) == (True, 1, 1, [])
    assert report["reviews"]["human"] == 0
    assert report["reviews"]["automatic"] == 1
    assert set(report["head"]) == {"seq", "digest"}


def test_the_verdict_comes_first_and_names_its_limit(cli: Command) -> None:
    page = cli.ok("audit")
    assert page.lines[0] == "Intact: the chain of 1 line is unbroken and everything named in it matches its digest."
    assert "show only against a head noted earlier" in page.lines[-1]
    cli.ok("explain", cli.create())
    assert "◐ By policy 1, no human" in cli.ok("audit").out


def test_what_a_source_brought_along_is_no_damage(cli: Command) -> None:
    run = cli.create()
    cli.ok("attach", run, "--advisory-id", "missing-text")
    page = cli.ok("audit")
    assert page.lines[0].startswith("Intact: ")
    assert "notice: 1 advisory reference is unresolved: its text is" in page.out


def test_damage_is_told_with_file_and_offset(cli: Command) -> None:
    cli.create()
    path = cli.store / "ledger" / "000001.jsonl"
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)
    before = files_of(cli.store)
    page = cli("audit")
    assert page.code == 1
    assert page.lines[0].startswith("Not intact: ")
    assert "damage: ledger/000001.jsonl at byte 0: " in page.out
    assert files_of(cli.store) == before
    assert "show only against a head" not in page.out
