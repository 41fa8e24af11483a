"""Two programs side by side, with their headings and an overview of where they differ."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from rmos_console.desktop import plaintext, theme
from rmos_console.desktop.widgets.gcode_rows import PairedRows
from rmos_console.desktop.widgets.gcode_view import GcodeView
from rmos_console.desktop.widgets.sides import Side, paint_badge

_RULER = 18
_MOST_MARKS = 2000
"""More differences than pixels: neighbouring marks are drawn as one."""


class OverviewRuler(QWidget):
    """Where in the whole the differences are, and which part is in sight; pressing or dragging goes there."""

    wanted = Signal(float)

    def __init__(self, view: GcodeView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self.setFixedWidth(_RULER)
        self.setToolTip(self.tr("Where the programs differ"))
        view.scrolled.connect(self.update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the place that was pressed."""
        self.wanted.emit(event.position().y() / max(1, self.height()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer while it is held."""
        self.wanted.emit(event.position().y() / max(1, self.height()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the marks of A at the left, of B at the right, and the frame of what is in sight."""
        painter = QPainter(self)
        tokens = theme.tokens()
        painter.fillRect(QRectF(0, 0, 1, self.height()), tokens.color("line"))
        rows, height = self._view.rows, self.height()
        scale = height / max(1, rows.count)
        step = max(1, len(rows.differences) // _MOST_MARKS)
        for start, count, op in rows.differences[::step]:
            box = QRectF(4, start * scale, 5, max(2.0, count * scale))
            if op != "added":
                painter.fillRect(box, tokens.color("edge"))
            if op != "removed":
                painter.fillRect(box.translated(6, 0), tokens.color("accent"))
        first, last = self._view.shown_share()
        if rows.count and last - first < 1:
            frame = QRectF(2.5, first * height + 0.5, self.width() - 4, max(8.0, (last - first) * height) - 1)
            painter.setPen(QPen(tokens.color("edge"), 1))
            wash = tokens.color("edge")
            wash.setAlpha(40)
            painter.setBrush(wash)
            painter.drawRoundedRect(frame, 2, 2)
        painter.end()


class _Headings(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names: dict[Side, str] = {"a": "", "b": ""}
        self.setFixedHeight(theme.ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = theme.tokens()
        half = (self.width() - _RULER) / 2
        sides: tuple[tuple[Side, float], ...] = (("a", 0.0), ("b", half))
        for side, left in sides:
            paint_badge(painter, side, QRectF(left + 8, 4, 20, 20))
            painter.setFont(theme.font(theme.SMALL))
            painter.setPen(tokens.color("muted"))
            name = painter.fontMetrics().elidedText(
                plaintext.visible(self.names[side]), Qt.TextElideMode.ElideMiddle, int(half - 48)
            )
            painter.drawText(QRectF(left + 36, 0, half - 40, self.height()), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QPen(tokens.color("line"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.drawLine(int(half), 0, int(half), self.height())
        painter.end()

    def sizeHint(self) -> QSize:
        return QSize(400, theme.ROW)


class GcodePane(QFrame):
    """The framed pane: headings, the rows of both programs, the overview ruler."""

    rowChosen = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pane")
        self.view = GcodeView(name, self)
        self.view.rowChosen.connect(self.rowChosen)
        self._headings = _Headings(self)
        self._ruler = OverviewRuler(self.view, self)
        self._ruler.wanted.connect(self._go_to_share)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.view, 1)
        body.addWidget(self._ruler)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self._headings)
        layout.addLayout(body, 1)

    def set_programs(
        self, names: tuple[str, str], a: Sequence[str], b: Sequence[str], rows: PairedRows, longest: int
    ) -> None:
        """Show two programs under their names; ``longest`` counts the characters of the longest line."""
        self._headings.names = {"a": names[0], "b": names[1]}
        self._headings.update()
        self.view.set_programs(a, b, rows, longest)

    def _go_to_share(self, share: float) -> None:
        bar = self.view.verticalScrollBar()
        whole = bar.maximum() + bar.pageStep()
        bar.setValue(round(share * whole - bar.pageStep() / 2))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the raised ground and one edge around the pane."""
        painter = QPainter(self)
        tokens = theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.color("line"), 1))
        painter.setBrush(tokens.color("raised"))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.CARD_CORNER, theme.CARD_CORNER
        )
        painter.end()
