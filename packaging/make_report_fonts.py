"""Makes the fonts of the PDF report from the Inter that the window uses: TrueType outlines, no layout tables.

PDF readers disagree about embedded CFF fonts; TrueType outlines they all show. Run again when Inter changes:
.venv/bin/python packaging/make_report_fonts.py
"""

from __future__ import annotations

from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

FONTS = Path(__file__).resolve().parents[1] / "resources" / "fonts"
MAX_ERROR_UNITS = 1.0


def convert(source: Path, target: Path) -> None:
    """Write `source` with quadratic outlines, every character it has, and nothing a report does not use."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options()
    options.layout_features = []
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "BASE", "STAT", "MVAR", "HVAR"]
    options.notdef_outline = True
    shown = Subsetter(options)
    shown.populate(unicodes=font.getBestCmap())
    shown.subset(font)
    glyphs, outlines = font.getGlyphSet(), {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, MAX_ERROR_UNITS, reverse_direction=True))
        outlines[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder = font.getGlyphOrder()
    font["glyf"].glyphs = outlines
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    profile = font["maxp"]
    profile.tableVersion = 0x00010000
    for name in ("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs"):
        setattr(profile, name, 0)
    profile.maxStackElements = profile.maxSizeOfInstructions = profile.maxComponentElements = 0
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"
    font.save(target)


if __name__ == "__main__":
    for weight in ("Regular", "SemiBold"):
        convert(FONTS / f"Inter-{weight}.otf", FONTS / f"Inter-{weight}.ttf")
