"""Stored text where people read it: what could steer a terminal or hide in a page is made visible first."""

from __future__ import annotations

import re

_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""Controls (escape sequences begin with one), bidirectional marks, invisible and default-ignorable characters, lone
surrogates. A text may be honest and hold them; shown as what they are, they cannot change what a reader sees."""

_NAMES = {"\n": "␊", "\r": "␍", "\t": "␉", "\x1b": "␛", "\x00": "␀"}


def visible(text: object) -> str:
    """Return one line of text in which every steering or invisible character shows as ``␛`` or ``<U+202E>``."""
    return _STEERING.sub(_shown, str(text))


def visible_lines(text: object) -> str:
    """Return text whose own line ends and tabs are kept and everything else steering or invisible is shown."""
    lines = re.split("\r\n|\n", str(text))
    return "\n".join(_STEERING.sub(_shown, line.expandtabs(4)) for line in lines)


def json_escaped(text: str) -> str:
    r"""Return a JSON text with steering and invisible characters written as ``\uXXXX``: the same value, harmless.

    ``text`` is what ``json.dumps`` wrote: outside its strings there is nothing to escape but its own line ends.
    """
    return _STEERING.sub(lambda match: match[0] if match[0] == "\n" else _json_escape(match[0]), text)


def _shown(match: re.Match[str]) -> str:
    character = match[0]
    return _NAMES.get(character, f"<U+{ord(character):04X}>")


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[start : start + 2].hex()}" for start in range(0, len(units), 2))
