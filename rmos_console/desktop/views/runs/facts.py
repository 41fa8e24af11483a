"""Everything the detail pane shows of one run, read and verified in one go off the UI thread. No Qt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rmos_console.core.errors import RmosError
from rmos_console.core.records.advisory import AdvisoryInputRef
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import HistoryEntry, Store
from rmos_console.core.usecases import browse
from rmos_console.desktop.views.queue.facts import CardFacts
from rmos_console.desktop.views.queue.facts import load as load_card

MOST_ADVISORIES = 50
"""Texts read for the pane; what is left out is said on screen."""


@dataclass(frozen=True, slots=True)
class RunAdvisory:
    """One advisory of the run; ``view`` is None where its text is not in the store, ``problem`` where it is damaged."""

    ref: AdvisoryInputRef
    view: browse.AdvisoryView | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run with its explanation (where it has one), all advisories, the sealed document as text, and its history."""

    run: RunArtifact
    card: CardFacts | None
    advisories: tuple[RunAdvisory, ...]
    raw: str
    history: tuple[HistoryEntry, ...]

    def document(self) -> dict[str, Any]:
        """Return the run as a JSON document, for looking paths up."""
        return self.run.document()


def load(store: Store, run_id: str, advisory_id: str | None) -> RunFacts:
    """Read a run. Raises :class:`NotFoundError` or :class:`DamagedError` where its own bytes cannot be shown."""
    card = load_card(store, run_id, advisory_id) if advisory_id else None
    run = card.run if card else browse.show(store, run_id)
    raw = json.dumps(browse.raw(store, run_id), indent=2, ensure_ascii=False, sort_keys=True)
    return RunFacts(
        run=run,
        card=card,
        advisories=tuple(_advisory(store, run_id, ref) for ref in run.advisory_inputs[:MOST_ADVISORIES]),
        raw=raw,
        history=tuple(browse.history(store, run_id)),
    )


def _advisory(store: Store, run_id: str, ref: AdvisoryInputRef) -> RunAdvisory:
    if ref.asset != "present":
        return RunAdvisory(ref, None)
    try:
        return RunAdvisory(ref, browse.advisory(store, ref.advisory_id, run=run_id))
    except RmosError as error:
        return RunAdvisory(ref, None, error.message)
