"""The result of an audit as a page: verdict, numbers, findings, who decided, people."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from rmos_console.core.records.report import AuditReport
from rmos_console.desktop import theme, words
from rmos_console.desktop.views.audit import tables
from rmos_console.desktop.views.audit.verdict import counted, signature_note, signatures, verdict
from rmos_console.desktop.widgets.buttons import button, link
from rmos_console.desktop.widgets.cell_table import CellTable
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.risk_glyph import RiskGlyph
from rmos_console.desktop.widgets.surfaces import Card, Rule


class _Number(QWidget):
    """A large number, what it counts, and what was proven about it."""

    def __init__(self, *, mono: bool = False) -> None:
        super().__init__()
        self.number = PlainLabel(size=theme.HEAD, semibold=not mono, mono=mono)
        self.counts = PlainLabel(tone="muted")
        self.note = PlainLabel(size=theme.SMALL, tone="muted")
        self.layout_ = QVBoxLayout(self)
        self.layout_.setContentsMargins(theme.GAP_XL, 0, theme.GAP_XL, 0)
        self.layout_.setSpacing(3)
        for label in (self.number, self.counts, self.note):
            self.layout_.addWidget(label)

    def say(self, number: str, counts: str, note: str) -> None:
        self.number.setText(number)
        self.counts.setText(counts)
        self.note.setText(note)
        self.setAccessibleName(f"{number} {counts}, {note}")


class ShareBar(QWidget):
    """Two counts as one bar: what people decided, what the policy did."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first, self._second = 0, 0
        self.setFixedHeight(8)

    def show_shares(self, first: int, second: int) -> None:
        """Show two counts; nothing is drawn where both are 0."""
        self._first, self._second = first, second
        self.setVisible(first + second > 0)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw both parts with a gap between them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        tokens = theme.tokens()
        share = self._first / max(1, self._first + self._second)
        cut = round(share * self.width())
        gap = 3 if self._first and self._second else 0
        for token, left, right in (("text", 0, cut - gap), ("edge", cut, self.width())):
            if right > left:
                painter.setBrush(tokens.color(token))
                painter.drawRoundedRect(QRectF(left, 1, right - left, 6), 3, 3)
        painter.end()


