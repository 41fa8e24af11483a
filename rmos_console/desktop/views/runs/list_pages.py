"""The quieter pages of the detail pane: evidence, advisories, reviews, raw document, history."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from rmos_console.core.compare.units import unit_of
from rmos_console.core.records.review import AutoApproval, Review
from rmos_console.core.store import HistoryEntry
from rmos_console.desktop import plaintext, theme, words
from rmos_console.desktop.views.runs.facts import RunAdvisory, RunFacts
from rmos_console.desktop.views.runs.page import Page
from rmos_console.desktop.widgets.badges import ReviewBadge
from rmos_console.desktop.widgets.buttons import button
from rmos_console.desktop.widgets.cell_table import CellTable
from rmos_console.desktop.widgets.cells import Cell, Column
from rmos_console.desktop.widgets.evidence_text import EvidenceText
from rmos_console.desktop.widgets.json_words import at_path, short_path
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.surfaces import Card, row

_LONGEST_TEXT = 20_000
_LONGEST_RAW = 400_000
_OTHER = "contrast:"
"""Begins the paths that point into the run that was compared with."""


def _tr(context: str, text: str) -> str:
    return QCoreApplication.translate(context, text)


class EvidencePage(Page):
    """Every value that the explanation rests on, once each: of this run, then of the run it was compared with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_tr("EvidencePage", "Evidence"), parent)

    def fill(self, facts: RunFacts) -> None:
        """Show the fields with their values; the tooltip of a field is the sentence that names it first."""
        card = facts.card
        said: dict[str, str] = {}
        for sentence in card.advisory.asset.evidence if card else ():
            for path in sentence.paths:
                said.setdefault(path, card.advisory.text[sentence.start : sentence.end] if card else "")
        if card is None or not said:
            self.note(self.tr("No sentence names the values it rests on."))
            return
        self.note(self.tr("The values of this run that the explanation rests on."))
        document = facts.document()
        self._table([(path, at_path(document, path), text) for path, text in said.items() if path[:9] != _OTHER])
        other = {path.removeprefix(_OTHER): text for path, text in said.items() if path[:9] == _OTHER}
        if other and card.contrast is not None:
            values = {row.path: row.other for row in card.contrast.rows}
            values["run_id"] = card.contrast.run_id
            self.heading(self.tr("Nearest GREEN run"))
            self._table([(path, values.get(path, ""), text) for path, text in other.items()])

    def _table(self, lines: list[tuple[str, str, str]]) -> None:
        table = CellTable(
            (Column(self.tr("Field"), stretch=True), Column(self.tr("Value"), right=True, widest=110), Column("")),
            self.tr("Values behind the explanation"),
            fit=True,
        )
        table.set_rows([self._row(path, value, text) for path, value, text in lines])
        self.add(table)

    def _row(self, path: str, value: str, text: str) -> tuple[Cell, Cell, Cell]:
        unit = unit_of(path.rsplit(".", 1)[-1]) or "" if _is_number(value) else ""
        shown = words.short_id(value) if path == "run_id" else value
        return (
            Cell(short_path(path), mono=True, whole=f"{path}\n{text}"),
            Cell(shown or words.NOTHING, mono=True, marked=bool(value), whole=value),
            Cell(unit, tone="muted"),
        )


