"""The sheet a PDF report is written on: page, fonts, and the few kinds of block it is made of.

The fonts come with the product and are embedded. A character they lack is printed as its number (``<U+6728>``), so that
nothing of a text disappears.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no types
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from rmos_console.core import resources
from rmos_console.core.report.visible import visible_lines

_Weight = Literal["", "B"]
_FILES: dict[tuple[str, _Weight], str] = {
    ("Inter", ""): "fonts/Inter-Regular.ttf",
    ("Inter", "B"): "fonts/Inter-SemiBold.ttf",
    ("Mono", ""): "fonts/JetBrainsMono-Regular.ttf",
    ("Mono", "B"): "fonts/JetBrainsMono-SemiBold.ttf",
}
_MARGIN = 18.0
_LEAD = 1.45
_MM_PER_POINT = 25.4 / 72
Colour = tuple[int, int, int]

INK: Colour = (28, 33, 38)
QUIET: Colour = (86, 97, 107)
RULE: Colour = (213, 218, 222)
PAPER: Colour = (245, 247, 248)
GOOD: Colour = (0, 115, 90)
BAD: Colour = (176, 58, 0)


class Style(NamedTuple):
    """How a block is set: size in points, weight, colour, and millimetres of indent."""

    size: float = 9.5
    bold: bool = False
    colour: Colour = INK
    indent: float = 0.0


BODY = Style()
SMALL = Style(size=8, colour=QUIET)


class Sheet(FPDF):
    """An A4 document whose every text is stored text: made visible, wrapped, never cut."""

    def __init__(self, title: str, foot: str, made: datetime) -> None:
        super().__init__(format="A4")
        covered: set[int] = set()
        for (family, weight), file in _FILES.items():
            path = resources.path(file)
            self.add_font(family, weight, path)
            with TTFont(path, lazy=True) as font:
                covered |= set(font.getBestCmap())  # both weights of a family have the same characters
        self._known = frozenset(covered)
        self.set_fallback_fonts(["Mono"], exact_match=False)
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN + 4)
        self.set_title(self.printable(title))
        self.set_lang("en")
        self.set_creation_date(made)
        self._foot = self.printable(foot)
        self.add_page()

    def footer(self) -> None:
        """Write the foot of a page: what the report is, and which page of how many."""
        self.set_y(-_MARGIN + 4)
        self.set_font("Inter", "", 7.5)
        self.set_text_color(*QUIET)
        self.cell(0, 4, self._foot, align="L", new_x=XPos.LMARGIN, new_y=YPos.TOP)
        self.cell(0, 4, f"Page {self.page_no()} of {{nb}}", align="R")

    def printable(self, text: str) -> str:
        """Return ``text`` with steering characters, and those that no font here has, shown as their numbers."""
        shown = visible_lines(text)
        return "".join(each if each == "\n" or ord(each) in self._known else f"<U+{ord(each):04X}>" for each in shown)

    def block(self, text: str, style: Style = BODY, *, gap: float = 0.0) -> None:
        """Write a paragraph with its own line ends, and leave ``gap`` millimetres below."""
        self._set(style)
        self.set_x(self.l_margin + style.indent)
        shown = self.printable(text) or " "
        self.multi_cell(0, _height(style), shown, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(gap)

    def heading(self, text: str) -> None:
        """Write the heading of a section, with a rule; never as the last thing on a page."""
        if self.will_page_break(34):
            self.add_page()
        self.ln(5)
        self.block(text, Style(size=13, bold=True))
        self.set_draw_color(*RULE)
        self.set_line_width(0.25)
        self.line(self.l_margin, self.get_y() + 0.8, self.w - self.r_margin, self.get_y() + 0.8)
        self.ln(2.6)

    def facts(self, rows: Sequence[tuple[str, str]], width: float = 42.0) -> None:
        """Write label and value pairs in two columns; long values wrap within theirs."""
        for name, value in rows:
            label = self._lines(name, Style(colour=QUIET), width - 3)
            lines = self._lines(value, BODY, self.epw - width)
            if self.will_page_break(min(max(len(label), len(lines)), 6) * _height(BODY)):
                self.add_page()
            top, page = self.get_y(), self.page
            self._set(Style(colour=QUIET))
            self.multi_cell(
                width - 3, _height(BODY), self.printable(name), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
            below, last = self.get_y(), self.page
            if last == page:
                self.set_y(top)
            self.block(value, Style(indent=width))
            if self.page == page:
                self.set_y(max(self.get_y(), below))
            self.ln(0.7)

    def bullets(self, sentences: Sequence[str]) -> None:
        """Write sentences as a list."""
        for sentence in sentences:
            if self.will_page_break(len(self._lines(sentence, BODY, self.epw - 5)) * _height(BODY)):
                self.add_page()
            self._set(BODY)
            self.cell(5, _height(BODY), "•", new_x=XPos.LMARGIN, new_y=YPos.TOP)
            self.block(sentence, Style(indent=5), gap=0.8)

    def banner(self, text: str, colour: Colour) -> None:
        """Write the sentence that matters most, in colour, with a bar beside it."""
        self.ln(3)
        top = self.get_y()
        self.block(text, Style(size=12, bold=True, colour=colour, indent=5))
        self.set_fill_color(*colour)
        self.rect(self.l_margin, top - 0.6, 1.4, self.get_y() - top + 1.2, style="F")
        self.ln(4)

    def quote(self, text: str) -> None:
        """Write an exact text on grey, line by line, over as many pages as it takes."""
        style = Style(size=9.5)
        lines = self._lines(text, style, self.epw - 8)
        self.ln(1.2)
        self._band(1.6)
        for line in lines:
            if self.will_page_break(_height(style)):
                self.add_page()
            self._band(_height(style), move=False)
            self._set(style)
            self.set_x(self.l_margin + 4)
            self.cell(0, _height(style), line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._band(1.6)
        self.ln(1.2)

    def room_for(self, height: float) -> None:
        """Begin a new page unless ``height`` millimetres are left on this one."""
        if self.will_page_break(height):
            self.add_page()

    def _band(self, height: float, *, move: bool = True) -> None:
        self.set_fill_color(*PAPER)
        self.rect(self.l_margin, self.get_y(), self.epw, height + 0.05, style="F")
        if move:
            self.ln(height)

    def _lines(self, text: str, style: Style, width: float) -> list[str]:
        """Return the lines a text is broken into within ``width`` millimetres."""
        self._set(style)
        made = self.multi_cell(
            width, _height(style), self.printable(text) or " ", align="L", dry_run=True, output="LINES"
        )
        return made if isinstance(made, list) else []

    def _set(self, style: Style) -> None:
        self.set_font("Inter", "B" if style.bold else "", style.size)
        self.set_text_color(*style.colour)


def _height(style: Style) -> float:
    return style.size * _LEAD * _MM_PER_POINT
