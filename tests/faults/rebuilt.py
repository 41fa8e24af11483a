"""A store with something of everything, in several segments, and what its public doors tell of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.store import Limits, Store, create_store, open_store
from rmos_console.core.usecases import admin, browse, compare, intake, listing, review
from rmos_console.core.usecases.attach import attach
from rmos_console.core.usecases.explain import explain
from rmos_console.core.usecases.table import RunFilter

CALLER = Caller(by=Actor(kind="service", id="faults"), request_id="req-1")
FEW = Limits(runs=3)


def furnish(path: Path, runs: int = 8) -> None:
    """Make a store of ``runs`` runs with meta, files, advisories and explanations, three runs to a segment."""
    create_store(path)
    note = path.parent / "note.txt"
    note.write_text("clamped by hand", encoding="utf-8")
    with open_store(path, limits=FEW) as store:
        made = [_create(store, number) for number in range(runs)]
        for number, run_id in enumerate(made):
            intake.patch_meta(store, run_id, {"batch": number, "who": "Jörg"}, ["slot"], CALLER)
            if number % 2:
                explain(store, run_id, caller=CALLER)
            attach(store, run_id, "adv/shared", kind="advisory", document={"text": "Mind the clamps."}, caller=CALLER)
            attach(store, run_id, f"adv/{number}", kind="explanation", caller=CALLER)
        intake.add_file(store, made[0], note, CALLER)
        attach(store, made[1], "adv/0", kind="explanation", document={"text": "Late."}, caller=CALLER)


def _create(store: Store, number: int) -> str:
    document = {
        "run_id": f"run_{number:012x}",
        "created_at_utc": f"2026-03-{1 + number:02}T09:00:00Z",
        "mode": ["mvp", "saw"][number % 2],
        "tool_id": f"T{number % 3}",
        "status": ["OK", "BLOCKED"][number % 2],
        "feasibility": {"risk_level": ["GREEN", "YELLOW", "RED"][number % 3]},
        "decision": {"score": number * 10},
        "meta": {"slot": number},
        "outputs": {"gcode_text": f"G1 X{number}\n" * 30},
        "vendor": {"unknown": [number]},
    }
    return intake.create(store, document, CALLER).value.run_id


def doors(path: Path, *, read_only: bool = True) -> dict[str, Any]:
    """Return what list, show, queue, search, history, advisories, compare and people tell of a store."""
    with open_store(path, read_only=read_only, limits=FEW) as store:
        return told(store)


def told(store: Store) -> dict[str, Any]:
    """Return what the public doors tell of an open store."""
    view = store.snapshot()
    rows = listing.page(store, RunFilter()).items
    ids = [row.run_id for row in rows]
    found = {
        "head": view.head,
        "list": rows,
        "text": [row.run_id for row in listing.page(store, RunFilter(text="saw t1")).items],
        "where": [row.run_id for row in listing.page(store, RunFilter(where="decision.score > 25")).items],
        "queue": review.queue(view),
        "people": admin.people(view),
        "policy": admin.policy(view),
        "show": [browse.show(store, run_id) for run_id in ids],
        "history": [browse.history(store, run_id) for run_id in ids],
        "advisories": [browse.advisories(store, run_id) for run_id in ids],
        "text of one": browse.advisory(store, "adv/0"),
        "carriers": tuple(view.runs_with("adv/shared")),
        "compare": compare.diff(store, ids[0], ids[-1], gcode=True) if len(ids) > 1 else None,
    }
    return {**found, "read-only": store.is_damaged(), "unread": store.unread}


def catalog_files(path: Path) -> list[Path]:
    """Return whatever files the catalog has, but for the lock of its savers."""
    return sorted(file for file in (path / "catalog").rglob("*") if file.is_file() and file.name != "lock")
