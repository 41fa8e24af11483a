"""What a person writes down: it must be visible, and must not pretend to be something else."""

from __future__ import annotations

import unicodedata
from typing import Final

from rmos_console.core.errors import PolicyError

_LAYOUT: Final = frozenset("\n\t")
_BLANK: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters and symbols by category, yet drawn as nothing: the Hangul fillers and the empty Braille pattern."""
_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def is_visible(text: str) -> bool:
    """Tell whether a text shows at least one letter, digit or symbol; zero-width characters show nothing."""
    return any(unicodedata.category(each) not in _BLANK and each not in _FILLERS for each in text)


def check_words(text: str, *, what: str, limit: int) -> str:
    """Return ``text`` unchanged if it may be stored as somebody's words.

    Raises :class:`PolicyError` for an empty or invisible text, one above ``limit`` characters, and one with control
    characters or characters that turn the reading direction, which could make a report show other words.
    """
    if not is_visible(text):
        raise PolicyError(f"The {what} is empty or invisible; write one or leave it out.")
    if len(text) > limit:
        raise PolicyError(f"The {what} has {len(text):,} characters; at most {limit:,} are kept. Shorten it.")
    for each in text:
        if each in _DIRECTION or (unicodedata.category(each) in {"Cc", "Cs"} and each not in _LAYOUT):
            raise PolicyError(f"The {what} holds the invisible character U+{ord(each):04X}; remove it.")
    return text
