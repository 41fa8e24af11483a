"""Replacing functions of the product from outside, and saying so clearly where there is nothing left to replace."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import rmos_console.core.store  # noqa: F401  with it comes every module that writes or reads

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
        found = [
            module
            for module in _product_modules()
            if module.__name__.startswith(f"{PACKAGE}.")
            and vars(module).get(library) is not None
            and any(name in code.co_names for code in _codes(module))
        ]
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


def _product_modules() -> list[ModuleType]:
    """Return what is loaded of the product; what is loaded later takes replaced functions from their modules."""
    return [module for name, module in sorted(sys.modules.items()) if name.split(".")[0] == "rmos_console"]


def _codes(module: ModuleType) -> Iterator[CodeType]:
    """Yield the code of every function of a module, methods and inner functions included."""
    owners = [module, *(value for value in vars(module).values() if isinstance(value, type))]
    values = [inspect.unwrap(value) for owner in owners for value in vars(owner).values() if callable(value)]
    codes = [
        value.__code__ for value in values if isinstance(value, FunctionType) and value.__module__ == module.__name__
    ]
    while codes:
        code = codes.pop()
        yield code
        codes += [inner for inner in code.co_consts if isinstance(inner, CodeType)]


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
