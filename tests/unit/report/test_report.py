"""A report tells a stranger who decided what about exactly which words, the same in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.errors import NotFoundError, RefusedError, UsageError
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.report.content import ReportContent, ReportedDecision
from rmos_console.core.report.to_csv import harmless, to_csv
from rmos_console.core.report.to_html import to_html
from rmos_console.core.report.to_json import to_json
from rmos_console.core.report.to_pdf import to_pdf
from rmos_console.core.store import Store, open_store
from rmos_console.core.usecases import attach, browse, checkpoint, explain, importing, reporting, review
from tests.unit.usecases.conftest import RED, decide, revoke
from tests.unit.usecases.forge import forge

Make = Callable[..., RunArtifact]
MADE = "2026-11-22T18:00:00.000000Z"
NASTY = '=1+1 <script>alert("x")</script>\u202egnorw\u200b & \x1b[31m 木'


def compose(path: Path, **more: Any) -> ReportContent:
    return reporting.compose(path, made_at_utc=MADE, **more)


def explained(store: Store, make_run: Make, caller: Caller, feasibility: dict[str, Any] | None = None) -> str:
    return explain.explain(store, make_run(feasibility).run_id, caller=caller).value.run_id


def only_advisory(store: Store, run_id: str) -> str:
    return browse.show(store, run_id).advisory_inputs[0].advisory_id


def decisions(content: ReportContent) -> list[ReportedDecision]:
    return [decision for text in content.texts for decision in text.decisions]


class Page(HTMLParser):
    """Collects the text of a page, and every element and address in it."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.text, self.tags, self.addresses = "", set[str](), list[str]()
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in {"src", "href", "action"} or name[:2] == "on"
        ]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def decided(store: Store, make_run: Make, caller: Caller, voss: Signer, keller: Signer) -> Store:
    """One text rejected, one approved with hostile words, taken back and approved by another; one by the policy."""
    first, second = explained(store, make_run, caller, RED), make_run(RED).run_id
    explained(store, make_run, caller)
    decide(store, voss, first, only_advisory(store, first), "rejected", reason="No coolant named")
    document = {"advisory_id": "adv_words", "kind": "explanation", "text": f"{NASTY}\nsecond line"}
    attach.attach(store, second, "adv_words", kind="explanation", document=document, author="k9", caller=caller)
    decide(store, keller, second, "adv_words", "approved", reason="=HYPERLINK(1)<img src=x>")
    review.withdraw(store, keller, second, "adv_words", caller=caller)
    decide(store, voss, second, "adv_words", "approved", reason="Read it twice")
    return store


def test_every_decision_with_its_exact_words(decided: Store) -> None:
    content = compose(decided.path)
    automatic, rejected, worded = content.texts
    assert content.decided_by_people == (rejected, worded)
    assert content.decided_by_policy == (automatic,)
    assert worded.text == f"{NASTY}\nsecond line"
    assert worded.state == "APPROVED"
    assert (worded.risk, worded.written_by) == ("RED", "k9")
    told = [(item.line.verb, item.line.person_name, item.standing.split()[0]) for item in worded.decisions]
    assert told == [
        ("approved", "A. Keller", "withdrawn"),
        ("withdrawn", "A. Keller", "takes"),
        ("approved", "M. Voss", "stands"),
    ]
    assert automatic.decisions[0].line.kind == "automatic"
    assert automatic.decisions[0].standing == "stands"
    assert all(re.fullmatch(r"2\S+ \S+ local \([+-]\d\d:\d\d\)", item.at_local) for item in decisions(content))
    listed = {line.decision_id for line in content.audit.decisions}
    assert {item.line.decision_id for item in decisions(content)} == listed


