"""The audit in the real window: verdict, findings, cancel, again, export; it never changes the store."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from rmos_console.core.records.report import AuditReport, DecisionLine, Finding, Head, ReviewCounts
from rmos_console.core.store import Store
from rmos_console.core.usecases import intake
from rmos_console.desktop.main_window import MainWindow
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.audit.verdict import counted, signature_note, verdict
from rmos_console.desktop.views.audit_view import AuditView

from .conftest import CALLER, PATIENCE_MS

Settled = Callable[[TaskRunner], None]


@pytest.fixture
def audit(opened: MainWindow, settled: Settled) -> AuditView:
    opened.perform("view.audit")
    settled(opened.tasks)
    view = opened.views["audit"]
    assert isinstance(view, AuditView)
    return view


def fingerprint(store: Path) -> dict[str, str]:
    """Return a digest of every file the audit must not touch."""
    files = [path for path in store.rglob("*") if path.is_file() and "catalog" not in path.parts]
    return {path.relative_to(store).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_sound_store_is_called_so_and_not_changed(audit: AuditView, store_path: Path, settled: Settled) -> None:
    before = fingerprint(store_path)
    assert not audit.export.isVisible()
    QTest.mouseClick(audit.empty.act, Qt.MouseButton.LeftButton)
    settled(audit.tasks)
    assert fingerprint(store_path) == before
    report = audit.report
    assert report is not None
    assert report.ok
    assert audit.page._title.text() == "Everything in this store verifies"
    people = audit.page._people.cells
    assert {people.cell(row, 0).text for row in range(people.rowCount())} == {"M. Voss", "A. Keller"}
    decided = audit.page._decided.cells
    assert [decided.cell(row, 1).text for row in range(3)] == [
        str(report.reviews.human),
        str(report.reviews.automatic),
        str(report.reviews.at_source),
    ]


def test_by_keyboard_the_audit_starts_and_runs_again(audit: AuditView, settled: Settled) -> None:
    assert QApplication.focusWidget() is audit.empty.act
    QTest.keyClick(audit.empty.act, Qt.Key.Key_F5)
    settled(audit.tasks)
    first = audit.report
    assert first is not None
    QTest.keyClick(audit.page, Qt.Key.Key_F5)
    settled(audit.tasks)
    assert audit.report is not None
    assert audit.report is not first


def test_a_cancelled_audit_leaves_no_verdict(audit: AuditView, qtbot: QtBot, settled: Settled) -> None:
    audit.start()
    assert audit.progress.cancel.isEnabled()
    assert audit.status() == "Audit is running"
    audit.handle("audit.cancel")
    settled(audit.tasks)
    assert audit.report is None
    assert audit.empty.isVisible()
    audit.start()
    qtbot.waitUntil(lambda: audit.report is not None, timeout=PATIENCE_MS)


def test_a_flipped_byte_is_named_with_its_file_and_offset(
    audit: AuditView, store_path: Path, qtbot: QtBot, settled: Settled, expected_logs: Callable[..., object]
) -> None:
    expected_logs(".", always=False)
    ledger = min((store_path / "ledger").iterdir())
    data = bytearray(ledger.read_bytes())
    at = len(data) // 2
    data[at] ^= 1
    ledger.write_bytes(bytes(data))
    audit.start()
    qtbot.waitUntil(lambda: audit.report is not None, timeout=PATIENCE_MS)
    settled(audit.tasks)
    report = audit.report
    assert report is not None
    assert not report.ok
    assert "damaged" in audit.page._title.text()
    findings = audit.page._findings.cells
    assert findings.cell(0, 0).text == "Damage"
    assert findings.cell(0, 2).text == f"ledger/{ledger.name}"
    start = bytes(data).rfind(b"\n", 0, at) + 1
    assert start <= int(findings.cell(0, 3).text.replace(",", "")) <= at


def test_newer_lines_are_said_to_be_uncovered(audit: AuditView, another: Store, qtbot: QtBot, settled: Settled) -> None:
    audit.start()
    settled(audit.tasks)
    intake.create(another, {"mode": "mvp", "tool_id": "T1", "status": "OK"}, CALLER)
    qtbot.waitUntil(lambda: "run again" in audit.page.finished.text(), timeout=PATIENCE_MS)
    assert "newer" in audit.status()


def test_the_report_is_written_where_asked(
    audit: AuditView, tmp_path: Path, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.start()
    settled(audit.tasks)
    target = tmp_path / "report.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    QTest.mouseClick(audit.export, Qt.MouseButton.LeftButton)
    settled(audit.tasks)
    assert audit.report is not None
    assert json.loads(target.read_bytes())["audit"]["head"] == audit.report.head.document()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(tmp_path / "report"), ""))
    audit.handle("audit.export")
    settled(audit.tasks)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    audit.write_report(tmp_path / "no such folder" / "report.json")
    settled(audit.tasks)
    assert "not written" in audit.notice.text.whole()


def report_of(*severities: str, decisions: tuple[DecisionLine, ...] = ()) -> AuditReport:
    findings = tuple(
        Finding.model_validate({"severity": each, "file": None, "offset": None, "message": each}) for each in severities
    )
    return AuditReport(
        ok=not {"damage", "violation"} & set(severities), lines=3, commits=3, runs=1, advisories=1,
        reviews=ReviewCounts(), head=Head(seq=3, digest="0" * 64), findings=findings, decisions=decisions,
    )  # fmt: skip


def signed(signature: str) -> DecisionLine:
    return DecisionLine.model_validate(
        {
            "decision_id": "d", "verb": "approved", "kind": "human", "run_id": "r", "advisory_id": "a",
            "person_id": "p", "person_name": "P", "at_utc": "2026-01-01T00:00:00Z", "meaning": "m", "reason": None,
            "text_sha256": "0" * 64, "policy_version": 1, "signature": signature,
        }
    )  # fmt: skip


def test_the_verdict_claims_only_what_was_proven() -> None:
    assert verdict(report_of()).level == "GREEN"
    assert verdict(report_of("warning", "notice")).level == "GREEN"
    for damaged in (report_of("damage"), report_of("damage", "damage"), report_of("violation", "damage")):
        assert verdict(damaged).level == "RED"
        assert "damaged" in verdict(damaged).title
        assert "unbroken" not in verdict(damaged).because
    assert verdict(report_of("violation")).level == "RED"
    assert "broken" in verdict(report_of("violation")).title
    assert counted(report_of("notice", "damage", "notice")) == "1 damage, 2 notices"


def test_invalid_signatures_are_not_called_valid() -> None:
    assert signature_note(report_of(decisions=(signed("valid"),))) == "all valid, 1 person"
    assert "do not hold" in signature_note(report_of(decisions=(signed("valid"), signed("invalid"))))
    assert "valid" not in signature_note(report_of())
