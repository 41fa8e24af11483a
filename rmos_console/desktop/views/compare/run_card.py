"""The card of one side: which run it is, at a glance; pressing it chooses another."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from rmos_console.core.records.run import RunArtifact
from rmos_console.desktop import glyphs, icons, plaintext, theme, words
from rmos_console.desktop.widgets.pressing import Pressing
from rmos_console.desktop.widgets.sides import Side, paint_badge

_HEIGHT = 76


class RunCard(Pressing, QAbstractButton):
    """One focusable button: side, risk, status, headline, id, time."""

    def __init__(self, side: Side, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side: Side = side
        self._run: RunArtifact | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(240)
        self.show_run(None)

    def show_run(self, run: RunArtifact | None) -> None:
        """Show a run, or the invitation to choose one."""
        self._run = run
        side = self._side.upper()
        if run is None:
            self.setAccessibleName(self.tr("Choose run {side}").format(side=side))
            self.setToolTip("")
        else:
            name = self.tr("Run {side}: {risk}, {title}").format(side=side, risk=run.risk.shown, title=title(run))
            self.setAccessibleName(plaintext.visible(name))
            self.setToolTip(plaintext.tooltip(f"{run.run_id}\n{words.exact_time(run.created_at_utc)}"))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the fixed height."""
        return QSize(420, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame, the side, and the run."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        over = self.underMouse() or self.isDown()
        painter.setBrush(tokens.color("hover" if over else "raised"))
        painter.setPen(QPen(tokens.color("accent" if self.hasFocus() else "line"), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.CARD_CORNER, theme.CARD_CORNER)
        paint_badge(painter, self._side, QRectF(16, self.height() / 2 - 14, 28, 28))
        arrow = QRectF(self.width() - 36, self.height() / 2 - 10, 20, 20)
        icons.paint(painter, "chevron-down", arrow, tokens.color("muted"))
        inner = QRectF(60, 0, self.width() - 60 - 44, self.height())
        if self._run is None:
            text = self.tr("Choose run {side}").format(side=self._side.upper())
            _text(painter, theme.font(theme.LARGE, semibold=True), "accent", text, inner)
        else:
            self._paint_run(painter, self._run, inner)
        painter.end()

    def _paint_run(self, painter: QPainter, run: RunArtifact, inner: QRectF) -> None:
        tokens = theme.tokens()
        right = 128.0
        upper = QRectF(inner.left(), inner.center().y() - 25, inner.width() - right, 22)
        lower = QRectF(inner.left(), inner.center().y() - 1, inner.width() - right, 24)
        level = run.risk.shown
        glyphs.paint_risk(painter, level, QRectF(upper.left(), upper.center().y() - 5.5, 11, 11), tokens.risk(level))
        bold = theme.font(semibold=True)
        painter.setFont(bold)
        painter.setPen(tokens.risk(level))
        painter.drawText(upper.adjusted(20, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, level)
        start = 20 + QFontMetricsF(bold).horizontalAdvance(level) + 12
        _text(painter, theme.font(), "muted", _standing(run), upper.adjusted(start, 0, 0, 0))
        _text(painter, theme.font(theme.LARGE, semibold=True), "text", title(run), lower)
        edge = QRectF(inner.right() - right + 8, upper.top(), right - 8, upper.height())
        _text(painter, theme.font(mono=True), "text", words.short_id(run.run_id), edge, right=True)
        time = words.short_time(run.created_at_utc)
        _text(painter, theme.font(), "muted", time, edge.translated(0, 24), right=True)


def title(run: RunArtifact) -> str:
    """Return what a run is called: its explanation in short, else its event, mode or status."""
    named = run.explanation_summary or run.context.event_type or run.mode
    return named or words.tr("Run without an explanation")


def _standing(run: RunArtifact) -> str:
    score = run.decision.score
    parts = ["" if run.status in {None, "OK"} else words.status(run.status)]
    if score is not None:
        parts.append(words.tr("score {n}").format(n=f"{score:g}"))
    return " · ".join(part for part in parts if part)


def _text(painter: QPainter, font: QFont, tone: str, text: str, rect: QRectF, *, right: bool = False) -> None:
    painter.setFont(font)
    painter.setPen(theme.tokens().color(tone))
    shown = QFontMetricsF(font).elidedText(plaintext.visible(text), Qt.TextElideMode.ElideRight, rect.width())
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(rect, int((side | Qt.AlignmentFlag.AlignVCenter).value), shown)
