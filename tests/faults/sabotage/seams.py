"""Replacing functions of the product from outside, and saying so clearly where there is nothing left to replace."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import rmos_console.core.store

Skip = Callable[[int], bool]
"""Tells whether the fsync of a descriptor is left out."""

PACKAGE = "rmos_console.core.store"


class SeamGoneError(RuntimeError):
    """The product has changed: what a sabotage replaces is not there any more, and the sabotage must be adapted."""


class Patches:
    """What was replaced, so that it can be put back."""

    def __init__(self) -> None:
        self._undone: list[tuple[Any, str, Any]] = []

    def undo(self) -> None:
        """Put everything back, the latest first."""
        while self._undone:
            owner, name, before = self._undone.pop()
            setattr(owner, name, before)

    def put(self, owner: Any, name: str, make: Callable[[Any], Any], *parameters: str) -> None:
        """Replace ``owner.name`` by what ``make`` returns for it; ``parameters`` are those it is expected to have."""
        before = _expected(owner, name, parameters)
        self._undone.append((owner, name, before))
        setattr(owner, name, make(before))

    def put_everywhere(self, module: str, name: str, make: Callable[[Any], Any], *parameters: str) -> None:
        """Replace a function of a module of the store, also in every module that imported it by name."""
        before = _expected(store_module(module), name, parameters)
        after = make(before)
        for owner in _product_modules():
            if vars(owner).get(name) is before:
                self._undone.append((owner, name, before))
                setattr(owner, name, after)

    def skip_fsync(self, skip: Skip) -> None:
        """Leave out those calls of fsync in the modules of the store that ``skip`` tells."""
        self.put_in("os", "fsync", lambda real: lambda descriptor: None if skip(descriptor) else real(descriptor))

    def put_in(self, library: str, name: str, make: Callable[[Any], Any]) -> None:
        """Replace a function of a library module as the modules of the store see it; anybody else's stays."""
        found = [module for module in _store_modules() if f"{library}.{name}(" in inspect.getsource(module)]
        if not found:
            raise SeamGoneError(f"No module of {PACKAGE} calls {library}.{name} by that name any more.")
        for module in found:
            self.put(module, library, lambda before: _Library(before, name, make))


class _Library:
    """A module of the standard library with one function replaced; all else is looked up in the real one each time."""

    def __init__(self, real: Any, name: str, make: Callable[[Any], Any]) -> None:
        def current(*arguments: Any) -> Any:
            return getattr(real, name)(*arguments)  # whoever replaced it since then is asked, too

        self._real = real
        setattr(self, name, make(current))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def name_of(descriptor: int) -> Path:
    """Return the path that a descriptor was opened by."""
    return Path(f"/proc/self/fd/{descriptor}").readlink()


def store_module(name: str) -> ModuleType:
    """Return a module of the store by its short name."""
    try:
        return importlib.import_module(f"{PACKAGE}.{name}")
    except ModuleNotFoundError as error:
        raise SeamGoneError(f"There is no module {PACKAGE}.{name} any more.") from error


def _store_modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(rmos_console.core.store.__path__, f"{PACKAGE}."):
        yield importlib.import_module(found.name)


def _product_modules() -> list[ModuleType]:
    list(_store_modules())  # what is imported later takes the replaced function from its module
    return [module for name, module in sorted(sys.modules.items()) if name.split(".")[0] == "rmos_console"]


def _expected(owner: Any, name: str, parameters: tuple[str, ...]) -> Any:
    where = f"{getattr(owner, '__module__', '')}.{owner.__qualname__}" if isinstance(owner, type) else owner.__name__
    found = getattr(owner, name, None)
    if found is None:
        raise SeamGoneError(f"{where} has no {name} any more.")
    if parameters:
        actual = tuple(inspect.signature(found).parameters)
        if actual != parameters:
            raise SeamGoneError(f"{where}.{name} takes {actual} now, no longer {parameters}.")
    return found


def is_folder(descriptor: int) -> bool:
    """Tell whether a descriptor is of a folder."""
    return os.path.isdir(f"/proc/self/fd/{descriptor}")  # noqa: PTH112  a Path would not say it better
