"""A short text as a QR code: to be photographed off a screen, or printed."""

from __future__ import annotations

import io
from pathlib import Path

import segno

from rmos_console.core.errors import UsageError

PICTURES = (".png", ".svg")
"""Endings of files that hold a QR code instead of the text."""

_BORDER = 4
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def qr_lines(text: str) -> list[str]:
    """Return the code as lines of half blocks, two rows of it in each line, dark on light, with its quiet border."""
    rows = [[bool(cell) for cell in row] for row in _code(text).matrix_iter(border=_BORDER)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return ["".join(map(_HALVES.__getitem__, zip(*rows[at : at + 2], strict=True))) for at in range(0, len(rows), 2)]


def qr_picture(text: str, target: Path) -> bytes:
    """Return the code as the picture that the name of ``target`` asks for; raises :class:`UsageError` for others."""
    kind = target.suffix.lower()
    if kind not in PICTURES:
        raise UsageError(f"A QR code is written to a .png or .svg file, not to {target.name}.")
    out = io.BytesIO()
    if kind == ".png":
        _code(text).save(out, kind="png", scale=8, border=_BORDER)
    else:
        _code(text).save(out, kind="svg", scale=4, border=_BORDER, light="white", svgclass=None, lineclass=None)
    return out.getvalue()


def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="m", encoding="utf-8")
