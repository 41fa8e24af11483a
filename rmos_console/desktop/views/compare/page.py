"""How a comparison is laid out: cards, banner, hashes and parameters, G-code and toolpath."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from rmos_console.core.records.diff import DiffRow, RunDiff
from rmos_console.desktop import theme, words
from rmos_console.desktop.views.compare import tables
from rmos_console.desktop.views.compare.banner import SeverityBanner
from rmos_console.desktop.views.compare.facts import CompareFacts
from rmos_console.desktop.widgets.buttons import link
from rmos_console.desktop.widgets.cell_table import CellTable
from rmos_console.desktop.widgets.gcode_pane import GcodePane
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.sides import Side, pen
from rmos_console.desktop.widgets.toolpath_drawing import Drawing
from rmos_console.desktop.widgets.toolpath_picture import ToolpathPicture

_LEFT = 384
_LEFT_NARROW = 340
_PICTURE = 384
_WIDE = 960
"""Pixels from which everything has room beside each other."""


class Legend(QWidget):
    """Which line style is which side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(120, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a dash for A and a line for B."""
        painter = QPainter(self)
        painter.setFont(theme.font())
        sides: tuple[tuple[Side, int], ...] = (("a", 0), ("b", 62))
        for side, left in sides:
            painter.setPen(pen(side, 1.5))
            painter.drawLine(left, 10, left + 26, 10)
            painter.setPen(theme.tokens().color("muted"))
            painter.drawText(QRectF(left + 34, 0, 20, 20), Qt.AlignmentFlag.AlignVCenter, side.upper())
        painter.end()


class ComparePage(QWidget):
    """Shows one comparison and walks through its differences."""

    nextAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: CompareFacts | None = None
        self._all = False
        self._differing: list[int] = []
        self.banner = SeverityBanner()
        self.banner.nextAsked.connect(self.nextAsked)
        self._hashes = CellTable(tables.hash_columns(), self.tr("Hashes"), fit=True)
        self._hash_note = PlainLabel(tone="muted")
        self._outcome = CellTable(tables.hash_columns(), self.tr("Outcome"), fit=True)
        self._outcome.horizontalHeader().hide()
        self.parameters = CellTable(tables.parameter_columns(), self.tr("Parameters"), selectable=True)
        self._parameter_note = PlainLabel(tone="muted")
        self._hidden = PlainLabel(tone="muted")
        self.show_equal = link(self.tr("Show"), name=self.tr("Show or hide equal rows"))
        self.show_equal.clicked.connect(self.toggle_equal)
        self.gcode = GcodePane(self.tr("G-code of both runs"))
        self.gcode.rowChosen.connect(self._mark_row)
        self._gcode_note = PlainLabel(tone="muted", elide=Qt.TextElideMode.ElideRight)
        self._gcode_ignored = PlainLabel(self.tr("ignoring line numbers, comments, spacing"), tone="muted")
        self.picture = ToolpathPicture(self.tr("Toolpaths of both runs"))
        self.picture.lineChosen.connect(self._show_line)
        self._line = PlainLabel(tone="muted")
        self._no_gcode = PlainLabel(self.tr("Neither run kept its G-code."), tone="muted")
        self._lay_out()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(_heading(self.tr("Hashes"), self._hash_note))
        left.addWidget(self._hashes)
        left.addSpacing(theme.GAP_M)
        left.addWidget(_heading(self.tr("Outcome")))
        left.addWidget(self._outcome)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(_heading(self.tr("Parameters"), self._parameter_note, None, self._hidden, self.show_equal))
        right.addWidget(self.parameters, 1)
        upper = QWidget()
        upper_line = QHBoxLayout(upper)
        upper_line.setContentsMargins(0, 0, 0, 0)
        upper_line.setSpacing(theme.GAP_XL)
        self._beside = QWidget()
        self._beside.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        self._beside.setFixedWidth(_LEFT)
        upper_line.addWidget(self._beside)
        upper_line.addLayout(right, 1)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setObjectName("compareSplit")
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(theme.GAP_M)
        self._split.addWidget(upper)
        self._programs = self._lower()
        self._split.addWidget(self._programs)
        self._split.setSizes([340, 360])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP_S)
        layout.addWidget(self.banner)
        layout.addWidget(self._split, 1)
        layout.addWidget(self._no_gcode)

    def _lower(self) -> QWidget:
        lower = QWidget()
        grid = QGridLayout(lower)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GAP_XL)
        grid.setVerticalSpacing(theme.GAP_XS)
        self._path_heading = _heading(self.tr("Toolpath"), None, Legend(), self._line)
        grid.addWidget(_heading(self.tr("G-code"), self._gcode_note, self._gcode_ignored), 0, 0)
        grid.addWidget(self._path_heading, 0, 1)
        grid.addWidget(self.gcode, 1, 0)
        grid.addWidget(self.picture, 1, 1)
        grid.setColumnStretch(0, 1)
        self.picture.setFixedWidth(_PICTURE)
        grid.setRowStretch(1, 1)
        return lower

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window keeps hashes, parameters and G-code; delta, percent and the picture need more room."""
        super().resizeEvent(event)
        wide = event.size().width() >= _WIDE
        self._beside.setFixedWidth(_LEFT if wide else _LEFT_NARROW)
        self.picture.setVisible(wide)
        self._path_heading.setVisible(wide)
        for column in (4, 5, 6):
            self.parameters.setColumnHidden(column, not wide)

    def show_facts(self, facts: CompareFacts) -> None:
        """Show a comparison."""
        self._facts = facts
        diff = facts.runs
        self.banner.show_diff(diff)
        self._hashes.set_rows(tables.hash_rows(diff))
        self._hash_note.setText(tables.hash_note(diff))
        self._outcome.set_rows(tables.outcome_rows(diff))
        self._show_parameters(diff)
        programs = facts.programs
        self._programs.setVisible(programs is not None)
        self._no_gcode.setVisible(programs is None)
        if programs is not None:
            self.gcode.set_programs(programs.names, programs.a, programs.b, programs.rows, programs.longest)
            self._gcode_note.setText(self._gcode_words(facts))
            self._gcode_ignored.setVisible(programs.diff is not None)
        self.picture.show_both(None, None)
        self._line.setText("")

    def show_drawings(self, a: Drawing | None, b: Drawing | None) -> None:
        """Show the toolpaths of the comparison on screen, which are read after everything else."""
        self.picture.show_both(a, b)

    def _gcode_words(self, facts: CompareFacts) -> str:
        programs = facts.programs
        if programs is None:
            return ""
        if programs.diff is None:
            return self.tr("only A has G-code") if programs.a else self.tr("only B has G-code")
        summary = programs.diff.summary
        lines = words.number(max(summary.lines_a, summary.lines_b))
        if not summary.hunks:
            return self.tr("no difference in {lines} lines").format(lines=lines)
        hunks = self.tr("{n} differences in {lines} lines").format(n=words.number(summary.hunks), lines=lines)
        return " · ".join([hunks, *summary.in_words])

    def _show_parameters(self, diff: RunDiff) -> None:
        rules = tables.rule_rows(diff)
        shown: list[DiffRow] = tables.listed(diff.rows if self._all else diff.differing)
        self.parameters.set_rows([*tables.parameter_rows(shown), *rules])
        differing = [at for at, row in enumerate(shown) if row.op != "same"]
        self._differing = [*differing, *range(len(shown), len(shown) + len(rules))]
        count = len(self._differing)
        self._parameter_note.setText(
            self.tr("1 differs") if count == 1 else self.tr("{n} differ").format(n=words.number(count))
        )
        equal = words.number(diff.equal)
        hidden = self.tr("{n} equal rows shown ·") if self._all else self.tr("{n} equal rows hidden ·")
        self._hidden.setText(hidden.format(n=equal))
        self._hidden.setVisible(diff.equal > 0)
        self.show_equal.setVisible(diff.equal > 0)
        self.show_equal.setText(self.tr("Hide") if self._all else self.tr("Show"))

    def toggle_equal(self) -> None:
        """Show equal rows too, or differences only."""
        self._all = not self._all
        if self._facts is not None:
            self._show_parameters(self._facts.runs)

    def go(self, step: int) -> bool:
        """Go to the next (1) or previous (-1) difference: through the parameters, then through the G-code.

        False where there is none further in that direction.
        """
        view = self.gcode.view
        at = self.parameters.currentIndex().row() if self.parameters.selectionModel().hasSelection() else -1
        if view.current >= 0 and at < 0:
            if view.go(step):
                return True
            if step > 0 or not self._differing:
                return False
            view.leave()
            return self._choose_parameter(self._differing[-1])
        further = [row for row in self._differing if (row > at if step > 0 else row < at)]
        if further:
            return self._choose_parameter(further[0] if step > 0 else further[-1])
        if step > 0 and view.isVisible() and view.rows.differences:
            self.parameters.clearSelection()
            view.leave()
            return view.go(1)
        return False

    def _choose_parameter(self, row: int) -> bool:
        self.parameters.selectRow(row)
        self.parameters.scrollTo(self.parameters.cells.index(row, 1))
        return True

    def _mark_row(self, row: int) -> None:
        """Mark the move of a chosen G-code row in the picture, that of B where there is one."""
        self.parameters.clearSelection()
        at = self.gcode.view.rows.at(row)
        side: Side = "b" if at.b is not None else "a"
        line = at.b if at.b is not None else at.a
        self.picture.mark(side, line)
        self._line.setText(self.tr("line {n}").format(n=words.number(line)))

    def _show_line(self, side: str, line: int) -> None:
        row = self.gcode.view.rows.row_of("a" if side == "a" else "b", line)
        if row is not None:
            self.gcode.view.choose(row)
            self.picture.mark("a" if side == "a" else "b", line)


def _heading(title: str, *parts: QWidget | None) -> QWidget:
    """Return a heading line; None among the parts is where the room goes."""
    heading = QWidget()
    heading.setFixedHeight(theme.ROW)
    line = QHBoxLayout(heading)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(theme.GAP_S)
    line.addWidget(PlainLabel(title, semibold=True))
    for part in parts:
        if part is None:
            line.addStretch(1)
        else:
            line.addWidget(part)
    if None not in parts and len(parts) < 2:
        line.addStretch(1)
    return heading
