"""Keeps the keyboard inside a view while its parts are hidden, disabled or exchanged.

Qt hands the focus to the next widget in the window when the one that has it goes away; the keys of a view work only
inside it, so a reviewer's next key would reach nothing, or another view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


@contextmanager
def focus_kept(owner: QWidget, target: Callable[[], QWidget]) -> Iterator[None]:
    """If the focus is inside ``owner`` before and not after, give it to what ``target`` returns then.

    A focus elsewhere is never taken away.
    """
    inside = _has_focus(owner)
    yield
    if inside and not _has_focus(owner):
        target().setFocus(Qt.FocusReason.OtherFocusReason)


def _has_focus(owner: QWidget) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and owner.isAncestorOf(focus) and focus.isEnabled() and focus.isVisible()
