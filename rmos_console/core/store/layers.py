"""A map in layers: proposed changes lie above the present ones and are taken over or dropped as a whole.

At the bottom of a root lies what is stored on disk; above it what changed since, in a large layer and a small one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar, cast

K = TypeVar("K")
V = TypeVar("V")

_MISSING = object()
_SMALL = 1024


class Layered(Generic[K, V]):
    """A map whose lower layers are never written to; keys are added or replaced, never removed."""

    __slots__ = ("_length", "_lower", "_own", "_stored")

    def __init__(self, stored: Mapping[K, V] | None = None) -> None:
        self._stored: Mapping[K, V] = {} if stored is None else stored
        self._own: dict[K, V] = {}
        self._lower: tuple[dict[K, V], ...] = ()
        self._length = len(self._stored)

    def get(self, key: K) -> V | None:
        """Return the value of ``key``, or None."""
        for layer in (self._own, *self._lower):
            found = layer.get(key, _MISSING)
            if found is not _MISSING:
                return cast("V", found)
        return self._stored.get(key)

    def __contains__(self, key: K) -> bool:
        return key in self._own or any(key in layer for layer in self._lower) or key in self._stored

    def __setitem__(self, key: K, value: V) -> None:
        if key not in self:
            self._length += 1
        self._own[key] = value

    def add(self, key: K, value: V) -> None:
        """Add a key that is not in the map, without looking."""
        self._length += 1
        self._own[key] = value

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[K]:
        changed = self.changed()
        for key in self._stored:
            changed.pop(key, None)
            yield key
        yield from changed

    @property
    def stored(self) -> Mapping[K, V]:
        """The layer at the bottom."""
        return self._stored

    def changed(self) -> dict[K, V]:
        """Return what was added or replaced above the stored layer, in the order in which keys were first added."""
        result: dict[K, V] = {}
        for layer in (*reversed(self._lower), self._own):
            result.update(layer)
        return result

    def merged(self) -> dict[K, V]:
        """Return one plain map, in the order in which keys were first added."""
        return {**self._stored, **self.changed()}

    def values(self) -> Iterator[V]:
        """Yield the values, in the order in which keys were first added."""
        changed = self.changed()
        for key, value in self._stored.items():
            yield changed.pop(key, value)
        yield from changed.values()

    def child(self) -> Layered[K, V]:
        """Return a map above this one; this one must not change while the child lives."""
        result: Layered[K, V] = Layered.__new__(Layered)
        result._stored, result._own, result._length = self._stored, {}, self._length
        result._lower = (self._own, *self._lower)
        return result

    def take(self, child: Layered[K, V]) -> None:
        """Take over what was written to a child."""
        self._own.update(child._own)  # its own kind
        self._length = child._length  # its own kind

    def frozen(self) -> Layered[K, V]:
        """Return this map as it is now, for good; costs a copy of what changed since the last large merge."""
        large = self._lower[0] if self._lower else {}
        if len(self._own) > max(_SMALL, len(large) // 8):
            large = {**large, **self._own}
            self._lower, self._own = (large,), {}
        result: Layered[K, V] = Layered.__new__(Layered)
        result._stored, result._own, result._length = self._stored, dict(self._own), self._length
        result._lower = (large,)
        return result

    def rebased(self, stored: Mapping[K, V], changed: dict[K, V]) -> Layered[K, V]:
        """Return the same map above another stored layer; ``changed`` is what that one does not hold."""
        result: Layered[K, V] = Layered(stored)
        result._lower, result._length = (changed,), self._length
        return result
