"""A store of its own for each test, and people who can sign in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core import identity
from rmos_console.core.identity import Signer, unlock
from rmos_console.core.records import events
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.records.changes import Written
from rmos_console.core.records.review import Review, Seen, Verb
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store, create_store, open_store
from rmos_console.core.usecases import admin, browse, intake, review
from rmos_console.core.usecases.commit import commit
from tests.unit.usecases.foreign import PATCH_ASSET, PATCH_RUN, RUNS, v1_record, write

PASSPHRASE = "correct horse battery"
CALLER = Caller(by=Actor(kind="service", id="tests"), request_id="req-tests")

GREEN: dict[str, Any] = {"risk_level": "GREEN", "rules_triggered": []}
RED: dict[str, Any] = {
    "risk_level": "RED",
    "rules_triggered": ["F021"],
    "blocking_reasons": ["DOC:diameter ratio (6.0:1) exceeds safe limit (5:1)"],
}


@pytest.fixture
def caller() -> Caller:
    return CALLER


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    create_store(path)
    return path


@pytest.fixture
def store(store_path: Path) -> Iterator[Store]:
    with open_store(store_path) as opened:
        yield opened


@pytest.fixture
def make_run(store: Store) -> Callable[..., RunArtifact]:
    """Create runs that differ only where a test says so."""
    count = iter(range(10_000))

    def make(feasibility: dict[str, Any] | None = None, **fields: Any) -> RunArtifact:
        number = next(count)
        document = {
            "mode": "mvp",
            "tool_id": "T102",
            "status": "OK",
            "created_at_utc": f"2026-11-{1 + number // 24 % 28:02}T{number % 24:02}:00:00Z",
            "feasibility": GREEN if feasibility is None else feasibility,
            "request_summary": {"tool_d": 6.0, "stepdown": 2.0, "number": number},
            **fields,
        }
        return intake.create(store, document, CALLER).value

    return make


@pytest.fixture
def voss(store: Store) -> Signer:
    """The first admin."""
    return enrol(store, "mvoss", "M. Voss", None)


@pytest.fixture
def keller(store: Store, voss: Signer) -> Signer:
    """A reviewer."""
    return enrol(store, "akeller", "A. Keller", voss)


@pytest.fixture
def v1(tmp_path: Path) -> Path:
    path = tmp_path / "v1" / "runs.json"
    path.parent.mkdir()
    write(path, {run_id: v1_record(run_id, **facts) for run_id, facts in RUNS.items()})  # type: ignore[arg-type]  # the table above holds the keyword arguments
    return path


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    root = tmp_path / "patch"
    runs, assets = root / "rmos_runs", root / "advisory_assets" / "2026" / "11" / "22"
    runs.mkdir(parents=True)
    assets.mkdir(parents=True)
    write(runs / "run_000000000007.json", PATCH_RUN)
    write(assets / "adv_c10982db14f0.json", PATCH_ASSET)
    (runs / "run_000000000009.json.tmp").write_text("{")
    return root


def enrol(store: Store, person_id: str, name: str, by: Signer | None, role: str = "reviewer") -> Signer:
    """Enrol somebody and unlock their key."""
    admin.add_reviewer(
        store,
        person_id,
        name,
        passphrase=PASSPHRASE,
        role="admin" if role == "admin" else "reviewer",
        by=by,
        caller=CALLER,
    )
    return unlock(store.store_id, person_id, PASSPHRASE)


def decide(
    store: Store,
    signer: Signer,
    run_id: str,
    advisory_id: str,
    verb: Verb,
    *,
    text_sha256: str | None = None,
    reason: str | None = None,
    seen: Seen | None = None,
) -> Written[Review]:
    """Decide about the text as the store holds it now, unless a test says otherwise."""
    return review.decide(
        store,
        signer,
        run_id,
        advisory_id,
        verb,
        text_sha256=text_sha256 or browse.advisory(store, advisory_id).text_sha256,
        reason=reason,
        seen=seen or review.seen(store.snapshot()),
        caller=CALLER,
    )


def revoke(store: Store, person: Signer, by: Signer, *, since: str) -> None:
    """Revoke somebody, by the act of an admin."""
    act = identity.revoke_act(
        store_id=store.store_id,
        person_id=person.person_id,
        since=since,
        reason="left",
        at_utc="2026-11-22T10:00:00.000000Z",
        by=by,
    )
    commit(store, CALLER, lambda _view: [events.reviewer_revoked(act)])