def test_all_formats_say_the_same(decided: Store) -> None:
    content = compose(decided.path)
    document = json.loads(to_json(content))
    rows = list(csv.DictReader(io.StringIO(to_csv(content).decode("utf-8-sig"), newline="")))
    page = Page(to_html(content)).text
    people = [row for row in rows if row["record"] == "decision by a person"]
    assert len(people) == sum(item.line.kind == "human" for item in decisions(content))
    for decision, row in zip([each for each in decisions(content) if each.line.kind == "human"], people, strict=True):
        line = decision.line
        assert (row["who"], row["time_utc"], row["meaning"]) == (line.person_name, line.at_utc, line.meaning)
        assert row["time_local"] == decision.at_local
        assert line.meaning in page
        assert f"{line.person_name} ({line.person_id})" in page
        assert decision.at_local in page
    assert [text["text"] for text in document["texts"]] == [text.text for text in content.texts]
    assert document["verdict"] == rows[0]["what"]
    assert document["verdict"] in page
    assert "elapsed_s" not in document["audit"]
    assert {row["record"] for row in rows} >= {"verdict", "approval by the policy", "decision by a person"}


def test_the_same_content_gives_the_same_bytes_and_another_time_others(decided: Store) -> None:
    first, second = compose(decided.path), compose(decided.path)
    later = first.model_copy(update={"made_at_utc": "2026-11-22T19:00:00.000000Z"})
    for made in (to_pdf, to_html, to_csv, to_json):
        assert made(first) == made(second)
        assert made(first) != made(later)
    assert b"(D:20261122180000Z" in to_pdf(first), "the time in the file is the one given, not that of writing it"


