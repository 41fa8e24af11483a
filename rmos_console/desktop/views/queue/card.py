"""One explanation in reading order: risk and headline, why beside the evidence, contrast beside the toolpath."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from rmos_console.core.records.run import RunArtifact
from rmos_console.desktop import plaintext, theme, words
from rmos_console.desktop.views.queue import tables
from rmos_console.desktop.views.queue.facts import CardFacts
from rmos_console.desktop.widgets.badges import RiskBadge
from rmos_console.desktop.widgets.buttons import link
from rmos_console.desktop.widgets.cell_table import CellTable
from rmos_console.desktop.widgets.evidence_text import EvidenceText
from rmos_console.desktop.widgets.labels import KeyCap, PlainLabel
from rmos_console.desktop.widgets.toolpath_drawing import Drawing
from rmos_console.desktop.widgets.toolpath_picture import ToolpathPicture

_LONG = 12_000
"""Characters above which a text gets a scrolling field of its own instead of being laid out whole."""

_GAP = 32
_TWO_COLUMNS = 780
"""Pixels from which two columns have room beside each other."""
_NEAR = 8


class QueueCard(QScrollArea):
    """The card; ``readChanged`` when everything on it has been in view for the first time."""

    readChanged = Signal()
    compareAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("The explanation"))
        self.read = False
        self._facts: CardFacts | None = None
        self._wide: bool | None = None
        self._mark = "accent"
        self._make_parts()
        self.setWidget(self._page())
        self.verticalScrollBar().valueChanged.connect(self._look)
        self.verticalScrollBar().rangeChanged.connect(lambda *_: self._look())
        self._long.verticalScrollBar().valueChanged.connect(self._look)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._look)

    def _make_parts(self) -> None:
        self._risk = RiskBadge(size=theme.HEAD)
        self._outcome = PlainLabel(size=theme.LARGE, tone="muted", elide=Qt.TextElideMode.ElideRight)
        self._title = PlainLabel(size=theme.HERO, semibold=True, wrap=True)
        self._warning = PlainLabel(tone="yellow", wrap=True)
        self._text = EvidenceText(size=theme.LARGE)
        self._rest = EvidenceText(tone="muted")
        self._rest_title = PlainLabel(self.tr("The rest of the text"), semibold=True)
        self._long = QPlainTextEdit()
        self._long.setReadOnly(True)
        self._long.setAccessibleName(self.tr("The whole text"))
        self._long.setMinimumHeight(360)
        self._long.setFont(theme.font())
        self._evidence = CellTable((), self.tr("Evidence"), row_height=theme.ROW_WIDE, fit=True)
        self._evidence_more = PlainLabel(tone="muted")
        self._beside = PlainLabel(semibold=True)
        self._compare = link(self.tr("Compare"), name=self.tr("Compare with the nearest GREEN run"))
        self._compare.clicked.connect(self.compareAsked)
        self._key = KeyCap("D")
        self._contrast = CellTable((), self.tr("Contrast"), row_height=36, fit=True)
        self._contrast_more = PlainLabel(tone="muted")
        self._path_title = PlainLabel(self.tr("Toolpath"), semibold=True)
        self._path_words = PlainLabel(tone="muted", elide=Qt.TextElideMode.ElideRight)
        self._picture = ToolpathPicture(self.tr("Toolpath of this run"))
        self._picture.setMinimumHeight(300)

    def _page(self) -> QWidget:
        page = QWidget()
        head = QHBoxLayout()
        head.setSpacing(theme.GAP_M)
        head.addWidget(self._risk)
        head.addWidget(self._outcome, 1)
        path = _stack(_line(self._path_title, self._path_words), self._picture)
        path.setStretch(1, 1)
        path.setStretch(2, 0)
        self._cells = [
            _held(_stack(self._text, self._long)),
            _held(_stack(self._evidence, self._evidence_more)),
            _held(_stack(_line(self._beside, self._compare, self._key), self._contrast, self._contrast_more)),
            _held(path),
        ]
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(theme.GAP_XL)
        self._arrange(wide=True)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_L)
        layout.setSpacing(theme.GAP_S)
        layout.addLayout(head)
        layout.addWidget(self._title)
        layout.addWidget(self._warning)
        layout.addSpacing(theme.GAP_M)
        layout.addLayout(self._grid)
        layout.addSpacing(theme.GAP_S)
        layout.addWidget(self._rest_title)
        layout.addWidget(self._rest)
        layout.addStretch(1)
        return page

    def _arrange(self, *, wide: bool) -> None:
        """Put the four parts two by two, or below each other where it is narrow."""
        if self._wide == wide:
            return
        self._wide = wide
        for at, cell in enumerate(self._cells):
            self._grid.removeWidget(cell)
            self._grid.addWidget(cell, at // 2 if wide else at, at % 2 if wide else 0)
        self._grid.setColumnStretch(0, 47)
        self._grid.setColumnStretch(1, 53 if wide else 0)
        self._grid.setHorizontalSpacing(_GAP if wide else 0)

    def show_facts(self, facts: CardFacts) -> None:
        """Show an explanation from its beginning, unread."""
        self._facts = facts
        self.read = False
        run = facts.run
        self._risk.set_level(run.risk.shown)
        self._outcome.setText(outcome(run))
        self._title.setText(facts.title or self.tr("A text without a headline"))
        self._warning.setText("\n".join(run.warnings))
        self._warning.setVisible(bool(run.warnings))
        self._show_text(facts)
        self._show_tables(facts)
        self._show_picture(facts)
        self.verticalScrollBar().setValue(0)
        self._soon.start()

    def _show_text(self, facts: CardFacts) -> None:
        first, rest = facts.parts()
        long = len(first[0]) + len(rest[0]) > _LONG
        self._text.set_text(*(("", []) if long else first))
        self._text.setVisible(not long)
        self._rest.set_text(*(("", []) if long else rest))
        self._rest.setVisible(not long and bool(rest[0].strip()))
        self._rest_title.setVisible(not long and bool(rest[0].strip()))
        self._long.setPlainText(plaintext.visible(first[0] + rest[0], lines=True) if long else "")
        self._long.setVisible(long)

    def _show_tables(self, facts: CardFacts) -> None:
        rows, left_out = tables.evidence_rows(facts)
        self._evidence.set_rows(rows, tables.evidence_columns(facts))
        _count_rest(self._evidence_more, left_out)
        contrast = facts.contrast
        self._compare.setVisible(contrast is not None)
        self._key.setVisible(contrast is not None)
        if contrast is not None:
            self._beside.setText(self.tr("Nearest GREEN run"))
            rows, left_out = tables.contrast_rows(contrast)
            columns = tables.contrast_columns(facts.run, contrast)
        else:
            self._beside.setText(self.tr("What was asked for"))
            rows, left_out = tables.request_rows(facts.run)
            columns = tables.request_columns()
        self._contrast.set_rows(rows, columns)
        _count_rest(self._contrast_more, left_out)

    def _show_picture(self, facts: CardFacts) -> None:
        level = facts.run.risk.shown
        mark = "yellow" if level == "YELLOW" else "red" if level in {"RED", "ERROR"} else "accent"
        self._mark = mark
        self._picture.show_one(None)
        self._picture.setVisible(facts.gcode is not None)
        waiting = self.tr("is being drawn") if facts.gcode is not None else self.tr("no G-code was kept with this run")
        self._path_words.setText(waiting)

    def show_drawing(self, drawing: Drawing) -> None:
        """Show the toolpath of the explanation on screen."""
        self._picture.show_one(drawing, mark=self._mark)
        self._path_words.setText(self._picture.summary())

    def clear(self) -> None:
        """Forget the explanation; an empty card is never read."""
        self._facts = None
        self.read = False

    def page_down(self) -> None:
        """Scroll on by a page, through the long text first."""
        inner = self._long.verticalScrollBar()
        bar = inner if self._long.isVisible() and inner.value() < inner.maximum() else self.verticalScrollBar()
        bar.setValue(bar.value() + bar.pageStep() - theme.ROW)

    def _look(self) -> None:
        """Notice when the end of everything is in view."""
        page = self.widget()
        if self.read or self._facts is None or not self.isVisible() or page is None:
            return
        inner = self._long.verticalScrollBar()
        if self._long.isVisible() and inner.value() < inner.maximum():
            return
        layout = page.layout()
        needed = max(page.height(), layout.heightForWidth(page.width()) if layout is not None else 0)
        if self.verticalScrollBar().value() + self.viewport().height() >= needed - _NEAR:
            self.read = True
            self.readChanged.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A taller window may show the end."""
        super().resizeEvent(event)
        self._arrange(wide=event.size().width() >= _TWO_COLUMNS)
        self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        """What was laid out while hidden is in view now."""
        super().showEvent(event)
        self._soon.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll to the ends by Home and End; arrows and pages scroll as everywhere."""
        bar = self.verticalScrollBar()
        if event.key() == Qt.Key.Key_Home:
            bar.setValue(bar.minimum())
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        else:
            super().keyPressEvent(event)


def outcome(run: RunArtifact) -> str:
    """Return status, score and block reason: "Blocked · score 31"."""
    score = run.decision.score
    parts = [words.status(run.status), words.tr("score {n}").format(n=f"{score:g}") if score is not None else ""]
    return " · ".join(part for part in (*parts, run.decision.block_reason or "") if part and part != words.NOTHING)


def _stack(*widgets: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.GAP_S)
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch(1)
    return layout


def _held(layout: QVBoxLayout) -> QWidget:
    cell = QWidget()
    cell.setLayout(layout)
    return cell


def _line(*widgets: QWidget) -> QWidget:
    line = QWidget()
    line.setFixedHeight(theme.ROW)
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.GAP_S)
    layout.addWidget(widgets[0])
    if len(widgets) > 2:
        layout.addStretch(1)
    for widget in widgets[1:]:
        layout.addWidget(widget)
    return line


def _count_rest(label: PlainLabel, left_out: int) -> None:
    label.setText(words.tr("{n} more rows are in the run's details").format(n=words.number(left_out)))
    label.setVisible(left_out > 0)
