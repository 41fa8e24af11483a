"""Filters one can see: a strip of values with counts, and menus for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from rmos_console.desktop import glyphs, plaintext, theme, words
from rmos_console.desktop.widgets.pressing import Pressing, ToolButton

_HEIGHT = 32
_PAD = 9


class RiskChip(Pressing, QAbstractButton):
    """One risk level of a strip: shape, word and how many runs; checked while it filters."""

    def __init__(self, level: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.level = level
        self._count = 0
        self.first = self.last = False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        """Show how many runs the level would show."""
        self._count = count
        self.setAccessibleName(self.tr("{risk}: {runs}").format(risk=self.level, runs=words.runs(count)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return what glyph, word and count need."""
        word = QFontMetricsF(theme.font(theme.SMALL, semibold=True)).horizontalAdvance(self.level)
        count = QFontMetricsF(theme.font()).horizontalAdvance(words.number(self._count))
        return QSize(int(_PAD + 10 + 6 + word + 6 + count + _PAD) + 1, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, border, glyph, word and count."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        ground = "selection" if self.isChecked() else "hover" if self.underMouse() else "raised"
        outer = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        wide = outer.adjusted(0 if self.first else -10, 0, 0 if self.last else 10, 0)
        painter.setPen(QPen(tokens.color("edge"), 1))
        painter.setBrush(tokens.color(ground))
        painter.drawRoundedRect(wide, theme.CORNER, theme.CORNER)
        if not self.last:
            painter.drawLine(outer.topRight(), outer.bottomRight())
        if self.hasFocus():
            painter.setPen(QPen(tokens.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        colour = tokens.risk(self.level)
        glyphs.paint_risk(painter, self.level, QRectF(_PAD, _HEIGHT / 2 - 5, 10, 10), colour)
        flags = int(Qt.AlignmentFlag.AlignVCenter.value)
        painter.setPen(colour)
        painter.setFont(theme.font(theme.SMALL, semibold=True))
        left = _PAD + 16.0
        painter.drawText(QRectF(left, 0, self.width(), _HEIGHT), flags, self.level)
        left += painter.fontMetrics().horizontalAdvance(self.level) + 6
        painter.setPen(tokens.color("text"))
        painter.setFont(theme.font())
        painter.drawText(QRectF(left, 0, self.width(), _HEIGHT), flags, words.number(self._count))
        painter.end()


class RiskStrip(QWidget):
    """The risk levels side by side in one border; ``toggled`` carries the level pressed."""

    toggled = Signal(str)

    def __init__(self, levels: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.chips = [RiskChip(level) for level in levels]
        self.chips[0].first = self.chips[-1].last = True
        for chip in self.chips:
            chip.clicked.connect(partial(self._pressed, chip.level))
            layout.addWidget(chip)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_counts(self, counts: Mapping[str, int], chosen: frozenset[str]) -> None:
        """Show the counts and which levels filter."""
        for chip in self.chips:
            chip.set_count(counts.get(chip.level, 0))
            chip.setChecked(chip.level in chosen)

    def _pressed(self, level: str) -> None:
        self.toggled.emit(level)


class FacetButton(ToolButton):
    """A menu of values with counts, several of which can be chosen; its title says how many are."""

    toggled_value = Signal(str)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.setProperty("role", "button")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # puts the arrow behind the word
        self.set_themed_icon("chevron-down", "muted", size=14)
        self.setFixedHeight(_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.values = QMenu(self)
        self.values.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setMenu(self.values)
        self.show_title(frozenset())

    def show_values(self, values: Sequence[tuple[str, str, int]], chosen: frozenset[str]) -> None:
        """Offer (value, word, count) entries; those in ``chosen`` are ticked."""
        for old in self.values.actions():
            self.values.removeAction(old)
            old.deleteLater()
        for value, word, count in values:
            entry = QAction(f"{plaintext.label(word)}\t{words.number(count)}", self.values)
            entry.setCheckable(True)
            entry.setChecked(value in chosen)
            entry.setData(value)
            entry.triggered.connect(partial(self._picked, value))
            self.values.addAction(entry)

    def show_title(self, chosen: frozenset[str]) -> None:
        """Say how many values are chosen."""
        text = f"{self._title} {len(chosen)}" if chosen else self._title
        self.setText(plaintext.label(text))
        self.setFont(theme.font(semibold=bool(chosen)))
        self.setAccessibleName(
            self.tr("{title}, {n} chosen").format(title=self._title, n=len(chosen)) if chosen else self._title
        )

    def _picked(self, value: str) -> None:
        self.toggled_value.emit(value)
