"""The rail at the left: one row per view with icon, word and count."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget

from rmos_console.desktop import icons, theme, words
from rmos_console.desktop.widgets.pressing import Pressing

WIDTH = 168
_ROW = 36


class RailButton(Pressing, QAbstractButton):
    """One row of the rail; one focusable widget that says its word and count."""

    def __init__(self, icon: str, word: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._count: int | None = None
        self.setText(word)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_count(None)

    def set_count(self, count: int | None) -> None:
        """Show a number behind the word, or none."""
        self._count = count
        self.setAccessibleName(f"{self.text()}, {words.number(count)}" if count else self.text())
        self.update()

    def sizeHint(self) -> QSize:
        """Return one row."""
        return QSize(WIDTH - 16, _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon, word and count."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        rect = QRectF(self.rect())
        ground = "selection" if self.isChecked() else "hover" if self.underMouse() else ""
        if ground:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color(ground))
            painter.drawRoundedRect(rect, theme.CORNER, theme.CORNER)
        if self.hasFocus():
            painter.setPen(QPen(tokens.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), theme.CORNER, theme.CORNER)
        icons.paint(painter, self._icon, QRectF(8, rect.center().y() - 10, 20, 20),
                    tokens.color("accent" if self.isChecked() else "muted"))  # fmt: skip
        painter.setPen(tokens.color("text"))
        painter.setFont(theme.font(semibold=self.isChecked()))
        middle = int(Qt.AlignmentFlag.AlignVCenter.value)
        painter.drawText(rect.adjusted(40, 0, -8, 0), middle, self.text())
        if self._count:
            painter.setPen(tokens.color("text" if self.isChecked() else "muted"))
            painter.drawText(
                rect.adjusted(40, 0, -8, 0), middle | int(Qt.AlignmentFlag.AlignRight.value), words.number(self._count)
            )
        painter.end()


class Rail(QFrame):
    """The rows of the views and, at its foot, the menu of all commands."""

    chosen = Signal(str)
    menuAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setFixedWidth(WIDTH)
        self.rows: dict[str, RailButton] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 8, 8, 8)
        self._layout.setSpacing(0)
        self._layout.addStretch(1)
        self.menu = RailButton("menu", self.tr("Commands"))
        self.menu.clicked.connect(self.menuAsked)
        self._layout.addWidget(self.menu)

    def add(self, key: str, icon: str, word: str) -> None:
        """Add a view at the end."""
        button = RailButton(icon, word)
        button.setCheckable(True)
        button.clicked.connect(partial(self._pressed, key))
        self._layout.insertWidget(len(self.rows), button)
        self.rows[key] = button

    def mark(self, key: str) -> None:
        """Show which view is open."""
        for other, button in self.rows.items():
            button.setChecked(other == key)

    def _pressed(self, key: str) -> None:
        self.mark(key)
        self.chosen.emit(key)
