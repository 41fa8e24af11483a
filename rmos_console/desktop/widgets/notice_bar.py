"""The one place where problems are said: what, why and what to do, with details that open."""

from __future__ import annotations

import json

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from rmos_console.core.errors import RmosError
from rmos_console.desktop import plaintext, theme
from rmos_console.desktop.widgets.buttons import icon_button, link
from rmos_console.desktop.widgets.icon_mark import IconMark
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.surfaces import row

NEWS_MS = 8_000
"""How long news stay on screen; longer while they are pointed at or hold the keyboard."""


class NoticeBar(QFrame):
    """A bar over the content; ``say`` for news, which go by themselves, ``fail`` for problems, which stay."""

    acted = Signal()

    def __init__(self, parent: QWidget | None = None, *, news_ms: int = NEWS_MS) -> None:
        super().__init__(parent)
        self._icon = IconMark("info", "accent")
        self._tone = "info"
        self.text = PlainLabel(wrap=True)
        self.text.setMinimumWidth(200)
        self.more = link(self.tr("Details"))
        self.more.clicked.connect(self._toggle)
        self.act = link("")
        self.act.clicked.connect(self.acted)
        self.shut = icon_button("close", self.tr("Close this message"))
        self.shut.clicked.connect(self.hide)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setMaximumHeight(140)
        self.details.setAccessibleName(self.tr("Details"))
        self.details.setFont(theme.font(theme.SMALL, mono=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP_L, theme.GAP_S, theme.GAP_M, theme.GAP_S)
        line = row(self._icon, self.text, self.act, self.more, self.shut)
        line.setStretch(1, 1)
        layout.addLayout(line)
        layout.addWidget(self.details)
        self._going = QTimer(self)
        self._going.setSingleShot(True)
        self._going.setInterval(news_ms)
        self._going.timeout.connect(self._go)
        self.hide()

    def say(self, text: str, details: str = "", act: str = "", *, stays: bool = False) -> None:
        """Tell some news; ``stays`` keeps on screen what cannot be read again elsewhere."""
        self._show("info", text, details, act)
        if not stays:
            self._going.start()

    def fail(self, title: str, error: RmosError) -> None:
        """Tell what went wrong; the error's message names the way out."""
        facts = json.dumps(error.details, indent=2, ensure_ascii=False, default=str) if error.details else ""
        self._show("warning", f"{title}: {error.message}", f"{error.code}\n{facts}" if facts else "", "")

    def _show(self, tone: str, text: str, details: str, act: str) -> None:
        self._going.stop()
        self._tone = tone
        self.setProperty("role", "banner" if tone == "warning" else "notice")
        self.style().unpolish(self)
        self.style().polish(self)
        self._icon.set_icon(tone, "red" if tone == "warning" else "accent")
        self.text.setText(text)
        self.setAccessibleName(plaintext.visible(text))
        self.details.setPlainText(plaintext.visible(details, lines=True))
        self.details.hide()
        self.more.setVisible(bool(details))
        self.act.setText(plaintext.label(act))
        self.act.setAccessibleName(act or self.tr("Action"))
        self.act.setVisible(bool(act))
        self.show()

    def _go(self) -> None:
        if self.underMouse() or self.isAncestorOf(QApplication.focusWidget() or self.window()):
            self._going.start()
        else:
            self.hide()

    def _toggle(self) -> None:
        self.details.setVisible(self.details.isHidden())
