"""Small runs, advisories and drafts for the tests of the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.records import events
from rmos_console.core.records.actor import Actor
from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryInputRef, Engine
from rmos_console.core.records.events import Event
from rmos_console.core.records.ids import new_id
from rmos_console.core.records.review import Review, Seen
from rmos_console.core.records.run import SealedRun
from rmos_console.core.store import Draft, Store, View, create_store, open_store

CLI = Actor(kind="service", id="cli")


def run_id(number: int) -> str:
    """Return the id of the run with a number."""
    return f"run_{number:012x}"


def run_document(number: int, **changes: Any) -> dict[str, Any]:
    """Return the sealed document of a small run; the same number always gives the same."""
    document: dict[str, Any] = {
        "run_id": run_id(number),
        "created_at_utc": f"2026-01-{1 + number % 28:02}T10:00:00Z",
        "mode": ["router_3axis", "saw", "helical"][number % 3],
        "tool_id": f"T{number % 7}",
        "status": ["OK", "BLOCKED", "ERROR"][number % 3],
        "request_summary": {"depth_mm": number % 9},
        "feasibility": {"risk_level": ["GREEN", "YELLOW", "RED"][number % 3]},
        "decision": {"risk_level": ["GREEN", "YELLOW", "RED"][number % 3], "score": number % 101},
        "context": {"machine_id": f"M{number % 2}"},
        "meta": {"batch": number // 10},
        "source": {"format": "create"},
    }
    return SealedRun.model_validate({**document, **changes}).document()


def sealed(number: int, **changes: Any) -> Event:
    """Return the event that seals the run with a number."""
    document = run_document(number, **changes)
    return events.run_sealed(document, canonical_sha256(document))


def draft(*written: Event, tx: str | None = None, by: Actor = CLI, request_id: str | None = None) -> Draft:
    """Return a draft that writes these events whatever it finds."""
    return deciding(lambda _view: list(written), tx=tx, by=by, request_id=request_id)


def deciding(
    decide: Callable[[View], Sequence[Event]], *, tx: str | None = None, by: Actor = CLI, request_id: str | None = None
) -> Draft:
    """Return a draft that decides so."""
    return Draft(by=by, request_id=request_id, decide=decide, id=tx or new_id("tx"))


def seal(store: Store, *numbers: int) -> None:
    """Commit runs, one transaction each."""
    for number in numbers:
        store.commit(draft(sealed(number)))


def asset_event(advisory_id: str, text: str = "The tool is too long.") -> Event:
    """Return the event that seals an advisory."""
    asset = AdvisoryAsset(
        advisory_id=advisory_id,
        kind="explanation",
        created_at_utc="2026-01-02T10:00:00Z",
        headline=text.split(".", maxsplit=1)[0],
        text=text,
        engine=Engine(id="offline", version="1"),
    )
    document = asset.document()
    return events.advisory_sealed(advisory_id, document, canonical_sha256(document), asset.text_sha256())


def attached(number: int, advisory_id: str, **changes: Any) -> Event:
    """Return the event that attaches an advisory to a run."""
    return events.advisory_attached(
        run_id(number), AdvisoryInputRef(advisory_id=advisory_id, kind="explanation", **changes)
    )


def review(store: Store, number: int, advisory_id: str, verb: str = "approved") -> Event:
    """Return a decision (its signature is of no interest to the store)."""
    view = store.snapshot()
    entry, asset = view.run(run_id(number)), view.asset(advisory_id)
    assert entry is not None
    assert asset is not None
    return events.reviewed(
        Review.model_validate(
            {
                "decision_id": new_id("dec"),
                "verb": verb,
                "run_id": entry.run_id,
                "run_sha256": entry.run_sha256,
                "advisory_id": advisory_id,
                "advisory_sha256": asset.sha256,
                "text_sha256": asset.text_sha256,
                "meaning": "The explanation is right",
                "person_id": "mvoss",
                "person_name": "M. Voss",
                "at_utc": "2026-01-03T10:00:00Z",
                "policy_version": 1,
                "store_id": store.store_id,
                "seen": Seen(seq=1, digest="0" * 64),
                "signature": "ab" * 64,
            }
        )
    )


def enrolled(person_id: str) -> Event:
    """Return the event that enrols a person."""
    return events.reviewer_enrolled(
        {
            "verb": "enrolled",
            "person": {"id": person_id, "name": person_id.title(), "role": "admin"},
            "public_key": "cd" * 32,
            "at_utc": "2026-01-01T08:00:00Z",
            "by": person_id,
            "store_id": "store_x",
        }
    )


def new_store(path: Path, *numbers: int, **options: Any) -> Store:
    """Make a store with some runs in it and return it open."""
    create_store(path)
    store = open_store(path, **options)
    seal(store, *numbers)
    return store


def everything(view: View) -> dict[str, Any]:
    """Return all that a view tells, in a form that can be compared."""
    return {
        "head": view.head,
        "store_id": view.store_id,
        "policies": list(view.policies),
        "people": dict(view.people),
        "acts": {person: list(view.person_history(person)) for person in view.people},
        "runs": [slots(entry) for entry in view.runs()],
        "assets": [slots(entry) for entry in view.assets()],
        "carriers": {entry.advisory_id: list(view.runs_with(entry.advisory_id)) for entry in view.assets()},
        "originals": {
            entry.source.run_id: list(view.find_original(entry.source.run_id))
            for entry in view.runs()
            if entry.source.run_id
        },
        "open": list(view.open_attempts()),
    }


def slots(entry: object) -> dict[str, Any]:
    """Return the fields of an entry."""
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__}  # type: ignore[attr-defined]  # every entry is a dataclass


def independent_verify(folder: Path) -> tuple[int, str, list[dict[str, Any]]]:
    """Verify a ledger with nothing but the standard library; return seq and digest of the head, and all events.

    This is the reader that the format promises: it shares no code with the product.
    """
    prev, seq, found = "0" * 64, 0, []
    for path in sorted((folder / "ledger").glob("*.jsonl")):
        data = path.read_bytes()
        assert data == b"" or data.endswith(b"\n"), f"{path.name} ends in a torn line"
        for raw in data.split(b"\n")[:-1]:
            body, suffix = raw[:-77], raw[-77:]
            digest = hashlib.sha256(b"rmos-ledger-1\n" + body).hexdigest()
            assert suffix == f',"digest":"{digest}"}}'.encode()
            line = json.loads(raw)
            assert line["prev"] == prev
            assert line["seq"] == seq + 1
            del line["digest"]
            spelled = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            assert body + b"}" == spelled.encode()
            for transaction in line["transactions"]:
                assert {"at", "by", "events", "id", "mono", "offset", "request"} == transaction.keys()
                found += transaction["events"]
            prev, seq = digest, line["seq"]
    for event in found:
        if event["kind"] == "run.sealed":
            body = json.dumps(event["run"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            assert hashlib.sha256(body).hexdigest() == event["run_sha256"]
    return seq, prev, found
