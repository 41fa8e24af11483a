"""Large values: moved from an event to a blob before it is written, and put back when somebody asks.

A value whose canonical form exceeds :data:`INLINE_BYTES` stands as ``{"$blob": sha256, "bytes": n, "type": "text"}``
(the UTF-8 bytes of a string) or ``"type": "json"`` (canonical bytes of anything else). An object of a user that has a
``$blob`` key of its own is moved too, so that such an object in the ledger is always ours. The smallest value that is
too large moves, wholly; what a blob holds is never looked into for references.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rmos_console.core.canonical import canonical, read_json, sha256_hex
from rmos_console.core.errors import BadDataError
from rmos_console.core.records.events import Event

INLINE_BYTES = 256 * 1024
"""The largest canonical form that stays in a line."""

DOCUMENT_BYTES = 640 * 1024
"""What one document may leave in a line; above it smaller values move, too, down to :data:`LEAST_LIMIT` bytes."""

LEAST_LIMIT = 1024

REF_KEY = "$blob"
_MARK = b'"$blob"'
_PINNED: dict[str, frozenset[str]] = {
    "run": frozenset({"decision", "outputs", "hashes", "context", "source"}),
    **dict.fromkeys(("asset", "act", "decision", "ref", "attachment", "policy", "set", "counts"), frozenset()),
}
"""Objects of an event that never move as a whole, because the fold reads them; what they hold may move."""

PutBlob = Callable[[bytes], str]
GetBlob = Callable[[str], bytes]


class BlobRef(dict[str, Any]):
    """A reference that this program made, as opposed to an object of a user that looks like one."""


def has_marks(data: bytes) -> bool:
    """Tell whether canonical bytes may hold a reference or an object that looks like one."""
    return _MARK in data


def shrink_event(event: Event, put: PutBlob, limit: int = INLINE_BYTES) -> Event:
    """Return ``event`` with every value above ``limit`` bytes moved to a blob, and smaller ones where that leaves more
    than a line may hold."""
    return _shrink(
        lambda plan: {
            key: plan.members(value, _PINNED[key]) if key in _PINNED and _is_plain_object(value) else plan.value(value)
            for key, value in event.items()
        },
        put,
        limit,
    )


def externalize(document: dict[str, Any], put: PutBlob) -> dict[str, Any]:
    """Return a sealed document, or the values of a patch, as they will stand in an event.

    What comes out goes into an event unchanged, so that its SHA-256 can be taken before. Where nothing moves, it is the
    document itself.
    """
    data = canonical(document)
    if len(data) <= INLINE_BYTES and not has_marks(data):
        return document
    return _shrink(lambda plan: plan.members(document, _PINNED["run"]), put, INLINE_BYTES)


def _shrink(build: Callable[[_Plan], dict[str, Any]], put: PutBlob, limit: int) -> dict[str, Any]:
    while True:
        plan = _Plan(limit)
        shrunk = build(plan)
        if limit <= LEAST_LIMIT or len(canonical(shrunk)) <= DOCUMENT_BYTES:
            plan.carry_out(shrunk, put)
            return shrunk
        limit //= 4


def _is_plain_object(value: Any) -> bool:
    return isinstance(value, dict) and REF_KEY not in value


class _Plan:
    """Decides what moves; blobs are written at the end, only those that something refers to."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._blobs: dict[str, bytes] = {}

    def members(self, value: dict[str, Any], pinned: frozenset[str] = frozenset()) -> dict[str, Any]:
        return {
            key: self.members(item) if key in pinned and _is_plain_object(item) else self.value(item)
            for key, item in value.items()
        }

    def value(self, value: Any) -> Any:
        if isinstance(value, BlobRef):
            return value
        if isinstance(value, str):
            # At most 6 bytes a character: \u0000 and its like.
            fits = len(value) * 6 + 2 <= self._limit or len(canonical(value)) <= self._limit
            return value if fits else self._move(value)
        if isinstance(value, dict):
            if REF_KEY in value:
                return self._move(value)
            return self._fit(value, {key: self.value(item) for key, item in value.items()})
        if isinstance(value, list | tuple):
            return self._fit(value, [self.value(item) for item in value])
        return value

    def carry_out(self, shrunk: Any, put: PutBlob) -> None:
        for name in _names(shrunk):
            if name in self._blobs:
                put(self._blobs[name])

    def _fit(self, value: Any, shrunk: Any) -> Any:
        return shrunk if len(canonical(shrunk)) <= self._limit else self._move(value)

    def _move(self, value: Any) -> BlobRef:
        text = isinstance(value, str)
        data = value.encode("utf-8") if text else canonical(value)
        name = sha256_hex(data)
        self._blobs[name] = data
        return BlobRef({REF_KEY: name, "bytes": len(data), "type": "text" if text else "json"})


def has_refs(value: Any) -> bool:
    """Tell whether a value may hold a reference, without looking at each of its parts."""
    return has_marks(canonical(value))


def is_ref(value: Any) -> bool:
    """Tell whether a value read from the ledger is a reference to a blob."""
    return isinstance(value, dict) and value.keys() == {REF_KEY, "bytes", "type"}


def resolve(value: Any, get: GetBlob) -> Any:
    """Return ``value`` with every reference replaced by what it stands for, deeply; the rest is copied.

    Raises as ``get`` does for a blob that is missing or damaged, and :class:`BadDataError` for one of the wrong form.
    """
    if is_ref(value):
        data = get(value[REF_KEY])
        if value["type"] == "text":
            try:
                return data.decode("utf-8")
            except UnicodeDecodeError as error:
                raise BadDataError(f"The blob {value[REF_KEY]} is no text at byte {error.start}.") from error
        return read_json(data, name=f"the blob {value[REF_KEY]}", limit=max(len(data), 1))
    if isinstance(value, dict):
        return {key: resolve(item, get) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, get) for item in value]
    return value


def blob_names(value: Any) -> set[str]:
    """Return the names of all blobs that a value from the ledger refers to as large values."""
    return set(_names(value))


def _names(value: Any) -> list[str]:
    if isinstance(value, BlobRef) or is_ref(value):
        return [value[REF_KEY]]
    if isinstance(value, dict):
        return [name for item in value.values() for name in _names(item)]
    if isinstance(value, list | tuple):
        return [name for item in value for name in _names(item)]
    return []
