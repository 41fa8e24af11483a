"""Everything from a store is plain text: no markup is ever guessed, and invisible characters show themselves."""

from __future__ import annotations

import unicodedata

_JOINER = "\u2060"
"""WORD JOINER: no width, no break, and no part of a tag name."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def visible(text: str, *, lines: bool = False) -> str:
    """Return ``text`` with control, bidi and other invisible characters spelled out as ``[U+202E]``.

    With ``lines`` line feeds and tabs stay what they are; else they become spaces, for one-line places.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character, lines) for character in text)


def tooltip(text: str) -> str:
    """Return ``text`` for a tooltip or a message box, changed so that Qt never takes it for rich text.

    Qt guesses from ``<tag>`` and ``&lt;``; an invisible joiner after ``<`` and ``&`` makes neither match.
    """
    return visible(text, lines=True).replace("&", f"&{_JOINER}").replace("<", f"<{_JOINER}")


def label(text: str) -> str:
    """Return ``text`` for a menu, button or tab, where a single ampersand would underline the next letter."""
    return visible(text).replace("&", "&&")


def _shown(character: str, lines: bool) -> str:
    if character in "\n\t":
        return character if lines else " "
    if character == "\r":
        return "" if lines else " "
    if unicodedata.category(character) in _HIDDEN:
        return f"[U+{ord(character):04X}]"
    return character