def test_hostile_words_are_shown_and_do_nothing(decided: Store) -> None:
    content = compose(decided.path)
    page = Page(to_html(content))
    assert not page.tags & {"script", "img", "link", "iframe", "a", "form", "object"}
    assert page.addresses == []
    assert "=HYPERLINK(1)<img src=x>" in page.text
    assert '<script>alert("x")</script>' in page.text
    for made in (to_html(content).decode(), to_csv(content).decode("utf-8-sig"), to_json(content).decode()):
        assert not set("\u202e\u200b\x1b") & set(made)
    assert "<U+202E>" in page.text
    rows = list(csv.DictReader(io.StringIO(to_csv(content).decode("utf-8-sig"), newline="")))
    assert not any((value or "").lstrip().startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", " =1", "\uff1d1", "\u00a0=1", "\n=1", "|calc", "%0"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell).startswith("'")


def test_a_plain_cell_stays_as_it_is() -> None:
    assert harmless("3 - 1 = 2") == "3 - 1 = 2"
    assert harmless(None) == ""
    assert harmless(0) == "0"


def test_the_words_promise_no_more_than_was_proved(decided: Store, caller: Caller) -> None:
    content = compose(decided.path)
    told = to_html(content).decode().lower() + to_json(content).decode().lower()
    assert "compliant" not in told
    assert "tamper-proof" not in told
    assert "tamper-evident" in told
    assert "supports" in told
    assert "no lines were cut off the end" in told
    noted = checkpoint.take(decided, None, caller=caller).value
    held = to_html(compose(decided.path, against=noted)).decode()
    assert f"Nothing up to line {noted.seq} was removed" in held
    assert "that no lines were cut off the end" not in held.lower()


def test_a_broken_store_is_reported_with_its_findings(decided: Store) -> None:
    decided.close()

    def other_reason(event: dict[str, Any]) -> None:
        if event["kind"] == "review.rejected":
            event["decision"]["reason"] = "Yes"

    forge(decided.path, other_reason)
    content = compose(decided.path)
    assert not content.audit.ok
    assert content.decided_by_people[0].decisions[0].standing.startswith("does not count")
    for told in (Page(to_html(content)).text, to_csv(content).decode("utf-8-sig")):
        assert "Not intact" in told
        assert "SIGNATURE DOES NOT HOLD" in told
        assert "ledger/000001.jsonl" in told
    assert to_pdf(content).startswith(b"%PDF")


def test_a_text_that_was_damaged_is_not_printed(decided: Store) -> None:
    decided.close()

    def other_words(event: dict[str, Any]) -> None:
        if event["kind"] == "advisory.sealed" and event["advisory_id"] == "adv_words":
            event["asset"]["text"] = "All is well"

    forge(decided.path, other_words)
    content = compose(decided.path)
    (text,) = [each for each in content.texts if each.advisory_id == "adv_words"]
    assert text.text is None
    assert text.problem
    assert "All is well" not in to_html(content).decode()
    assert text.problem in Page(to_html(content)).text
    assert to_pdf(content).startswith(b"%PDF")


def test_suspect_superseded_and_overtaken(
    store: Store, make_run: Make, caller: Caller, voss: Signer, keller: Signer
) -> None:
    suspect, overtaken, superseded = (explained(store, make_run, caller, RED) for _ in range(3))
    automatic = explained(store, make_run, caller)
    decide(store, keller, suspect, only_advisory(store, suspect), "rejected", reason="no")
    decide(store, voss, overtaken, only_advisory(store, overtaken), "rejected", reason="no")
    decide(store, keller, overtaken, only_advisory(store, overtaken), "approved", reason="yes")
    decide(store, voss, superseded, only_advisory(store, superseded), "rejected", reason="no")
    decide(store, voss, automatic, only_advisory(store, automatic), "rejected", reason="no")
    explain.explain(store, superseded, force=True, caller=caller)
    found = compose(store.path)
    told = {text.run_id: [each.standing for each in text.decisions] for text in found.texts}
    assert told[overtaken] == ["overtaken by a later decision", "stands"]
    assert told[automatic] == ["overtaken by a person's decision", "stands"]
    assert told[superseded][0].startswith("superseded")
    revoke(store, keller, voss, since="2026-01-01T00:00:00Z")
    content = compose(store.path)
    told = {text.run_id: [each.standing for each in text.decisions] for text in content.texts}
    assert told[suspect][0].startswith("suspect")
    assert "REVOKED since 2026-01-01" in Page(to_html(content)).text
    assert b"%PDF" in to_pdf(content)


def test_what_a_source_said_is_apart(store: Store, patch: Path, caller: Caller) -> None:
    importing.import_paths(store, [patch], caller=caller)
    content = compose(store.path)
    (word,) = content.at_source
    assert "at source by system, no time" in word.words
    assert content.texts == ()
    page = Page(to_html(content)).text
    assert "history, not decisions" in page
    assert "Nobody is enrolled" in page
    assert to_pdf(content).startswith(b"%PDF")


def test_a_store_that_cannot_be_written_is_reported(decided: Store, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in decided.path.rglob("*")}
    for ending in reporting.FORMATS:
        reporting.check_report(tmp_path / f"report{ending}", decided.path)
        reporting.write(compose(decided.path), tmp_path / f"report{ending}")
    assert {path: path.stat().st_mtime_ns for path in decided.path.rglob("*")} == before
    with open_store(decided.path) as store:
        assert store.read_only_reason is None
    assert (tmp_path / "report.pdf").stat().st_mode & 0o777 == 0o600


def test_where_a_report_may_go(decided: Store, tmp_path: Path) -> None:
    (tmp_path / "there.pdf").write_bytes(b"x")
    (tmp_path / "link.pdf").symlink_to(decided.path)
    for name, error in [
        ("there.pdf", RefusedError),
        ("link.pdf", RefusedError),
        ("r.doc", UsageError),
        ("no/r.pdf", NotFoundError),
    ]:
        with pytest.raises(error):
            reporting.check_report(tmp_path / name, decided.path)
    with pytest.raises(RefusedError, match="within the store"):
        reporting.check_report(decided.path / "ledger" / "r.pdf", decided.path)
    with pytest.raises(RefusedError, match="not overwritten"):
        reporting.write(compose(decided.path), tmp_path / "there.pdf")
    assert (tmp_path / "there.pdf").read_bytes() == b"x"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.pdf", "store", "there.pdf"]
