"""Colours, glyphs, words and commands: what can be computed about the look."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise, product

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QKeySequence, QPainter
from PySide6.QtWidgets import QApplication

from rmos_console.core.errors import NotFoundError
from rmos_console.desktop import glyphs, icons, theme, words
from rmos_console.desktop.actions import ACTIONS, BY_ID
from rmos_console.desktop.commands import Commands

WORDS_ON = ("surface", "panel", "raised", "hover", "selection")
WORDS = ("text", "muted", "accent", "green", "yellow", "red", "unknown")
PAIRS = [
    *product(WORDS, WORDS_ON),
    ("text", "evidence"), ("text", "added"), ("text", "removed"), ("text", "changed"), ("text", "changed_word"),
    ("text", "severity_banner"), ("red", "severity_banner"), ("on_accent", "accent"),
]  # fmt: skip
LINES = [*product(("edge", "accent"), ("surface", "panel", "raised")), ("evidence_line", "evidence")]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_text_stands_out_by_4_5_and_every_edge_by_3(name: theme.ThemeName) -> None:
    tokens = theme.THEMES[name]
    weak = {pair: round(theme.contrast(*(str(getattr(tokens, each)) for each in pair)), 2) for pair in PAIRS}
    assert not {pair: value for pair, value in weak.items() if value < 4.5}
    faint = {pair: round(theme.contrast(*(str(getattr(tokens, each)) for each in pair)), 2) for pair in LINES}
    assert not {pair: value for pair, value in faint.items() if value < 3}


def test_contrast_is_the_wcag_ratio() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert theme.contrast("#123456", "#123456") == pytest.approx(1)


def drawn(kind: str, name: str) -> bytes:
    image = QImage(24, 24, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    if kind == "risk":
        glyphs.paint_risk(painter, name, QRectF(2, 2, 20, 20), QColor("black"))
    else:
        glyphs.paint_review(painter, name, QRectF(2, 2, 20, 20), QColor("black"), QColor("white"))
    painter.end()
    return bytes(image.constBits())


@pytest.mark.usefixtures("application")
def test_every_risk_and_state_has_a_shape_of_its_own() -> None:
    risks = [drawn("risk", level) for level in ("GREEN", "YELLOW", "RED", "UNKNOWN", "ERROR")]
    assert len(set(risks)) == len(risks)
    states = ("NEEDS_REVIEW", "AWAITING_SECOND", "APPROVED", "REJECTED", "AUTO_APPROVED", "INFORMATIONAL", "AT_SOURCE")
    shapes = [drawn("review", state) for state in states]
    assert len(set(shapes)) == len(shapes)
    assert len({words.review(state) for state in states[:-1]}) == len(states) - 1


def test_the_theme_changes_colours_of_what_is_on_screen(application: QApplication) -> None:
    theme.apply(application, "dark")
    assert application.palette().window().color() == QColor(theme.DARK.surface)
    dark = icons.icon("runs").pixmap(20, 20).toImage()
    theme.apply(application, "light")
    assert application.palette().window().color() == QColor(theme.LIGHT.surface)
    assert icons.icon("runs").pixmap(20, 20).toImage() != dark


@pytest.mark.usefixtures("application")
def test_our_fonts_are_there_with_tabular_figures() -> None:
    assert theme.font().families()[0] == "Inter"
    from PySide6.QtGui import QFontInfo, QFontMetricsF  # noqa: PLC0415 - only here

    assert QFontInfo(theme.font()).family() == "Inter"
    assert QFontInfo(theme.font(mono=True)).family() == "JetBrains Mono"
    metrics = QFontMetricsF(theme.font())
    assert metrics.horizontalAdvance("1111") == pytest.approx(metrics.horizontalAdvance("0000"))


def test_a_missing_icon_says_so(application: QApplication) -> None:
    assert application is QApplication.instance()
    with pytest.raises(NotFoundError, match="no-such-icon"):
        icons.icon("no-such-icon")


def test_commands_have_words_help_and_keys_that_do_not_collide() -> None:
    assert len(BY_ID) == len(ACTIONS)
    for action in ACTIONS:
        assert action.text
        assert action.help.endswith(".")
        assert action.shortcut == "" or QKeySequence(action.shortcut).toString()
    for where in ("queue", "runs", "compare", "audit"):
        here = [each for each in ACTIONS if each.where in {"global", where}]
        keys = [key for each in here for key in (each.shortcut, each.also) if key]
        assert len(set(keys)) == len(keys)


def test_the_keys_of_the_queue_are_the_ones_reviewers_know() -> None:
    keys = {name: BY_ID[f"queue.{name}"].shortcut for name in ("approve", "reject", "skip", "next", "previous", "undo")}
    assert keys == {"approve": "A", "reject": "X", "skip": "Space", "next": "J", "previous": "K", "undo": "U"}
    assert BY_ID["queue.compare"].shortcut == "D"


@pytest.mark.usefixtures("application")
def test_every_command_becomes_an_action_that_performs_it() -> None:
    done: list[str] = []
    commands = Commands(done.append)
    for action in ACTIONS:
        commands.actions[action.id].trigger()
    assert done == [action.id for action in ACTIONS]


@pytest.mark.usefixtures("application")
def test_numbers_times_and_sizes_read_well() -> None:
    assert words.number(4126) == "4,126"
    assert words.number(0) == "0"
    assert words.number(59.5) == "59.5"
    assert words.number(None) == words.NOTHING
    assert words.size(512) == "512\u00a0B"
    assert words.size(3400) == "3.4\u00a0KB"
    assert words.size(12_000_000) == "12\u00a0MB"
    now = datetime(2026, 11, 22, 15, 0).astimezone()
    at = now.replace(hour=14, minute=5)
    assert words.short_time(at.isoformat(), now) == "14:05"
    assert words.short_time((at - timedelta(days=1)).isoformat(), now) == "yesterday 14:05"
    assert words.short_time((at - timedelta(days=10)).isoformat(), now) == "12 Nov 14:05"
    assert words.short_time((at - timedelta(days=400)).isoformat(), now) == "18 Oct 2025"
    assert words.short_time("not a time", now) == "not a time"
    assert words.short_time(None, now) == words.NOTHING


def test_false_nothing_empty_and_zero_look_different() -> None:
    values: tuple[object, ...] = (False, 0, "", None, "0", [], {})
    shown = [words.value(each) for each in values]
    assert len({*shown} - {"0"}) == len(shown) - 2


def test_sizes_stand_apart() -> None:
    sizes = (theme.SMALL, theme.BODY, theme.LARGE, theme.HEAD, theme.HERO)
    assert all(low < high for low, high in pairwise(sizes))
