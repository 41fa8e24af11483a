"""What an import did: its account first, then conflicts and refusals one by one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from rmos_console.core.records.report import ImportReport
from rmos_console.desktop import theme, words
from rmos_console.desktop.widgets.cell_table import CellTable
from rmos_console.desktop.widgets.cells import Cell, Column, Row
from rmos_console.desktop.widgets.labels import PlainLabel

_MOST = 500


class ImportReportPage(QScrollArea):
    """The summary of one import; nothing in it changes anything."""

    def __init__(self, report: ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.report = report
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_L)
        self._column.setSpacing(theme.GAP_S)
        self.headline = PlainLabel(self._verdict(), size=theme.HEAD, semibold=True, wrap=True)
        self._column.addWidget(self.headline)
        self._account()
        if report.conflicts:
            self._section(
                self.tr("Conflicts: the run stored first stays, the new bytes are kept beside it"),
                (Column(self.tr("Source"), stretch=True), Column(self.tr("Run")), Column(self.tr("Stored")),
                 Column(self.tr("Found"))),
                [(Cell(item.source, whole=item.source), Cell(words.short_id(item.run_id), mono=True, whole=item.run_id),
                  Cell(words.digest(item.stored_sha256), mono=True, whole=item.stored_sha256),
                  Cell(words.digest(item.found_sha256), mono=True, whole=item.found_sha256))
                 for item in report.conflicts[:_MOST]],
            )  # fmt: skip
        if report.refused:
            self._section(
                self.tr("Refused"),
                (Column(self.tr("Source and reason"), stretch=True),),
                [(Cell(item.source, whole=f"{item.source}\n{item.reason}", below=item.reason),)
                 for item in report.refused[:_MOST]],
            )  # fmt: skip
        self._lines(self.tr("Ignored"), report.ignored)
        self._lines(self.tr("Notes"), report.warnings)
        self._column.addStretch(1)
        self.setWidgetResizable(True)
        self.setWidget(inside)
        self.setAccessibleName(self.tr("What the import did"))

    def _verdict(self) -> str:
        report = self.report
        if report.conflicts or report.refused:
            bad = len(report.conflicts) + len(report.refused)
            return self.tr("{runs} found, {n} not taken").format(runs=words.runs(report.found), n=words.number(bad))
        if report.imported == report.updated == 0:
            return self.tr("Nothing new: all {runs} are here already").format(runs=words.runs(report.found))
        return self.tr("{runs} found, all taken").format(runs=words.runs(report.found))

    def _account(self) -> None:
        report = self.report
        table = CellTable(
            (Column("", stretch=True), Column("", right=True)), self.tr("Numbers of the import"), fit=True
        )
        table.horizontalHeader().hide()
        lines = (
            (self.tr("Imported"), report.imported),
            (self.tr("Updated"), report.updated),
            (self.tr("Already present"), report.already_present),
            (self.tr("Conflicts"), len(report.conflicts)),
            (self.tr("Refused"), len(report.refused)),
            (self.tr("Advisories"), report.advisories),
        )
        table.set_rows([(Cell(name), Cell(words.number(count), mono=True)) for name, count in lines])
        self._column.addWidget(table)

    def _section(self, title: str, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        self._column.addSpacing(theme.GAP_M)
        self._column.addWidget(PlainLabel(title, semibold=True, wrap=True))
        table = CellTable(columns, title, fit=True)
        table.set_rows(rows)
        self._column.addWidget(table)

    def _lines(self, title: str, lines: Sequence[str]) -> None:
        if not lines:
            return
        self._column.addSpacing(theme.GAP_M)
        self._column.addWidget(PlainLabel(title, semibold=True))
        for line in lines[:_MOST]:
            self._column.addWidget(PlainLabel(line, tone="muted", wrap=True))
