"""Rows of cells for small tables, and the Qt model that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from rmos_console.desktop import plaintext

AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Cell:
    """What one place of a table shows.

    ``tone`` and ``ground`` are palette tokens; ``risk`` and ``review`` name a glyph before the text; ``marked`` draws
    the evidence mark around the text; ``unit`` follows it muted; ``below`` is a second line; ``whole`` is what tooltip
    and copy show where the text is shortened.
    """

    text: str = ""
    tone: str = "text"
    mono: bool = False
    strong: bool = False
    marked: bool = False
    unit: str = ""
    risk: str = ""
    review: str = ""
    ground: str = ""
    below: str = ""
    whole: str = ""

    def spoken(self) -> str:
        """Return everything the cell says, for assistive technology and copying."""
        return plaintext.visible(" ".join(part for part in (self.whole or self.text, self.unit, self.below) if part))


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, and how its cells stand.

    One column of a table may ``stretch``; ``widest`` limits the others, in pixels; ``elide`` says which end of a text
    that does not fit is left out; ``risk`` names a glyph before the title.
    """

    title: str
    right: bool = False
    centre: bool = False
    stretch: bool = False
    widest: int = 320
    narrowest: int = 0
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    risk: str = ""


Row = Sequence[Cell]


class CellModel(QAbstractTableModel):
    """A table of :class:`Cell`; all rows change at once. ``inset`` is the room before the first column, in pixels."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.inset = 0
        self._rows: tuple[Row, ...] = ()

    def set_rows(self, rows: Sequence[Row], columns: Sequence[Column] | None = None) -> None:
        """Show ``rows``, each with one cell per column; ``columns`` replace those that were there."""
        self.beginResetModel()
        self.columns = self.columns if columns is None else tuple(columns)
        self._rows = tuple(rows)
        self.endResetModel()

    def cell(self, row: int, column: int) -> Cell:
        """Return one cell."""
        return self._rows[row][column]

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        """Return the number of rows; cells have no children."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        """Return the number of columns; cells have no children."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text, the tooltip where more is to be said, and the spoken text."""
        if not index.isValid():
            return None
        cell = self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return plaintext.visible(cell.text)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plaintext.tooltip(cell.whole or cell.text) if cell.whole or cell.text else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return cell.spoken()
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the titles of the columns; rows have none."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int((Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft).value) | int(
                Qt.AlignmentFlag.AlignVCenter.value
            )
        return None
