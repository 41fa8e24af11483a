"""The one way from a value to bytes to SHA-256, and the one strict JSON reader.

Canonical JSON is RMOS's own: ``json.dumps(sort_keys=True, separators=(",", ":"), ensure_ascii=False)`` as UTF-8 with
NaN and infinities refused. Key order is by code point, as :func:`sorted` orders Python strings.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any, NoReturn

from rmos_console.core.errors import BadDataError

Json = Any
"""Any JSON value: None, bool, int, float, str, list or dict with str keys."""

MAX_DOCUMENT_BYTES = 32 * 1024 * 1024
"""A record or asset above this size is refused before it is read."""

MAX_DEPTH = 200
"""Deeper nesting is refused: no RMOS record comes near it, and recursion would end the process."""

ABSENT_SHA256 = "0" * 64
"""RMOS writes 64 zeros where a hash is absent."""


_ENCODER = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,  # what contains itself is found by the limit of recursion
)


def canonical(value: Json) -> bytes:
    """Return the canonical bytes of a JSON value.

    Raises :class:`BadDataError` for NaN, infinities, lone surrogates and anything that is not JSON.
    """
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadDataError("The value holds a lone surrogate, which is no text; remove it.") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise BadDataError(f"The value cannot be written as JSON: {_one_line(error)}.") from error


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of raw bytes as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def canonical_sha256(value: Json) -> str:
    """Return ``sha256_hex(canonical(value))``."""
    return sha256_hex(canonical(value))


class _StrictError(Exception):
    """What is wrong with a document that is JSON all the same; its reader says which document it is."""


def _refuse_constant(constant: str) -> NoReturn:
    raise _StrictError(f"{constant}, which is no JSON number; write null or a number.")


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise _StrictError(f"{number[:40]}, which is too large for a number.")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # set.add answers None on purpose here
        raise _StrictError(f"the key {twice[:80]!r} twice in one object; keep one of them.")
    return result


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_unique)


def read_json(data: bytes, *, name: str, limit: int = MAX_DOCUMENT_BYTES) -> Json:
    """Parse one JSON document strictly; ``name`` is what the message calls it.

    Raises :class:`BadDataError` for bytes over ``limit``, invalid UTF-8, a byte-order mark, NaN, infinities, numbers
    that overflow to infinity, duplicate keys, lone surrogates and nesting deeper than :data:`MAX_DEPTH`.
    """
    if len(data) > limit:
        raise BadDataError(f"{name} is {len(data):,} bytes; at most {limit:,} are read. Split or shorten it.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadDataError(f"{name} is not UTF-8 at byte {error.start}; save it as UTF-8.") from error
    if text.startswith("\ufeff"):
        raise BadDataError(f"{name} begins with a byte-order mark; save it as UTF-8 without one.")
    _check_depth(data, name)
    try:
        value = _DECODER.decode(text)
    except _StrictError as error:
        raise BadDataError(f"{name} holds {error}") from None
    except json.JSONDecodeError as error:
        raise BadDataError(f"{name} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except ValueError as error:  # an integer with more digits than Python converts
        raise BadDataError(f"{name} holds a whole number with thousands of digits; shorten it.") from error
    if b"\\u" in data or b"\\U" in data:
        _check_surrogates(value, name)  # an escaped lone surrogate shows only when it is encoded
    return value


def _check_surrogates(value: Json, name: str) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadDataError(f"{name} holds a lone surrogate, which is no text; remove it.") from error


def _check_depth(data: bytes, name: str) -> None:
    """Refuse deep nesting before the recursive parser meets it. Brackets within strings do not count."""
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    brackets = _STRING.sub(b"", data).translate(_ROUND, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):  # each time the innermost pairs go
        without = brackets.replace(b"()", b"")
        if len(without) == len(brackets):
            break
        brackets = without
    if b"()" in brackets or brackets.count(b"(") > MAX_DEPTH:
        raise BadDataError(f"{name} is nested deeper than {MAX_DEPTH} levels; flatten it.")


_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_ROUND = bytes.maketrans(b"[{]}", b"(())")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[{]}"))


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
