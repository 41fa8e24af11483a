"""Sentences with the values they rest on marked: own rectangles behind the words, never rich text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from rmos_console.desktop import plaintext, theme

Mark = tuple[int, int]
"""First character and the one after the last, in the text as given."""

_PAD = 4.0
_SPACING = 1.5
_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=(?:%|mm|in|rpm|°|s|min|V|kW|lines?)(?![A-Za-z]))")
"""The space between a number and its unit, where no line may break."""


class _Paragraph:
    def __init__(self, layout: QTextLayout, start: int, marks: list[Mark]) -> None:
        self.layout, self.start, self.marks = layout, start, marks
        self.top = 0.0


class EvidenceText(QWidget):
    """A plain text, wrapped to the width it gets, with marks drawn behind the values it rests on.

    No line breaks inside a mark. The whole text is the accessible name.
    """

    def __init__(
        self, text: str = "", marks: Sequence[Mark] = (), *, size: int = theme.BODY, tone: str = "text",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._size, self._tone = size, tone
        self._paragraphs: list[_Paragraph] = []
        self._laid_out_for = -1
        self._heights: dict[int, float] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_text(text, marks)

    def set_text(self, text: str, marks: Sequence[Mark] = ()) -> None:
        """Show ``text``; ``marks`` are (start, end) in characters of it, wrong ones are left out."""
        good = sorted((start, end) for start, end in marks if 0 <= start < end <= len(text))
        self._paragraphs = []
        self._laid_out_for = -1
        self._heights.clear()
        at = 0
        for line in text.split("\n"):
            inside = [(start - at, end - at) for start, end in good if at <= start and end <= at + len(line)]
            if line.strip():
                self._paragraphs.append(self._paragraph(line, at, inside))
            at += len(line) + 1
        self.setAccessibleName(plaintext.visible(text, lines=True))
        self._lay_out(self.width())
        self.updateGeometry()
        self.update()

    def mark_rects(self) -> list[QRectF]:
        """Return where the marks are drawn, in this widget's coordinates."""
        return [rect for paragraph in self._paragraphs for mark in paragraph.marks for rect in _rects(paragraph, mark)]

    def hasHeightForWidth(self) -> bool:
        """The text is as tall as its width makes it."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how tall the text is when wrapped to ``width`` pixels."""
        if width not in self._heights:
            self._lay_out(width)
            self._lay_out(self.width())
        return int(self._heights[width] + 0.999)

    def sizeHint(self) -> QSize:
        """Return a comfortable line length."""
        return QSize(360, self.heightForWidth(max(self.width(), 240)))

    def minimumSizeHint(self) -> QSize:
        """The text may be narrow."""
        return QSize(120, int(QFontMetricsF(self._font()).lineSpacing()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap again."""
        self._lay_out(event.size().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the marks, then the words."""
        painter = QPainter(self)
        tokens = theme.tokens()
        for rect in self.mark_rects():
            painter.fillRect(rect, tokens.color("evidence"))
            painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), tokens.color("evidence_line"))
        painter.setPen(tokens.color(self._tone))
        for paragraph in self._paragraphs:
            paragraph.layout.draw(painter, QPointF(0, paragraph.top))
        painter.end()

    def _font(self) -> QFont:
        return theme.font(self._size)

    def _paragraph(self, line: str, start: int, marks: list[Mark]) -> _Paragraph:
        shown, shifted = _shown(line, marks)
        layout = QTextLayout(shown, self._font())
        wrapping = QTextOption()
        # A word wider than the text must not be cut off: what is signed is shown whole.
        wrapping.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(wrapping)
        formats = []
        for begin, end in shifted:
            for position in {begin - 1, end - 1} - {-1}:
                room = QTextLayout.FormatRange()
                wide = QTextCharFormat()
                wide.setFont(self._spaced())
                room.start, room.length, room.format = position, 1, wide
                formats.append(room)
        layout.setFormats(formats)
        layout.setCacheEnabled(True)
        return _Paragraph(layout, start, shifted)

    def _spaced(self) -> QFont:
        result = QFont(self._font())
        result.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, _PAD)
        return result

    def _lay_out(self, width: int) -> None:
        if width == self._laid_out_for:
            return
        self._laid_out_for = width
        y = 0.0
        leading = round(self._size * _SPACING)
        for paragraph in self._paragraphs:
            if y:
                y += self._size * 0.6
            paragraph.top = y
            inner = 0.0
            paragraph.layout.beginLayout()
            while (line := paragraph.layout.createLine()).isValid():
                line.setLineWidth(max(width, 60))
                line.setPosition(QPointF(0, inner + (leading - line.height()) / 2))
                inner += leading
            paragraph.layout.endLayout()
            y += inner
        self._heights[width] = y


def _shown(line: str, marks: list[Mark]) -> tuple[str, list[Mark]]:
    """Return the line with hidden characters spelled out and no break inside a mark, and where the marks are now."""
    pieces: list[str] = []
    moved: list[Mark] = []
    at = length = 0
    for start, end in marks:
        if start < at:
            continue
        before = plaintext.visible(line[at:start])
        inside = plaintext.visible(line[start:end]).replace(" ", "\u00a0").replace("-", "\u2011")
        pieces += [before, inside]
        moved.append((length + len(before), length + len(before) + len(inside)))
        length += len(before) + len(inside)
        at = end
    pieces.append(plaintext.visible(line[at:]))
    return _NUMBER_AND_UNIT.sub("\u00a0", "".join(pieces)), moved


def _rects(paragraph: _Paragraph, mark: Mark) -> list[QRectF]:
    result = []
    for number in range(paragraph.layout.lineCount()):
        line = paragraph.layout.lineAt(number)
        first = max(mark[0], line.textStart())
        last = min(mark[1], line.textStart() + line.textLength())
        if first < last:
            left, right = float(_x(line.cursorToX(first))), float(_x(line.cursorToX(last)))
            top = paragraph.top + line.y()
            start = max(0.0, left - _PAD)
            result.append(QRectF(start, top - 1, right - start, line.height() + 2))
    return result


def _x(answer: object) -> float:
    """Return the coordinate of ``cursorToX``, which PySide gives with the cursor position beside it."""
    return float(answer[0]) if isinstance(answer, tuple) else float(answer)  # type: ignore[arg-type] # a float otherwise
