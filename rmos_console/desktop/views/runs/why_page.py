"""Why a run was allowed or stopped: the explanation, what failed, what would make it pass, the nearest GREEN run."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from rmos_console.core.records.run import RunArtifact
from rmos_console.desktop import theme, words
from rmos_console.desktop.views.queue.facts import CardFacts, Contrast
from rmos_console.desktop.views.runs.facts import RunFacts
from rmos_console.desktop.views.runs.page import Page
from rmos_console.desktop.widgets.buttons import button, link
from rmos_console.desktop.widgets.cell_table import CellTable
from rmos_console.desktop.widgets.cells import Cell, Column
from rmos_console.desktop.widgets.evidence_text import EvidenceText
from rmos_console.desktop.widgets.icon_mark import IconMark
from rmos_console.desktop.widgets.json_words import short_path
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.surfaces import row

_MOST_ROWS = 12


def what_failed(card: CardFacts) -> tuple[str, list[tuple[int, int]]]:
    """Return the paragraphs that speak of the failed values of this run, or else the first one, with their marks."""
    text, marks = card.body()
    cut = len(card.advisory.text) - len(text)
    failed = {item.path for item in card.failed}
    paths = [(start - cut, path) for sentence in card.advisory.asset.evidence for start, _, path in sentence.marks]
    chosen: list[tuple[int, str]] = []
    at = 0
    for paragraph in text.split("\n\n"):
        inside = {path for start, path in paths if at <= start < at + len(paragraph)}
        if inside & failed and not any(path.startswith("contrast:") for path in inside):
            chosen.append((at, paragraph))
        at += len(paragraph) + 2
    chosen = chosen or [(0, text.split("\n\n", 1)[0])]
    shown: list[tuple[int, int]] = []
    moved = 0
    for start, paragraph in chosen:
        shown += [
            (a - start + moved, b - start + moved) for a, b in marks if start <= a and b <= start + len(paragraph)
        ]
        moved += len(paragraph) + 2
    return "\n\n".join(paragraph for _, paragraph in chosen), shown


class WhyPage(Page):
    """The first tab; ``explain`` and ``compare`` (with the run to compare with) are asked for by its buttons."""

    explain = Signal()
    compare = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("WhyPage", "Why"), parent)

    def fill(self, facts: RunFacts) -> None:
        """Show the explanation, or offer to make one."""
        if facts.card is None:
            self._offer(facts.run)
        else:
            self._explained(facts.card)
        self._verdict(facts.run)

    def _offer(self, run: RunArtifact) -> None:
        if run.explanation_status == "PENDING":
            overdue = self.tr("The explanation is overdue; the program that was writing it has stopped.")
            self.note(overdue if run.explanation_overdue else self.tr("An explanation is being written."))
        elif run.explanation_status == "ERROR":
            self.note(self.tr("The explanation failed: {reason}").format(reason=run.explanation_error or words.NOTHING))
        else:
            self.note(self.tr("This run has no explanation yet."))
        if run.explanation_summary:
            self.note(self.tr("The source said: {text}").format(text=run.explanation_summary))
        act = button(self.tr("Explain this run"), touch=True)
        act.clicked.connect(self.explain)
        self.column.addLayout(row(act, 1))

    def _explained(self, card: CardFacts) -> None:
        text, marks = card.body()
        if not card.failed and card.contrast is None:
            self.add(EvidenceText(text, marks) if text else EvidenceText(card.advisory.text))
            return
        short, short_marks = what_failed(card)
        self.add(EvidenceText(short, short_marks))
        if card.failed:
            self._failed(card)
        self._remedies(card)
        if card.contrast is not None:
            self._contrast(card.contrast)
        self._whole(text, marks)

    def _remedies(self, card: CardFacts) -> None:
        content = card.advisory.asset.content
        found = content.get("remedies") if isinstance(content, dict) else None
        remedies = [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
        if remedies:
            self.heading(self.tr("What would make it pass"))
        for remedy in remedies[:_MOST_ROWS]:
            line = row(IconMark("chevron-right", size=16), PlainLabel(remedy, wrap=True))
            line.setStretch(1, 1)
            self.column.addLayout(line)

    def _whole(self, text: str, marks: list[tuple[int, int]]) -> None:
        """Keep the rest of the text one press away: the tables above say the same."""
        whole = EvidenceText(text, marks)
        whole.hide()
        more = link(self.tr("Show the whole text"))
        more.clicked.connect(lambda: whole.setVisible(whole.isHidden()))
        self.column.addSpacing(theme.GAP_S)
        self.column.addLayout(row(more, 1))
        self.add(whole)

    def _failed(self, card: CardFacts) -> None:
        self.heading(self.tr("What failed"))
        table = CellTable(
            (
                Column(self.tr("Rule")),
                Column(self.tr("Checked"), stretch=True),
                Column(self.tr("Value"), right=True, widest=110),
                Column(self.tr("Limit"), right=True, widest=110),
                Column(self.tr("Miss"), right=True),
            ),
            self.tr("What failed"),
            fit=True,
        )
        table.set_rows(
            [
                (
                    Cell(item.rule, mono=True),
                    Cell(short_path(item.path), whole=item.path),
                    Cell(item.value or words.NOTHING, mono=True, unit=item.unit),
                    Cell(item.limit or words.NOTHING, mono=True, tone="muted"),
                    Cell(item.miss or words.NOTHING, mono=True, strong=bool(item.miss),
                         tone="muted" if not item.miss else "red" if item.level == "RED" else "yellow"),
                )
                for item in card.failed
            ]
        )  # fmt: skip
        self.add(table)

    def _contrast(self, contrast: Contrast) -> None:
        title = PlainLabel(self.tr("Nearest GREEN run"), semibold=True)
        compare = link(self.tr("Compare"), name=self.tr("Compare with the nearest GREEN run"))
        compare.clicked.connect(lambda: self.compare.emit(contrast.run_id))
        self.column.addSpacing(theme.GAP_M)
        self.column.addLayout(row(title, 1, compare))
        told = self.tr("{differ} differ, {equal} are equal")
        table = CellTable(
            (
                Column(told.format(differ=words.number(len(contrast.rows)), equal=words.number(contrast.equal)),
                       stretch=True),
                Column(self.tr("This run"), right=True, widest=110),
                Column(words.short_id(contrast.run_id), right=True, widest=110),
                Column(""),
            ),
            self.tr("Differences from the nearest GREEN run"),
            fit=True,
        )  # fmt: skip
        table.set_rows(
            [
                (
                    Cell(short_path(item.path), mono=True, whole=item.path),
                    Cell(item.mine or words.NOTHING, mono=True, marked=item.looked_at),
                    Cell(item.other or words.NOTHING, mono=True),
                    Cell(item.unit, tone="muted"),
                )
                for item in contrast.rows[:_MOST_ROWS]
            ]
        )
        self.add(table)
        left = len(contrast.rows) - _MOST_ROWS
        if left > 0:
            more = link(self.tr("{n} more").format(n=words.number(left)))
            more.clicked.connect(lambda: self.compare.emit(contrast.run_id))
            self.column.addLayout(row(more, 1))

    def _verdict(self, run: RunArtifact) -> None:
        """Show what the gate itself said: its reason, its warnings and ours."""
        lines = [run.decision.block_reason] if run.decision.block_reason else []
        lines += list(run.decision.warnings)
        if lines:
            self.heading(self.tr("What the system said"))
            for line in dict.fromkeys(lines):
                self.note(line)
        if run.warnings:
            self.heading(self.tr("Look closer"))
            for line in run.warnings:
                self.note(line)
