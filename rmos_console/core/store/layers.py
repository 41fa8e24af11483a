"""A map in layers: proposed changes lie above the present ones and are taken over or dropped as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar, cast

K = TypeVar("K")
V = TypeVar("V")

_MISSING = object()
_SMALL = 1024


class Layered(Generic[K, V]):
    """A map whose lower layers are never written to; keys are added or replaced, never removed."""

    __slots__ = ("_length", "_lower", "_own")

    def __init__(self, lower: tuple[dict[K, V], ...] = (), length: int = 0) -> None:
        self._own: dict[K, V] = {}
        self._lower = lower
        self._length = length

    def get(self, key: K) -> V | None:
        """Return the value of ``key``, or None."""
        found = self._find(key)
        return None if found is _MISSING else cast("V", found)

    def __contains__(self, key: K) -> bool:
        return self._find(key) is not _MISSING

    def __setitem__(self, key: K, value: V) -> None:
        if self._find(key) is _MISSING:
            self._length += 1
        self._own[key] = value

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[K]:
        return iter(self.merged())

    def merged(self) -> dict[K, V]:
        """Return one plain map, in the order in which keys were first added."""
        result: dict[K, V] = {}
        for layer in (*reversed(self._lower), self._own):
            result.update(layer)
        return result

    def values(self) -> Iterator[V]:
        """Yield the values, in the order in which keys were first added."""
        own, lower = self._own, self._lower
        if not own and len(lower) == 1:
            return iter(lower[0].values())
        return iter(self.merged().values())

    def child(self) -> Layered[K, V]:
        """Return a map above this one; this one must not change while the child lives."""
        return Layered((self._own, *self._lower), self._length)

    def take(self, child: Layered[K, V]) -> None:
        """Take over what was written to a child."""
        self._own.update(child._own)  # its own kind
        self._length = child._length  # its own kind

    def frozen(self) -> Layered[K, V]:
        """Return this map as it is now, for good; costs a copy of what changed since the last large merge."""
        base = self._lower[0] if self._lower else {}
        if len(self._own) > max(_SMALL, len(base) // 8):
            base = {**base, **self._own}
            self._lower, self._own = (base,), {}
        result: Layered[K, V] = Layered((base,), self._length)
        result._own = dict(self._own)  # its own kind
        return result

    def _find(self, key: K) -> object:
        found = self._own.get(key, _MISSING)
        if found is not _MISSING:
            return found
        for layer in self._lower:
            found = layer.get(key, _MISSING)
            if found is not _MISSING:
                return found
        return _MISSING
