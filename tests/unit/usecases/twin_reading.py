"""What reads the whole store, as steps of the machine: lists, comparisons, single texts, audits, exports."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from rmos_console.core.errors import NotFoundError
from rmos_console.core.usecases import audit, browse, checkpoint, compare, export, export_layout, listing, review
from rmos_console.core.usecases.importing import import_paths
from rmos_console.core.usecases.table import RunFilter
from tests.faults.history_ledger import transactions
from tests.unit.usecases.conftest import CALLER
from tests.unit.usecases.twin_deciding import Deciding
from tests.unit.usecases.twin_recording import choices
from tests.unit.usecases.twin_world import expected_rows, same

STATES = ("NONE", "NEEDS_REVIEW", "AWAITING_SECOND", "AUTO_APPROVED", "INFORMATIONAL", "APPROVED", "REJECTED")
any_run = precondition(lambda self: bool(self.twin.runs))
two_runs = precondition(lambda self: len(self.twin.runs) > 1)


class Reading(Deciding):
    """Steps that write nothing, of which each looks at everything from another side."""

    @rule(
        status=st.sets(st.sampled_from(["OK", "BLOCKED", "ERROR"]), max_size=2),
        risk=st.sets(st.sampled_from(["GREEN", "yellow", "RED", "UNKNOWN"]), max_size=2),
        mode=st.sets(st.sampled_from(["mvp", "saw", "adaptive"]), max_size=2),
        state=st.sets(st.sampled_from(STATES), max_size=2),
        since=st.sampled_from([None, "2026-10-02T08:00:00Z", "2026-10-31T00:00:00Z"]),
        score=st.sampled_from([None, 0, 60]),
        limit=st.sampled_from([None, 0, 2]),
        other=st.booleans(),
    )
    def filtered(  # a filter has this many sides
        self,
        status: set[str],
        risk: set[str],
        mode: set[str],
        state: set[str],
        since: str | None,
        score: float | None,
        limit: int | None,
        *,
        other: bool,
    ) -> None:
        wanted = RunFilter(
            status=tuple(status),
            risk=tuple(risk),
            mode=tuple(mode),
            review=tuple(state),
            since=since,
            where=None if score is None else f"decision.score >= {score}",
            limit=limit,
        )
        found = listing.page(self.stores[other], wanted)
        expected = [
            row[0]
            for row in expected_rows(self.twin)
            if (not status or row[2] in status)
            and (not risk or row[3] in {each.upper() for each in risk})
            and (not mode or row[6] in mode)
            and (not state or row[11] in state)
            and (since is None or row[1] >= since)
            and (score is None or (row[5] is not None and row[5] >= score))
        ]
        same("the list", ([row.run_id for row in found.items], found.total), (expected[:limit], len(expected)))
        self.did("filtered" if expected else "filtered empty")

    @two_runs
    @rule(a=choices, b=choices, other=st.booleans())
    def compare(self, a: int, b: int, *, other: bool) -> None:
        first, second = self.run_id(a), self.run_id(b)
        there = compare.diff(self.stores[other], first, second).runs
        back = compare.diff(self.stores[not other], second, first).runs
        assert (there.diff_severity, set(there.changed_paths)) == (back.diff_severity, set(back.changed_paths))
        facts, others = self.twin.runs[first].facts, self.twin.runs[second].facts
        if first == second:
            same("a run and itself", (there.diff_severity, tuple(there.changed_paths)), ("NONE", ()))
        elif (facts["status"], facts["risk"]) != (others["status"], others["risk"]):
            same("the severity", there.diff_severity, "CRITICAL")
        elif facts["score"] != others["score"]:
            same("the severity", there.diff_severity, "WARNING")
        self.did(f"compare {there.diff_severity}")

    @any_run
    @rule(choice=choices, other=st.booleans())
    def read_texts(self, choice: int, *, other: bool) -> None:
        """Every text of a run reads as it was written; one that never came is not found."""
        run_id, store = self.run_id(choice), self.stores[other]
        for advisory in self.twin.runs[run_id].refs:
            text = self.twin.texts.get(advisory)
            if text is None:
                try:
                    browse.advisory(store, advisory, run=run_id)
                except NotFoundError:
                    continue
                raise AssertionError(f"{advisory} was found though it never came")
            found = browse.advisory(store, advisory, run=run_id)
            same("the text", (found.text, found.asset.kind), (text.words, text.kind))
            same("its runs", set(found.runs), {each for each, run in self.twin.runs.items() if advisory in run.refs})
            same("its state", found.state.state, self.twin.state(run_id, advisory))
            deeds = [deed.verb for deed in self.twin.runs[run_id].deeds.get(advisory, [])]
            same("its decisions", [each.verb for each in found.decisions if hasattr(each, "verb")], deeds)
            same("its state alone", review.state(store.snapshot(), run_id, advisory).state, found.state.state)
            self.did("text")

    @rule(bundled=st.booleans(), which=choices)
    def audit(self, which: int, *, bundled: bool) -> None:
        """An audit, also of a bundle, finds nothing wrong and counts what the twin counts."""
        path = self.path
        if bundled:
            path = self.folder / f"bundle-{self.number()}.zip"
            assert export.bundle(self.path, path).ok
        against = self.checkpoints[which % len(self.checkpoints)] if self.checkpoints else None
        report = audit.audit(path, against=against)
        assert report.ok, report.findings
        deeds = [deed for run in self.twin.runs.values() for each in run.deeds.values() for deed in each]
        human = sum(deed.verb != "withdrawn" for deed in deeds)
        automatic = sum(len(run.minted) for run in self.twin.runs.values())
        same("runs and texts", (report.runs, report.advisories), (len(self.twin.runs), len(self.twin.texts)))
        same("decisions", (report.reviews.human, report.reviews.automatic), (human, automatic))
        head = self.stores[0].snapshot().head
        same("the head", (report.head.seq, report.head.digest), (head.seq, head.digest))
        same("the commits", report.commits, sum(1 for _ in transactions(self.path)))
        if against is not None:
            assert report.against is not None
            assert report.against.extends
        self.did("audit of a bundle" if bundled else "audit")

    @any_run
    @rule(layout=st.sampled_from(["patch", "v2"]), other=st.booleans())
    def export_and_recognise(self, layout: Any, *, other: bool) -> None:
        """What is exported in a layout of RMOS holds every run; an import finds each."""
        target, store = self.folder / f"export-{self.number()}", self.stores[other]
        report = export_layout.export_layout(store, target, layout)
        same("the runs exported", report.runs, len(self.twin.runs))
        dry = import_paths(store, [target], caller=CALLER, dry_run=True).value
        # Texts come back in another form, and are refused under an id that is taken; the runs are all there.
        same("the runs found again", dry.found - len(dry.refused), len(self.twin.runs))
        self.did(f"export {layout}")

    @rule(other=st.booleans())
    def take_a_checkpoint(self, *, other: bool) -> None:
        store = self.stores[other]
        taken = checkpoint.take(store, None, caller=CALLER).value
        same("the checkpoint", (taken.seq, taken.digest), (store.snapshot().head.seq, store.snapshot().head.digest))
        self.checkpoints.append(taken)
