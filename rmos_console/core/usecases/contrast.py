"""What an engine is given about a run: its sealed document, and that of the nearest GREEN run."""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

from rmos_console.core.explain.contrast import Greens, nearest
from rmos_console.core.explain.engine import EngineInput
from rmos_console.core.store import RunEntry, Store, View

_KNOWN: Final[WeakKeyDictionary[Store, tuple[int, Greens]]] = WeakKeyDictionary()
"""For each open store the candidates, and how many runs it had then; what is sealed never changes, so that tells."""


def source_of(store: Store, entry: RunEntry) -> tuple[EngineInput, RunEntry | None]:
    """Return the input of an explanation and the run it is contrasted with, if there is one."""
    view = store.snapshot()
    run = store.resolve(store.read_run(entry.run_id))
    loaded = store.read_runs(greens(store, view).shortlist(entry))
    chosen = nearest(run, loaded)
    contrast = view.run(chosen) if chosen is not None else None
    source = EngineInput(
        run=run,
        run_sha256=entry.run_sha256,
        contrast=loaded[contrast.run_id] if contrast else None,
        contrast_sha256=contrast.run_sha256 if contrast else None,
    )
    return source, contrast


def greens(store: Store, view: View) -> Greens:
    """Return the GREEN runs of a store that may serve as contrast; looks at them again only when runs were added."""
    known = _KNOWN.get(store)
    if known is None or known[0] != view.run_count:
        known = view.run_count, Greens(entry for entry in view.runs() if entry.risk.policy == "GREEN")
        _KNOWN[store] = known
    return known[1]
