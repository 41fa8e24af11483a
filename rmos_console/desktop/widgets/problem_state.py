"""What stands in place of content that cannot be shown: what happened, why, what to do, and details that open."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from rmos_console.core.errors import RmosError
from rmos_console.desktop import plaintext, theme
from rmos_console.desktop.widgets.buttons import button, link
from rmos_console.desktop.widgets.labels import PlainLabel
from rmos_console.desktop.widgets.surfaces import row

_WIDEST = 640


class ProblemState(QWidget):
    """An error in place of content; ``acted`` when its button is pressed."""

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PlainLabel(size=theme.HEAD, semibold=True, wrap=True)
        self.message = PlainLabel(size=theme.LARGE, tone="muted", wrap=True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.act = button("", touch=True)
        self.act.clicked.connect(self.acted)
        self.more = link(self.tr("Details"))
        self.more.clicked.connect(self._toggle)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setAccessibleName(self.tr("Details"))
        self.details.setFont(theme.font(theme.SMALL, mono=True))
        self.details.setMaximumHeight(160)
        inner = QWidget()
        inner.setMaximumWidth(_WIDEST)
        body = QVBoxLayout(inner)
        body.setSpacing(theme.GAP_M)
        body.addWidget(self.title)
        body.addWidget(self.message)
        body.addLayout(row(self.act, self.more, 1, spacing=theme.GAP_M))
        body.addWidget(self.details)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_XL)
        layout.addWidget(inner)
        layout.addStretch(1)

    def show_error(self, title: str, error: RmosError, *, act: str = "") -> None:
        """Show an error under ``title``; its message names cause and way out."""
        self.title.setText(title)
        self.message.setText(error.message)
        self.act.setText(plaintext.label(act))
        self.act.setAccessibleName(act or title)
        self.act.setVisible(bool(act))
        facts = json.dumps(error.details, indent=2, ensure_ascii=False, default=str) if error.details else ""
        self.details.setPlainText(plaintext.visible(f"{error.code}\n{facts}", lines=True))
        self.details.hide()
        self.more.setVisible(bool(facts))

    def _toggle(self) -> None:
        self.details.setVisible(self.details.isHidden())
