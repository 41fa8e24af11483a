"""How grave the difference is, and why, in one line."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from rmos_console.core.records.diff import RunDiff
from rmos_console.desktop import theme, words
from rmos_console.desktop.views.compare.tables import tr
from rmos_console.desktop.widgets.buttons import link
from rmos_console.desktop.widgets.icon_mark import IconMark
from rmos_console.desktop.widgets.labels import KeyCap, PlainLabel

_TONES = {"CRITICAL": "red", "WARNING": "yellow", "INFO": "accent", "NONE": "muted"}
_ICONS = {"CRITICAL": "warning", "WARNING": "warning", "INFO": "info", "NONE": "check"}


class SeverityBanner(QFrame):
    """Severity and reasons at the left, the way to the next difference at the right."""

    nextAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconMark("info")
        self.severity = PlainLabel(semibold=True)
        self.reasons = PlainLabel(wrap=True)
        self.reasons.setMinimumWidth(160)
        self._next = link(self.tr("Next difference"))
        self._next.setMinimumHeight(theme.TOUCH)
        self._next.clicked.connect(self.nextAsked)
        self._key = KeyCap("N")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.GAP_L, 2, theme.GAP_M, 2)
        layout.setSpacing(theme.GAP_M)
        layout.addWidget(self._icon)
        layout.addWidget(self.severity)
        layout.addWidget(self.reasons, 1)
        layout.addWidget(self._next)
        layout.addWidget(self._key)

    def show_diff(self, diff: RunDiff) -> None:
        """Say how grave a difference is."""
        level = diff.diff_severity
        tone = _TONES[level]
        self.setProperty("role", "banner" if level == "CRITICAL" else "card")
        self.style().unpolish(self)
        self.style().polish(self)
        self._icon.set_icon(_ICONS[level], tone)
        self.severity.setText({"NONE": tr("EQUAL")}.get(level, level))
        self.severity.set_tone("text" if tone in {"accent", "muted"} else tone)
        self.reasons.setText(sentence(diff))
        self._next.setVisible(bool(diff.differing))
        self._key.setVisible(bool(diff.differing))


def sentence(diff: RunDiff) -> str:
    """Return the reasons as sentences, and how many fields changed."""
    if not diff.differing:
        return tr("Both runs hold the same in every field.")
    changed = len(diff.differing)
    total = changed + diff.equal
    count = tr("{n} of {total} fields changed.").format(n=words.number(changed), total=words.number(total))
    return " ".join([*(f"{reason.rstrip('.')}." for reason in diff.reasons), count])