class AdvisoriesPage(Page):
    """Everything that was attached to the run, newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_tr("AdvisoriesPage", "Advisories"), parent)

    def fill(self, facts: RunFacts) -> None:
        """Show each advisory on a card."""
        if not facts.advisories:
            self.note(self.tr("Nothing is attached to this run."))
        left = len(facts.run.advisory_inputs) - len(facts.advisories)
        for advisory in reversed(facts.advisories):
            self.add(self._card(advisory))
        if left:
            self.note(self.tr("{n} more are listed under Raw.").format(n=words.number(left)))

    def _card(self, advisory: RunAdvisory) -> Card:
        card = Card(padding=theme.GAP_M)
        ref, view = advisory.ref, advisory.view
        title = (view.asset.headline if view else None) or _kind(ref.kind)
        card.body.addWidget(PlainLabel(title, semibold=True, wrap=True))
        made = f"{ref.engine_id} {ref.engine_version or ''}".strip() if ref.engine_id else ""
        facts = [_kind(ref.kind), made, words.short_time(ref.created_at_utc)]
        about = PlainLabel(" · ".join(fact for fact in facts if fact), tone="muted", wrap=True)
        about.setToolTip(plaintext.tooltip(f"{ref.advisory_id}\n{words.exact_time(ref.created_at_utc)}"))
        card.body.addWidget(about)
        if view is not None:
            text = view.text[:_LONGEST_TEXT]
            if view.asset.headline and text.startswith(view.asset.headline):
                text = text[len(view.asset.headline) :].lstrip("\n ")
            card.body.addWidget(EvidenceText(text))
            if view.state.state != "NONE":
                card.body.addWidget(ReviewBadge(view.state.state))
        else:
            problem = advisory.problem or self.tr(
                "Its text is not in this store; the run only refers to {id}. It cannot be approved."
            ).format(id=ref.advisory_id)
            card.body.addWidget(PlainLabel(problem, tone="red", wrap=True))
        return card


class ReviewsPage(Page):
    """Who decided what about the run's texts, and what the source said about itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_tr("ReviewsPage", "Reviews"), parent)

    def fill(self, facts: RunFacts) -> None:
        """Show the state with its reason, the decisions, and the source's own history apart."""
        if facts.card is not None:
            state = facts.card.advisory.state
            self.add(ReviewBadge(state.state))
            self.note(state.why)
        decisions = [decision for item in facts.advisories if item.view for decision in item.view.decisions]
        if decisions:
            self.heading(self.tr("Decisions"))
            for decision in decisions:
                self.add(self._decision(decision))
        else:
            self.note(self.tr("Nobody has decided about a text of this run."))
        told = [item.ref for item in facts.advisories if item.ref.at_source]
        if told:
            self.heading(self.tr("At source"))
            self.note(self.tr("History that the source brought along: unsigned, and no decision here."))
            for ref in told:
                for key, value in (ref.at_source or {}).items():
                    self.note(f"{key}: {words.value(value)}")

    def _decision(self, decision: Review | AutoApproval) -> Card:
        card = Card(padding=theme.GAP_M)
        if isinstance(decision, Review):
            verb = {"approved": "APPROVED", "rejected": "REJECTED"}.get(decision.verb, "NEEDS_REVIEW")
            word = self.tr("Withdrawn") if decision.verb == "withdrawn" else words.review(verb)
            card.body.addWidget(PlainLabel(f"{word} · {decision.person_name}", semibold=True, wrap=True))
            card.body.addWidget(PlainLabel(decision.meaning, tone="muted", wrap=True))
            if decision.reason:
                card.body.addWidget(PlainLabel(decision.reason, wrap=True))
            told = self.tr("signed {time} · policy version {n}")
        else:
            card.body.addWidget(PlainLabel(words.review("AUTO_APPROVED"), semibold=True))
            told = self.tr("{time} · policy version {n} · no person decided")
        when = PlainLabel(
            told.format(time=words.short_time(decision.at_utc), n=decision.policy_version), tone="muted", wrap=True
        )
        when.setToolTip(plaintext.tooltip(f"{words.exact_time(decision.at_utc)}\n{decision.text_sha256}"))
        card.body.addWidget(when)
        return card


class FilesPage(Page):
    """The files kept with the run; ``save`` carries (sha256, name), ``attach`` asks for another one."""

    save = Signal(str, str)
    attach = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_tr("FilesPage", "Files"), parent)

    def fill(self, facts: RunFacts) -> None:
        """Show each file with its size and a button to save it."""
        if not facts.run.attachments:
            self.note(self.tr("No files are kept with this run."))
        for item in facts.run.attachments:
            card = Card(padding=theme.GAP_M)
            name = item.filename or words.digest(item.sha256)
            card.body.addWidget(PlainLabel(name, semibold=True, wrap=True))
            about = PlainLabel(f"{item.kind} · {words.size(item.size_bytes)}", tone="muted")
            about.setToolTip(plaintext.tooltip(f"{item.mime or words.NOTHING}\n{item.sha256}"))
            keep = button(self.tr("Save…"), icon="save", name=self.tr("Save {name}").format(name=name))
            keep.clicked.connect(lambda _=False, sha=item.sha256, name=name: self.save.emit(sha, name))
            card.body.addLayout(row(about, 1, keep))
            self.add(card)
        act = button(self.tr("Attach a file…"), icon="plus")
        act.clicked.connect(self.attach)
        self.column.addLayout(row(act, 1))


