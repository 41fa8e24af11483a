"""Text that somebody else wrote, before a person reads it: what steers or hides is made visible."""

from __future__ import annotations

import unicodedata
from typing import Final

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_IGNORED: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\u2800") | frozenset(
    map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
"""Characters of other categories that show as nothing."""


def shown(text: str) -> str:
    """Return text with control, bidirectional, invisible and unassigned characters written as ``<U+202E>``.

    Line ends become line feeds and tabs become blanks; nothing else is changed.
    """
    plain = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(each if each == "\n" or not _hides(each) else f"<U+{ord(each):04X}>" for each in plain)


def _hides(character: str) -> bool:
    return character in _IGNORED or unicodedata.category(character) in _HIDDEN
