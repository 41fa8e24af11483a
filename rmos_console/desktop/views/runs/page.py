"""A page of the detail pane: a column that scrolls, cleared and filled for each run."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QVBoxLayout, QWidget

from rmos_console.desktop import theme
from rmos_console.desktop.views.runs.facts import RunFacts
from rmos_console.desktop.widgets.labels import PlainLabel


class Page(QScrollArea):
    """Shows one aspect of a run; subclasses fill ``self.column`` in :meth:`fill`."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._inside = QWidget()
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_XL)
        self.column.setSpacing(theme.GAP_S)
        self.setWidget(self._inside)

    def show_facts(self, facts: RunFacts) -> None:
        """Show another run from the top."""
        _empty(self.column)
        self.fill(facts)
        self.column.addStretch(1)
        self.verticalScrollBar().setValue(0)

    def fill(self, facts: RunFacts) -> None:
        """Put the widgets of this page into ``self.column``."""
        raise NotImplementedError

    def add(self, widget: QWidget, *, gap: int = 0) -> None:
        """Add a widget, ``gap`` pixels further down than usual."""
        if gap:
            self.column.addSpacing(gap)
        self.column.addWidget(widget)

    def heading(self, text: str) -> None:
        """Add the title of a section."""
        self.add(PlainLabel(text, semibold=True), gap=theme.GAP_M if self.column.count() else 0)

    def note(self, text: str) -> None:
        """Add a muted sentence."""
        label = PlainLabel(text, tone="muted", wrap=True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.add(label)


def _empty(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            _empty(inner)
            inner.deleteLater()
