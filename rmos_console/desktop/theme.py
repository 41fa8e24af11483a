"""Colours, type and spacing: two palettes as data, put onto Qt's Fusion style and one stylesheet.

Widgets that paint themselves ask :func:`tokens` when they paint; a change of theme repaints them all.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from string import Template
from typing import Literal

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from rmos_console.core import resources

ThemeName = Literal["light", "dark"]


@dataclass(frozen=True)
class Tokens:
    """One palette; every value is ``#rrggbb``. Risk colours stand for risk and status only."""

    name: ThemeName
    surface: str
    panel: str
    raised: str
    hover: str
    line: str
    edge: str
    text: str
    muted: str
    accent: str
    on_accent: str
    selection: str
    green: str
    yellow: str
    red: str
    unknown: str
    added: str
    removed: str
    changed: str
    changed_word: str
    severity_banner: str
    evidence: str
    evidence_line: str
    chart_green: str
    chart_yellow: str

    def color(self, token: str) -> QColor:
        """Return the colour of the token called ``token``."""
        return _color(str(getattr(self, token)))

    def risk(self, level: str) -> QColor:
        """Return the colour of a risk level; ERROR shares RED's, its shape and word differ."""
        return _color(
            {"GREEN": self.green, "YELLOW": self.yellow, "RED": self.red, "ERROR": self.red}.get(level) or self.unknown
        )


@lru_cache(maxsize=128)
def _color(value: str) -> QColor:
    return QColor(value)


LIGHT = Tokens(
    name="light",
    surface="#fafaf8",
    panel="#f1f2ef",
    raised="#ffffff",
    hover="#f4f5f2",
    line="#d5d9d3",
    edge="#7b847d",
    text="#1b201d",
    muted="#545e58",
    accent="#1d5bb8",
    on_accent="#ffffff",
    selection="#d9e6fa",
    green="#00735a",
    yellow="#8a5a00",
    red="#b03a00",
    unknown="#5b5f66",
    added="#d8f0e6",
    removed="#fbe3d6",
    changed="#e9e3f8",
    changed_word="#cbbdf0",
    severity_banner="#fbe3d6",
    evidence="#fdf3c4",
    evidence_line="#8f7a1a",
    chart_green="#7dbaaa",
    chart_yellow="#cf9a3a",
)
DARK = Tokens(
    name="dark",
    surface="#14171a",
    panel="#1b1f23",
    raised="#22272c",
    hover="#1f2428",
    line="#39414a",
    edge="#7f8a94",
    text="#e7ebe9",
    muted="#a2aca7",
    accent="#82b5ff",
    on_accent="#14171a",
    selection="#263f5e",
    green="#2bc79a",
    yellow="#f0b03a",
    red="#ff8a4c",
    unknown="#a9afb8",
    added="#143a2f",
    removed="#472414",
    changed="#2e2750",
    changed_word="#54479a",
    severity_banner="#472414",
    evidence="#443a11",
    evidence_line="#c9b458",
    chart_green="#218069",
    chart_yellow="#94702a",
)
THEMES: dict[ThemeName, Tokens] = {"light": LIGHT, "dark": DARK}

SMALL, BODY, LARGE, HEAD, HERO = 11, 13, 16, 20, 28
"""The five text sizes, in pixels at 100 %."""

GAP_XS, GAP_S, GAP_M, GAP_L, GAP_XL = 4, 8, 12, 16, 24
ROW, ROW_WIDE, TOUCH = 28, 32, 44
CORNER, CARD_CORNER = 6, 8

_UI_FAMILY = "Inter"
_MONO_FAMILY = "JetBrains Mono"
_FONT_FILES = ("Inter-Regular.otf", "Inter-SemiBold.otf", "JetBrainsMono-Regular.ttf", "JetBrainsMono-SemiBold.ttf")
_TABULAR = QFont.Tag("tnum")
_active: list[Tokens] = [LIGHT]


def tokens() -> Tokens:
    """Return the palette in force."""
    return _active[0]


def apply(app: QApplication, name: ThemeName) -> None:
    """Put the palette ``name`` onto the application; widgets that exist are restyled."""
    if app.styleSheet() and tokens().name == name:
        return
    _load_fonts()
    _active[0] = THEMES[name]
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setFont(font())
    app.setPalette(_qt_palette(tokens()))
    app.setStyleSheet(_stylesheet(tokens()))


@lru_cache(maxsize=64)
def font(size: int = BODY, *, semibold: bool = False, mono: bool = False) -> QFont:
    """Return the UI font, or the monospace one, with tabular figures; callers do not change what they get."""
    result = QFont()
    result.setFamilies([_MONO_FAMILY, "DejaVu Sans Mono", "monospace"] if mono else [_UI_FAMILY, "DejaVu Sans"])
    result.setPixelSize(size)
    result.setWeight(QFont.Weight.DemiBold if semibold else QFont.Weight.Normal)
    result.setFeature(_TABULAR, 1)
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if mono:
        result.setStyleHint(QFont.StyleHint.Monospace)
    return result


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2 contrast ratio of two ``#rrggbb`` colours, from 1 (equal) to 21 (black on white)."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=1)
def _load_fonts() -> None:
    for name in _FONT_FILES:
        QFontDatabase.addApplicationFont(str(resources.path(f"fonts/{name}")))


@lru_cache(maxsize=2)
def _stylesheet(palette: Tokens) -> str:
    template = Template(resources.path("style/console.qss").read_text("utf-8"))
    return template.substitute(asdict(palette), icons=resources.path("icons").as_posix())


def _qt_palette(palette: Tokens) -> QPalette:
    role = QPalette.ColorRole
    result = QPalette()
    for which, token in (
        (role.Window, "surface"), (role.WindowText, "text"), (role.Base, "raised"), (role.AlternateBase, "panel"),
        (role.ToolTipBase, "raised"), (role.ToolTipText, "text"), (role.Text, "text"), (role.Button, "raised"),
        (role.ButtonText, "text"), (role.BrightText, "text"), (role.Highlight, "selection"),
        (role.HighlightedText, "text"), (role.Link, "accent"), (role.LinkVisited, "accent"),
        (role.PlaceholderText, "muted"), (role.Accent, "accent"), (role.Mid, "line"), (role.Midlight, "hover"),
        (role.Dark, "edge"), (role.Shadow, "edge"), (role.Light, "raised"),
    ):  # fmt: skip
        result.setColor(which, palette.color(token))
    for which in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, which, palette.color("muted"))
    return result
