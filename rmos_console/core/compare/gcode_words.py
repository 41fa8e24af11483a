"""Words of G-code lines: reading them, and the form in which lines are compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

COMMENT = re.compile(r"\([^)\n]*\)?|;[^\n]*")
"""A comment in parentheses (an open one ends with its line), or from a semicolon to the end of the line."""

# No two ways to read the same digits: a line of them that fails must fail at once, not after trying them all.
NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)"
WORD = re.compile(rf"([A-Za-z])[ \t]*({NUMBER})")
ONLY_WORDS = re.compile(rf"(?:\s*[A-Za-z][ \t]*{NUMBER})*\s*")
_LINE_NUMBER = re.compile(r"^[ \t]*/?[ \t]*[Nn][ \t]*\d+", re.MULTILINE)
_SPACE = re.compile(r"[ \t\r\f\v]+")
_STASH = re.compile("\x00(\\d+)\x00")

# The number formats that mean the same: 3.100 3.1, 3. 3, +3 3, 03 3, .5 0.5, -0 0. Bounded, so that hostile digits
# cost no more than others; a number that long differs from its other spellings.
_FORMATS = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"(?<=\d)(\.\d{0,40}?)0{1,40}(?!\d)|(?<!\d)(\.\d{1,40}?)0{1,40}(?!\d)", r"\1\2"),
        (r"(?<=\d)\.(?!\d)", ""),
        (r"\+(?=[\d.])", ""),
        (r"(?<![\d.])0+(?=\d)", ""),
        (r"(?<!\d)\.(?=\d)", "0."),
        (r"-0(?![\d.])", "0"),
    )
)


@dataclass(frozen=True, slots=True)
class GcodeOptions:
    """What counts as a difference beside the words themselves.

    ``tolerance`` is in the unit of the program and holds for all words but G, M, T and N.
    """

    line_numbers: bool = False
    comments: bool = False
    spacing: bool = False
    number_format: bool = False
    tolerance: float = 0.0

    @property
    def exact(self) -> bool:
        """Whether every character counts."""
        return self.line_numbers and self.comments and self.spacing and self.number_format and not self.tolerance


class Word(NamedTuple):
    """A letter and its number as written; other text stands under the letter ``""``, a comment under ``"("``."""

    letter: str
    number: str


def comparable(lines: Sequence[str], options: GcodeOptions) -> list[str]:
    """Return each line in the form that is compared; an empty one says nothing that counts.

    Done on the whole text at once: per line it would take five times as long.
    """
    if not lines:
        return []
    if options.exact:
        return list(lines)
    text = "\n".join(lines)
    kept: list[str] = []

    def stash(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\x00{len(kept) - 1}\x00"

    text = COMMENT.sub(stash, text.replace("\x00", "")) if options.comments else COMMENT.sub("", text)
    if not options.line_numbers:
        text = _LINE_NUMBER.sub("", text)
    if not options.spacing:
        text = _SPACE.sub("", text).upper()
    if not options.number_format:
        for pattern, put in _FORMATS:
            text = pattern.sub(put, text)
    if kept:
        text = _STASH.sub(lambda found: kept[int(found[1])], text)
    return text.split("\n")


def words(line: str, options: GcodeOptions) -> list[Word]:
    """Return the words of a line that count, as written, letters upper-case."""
    comments = "".join(COMMENT.findall(line)) if options.comments else ""
    code = COMMENT.sub(" ", line) if "(" in line or ";" in line else line
    found = [Word(letter.upper(), number) for letter, number in WORD.findall(code)]
    if not options.line_numbers and found and found[0].letter == "N":
        found = found[1:]
    if not ONLY_WORDS.fullmatch(code) and (rest := _SPACE.sub("", WORD.sub("", code)).upper()):
        found.append(Word("", rest))
    if comments:
        found.append(Word("(", comments))
    return found


@lru_cache(maxsize=65536)
def plain_number(number: str) -> str:
    """Return a number without the parts of its format that mean nothing."""
    for pattern, put in _FORMATS:
        number = pattern.sub(put, number)
    return number
