"""Tabs as a row of words; what does not fit goes into a menu."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QMenu, QSizePolicy, QWidget

from rmos_console.desktop import plaintext, theme
from rmos_console.desktop.widgets.buttons import icon_button
from rmos_console.desktop.widgets.pressing import PushButton

_HEIGHT = 40
_GAP = 9


class TabStrip(QWidget):
    """Exclusive tabs; ``changed`` carries the number of the one chosen. Left and Right go between them."""

    changed = Signal(int)

    def __init__(self, titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.tabs: list[PushButton] = []
        for number, title in enumerate(titles):
            tab = PushButton(plaintext.label(title), self)
            tab.setProperty("role", "tab")
            tab.setAccessibleName(title)
            tab.setCheckable(True)
            tab.setAutoDefault(False)
            tab.setFont(theme.font())
            tab.clicked.connect(partial(self._chosen, number))
            self._group.addButton(tab, number)
            self.tabs.append(tab)
        self.tabs[0].setChecked(True)
        self.more = icon_button("chevron-down", self.tr("More tabs"))
        self.more.setParent(self)
        self.more.clicked.connect(self._open_more)
        self._arrange()

    def current(self) -> int:
        """Return the number of the chosen tab."""
        return self._group.checkedId()

    def choose(self, number: int) -> None:
        """Choose a tab as if it had been pressed."""
        self.tabs[number].setChecked(True)
        self._chosen(number)

    def sizeHint(self) -> QSize:
        """Return room for all tabs."""
        return QSize(sum(self._width(tab) + _GAP for tab in self.tabs), _HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find out what fits."""
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the neighbour."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        number = (self.current() + step) % len(self.tabs)
        self.choose(number)
        self.tabs[number].setFocus(Qt.FocusReason.TabFocusReason)

    def _chosen(self, number: int) -> None:
        self._arrange()
        self.changed.emit(number)

    def _width(self, tab: PushButton) -> int:
        return tab.fontMetrics().horizontalAdvance(tab.text())

    def _arrange(self) -> None:
        """Show the tabs that fit and always the chosen one."""
        widths = [self._width(tab) for tab in self.tabs]
        room = self.width() - (0 if sum(widths) + _GAP * (len(widths) - 1) <= self.width() else 36)
        current = self.current()
        left = 0
        reserved = widths[current] + _GAP
        hidden = False
        for number, tab in enumerate(self.tabs):
            keep = reserved if number < current else 0
            fits = number == current or left + widths[number] + keep <= room
            tab.setVisible(fits)
            hidden = hidden or not fits
            if fits:
                tab.setGeometry(left, 0, widths[number], _HEIGHT)
                left += widths[number] + _GAP
        self.more.setGeometry(self.width() - 32, 4, 32, 32)
        self.more.setVisible(hidden)

    def _open_more(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, tab in enumerate(self.tabs):
            if tab.isHidden():
                menu.addAction(tab.text()).triggered.connect(partial(self.choose, number))
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
