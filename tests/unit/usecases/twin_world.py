"""The real store beside its twin: two store objects on one folder, and what must be equal after every step."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from rmos_console.core.errors import RmosError
from rmos_console.core.identity import Signer
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.store import Limits, Store, create_store, open_store
from rmos_console.core.usecases import admin, browse, review
from rmos_console.core.usecases.listing import page
from rmos_console.core.usecases.table import RunFilter
from tests.unit.usecases.twin import Refused, Twin

T = TypeVar("T")
SMALL = Limits(runs=3)
"""So that a few runs fill a segment."""


class World(RuleBasedStateMachine):
    """Holds both, lets both do the same, and compares them."""

    steps: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="twin-"))
        self.path = self.folder / "store"
        create_store(self.path)
        self.stores = [self.opened(), self.opened()]
        self.twin = Twin()
        self.signers: dict[str, Signer] = {}
        self.former: list[Signer] = []
        self.checkpoints: list[Checkpoint] = []
        self.count = 0

    def opened(self) -> Store:
        """Open the store as a program would."""
        return open_store(self.path, limits=SMALL)

    def teardown(self) -> None:
        """Let go of everything."""
        for store in self.stores:
            store.close()
        shutil.rmtree(self.folder)

    def did(self, what: str) -> None:
        """Count a step that came to something, so that a test can tell which never did."""
        World.steps[what] = World.steps.get(what, 0) + 1

    def number(self) -> int:
        """Return a number not used before."""
        self.count += 1
        return self.count

    def run_id(self, choice: int) -> str:
        """Return one of the runs."""
        return list(self.twin.runs)[choice % len(self.twin.runs)]

    def written(self, store: Store) -> int:
        """Return how many lines there are beside those that close a segment, which any call may write."""
        return store.snapshot().head.seq - sum(1 for _ in (self.path / "ledger").iterdir())

    def agree(self, what: str, expected: Callable[[], bool], real: Callable[[Store], Any], *, other: bool) -> Any:
        """Let the twin and the store do the same: both write, both find nothing to write, or both refuse.

        Returns what the store answered, None if it refused.
        """
        store = self.stores[other]
        before = self.written(store)
        refused: Refused | None = None
        writes = False
        try:
            writes = expected()
        except Refused as error:
            refused = error
        try:
            answer = real(store)
        except RmosError as error:
            told = f"{what} was refused: {error.code}: {error.message}"
            same(told, error.code in (refused.codes if refused else ()), expected=True)
            same(f"the lines after {what} was refused", self.written(store), before)
            self.did(f"{what} refused")
            return None
        assert refused is None, f"{what} was taken, though it should be refused: {refused}"
        wrote = self.written(store) > before
        assert wrote is writes, f"{what} {'wrote' if wrote else 'wrote nothing'}, unlike the twin"
        self.did(what if wrote else f"{what} idle")
        return answer

    def elsewhere(self, work: Callable[[Store], Any]) -> None:
        """Do something in another process, with a store of its own."""
        child = os.fork()
        if child == 0:
            status = 1
            try:
                with self.opened() as store:
                    work(store)
                status = 0
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    @invariant()
    def both_stores_show_what_the_twin_holds(self) -> None:
        """Compare the table, the queue, people and policy in both store objects, and every run in one."""
        for store in self.stores:
            same("why nothing is written", store.read_only_reason, None)
            view = store.snapshot()
            same("the table", rows_of(store), expected_rows(self.twin))
            queue = [(item.row.run_id, item.advisory_id) for item in review.queue(view)]
            same("the queue", queue, self.twin.waiting())
            people = {
                each.id: (each.role, each.public_key, each.revoked_since is not None) for each in admin.people(view)
            }
            twins = {who: (each.role, each.key, each.revoked is not None) for who, each in self.twin.people.items()}
            same("people", people, twins)
            policy = admin.policy(view)
            same("the policy", (policy.mode, policy.second_for_red, policy.engines), self.twin.policy.content)
            same("its version", policy.version, len(self.twin.policies))
        for run_id in self.twin.runs:
            same(run_id, shown(self.stores[self.twin.moment % 2], run_id), expected_run(self.twin, run_id))


def same(what: str, found: Any, expected: Any) -> None:
    """Assert that the store shows what the twin holds."""
    assert found == expected, f"{what}:\n  store {found}\n  twin  {expected}"


def rows_of(store: Store) -> list[tuple[Any, ...]]:
    """Return what the table shows, newest first."""
    return [
        (
            row.run_id,
            row.created_at_utc,
            row.status,
            row.risk,
            row.risk_policy,
            row.score,
            row.mode,
            row.tool_id,
            row.source_run_id,
            row.explanation_status,
            row.explanation_summary,
            row.review_state,
            row.advisory_id,
        )
        for row in page(store, RunFilter()).items
    ]


def expected_rows(twin: Twin) -> list[tuple[Any, ...]]:
    """Return what the table should show: newest first, and of equal times the last one sealed first."""
    found = []
    for run_id, run in twin.runs.items():
        facts, word = run.facts, twin.newest(run_id)
        found.append(
            (
                run_id,
                facts["created_at_utc"],
                facts["status"],
                facts["risk"],
                run.level,
                facts["score"],
                facts["mode"],
                facts["tool_id"],
                run.original,
                *twin.explained(run_id),
                twin.run_state(run_id),
                None if word is None else word.advisory,
            )
        )
    found.reverse()
    return sorted(found, key=lambda row: row[1], reverse=True)


def shown(store: Store, run_id: str) -> dict[str, Any]:
    """Return what `show`, `advisories` and the history say of a run."""
    run = browse.show(store, run_id)
    told = browse.advisories(store, run_id)
    refs = [(ref.advisory_id, ref.kind, ref.review_state, ref.asset) for ref in run.advisory_inputs]
    assert [each["advisory_id"] for each in told["advisory_inputs"]] == [each[0] for each in refs]
    assert (told["explanation_status"], told["count"]) == (run.explanation_status, len(refs))
    return {
        "meta": json.dumps(run.meta, sort_keys=True),
        "files": [(item.sha256, item.kind, item.filename) for item in run.attachments],
        "refs": refs,
        "explained": (run.explanation_status, run.explanation_summary),
        "state": run.review_state,
        "log": [item.event["kind"] for item in browse.history(store, run_id)],
    }


def expected_run(twin: Twin, run_id: str) -> dict[str, Any]:
    """Return what they should say."""
    run = twin.runs[run_id]
    return {
        "meta": json.dumps(run.meta, sort_keys=True),
        "files": run.files,
        "refs": [
            (advisory, kind, twin.state(run_id, advisory), "present" if advisory in twin.texts else "unresolved")
            for advisory, kind in run.refs.items()
        ],
        "explained": twin.explained(run_id),
        "state": twin.run_state(run_id),
        "log": run.log,
    }
