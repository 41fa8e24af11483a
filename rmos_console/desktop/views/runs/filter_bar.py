"""The filters over the table: risk with counts, and menus for status, mode, tool and review."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from rmos_console.desktop import theme, words
from rmos_console.desktop.tables.run_book import RunBook, Wanted
from rmos_console.desktop.widgets.filter_chips import FacetButton, RiskStrip
from rmos_console.desktop.widgets.flow_layout import FlowLayout

LEVELS = ("RED", "YELLOW", "GREEN", "UNKNOWN", "ERROR")


class FilterBar(QWidget):
    """Shows what can be filtered; ``toggled`` carries (facet, value)."""

    toggled = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book: RunBook | None = None
        self._wanted = Wanted()
        self.risks = RiskStrip(LEVELS)
        self.risks.toggled.connect(lambda level: self.toggled.emit("risk", level))
        self.menus: dict[str, FacetButton] = {
            "status": FacetButton(self.tr("Status")),
            "mode": FacetButton(self.tr("Mode")),
            "tool": FacetButton(self.tr("Tool")),
            "review": FacetButton(self.tr("Review")),
        }
        layout = FlowLayout(self, spacing=theme.GAP_S)
        layout.addWidget(self.risks)
        for facet, menu in self.menus.items():
            menu.toggled_value.connect(partial(self._toggled, facet))
            menu.values.aboutToShow.connect(partial(self._fill, facet))
            layout.addWidget(menu)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_state(self, book: RunBook, wanted: Wanted) -> None:
        """Show the counts of a book under the filters in force; menus are filled when they open."""
        self._book, self._wanted = book, wanted
        self.risks.show_counts(book.counts("risk", wanted), wanted.chosen("risk"))
        for facet, menu in self.menus.items():
            menu.show_title(wanted.chosen(facet))
            menu.setEnabled(len(book) > 0)

    def _fill(self, facet: str) -> None:
        if self._book is None:
            return
        counts = self._book.counts(facet, self._wanted)
        values = [(value, self._word(facet, value), counts[value]) for value in self._book.values(facet)]
        self.menus[facet].show_values(values, self._wanted.chosen(facet))

    def _word(self, facet: str, value: str) -> str:
        if facet == "status":
            return words.status(value)
        if facet == "review":
            return words.review(value)
        return value or words.NOTHING

    def _toggled(self, facet: str, value: str) -> None:
        self.toggled.emit(facet, value)