class RawPage(QWidget):
    """The sealed document as it stands in the ledger."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("role", "raw")
        self.text.setFont(theme.font(theme.SMALL + 1, mono=True))
        self.text.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.text.setAccessibleName(self.tr("Sealed document"))
        self.text.setTabStopDistance(QFontMetricsF(self.text.font()).horizontalAdvance("  "))
        self.digest = PlainLabel(tone="muted", size=theme.SMALL, mono=True, elide=Qt.TextElideMode.ElideMiddle)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP_L, theme.GAP_M, theme.GAP_L, theme.GAP_M)
        layout.addWidget(self.digest)
        layout.addWidget(self.text, 1)

    def show_facts(self, facts: RunFacts) -> None:
        """Show another run."""
        cut = self.tr(" (the first part of {size})").format(size=words.size(len(facts.raw)))
        self.digest.setText(f"sha256 {facts.run.run_sha256}{cut if len(facts.raw) > _LONGEST_RAW else ''}")
        self.text.setPlainText(plaintext.visible(facts.raw[:_LONGEST_RAW], lines=True))


class HistoryPage(Page):
    """Every event about the run, newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_tr("HistoryPage", "History"), parent)

    def fill(self, facts: RunFacts) -> None:
        """Show when, what and by whom."""
        table = CellTable(
            (
                Column(self.tr("What"), stretch=True),
                Column(self.tr("When"), widest=150),
                Column(self.tr("Line"), right=True),
            ),
            self.tr("History of this run"),
            fit=True,
        )
        table.set_rows(
            [
                (
                    Cell(event_words(str(entry.event.get("kind", ""))), below=_by(entry)),
                    Cell(words.short_time(entry.at), tone="muted", whole=words.exact_time(entry.at)),
                    Cell(words.number(entry.seq), mono=True, tone="muted", whole=entry.request_id or ""),
                )
                for entry in reversed(facts.history)
            ]
        )
        self.add(table)


def event_words(kind: str) -> str:
    """Return an event of the ledger in words; a kind that is not known reads as it is spelled."""
    return {
        "run.sealed": _tr("HistoryPage", "Sealed"),
        "run.meta_patched": _tr("HistoryPage", "Notes changed"),
        "attachment.added": _tr("HistoryPage", "File attached"),
        "advisory.sealed": _tr("HistoryPage", "Text sealed"),
        "advisory.attached": _tr("HistoryPage", "Advisory attached"),
        "explanation.pending": _tr("HistoryPage", "Explanation asked for"),
        "explanation.ready": _tr("HistoryPage", "Explanation ready"),
        "explanation.failed": _tr("HistoryPage", "Explanation failed"),
        "review.approved": _tr("HistoryPage", "Approved"),
        "review.rejected": _tr("HistoryPage", "Rejected"),
        "review.withdrawn": _tr("HistoryPage", "Decision withdrawn"),
        "review.auto_approved": _tr("HistoryPage", "Approved by policy"),
    }.get(kind, kind.replace(".", " ").replace("_", " "))


def _by(entry: HistoryEntry) -> str:
    """Return who did it: the person who signed, or else the program."""
    decision = entry.event.get("decision")
    name = decision.get("person_name") if isinstance(decision, dict) else None
    return f"{name} · {entry.by.id}" if isinstance(name, str) else entry.by.id


def _is_number(text: str) -> bool:
    return text[:1].isdigit() or text[:1] == "-"


def _kind(kind: str) -> str:
    return {
        "explanation": _tr("AdvisoriesPage", "Explanation"),
        "advisory": _tr("AdvisoriesPage", "Advisory"),
        "note": _tr("AdvisoriesPage", "Note"),
    }.get(kind, _tr("AdvisoriesPage", "Unknown kind"))
