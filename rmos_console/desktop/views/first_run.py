"""The first page of a window without a store: the demo, opening, importing, creating."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from rmos_console.desktop import icons, theme
from rmos_console.desktop.actions import BY_ID
from rmos_console.desktop.widgets.buttons import button
from rmos_console.desktop.widgets.icon_mark import IconMark
from rmos_console.desktop.widgets.labels import KeyCap, PlainLabel
from rmos_console.desktop.widgets.pressing import Pressing
from rmos_console.desktop.widgets.surfaces import Card, Rule

_WIDTH = 600


class ChoiceRow(Pressing, QAbstractButton):
    """One row of the page: icon, title, sentence, key; one focusable widget."""

    def __init__(self, icon: str, title: str, sentence: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._sentence = icon, sentence
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 53, 0)
        layout.addStretch(1)
        if key:
            layout.addWidget(KeyCap(key))

    def sizeHint(self) -> QSize:
        """Return one row."""
        return QSize(_WIDTH, 64)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the row."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        rect = QRectF(self.rect())
        if self.isDown() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("selection" if self.isDown() else "hover"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), theme.CORNER, theme.CORNER)
        if self.hasFocus():
            painter.setPen(QPen(tokens.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), theme.CORNER, theme.CORNER)
        icons.paint(painter, self._icon, QRectF(23, rect.center().y() - 10, 20, 20), tokens.color("muted"))
        icons.paint(painter, "chevron-right", QRectF(rect.right() - 36, rect.center().y() - 10, 20, 20),
                    tokens.color("muted"))  # fmt: skip
        flags = int(Qt.AlignmentFlag.AlignVCenter.value)
        painter.setPen(tokens.color("text"))
        painter.setFont(theme.font(theme.LARGE, semibold=True))
        painter.drawText(QRectF(58, rect.center().y() - 23, rect.width() - 160, 24), flags, self.text())
        painter.setPen(tokens.color("muted"))
        painter.setFont(theme.font())
        painter.drawText(QRectF(58, rect.center().y() + 2, rect.width() - 160, 20), flags, self._sentence)
        painter.end()


class Emblem(QWidget):
    """The rosette of the application."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(48, 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        icons.paint(painter, "app", QRectF(self.rect()), theme.tokens().color("text"))
        painter.end()


class FirstRun(QWidget):
    """Shown while no store is open; ``asked`` carries the id of the chosen command."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inside = QWidget()
        inside.setFixedWidth(_WIDTH)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Emblem())
        column.addSpacing(theme.GAP_XL - 4)
        column.addWidget(
            PlainLabel(self.tr("Know why each run was allowed or stopped"), size=theme.HERO, semibold=True, wrap=True)
        )
        column.addSpacing(theme.GAP_XS)
        told = self.tr("A store is a folder of runs, explanations and signed decisions.")
        column.addWidget(PlainLabel(told, size=theme.LARGE, tone="muted", wrap=True))
        told = self.tr("Nothing in it is ever overwritten.")
        column.addWidget(PlainLabel(told, size=theme.LARGE, tone="muted", wrap=True))
        column.addSpacing(theme.GAP_XL + theme.GAP_S)
        column.addWidget(self._demo_card())
        column.addSpacing(theme.GAP_L)
        column.addWidget(self._rows_card())
        column.addSpacing(theme.GAP_M)
        drop = PlainLabel(self.tr("Or drop a folder or file on this window."), tone="muted")
        drop.setContentsMargins(23, 0, 0, 0)
        column.addWidget(drop)
        across = QHBoxLayout(self)
        across.addStretch(1)
        down = QVBoxLayout()
        down.addStretch(2)
        down.addWidget(inside)
        down.addStretch(3)
        across.addLayout(down)
        across.addStretch(1)

    def _demo_card(self) -> Card:
        card = Card(padding=theme.GAP_L)
        line = QHBoxLayout()
        line.setSpacing(theme.GAP_L)
        play = IconMark("play", "accent")
        line.addSpacing(6)
        line.addWidget(play)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(PlainLabel(self.tr("Try the demo"), size=theme.LARGE, semibold=True))
        words.addWidget(PlainLabel(self.tr("Sample runs, a queue to decide, nothing to set up"), tone="muted"))
        line.addLayout(words, 1)
        self.demo = button(self.tr("Start the demo"), primary=True, touch=True)
        self.demo.clicked.connect(partial(self.asked.emit, "store.demo"))
        line.addWidget(self.demo)
        card.body.addLayout(line)
        return card

    def _rows_card(self) -> Card:
        card = Card(padding=0)
        card.body.setSpacing(0)
        self.rows: dict[str, ChoiceRow] = {}
        texts = {
            "store.open": ("folder", self.tr("Open a store"), self.tr("Go on where this shop left off")),
            "store.import": ("import", self.tr("Import RMOS runs"), self.tr("A folder or file, in any RMOS layout")),
            "store.create": ("plus", self.tr("Create a store"), self.tr("An empty folder and your name")),
        }
        for action_id, (icon, title, sentence) in texts.items():
            if self.rows:
                card.body.addWidget(Rule())
            line = ChoiceRow(icon, title, sentence, BY_ID[action_id].shortcut)
            line.clicked.connect(partial(self.asked.emit, action_id))
            card.body.addWidget(line)
            self.rows[action_id] = line
        return card
