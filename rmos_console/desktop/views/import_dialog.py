"""An import under way: progress and Cancel, then what it did. The window behind it stays usable."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from rmos_console.core.errors import RmosError
from rmos_console.core.records.report import ImportReport
from rmos_console.desktop import operations, theme
from rmos_console.desktop.desk import Desk
from rmos_console.desktop.tasks import TaskRunner
from rmos_console.desktop.views.import_report import ImportReportPage
from rmos_console.desktop.widgets.buttons import button
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.progress_line import ProgressLine
from rmos_console.desktop.widgets.surfaces import row


class ImportDialog(QDialog):
    """Starts importing ``paths`` at once. Closing it hides it; only Cancel stops the import."""

    def __init__(self, desk: Desk, tasks: TaskRunner, paths: Sequence[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.report: ImportReport | None = None
        self.page: ImportReportPage | None = None
        self.headline = PlainLabel(self.tr("Importing"), size=theme.HEAD, semibold=True, wrap=True)
        self.about = PlainLabel("\n".join(str(path) for path in paths[:5]), tone="muted", wrap=True)
        self.progress = ProgressLine(delay_ms=0)
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_XL)
        column.setSpacing(theme.GAP_M)
        column.addWidget(self.headline)
        column.addWidget(self.about)
        column.addWidget(self.progress)
        column.addStretch(1)
        self._stack = QStackedWidget()
        self._stack.addWidget(first)
        self.shut = button(self.tr("Close"), primary=True, touch=True)
        self.shut.clicked.connect(self.close)
        self.shut.hide()
        foot = row(1, self.shut)
        foot.setContentsMargins(theme.GAP_XL, 0, theme.GAP_XL, theme.GAP_L)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack, 1)
        layout.addLayout(foot)
        self.task = operations.import_paths(desk, tasks, paths, self._finished, self._failed)
        self.task.ended.connect(self._ended)
        self.progress.follow(self.task)

    def sizeHint(self) -> QSize:
        """Return a size that shows a normal summary whole."""
        return QSize(720, 560)

    def _finished(self, report: ImportReport) -> None:
        self.report = report
        self.page = ImportReportPage(report)
        self._stack.addWidget(self.page)
        self._stack.setCurrentWidget(self.page)
        self._show_close()

    def _failed(self, error: RmosError) -> None:
        self.headline.setText(self.tr("Nothing was imported"))
        self.about.setText(error.message)
        self._show_close()

    def _ended(self) -> None:
        """A cancelled import reports nothing else."""
        if self.task.is_cancelled() and self.report is None:
            self.headline.setText(self.tr("The import was stopped"))
            self.about.setText(self.tr("What was taken before stays; importing again goes on from there."))
            self._show_close()

    def _show_close(self) -> None:
        self.shut.show()
        self.shut.setFocus()
