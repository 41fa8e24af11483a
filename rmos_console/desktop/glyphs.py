"""Risk and review as shapes: drawn the same in tables, cards and badges, so that colour is never alone."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

_STROKE = 1.5


def paint_risk(painter: QPainter, level: str, box: QRectF, colour: QColor) -> None:
    """Draw the shape of a risk level into ``box``: disc, triangle, square, diamond, or a cross for ERROR."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    centre, half = box.center(), min(box.width(), box.height()) / 2
    if level == "GREEN":
        painter.drawEllipse(centre, half * 0.9, half * 0.9)
    elif level == "YELLOW":
        painter.drawPolygon(_polygon(centre, half, (0, -0.9), (1, 0.85), (-1, 0.85)))
    elif level == "RED":
        painter.drawRect(QRectF(centre.x() - half * 0.9, centre.y() - half * 0.9, half * 1.8, half * 1.8))
    elif level == "ERROR":
        painter.setPen(QPen(QBrush(colour), half * 0.4, c=Qt.PenCapStyle.FlatCap))
        arm = half * 0.85
        painter.drawLine(centre + QPointF(-arm, -arm), centre + QPointF(arm, arm))
        painter.drawLine(centre + QPointF(-arm, arm), centre + QPointF(arm, -arm))
    else:
        painter.drawPolygon(_polygon(centre, half, (0, -1), (1, 0), (0, 1), (-1, 0)))
    painter.restore()


def paint_review(painter: QPainter, state: str, box: QRectF, colour: QColor, ground: QColor) -> None:
    """Draw the glyph of a review state into ``box``; ``ground`` is the colour behind it, for marks cut out.

    ``AT_SOURCE`` is the dashed ring of a decision that an import brought along.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = min(box.width(), box.height()) / 2 - _STROKE / 2
    centre = box.center()
    ring = QPen(colour, _STROKE)
    if state in {"APPROVED", "REJECTED"}:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(centre, radius + _STROKE / 2, radius + _STROKE / 2)
        _cut_out(painter, state, centre, radius, ground)
    else:
        if state in {"AT_SOURCE", "SUPERSEDED"}:
            ring.setDashPattern([1.6, 1.6])
        painter.setPen(ring)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(colour))
        if state == "AWAITING_SECOND":
            painter.drawEllipse(centre, radius * 0.45, radius * 0.45)
        elif state == "AUTO_APPROVED":
            painter.drawPie(
                QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius), -90 * 16, 180 * 16
            )
        elif state == "INFORMATIONAL":
            painter.drawRect(QRectF(centre.x() - 0.75, centre.y() - radius * 0.15, 1.5, radius * 0.65))
            painter.drawRect(QRectF(centre.x() - 0.75, centre.y() - radius * 0.55, 1.5, 1.5))
    painter.restore()


def _cut_out(painter: QPainter, state: str, centre: QPointF, radius: float, ground: QColor) -> None:
    painter.setPen(QPen(QBrush(ground), _STROKE, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if state == "APPROVED":
        painter.drawPolyline(_polygon(centre, radius, (-0.5, 0.05), (-0.12, 0.42), (0.52, -0.35)))
    else:
        arm = radius * 0.38
        painter.drawLine(centre + QPointF(-arm, -arm), centre + QPointF(arm, arm))
        painter.drawLine(centre + QPointF(-arm, arm), centre + QPointF(arm, -arm))


def _polygon(centre: QPointF, half: float, *corners: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(centre.x() + x * half, centre.y() + y * half) for x, y in corners])
