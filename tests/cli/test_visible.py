"""Stored text cannot steer a terminal or hide in it, and JSON stays the same value."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.cli.visible import json_escaped, visible, visible_lines

STEERING = [
    "\x1b[31m",
    "\x07",
    "\x9b2J",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\u2028",
    "\U000e0041",
    "\x7f",
    "\ud800",
]
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("".join(STEERING))))


def harmless(text: str) -> bool:
    """Tell whether a terminal would show every character of the text as itself."""
    return all(unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} for character in text)


@pytest.mark.parametrize("text", STEERING)
def test_what_could_steer_is_shown_by_name(text: str) -> None:
    shown = visible(f"a{text}b")
    assert shown.startswith("a")
    assert shown.endswith("b")
    assert text[0] not in shown
    assert harmless(shown)


def test_plain_text_of_any_language_stays_as_it_is() -> None:
    for text in ("Frästiefe 3,5 mm", "木工 ルーター", "שלום", "1.5 · ≤ 4", "emoji 🪵"):
        assert visible(text) == text


def test_own_line_ends_stay_lines_and_nothing_else_does() -> None:
    assert visible_lines("one\r\ntwo\nthree\rfour\x0bfive") == "one\ntwo\nthree␍four<U+000B>five"
    assert visible("one\ntwo") == "one␊two"


@given(TEXTS)
def test_every_text_becomes_harmless(text: str) -> None:
    assert harmless(visible(text))
    assert harmless(visible_lines(text).replace("\n", ""))


@given(
    st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), TEXTS), lambda inner: st.lists(inner, max_size=4))
)
def test_escaped_json_is_the_same_value_without_steering_characters(value: object) -> None:
    escaped = json_escaped(json.dumps({"value": value}, ensure_ascii=False, indent=2))
    assert harmless(escaped.replace("\n", ""))
    assert json.loads(escaped) == {"value": value}
