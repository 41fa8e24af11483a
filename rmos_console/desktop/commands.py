"""Makes Qt actions and menus of the table of commands; a view's keys work only inside that view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from rmos_console.desktop import plaintext
from rmos_console.desktop.actions import ACTIONS, Menu, Where, of

MENUS: tuple[Menu, ...] = ("store", "view", "run", "review", "compare", "audit", "help")


_NEVER_REPEATED = frozenset({"queue.approve", "queue.reject", "queue.skip", "queue.undo"})
"""A key held down decides once; what comes next has not been read yet."""


def menu_title(menu: Menu) -> str:
    """Return the translated title of a menu."""
    translate = QCoreApplication.translate
    return {
        "store": translate("commands", "Store"),
        "view": translate("commands", "View"),
        "run": translate("commands", "Run"),
        "review": translate("commands", "Review"),
        "compare": translate("commands", "Compare"),
        "audit": translate("commands", "Audit"),
        "help": translate("commands", "Help"),
    }[menu]


class Commands(QObject):
    """All commands as Qt actions; ``perform(action_id)`` is called when one is triggered."""

    def __init__(self, perform: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.actions: dict[str, QAction] = {}
        for command in ACTIONS:
            action = QAction(plaintext.label(command.label()), self)
            action.setStatusTip(plaintext.tooltip(command.explanation()))
            portable = QKeySequence.SequenceFormat.PortableText
            action.setShortcuts(
                [QKeySequence.fromString(key, portable) for key in (command.shortcut, command.also) if key]
            )
            action.setShortcutContext(
                Qt.ShortcutContext.WindowShortcut
                if command.where == "global"
                else Qt.ShortcutContext.WidgetWithChildrenShortcut
            )
            if command.id in _NEVER_REPEATED:
                action.setAutoRepeat(False)
            action.triggered.connect(partial(self._triggered, perform, command.id))
            self.actions[command.id] = action

    def _triggered(self, perform: Callable[[str], None], action_id: str) -> None:
        perform(action_id)

    def bind(self, window: QWidget, views: Mapping[Where, QWidget]) -> None:
        """Let the keys of global commands work in the window, those of a view in that view."""
        for command in of("global"):
            window.addAction(self.actions[command.id])
        for where, view in views.items():
            for command in of(where):
                view.addAction(self.actions[command.id])

    def menu(self, where: Where, parent: QWidget) -> QMenu:
        """Return a menu of all that can be done now in one view, grouped."""
        result = QMenu(parent)
        for group in MENUS:
            commands = [each for each in ACTIONS if each.menu == group and each.where in {"global", where}]
            if not commands:
                continue
            inner = result.addMenu(menu_title(group))
            for command in commands:
                inner.addAction(self.actions[command.id])
        return result
