"""Finding engines: those that come with this program, and those that installed packages bring.

The ids of the shipped engines are reserved. An approval policy trusts an engine by its id and version, so a package
can neither take the place of the offline engine nor carry its name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module, metadata
from typing import Any, Final

from rmos_console.core.errors import EngineError, RmosError, UsageError
from rmos_console.core.explain.engine import (
    ENGINE_ID,
    ENGINE_VERSION,
    GROUP,
    EngineInput,
    Explanation,
    ExplanationEngine,
    waited_for,
)
from rmos_console.core.explain.running import plain_reason, within
from rmos_console.core.log import swallowed

DEFAULT_ENGINE: Final = "offline"
VARIABLE: Final = "RMOS_ENGINE"
"""The variable that names the engine where no option does."""

LOAD_SECONDS: Final = 10.0
"""How long a package may take to be imported."""

SHIPPED: Final[Mapping[str, tuple[str, str]]] = {
    "offline": ("rmos_console.core.explain.offline", "OfflineEngine"),
    "http": ("rmos_console.core.explain.http_engine", "configured"),
}
"""The engines that come with this program: module and factory. Packages cannot replace them."""

UNKNOWN_VERSION: Final = "unknown"


class Unusable:
    """Stands for an engine that cannot be used; each attempt with it ends in ERROR with the reason."""

    version = UNKNOWN_VERSION

    def __init__(self, engine_id: str, reason: str) -> None:
        self.id = engine_id
        self.reason = reason

    def explain(self, source: EngineInput) -> Explanation:
        """Raise :class:`EngineError` with the reason."""
        del source
        raise EngineError(self.reason)


def engine_ids() -> tuple[str, ...]:
    """Return the ids of all engines that are installed, the shipped ones first."""
    return (*SHIPPED, *sorted(set(_entry_points()) - set(SHIPPED)))


def find_engine(name: str | None = None, *, load_seconds: float = LOAD_SECONDS) -> ExplanationEngine:
    """Return the engine called ``name``; without a name the one of ``RMOS_ENGINE``, else the offline engine.

    An engine that is installed but cannot be loaded comes back as :class:`Unusable`, so that the run says why. Raises
    :class:`UsageError` where no engine has that name.
    """
    asked = name or os.environ.get(VARIABLE) or DEFAULT_ENGINE
    if ENGINE_ID.fullmatch(asked) is None:
        raise UsageError(f"{asked[:80]!r} is no name of an engine; installed are {', '.join(engine_ids())}.")
    if asked in SHIPPED:
        module, factory = SHIPPED[asked]
        return _loaded(asked, lambda: getattr(import_module(module), factory), load_seconds)
    found = _entry_points().get(asked, ())
    if not found:
        raise UsageError(f"There is no engine {asked!r}; installed are {', '.join(engine_ids())}.")
    if len(found) > 1:
        return Unusable(asked, f"Several installed packages bring an engine {asked}; remove all but one.")
    return _loaded(asked, found[0].load, load_seconds)


def _entry_points() -> dict[str, tuple[metadata.EntryPoint, ...]]:
    found: dict[str, tuple[metadata.EntryPoint, ...]] = {}
    for point in metadata.entry_points(group=GROUP):
        if ENGINE_ID.fullmatch(point.name) and point not in found.get(point.name, ()):
            found[point.name] = (*found.get(point.name, ()), point)
    return found


def _loaded(engine_id: str, load: Callable[[], Any], seconds: float) -> ExplanationEngine:
    """Return the engine that a factory makes, imported within ``seconds``, or :class:`Unusable`."""
    what = f"The engine {engine_id}"
    try:
        made = within(seconds, lambda: _made(load(), engine_id), what=what, cancelled=waited_for)
    except RmosError as error:
        return Unusable(engine_id, plain_reason(error.message))
    except Exception as error:  # noqa: BLE001  a package may raise anything while it is imported
        swallowed("explain.engines", error, engine_id=engine_id)
        return Unusable(engine_id, f"{what} cannot be loaded; install its package again, or use another engine.")
    return made


def _made(factory: Callable[[], Any], engine_id: str) -> ExplanationEngine:
    """Return a factory's engine; raises :class:`EngineError` where it breaks the protocol."""
    made = factory()
    if not callable(getattr(made, "explain", None)):
        raise EngineError(f"The package of the engine {engine_id} brings something that is no engine.")
    engine: ExplanationEngine = made
    if engine.id != engine_id:
        raise EngineError(f"The package of the engine {engine_id} brings an engine of another name.")
    if ENGINE_VERSION.fullmatch(str(made.version)) is None:
        raise EngineError(f"The engine {engine_id} names no usable version of itself.")
    return engine
