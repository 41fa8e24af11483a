"""The per-file layout: ``rmos_runs/<run_id>.json`` and ``advisory_assets/YYYY/MM/DD/<advisory_id>.json``.

Runs. Sealed: every key but the mutable ones. Mutable: ``advisory_inputs``, ``explanation_status``,
``explanation_summary``, ``meta``.
Assets. Sealed: every key but the mutable ones. Mutable: the review facts ``reviewed``, ``approved_for_workflow``,
``reviewed_by``, ``reviewed_at_utc``, ``review_note``, ``rejection_reason``, ``rating``, ``is_favorite``; they are also
given to the references of the runs that carry the asset.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.errors import BadDataError
from rmos_console.core.importers.advisory_text import compose
from rmos_console.core.importers.attachments import AttachmentFolders
from rmos_console.core.importers.files import (
    LEFTOVER,
    is_folder,
    is_leftover,
    names_in,
    parse_record,
    read_bytes,
    relative,
)
from rmos_console.core.importers.found import Found, FoundAdvisory, Ignored, Refused
from rmos_console.core.importers.references import with_facts
from rmos_console.core.importers.rmos_record import MUTABLE, Origin, read_record
from rmos_console.core.records.advisory import AdvisoryAsset, Engine
from rmos_console.core.records.ids import check_foreign_id, derived_run_id, is_run_id
from rmos_console.core.records.times import read_time

LAYOUT = "patch"
RUNS = "rmos_runs"
ASSETS = "advisory_assets"
REVIEW_FACTS = (
    "reviewed",
    "approved_for_workflow",
    "reviewed_by",
    "reviewed_at_utc",
    "review_note",
    "rejection_reason",
    "rating",
    "is_favorite",
)
MAX_ASSET_FOLDERS = 4
"""Assets lie three folders deep; what is deeper is no part of the layout."""


class _Places(NamedTuple):
    root: Path
    runs: Path
    assets: Path


def read(path: Path, *, timezone: str) -> Iterator[Found]:
    """Yield the assets, then the runs, of the store at ``path``: its root, a folder within, one run or one asset."""
    places = places_of(path)
    single = path if path.is_file() else None
    if single is not None and single.is_relative_to(places.assets):
        yield _asset_file(single, places.root, timezone)
        return
    facts: dict[str, dict[str, Any]] = {}
    for item in _assets(places, timezone):
        if isinstance(item, FoundAdvisory):
            facts[item.advisory_id] = item.at_source
        if single is None:
            yield item
    try:
        for file in [single] if single is not None else _files(places.runs):
            yield _run_file(file, places.root, timezone, facts)
    except BadDataError as error:
        yield Refused(relative(places.runs, places.root), error.message)


def places_of(path: Path) -> _Places:
    """Return where the store lies that ``path`` is in, or is."""
    folder = path.parent if path.is_file() else path
    if is_folder(folder / RUNS) or is_folder(folder / ASSETS):
        return _Places(folder, folder / RUNS, folder / ASSETS)
    for each in (folder, *list(folder.parents)[:MAX_ASSET_FOLDERS]):
        if each.name in {RUNS, ASSETS}:
            return _Places(each.parent, each.parent / RUNS, each.parent / ASSETS)
    return _Places(folder, folder, folder.parent / ASSETS)


def _files(folder: Path) -> list[Path]:
    return [folder / name for name in names_in(folder)] if is_folder(folder) else []


def _run_file(file: Path, root: Path, timezone: str, facts: dict[str, dict[str, Any]]) -> Found:
    name = relative(file, root)
    if is_leftover(file.name):
        return Ignored(name, LEFTOVER)
    if file.suffix != ".json" or is_folder(file):
        return Ignored(name, "no run record of this layout")
    try:
        data = read_bytes(file, name)
        origin = Origin(LAYOUT, name, data, timezone, MUTABLE, AttachmentFolders())
        found = read_record(parse_record(data, name), origin)
    except BadDataError as error:
        return Refused(name, error.message)
    return found._replace(refs=tuple(with_facts(ref, facts.get(ref.advisory_id, {})) for ref in found.refs))


def _assets(places: _Places, timezone: str) -> Iterator[Found]:
    pending = [(places.assets, 0)]
    while pending:
        folder, depth = pending.pop(0)
        try:
            files = _files(folder)
        except BadDataError as error:
            yield Refused(relative(folder, places.root), error.message, is_run=False)
            continue
        for file in files:
            name = relative(file, places.root)
            if is_folder(file) and not file.is_symlink():
                if depth < MAX_ASSET_FOLDERS:
                    pending.append((file, depth + 1))
                else:
                    yield Ignored(name, "deeper than this layout goes")
            elif is_leftover(file.name):
                yield Ignored(name, LEFTOVER)
            elif file.suffix != ".json":
                yield Ignored(name, "no advisory of this layout")
            else:
                yield _asset_file(file, places.root, timezone)


def _asset_file(file: Path, root: Path, timezone: str) -> Found:
    name = relative(file, root)
    try:
        data = read_bytes(file, name)
        return _asset(parse_record(data, name), data, name, timezone)
    except BadDataError as error:
        return Refused(name, error.message, is_run=False)


def _asset(record: dict[str, Any], data: bytes, name: str, timezone: str) -> FoundAdvisory:
    advisory_id = record.get("asset_id")
    if not isinstance(advisory_id, str):
        raise BadDataError("It has no asset_id, so it is no advisory.")
    check_foreign_id(advisory_id, what="asset_id")
    rest = {key: value for key, value in record.items() if key not in REVIEW_FACTS and key != "asset_id"}
    at_source = {key: record[key] for key in REVIEW_FACTS if key in record}
    created = rest.get("created_at_utc")
    moment = None if created is None else read_time(created, timezone=timezone, what="created_at_utc").utc
    if moment == created:
        rest.pop("created_at_utc", None)
    content = rest.pop("suggestion_data", None)
    headline, text = compose(content)
    confidence = rest.get("confidence")
    measured = isinstance(confidence, int | float) and not isinstance(confidence, bool)
    about = content.get("run_id") if isinstance(content, dict) else None
    asset = AdvisoryAsset(
        advisory_id=advisory_id,
        kind="explanation" if text is not None else "advisory",
        created_at_utc=moment,
        headline=headline,
        text=text,
        content=content,
        engine=_engine(rest),
        confidence=float(rest.pop("confidence")) if measured else None,
        source={"format": LAYOUT, "record": rest},
    )
    return FoundAdvisory(
        layout=LAYOUT,
        advisory_id=advisory_id,
        source=name,
        original=data,
        asset=asset,
        at_source=at_source,
        original_run_id=about if isinstance(about, str) else None,
        run_id=our_id(LAYOUT, about) if isinstance(about, str) else None,
        warnings=_content_findings(rest.get("content_hash"), content),
    )


def our_id(layout: str, original: str) -> str:
    """Return the id in our store of a run that its source calls ``original``."""
    return original if is_run_id(original) else derived_run_id(layout, original, "")


def _engine(rest: dict[str, Any]) -> Engine | None:
    """The asset names a model and no version; the run's reference carries the version and stays the place for it."""
    model = rest.get("model")
    return Engine(id=model, version="unknown") if isinstance(model, str) and model else None


def _content_findings(claimed: object, content: object) -> tuple[str, ...]:
    """Compare ``content_hash``: RMOS hashed the snapshot of the feasibility that the text explains."""
    if claimed is None:
        return ()
    snapshot = content.get("feasibility_snapshot") if isinstance(content, dict) else None
    if claimed in (canonical_sha256(snapshot), canonical_sha256(content)):
        return ()
    return ("content_hash is neither that of the feasibility snapshot nor that of the content",)
