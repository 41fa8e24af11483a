"""Toolpaths from above: one alone, or two laid over each other, A dashed and grey under B."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from rmos_console.desktop import theme, words
from rmos_console.desktop.widgets.sides import Side, pen
from rmos_console.desktop.widgets.toolpath_drawing import Drawing

_MARGIN = 28
_MANY = 40_000
"""Line ends from which edges are no longer smoothed: painting them would hold up the window."""
_REACH = 10
"""Pixels within which a click finds a move."""


class ToolpathPicture(QWidget):
    """Paints one or two toolpaths fitted into the frame; a click on a move announces its side and line."""

    lineChosen = Signal(str, int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._layers: dict[Side, Drawing] = {}
        self._marked: tuple[Side, int] | None = None
        self._marked_path = QPainterPath()
        self._mark_token, self._label = "accent", ""
        self._cache: tuple[object, QPixmap] | None = None

    def show_one(self, drawing: Drawing | None, *, mark: str = "accent") -> None:
        """Show one toolpath with its deepest cut marked in the colour of the token ``mark``."""
        self._layers = {} if drawing is None else {"b": drawing}
        self._mark_token, self._marked, self._label = mark, None, ""
        self._marked_path = QPainterPath()
        if drawing is not None and drawing.toolpath.deepest_line is not None and drawing.toolpath.cut_bounds:
            self._mark("b", drawing.toolpath.deepest_line)
            self._label = _depth(drawing)
        self._changed()

    def show_both(self, a: Drawing | None, b: Drawing | None) -> None:
        """Show two toolpaths over each other; either may be missing."""
        self._layers = {side: each for side, each in (("a", a), ("b", b)) if each is not None}  # type: ignore[misc]  # the keys are sides
        self._mark_token, self._marked, self._label = "accent", None, ""
        self._marked_path = QPainterPath()
        self._changed()

    def mark(self, side: Side, line: int | None) -> None:
        """Mark the moves of a line of one program; None marks nothing."""
        self._mark(side, line)
        self._label = ""
        self.update()

    def _mark(self, side: Side, line: int | None) -> None:
        """Remember the moves of a line: finding them among all for each painting would take too long."""
        self._marked = None if line is None or side not in self._layers else (side, line)
        self._marked_path = self._layers[side].moves_at(line) if self._marked and line is not None else QPainterPath()

    def summary(self) -> str:
        """Return how many moves there are, how large the cut is, and what was not understood."""
        drawing = self._layers.get("b") or self._layers.get("a")
        if drawing is None:
            return ""
        path = drawing.toolpath
        parts = [self.tr("{n} moves").format(n=words.number(len(path.moves)))]
        if path.cut_bounds is not None:
            width, height = drawing.box.width(), drawing.box.height()
            parts.append(f"{width:.4g} \u00d7 {height:.4g}{words.NBSP}mm")
        if path.deepest_line is not None:
            parts.append(self.tr("deepest at line {n}").format(n=words.number(path.deepest_line)))
        if path.not_understood_count:
            one = path.not_understood_count == 1
            puzzles = self.tr("1 place not understood") if one else self.tr("{n} places not understood")
            parts.append(puzzles.format(n=words.number(path.not_understood_count)))
        return " · ".join(parts)

    def _changed(self) -> None:
        self._cache = None
        self.setAccessibleDescription(self.summary())
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(420, 360)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Announce the nearest move, B before A."""
        transform = self._transform()
        inverse, possible = transform.inverted()
        if not possible:
            return
        at = inverse.map(event.position())
        within = _REACH / max(1e-9, transform.m11())
        for side in ("b", "a"):
            drawing = self._layers.get(side)
            line = drawing.line_near(at.x(), at.y(), within) if drawing is not None else None
            if line is not None:
                self.lineChosen.emit(side, line)
                return

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame and the toolpaths from memory, then what is marked."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        self._paint_mark(painter, self._transform())
        painter.end()

    def _picture(self) -> QPixmap:
        key = (self.size(), self.devicePixelRatioF(), theme.tokens().name)
        if self._cache is not None and self._cache[0] == key:
            return self._cache[1]
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        if sum(each.cuts.elementCount() for each in self._layers.values()) > _MANY:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setClipRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        if self._layers:
            transform = self._transform()
            self._paint_axes(painter, transform)
            for side in ("a", "b"):
                if side in self._layers:
                    self._paint_layer(painter, transform, "a" if side == "a" else "b")
        painter.end()
        self._cache = (key, pixmap)
        return pixmap

    def _paint_ground(self, painter: QPainter) -> None:
        tokens = theme.tokens()
        painter.setPen(QPen(tokens.color("line"), 1))
        painter.setBrush(tokens.color("raised"))
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(rect, theme.CARD_CORNER, theme.CARD_CORNER)

    def _paint_axes(self, painter: QPainter, transform: QTransform) -> None:
        """Draw the axes of the program's zero where it is in the picture."""
        zero = transform.map(QPointF(0, 0))
        inner = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        if not inner.contains(zero):
            return
        painter.setPen(_cosmetic(theme.tokens().color("line"), 1))
        painter.drawLine(QPointF(zero.x(), inner.top()), QPointF(zero.x(), inner.bottom()))
        painter.drawLine(QPointF(inner.left(), zero.y()), QPointF(inner.right(), zero.y()))
        painter.setPen(theme.tokens().color("muted"))
        painter.setFont(theme.font(theme.SMALL))
        painter.drawText(zero + QPointF(5, -5), "0, 0")

    def _paint_layer(self, painter: QPainter, transform: QTransform, side: Side) -> None:
        drawing = self._layers[side]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rapid = _cosmetic(theme.tokens().color("edge"), 1)
        rapid.setDashPattern([1, 4])
        painter.setPen(rapid)
        if side == "b" or len(self._layers) == 1:
            painter.drawPath(transform.map(drawing.rapids))
        painter.setPen(pen(side, 1.0))
        painter.drawPath(transform.map(drawing.cuts))
        dots = pen(side, 2.5)
        dots.setStyle(Qt.PenStyle.SolidLine)
        dots.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(dots)
        painter.drawPoints(transform.map(drawing.plunges))

    def _paint_mark(self, painter: QPainter, transform: QTransform) -> None:
        path: QPainterPath = transform.map(self._marked_path)
        if path.elementCount() == 0:
            return
        colour = theme.tokens().color(self._mark_token)
        strong = _cosmetic(colour, 3)
        strong.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(strong)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        end = path.currentPosition()
        if path.length() > 4:
            painter.drawPath(path)
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(end, 4, 4)
        if self._label:
            self._paint_label(painter, end, colour)

    def _paint_label(self, painter: QPainter, at: QPointF, colour: QColor) -> None:
        font = theme.font(semibold=True)
        width = QFontMetricsF(font).horizontalAdvance(self._label)
        to_right = at.x() + 60 + width < self.width() - 8
        up = at.y() > 48
        bend = at + QPointF(22 if to_right else -22, -22 if up else 22)
        stop = bend + QPointF(10 if to_right else -10, 0)
        painter.setPen(QPen(colour, 1.25))
        painter.drawPolyline([at, bend, stop])
        left = stop.x() + 6 if to_right else stop.x() - 6 - width
        box = QRectF(left - 4, stop.y() - 11, width + 8, 22)
        ground = theme.tokens().color("raised")
        painter.fillRect(box, ground)
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._label)

    def _transform(self) -> QTransform:
        """Return millimetres to pixels: everything fits, x and y in one scale."""
        box = QRectF()
        for drawing in self._layers.values():
            box = drawing.box if box.isNull() else box.united(_at_least(drawing.box))
        box = _at_least(box)
        room = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        scale = max(1e-9, min(room.width() / box.width(), room.height() / box.height()))
        centre, middle = box.center(), room.center()
        return QTransform(scale, 0, 0, scale, middle.x() - centre.x() * scale, middle.y() - centre.y() * scale)


def _at_least(box: QRectF) -> QRectF:
    """Give a box without width or height some, so that it can be fitted."""
    wide = 0.5 if box.width() < 1e-6 else 0.0
    tall = 0.5 if box.height() < 1e-6 else 0.0
    return box.adjusted(-wide, -tall, wide, tall)


def _cosmetic(colour: QColor, width: float) -> QPen:
    result = QPen(colour, width)
    result.setCosmetic(True)
    return result


def _depth(drawing: Drawing) -> str:
    bounds = drawing.toolpath.cut_bounds
    return f"Z{words.NBSP}{bounds.low[2]:.4g}{words.NBSP}mm" if bounds is not None else ""
