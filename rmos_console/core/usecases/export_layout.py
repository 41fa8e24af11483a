"""Exporting runs as files of RMOS's own layouts, for tools that want files; importing them gives the same runs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast, get_args

from rmos_console.core.canonical import sha256_hex
from rmos_console.core.errors import BadDataError, RefusedError, UsageError
from rmos_console.core.importers.found import partition_of
from rmos_console.core.log import use_case
from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryInputRef
from rmos_console.core.records.record import Record
from rmos_console.core.report import layouts
from rmos_console.core.report.layouts import Layout, Verdict
from rmos_console.core.review.explained import explanation_of
from rmos_console.core.review.states import is_suspect
from rmos_console.core.store import RunEntry, Store, View
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.progress import Cancelled, Progress, never, silent, stop_if
from rmos_console.core.usecases.state import state_of


class LayoutReport(Record):
    """What was written: runs, advisories, files, and how many files the layout has no place for."""

    path: str
    layout: str
    runs: int
    advisories: int
    files: int
    files_left_out: int


def export_layout(
    store: Store, target: Path, layout: Layout, *, progress: Progress = silent, cancelled: Cancelled = never
) -> LayoutReport:
    """Write every run of the store into the folder ``target``, which must be empty or not exist.

    Raises :class:`RefusedError` for a folder in use, :class:`DamagedError` where a run is not what was sealed.
    """
    with use_case("export.layout", layout=layout):
        _check_empty(target, store.path)
        writer = _Writer(store, store.snapshot(), target, layout)
        for done, entry in enumerate(writer.view.runs()):
            stop_if(cancelled, "The export")
            progress(done, writer.view.run_count, "exporting")
            writer.run(entry)
        return writer.report


def as_layout(name: str) -> Layout:
    """Return the layout of that name; raises :class:`UsageError` for one that cannot be exported to."""
    for layout in get_args(Layout):
        if layout == name:
            return cast("Layout", layout)
    raise UsageError(f"The layout {name[:40]!r} is not one to export to; use patch or v2.")


def _check_empty(target: Path, store: Path) -> None:
    whole = target.resolve()
    if store.resolve() in (whole, *whole.parents):
        raise RefusedError(f"{target} lies within the store; name a folder outside.")
    if os.path.lexists(target) and (not target.is_dir() or any(target.iterdir())):
        raise RefusedError(f"{target} is not an empty folder; name one that is, or that does not exist.")


class _Writer:
    def __init__(self, store: Store, view: View, target: Path, layout: Layout) -> None:
        self.view = view
        self.report = LayoutReport(path=str(target), layout=layout, runs=0, advisories=0, files=0, files_left_out=0)
        self._store = store
        self._target = target
        self._layout = layout
        self._written: dict[str, str] = {}

    def run(self, entry: RunEntry) -> None:
        """Write one run, and the advisories and files it carries that were not written yet."""
        body = self._store.resolve(self._store.read_run(entry.run_id))
        name = layouts.exported_id(body, self._layout)
        told = explanation_of(entry, self.view.has_asset, now_utc())
        later: dict[str, Any] = {
            "meta": dict(entry.meta),
            "advisory_inputs": [self._reference(entry, ref, name) for ref in entry.refs],
            "explanation_status": told.status,
            "explanation_summary": told.summary,
        }
        if self._layout == "v2":
            later["attachments"] = [self._attachment(entry, at) for at in range(len(entry.attachments))]
            place = f"runs/{partition_of(entry.source.path) or entry.created_at_utc[:10]}"
        else:
            self._count(files_left_out=len(entry.attachments))
            place = "rmos_runs"
        self._json(f"{place}/{name}.json", layouts.run_record(body, self._layout, later))
        self._count(runs=1)

    def _reference(self, entry: RunEntry, ref: AdvisoryInputRef, run_id: str) -> dict[str, Any]:
        verdict = self._verdict(entry, ref.advisory_id)
        if self.view.has_asset(ref.advisory_id) and ref.advisory_id not in self._written:
            self._written[ref.advisory_id] = self._advisory(ref.advisory_id, run_id)
            self._count(advisories=1)
        return layouts.reference(ref, self._layout, verdict, self._written.get(ref.advisory_id))

    def _advisory(self, advisory_id: str, run_id: str) -> str:
        document = self._store.resolve(self._store.read_asset(advisory_id))
        asset = AdvisoryAsset.parse(document, name=f"Advisory {advisory_id}")
        if self._layout == "v2":
            data = layouts.asset_bytes(asset, run_id)
            sha = sha256_hex(data)
            self._bytes(f"run_attachments/{sha[:2]}/{sha[2:4]}/{sha}.json", data)
            return sha
        verdicts = [self._verdict(entry, advisory_id) for entry in self._carriers(advisory_id)]
        # Several runs may carry one asset: it counts as approved only where it is so on each of them.
        worst = next((each for each in verdicts if each.state not in layouts.APPROVED), verdicts[0])
        day = (asset.created_at_utc or "1970-01-01")[:10].replace("-", "/")
        name = f"advisory_assets/{day}/{layouts.file_name(advisory_id)}.json"
        self._json(name, layouts.asset_record(asset, run_id, worst))
        return ""

    def _carriers(self, advisory_id: str) -> list[RunEntry]:
        found = (self.view.run(run_id) for run_id in self.view.runs_with(advisory_id))
        return [entry for entry in found if entry is not None]

    def _verdict(self, entry: RunEntry, advisory_id: str) -> Verdict:
        state = state_of(self.view, entry, advisory_id).state
        if state == "AUTO_APPROVED":
            return Verdict(state, next(auto for auto in reversed(entry.auto) if auto.advisory_id == advisory_id))
        verb = {"APPROVED": "approved", "AWAITING_SECOND": "approved", "REJECTED": "rejected"}.get(state)
        made = [each for each in entry.decisions if each.advisory_id == advisory_id and each.verb == verb]
        back = {each.withdraws for each in entry.decisions}
        standing = [each for each in made if each.decision_id not in back and not is_suspect(each, self.view.people)]
        return Verdict(state, standing[-1] if standing else None)

    def _attachment(self, entry: RunEntry, at: int) -> dict[str, Any]:
        attachment = entry.attachments[at]
        sha = attachment.sha256
        if self._store.has_blob(sha):
            self._bytes(f"run_attachments/{sha[:2]}/{sha[2:4]}/{sha}", self._store.get_blob(sha))
            self._count(files=1)
        return {key: value for key, value in attachment.document().items() if key != "source_sha256"}

    def _json(self, name: str, document: dict[str, Any]) -> None:
        self._bytes(name, (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8"))

    def _bytes(self, name: str, data: bytes) -> None:
        path = self._target / name
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
        except OSError as error:
            raise BadDataError(f"{path} cannot be written: {error.strerror}.") from error

    def _count(self, **more: int) -> None:
        self.report = self.report.model_copy(
            update={key: getattr(self.report, key) + each for key, each in more.items()}
        )