class ReportPage(QScrollArea):
    """Shows one report; it is as long as what was found."""

    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Audit report"))
        self._digest = ""
        self._glyph = RiskGlyph(size=18)
        self._title = PlainLabel(size=theme.HERO, semibold=True, wrap=True)
        self._because = PlainLabel(size=theme.LARGE, tone="muted", wrap=True)
        self.finished = PlainLabel(tone="muted")
        self._numbers = [_Number(), _Number(), _Number(), _Number(), _Number(mono=True)]
        self._copy = link(self.tr("Copy all 64 characters"), name=self.tr("Copy the head digest"))
        self._copy.clicked.connect(self._copy_digest)
        self._findings = CellTable(tables.finding_columns(), self.tr("Findings"), fit=True)
        self._findings_note = PlainLabel(tone="muted")
        self._findings_more = PlainLabel(tone="muted")
        self._decided = CellTable(tables.decided_columns(), self.tr("Who decided"), fit=True)
        self._decided.horizontalHeader().hide()
        self._decided_note = PlainLabel(tone="muted")
        self._shares = ShareBar()
        self._people = CellTable(tables.people_columns(), self.tr("People"), fit=True)
        self._people_note = PlainLabel(tone="muted")
        self.setWidget(self._page())

    def _page(self) -> QWidget:
        page = QWidget()
        head = QHBoxLayout()
        head.setSpacing(theme.GAP_M)
        head.addWidget(self._glyph)
        head.addWidget(self._title, 1)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_XL)
        layout.setSpacing(theme.GAP_S)
        layout.addLayout(head)
        layout.addWidget(self._because)
        layout.addWidget(self.finished)
        layout.addSpacing(theme.GAP_S)
        layout.addWidget(self._numbers_card())
        layout.addSpacing(theme.GAP_M)
        layout.addLayout(_heading(self.tr("Findings"), self._findings_note))
        layout.addWidget(self._findings)
        layout.addWidget(self._findings_more)
        layout.addSpacing(theme.GAP_M)
        layout.addLayout(self._decided_row())
        layout.addSpacing(theme.GAP_M)
        layout.addLayout(_heading(self.tr("People"), self._people_note))
        layout.addWidget(self._people)
        layout.addStretch(1)
        return page

    def _numbers_card(self) -> Card:
        card = Card(padding=0)
        line = QHBoxLayout()
        line.setContentsMargins(0, theme.GAP_L, 0, theme.GAP_L)
        line.setSpacing(0)
        for at, number in enumerate(self._numbers):
            if at:
                line.addWidget(Rule(vertical=True))
            line.addWidget(number, 1)
        head = self._numbers[-1]
        head.note.hide()
        beside = QHBoxLayout()
        self._copy.setProperty("flush", True)
        beside.addWidget(self._copy)
        beside.addStretch(1)
        head.layout_.addLayout(beside)
        self._copy.setFont(theme.font(theme.SMALL))
        card.body.addLayout(line)
        return card

    def _decided_row(self) -> QGridLayout:
        left = QVBoxLayout()
        left.setSpacing(theme.GAP_XS)
        left.addLayout(_heading(self.tr("Who decided"), self._decided_note))
        left.addWidget(self._decided)
        left.addWidget(self._shares)
        left.addStretch(1)
        card = Card()
        card.body.addWidget(PlainLabel(self.tr("What an audit cannot see"), semibold=True))
        card.body.addWidget(
            PlainLabel(
                self.tr(
                    "If whole lines were cut off the end, or an older copy was put back, what remains is consistent. "
                    "A head that you noted outside this folder shows it."
                ),
                tone="muted",
                wrap=True,
            )
        )
        copy = button(self.tr("Copy the head"), icon="copy", touch=True)
        copy.clicked.connect(self._copy_digest)
        card.body.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
        grid = QGridLayout()
        grid.setHorizontalSpacing(32)
        grid.addLayout(left, 0, 0)
        grid.addWidget(card, 0, 1)
        grid.setColumnStretch(0, 62)
        grid.setColumnStretch(1, 38)
        return grid

    def show_report(self, report: AuditReport, finished: str) -> None:
        """Show a report; ``finished`` says when and how long."""
        found = verdict(report)
        self._glyph.set_level(found.level)
        self._title.setText(found.title)
        self._because.setText(found.because)
        self.finished.setText(finished)
        self._show_numbers(report)
        self._findings.set_rows(tables.finding_rows(report))
        self._findings.setVisible(bool(report.findings))
        self._findings_note.setText(counted(report))
        left_out = len(report.findings) - tables.MOST_FINDINGS
        self._findings_more.setVisible(left_out > 0)
        self._findings_more.setText(
            self.tr("{n} more findings are in the exported report").format(n=words.number(left_out))
        )
        self._decided.set_rows(tables.decided_rows(report))
        total = report.reviews.human + report.reviews.automatic
        self._decided_note.setText(self.tr("{n} decisions").format(n=words.number(total)))
        self._shares.show_shares(report.reviews.human, report.reviews.automatic)
        self._people.set_rows(tables.people_rows(report))
        self._people.setVisible(bool(report.people))
        self._people_note.setText(tables.people_note(report))
        self.verticalScrollBar().setValue(0)

    def _show_numbers(self, report: AuditReport) -> None:
        whole = not any(finding.severity == "damage" for finding in report.findings)
        lines, commits, signed, runs, head = self._numbers
        lines.say(words.number(report.lines), self.tr("lines read"), self.tr("every digest recomputed"))
        commits.say(
            words.number(report.commits),
            self.tr("commits"),
            self.tr("one unbroken chain") if whole else self.tr("as far as could be read"),
        )
        signed.say(words.number(len(signatures(report))), self.tr("signatures"), signature_note(report))
        sealed = self.tr("{n} texts sealed").format(n=words.number(report.advisories))
        runs.say(words.number(report.runs), self.tr("runs"), sealed)
        self._digest = report.head.digest
        head.say(
            words.digest(report.head.digest),
            self.tr("head digest, line {n}").format(n=words.number(report.head.seq)),
            report.head.digest,
        )

    def _copy_digest(self) -> None:
        QApplication.clipboard().setText(self._digest)
        self.copied.emit()


def _heading(title: str, note: PlainLabel) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(theme.GAP_S)
    line.addWidget(PlainLabel(title, size=theme.LARGE, semibold=True))
    line.addWidget(note)
    line.addStretch(1)
    return line
