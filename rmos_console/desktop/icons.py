"""Our own icons: SVG files on a 20 px grid, drawn in the colour they are asked for (``currentColor``)."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from rmos_console.core import resources
from rmos_console.desktop import theme


def icon(name: str, tone: str = "text", *, size: int = 20) -> QIcon:
    """Return the icon ``name`` in the colour of the palette token ``tone``, sharp at 1x and 2x."""
    result = QIcon()
    colour = theme.tokens().color(tone)
    for ratio in (1, 2):
        result.addPixmap(pixmap(name, colour, size, ratio))
    return result


def pixmap(name: str, colour: QColor, size: int = 20, ratio: float = 1) -> QPixmap:
    """Return the icon ``name`` as a pixmap of ``size`` logical pixels."""
    renderer = _renderer(name, colour.name())  # before painting begins: a painter must not outlive an exception
    result = QPixmap(round(size * ratio), round(size * ratio))
    result.setDevicePixelRatio(ratio)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return result


def paint(painter: QPainter, name: str, rect: QRectF, colour: QColor) -> None:
    """Draw the icon ``name`` into ``rect``."""
    _renderer(name, colour.name()).render(painter, rect)


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    source = resources.path(f"icons/{name}.svg").read_text("utf-8")
    return QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode("utf-8")))
