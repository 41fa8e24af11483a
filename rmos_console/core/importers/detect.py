"""Which layout a path is in: decided by folders and by the first bytes of files, never by a file's name alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rmos_console.core.canonical import MAX_DOCUMENT_BYTES
from rmos_console.core.errors import BadDataError
from rmos_console.core.importers import job_log, patch, saw, v1, v2
from rmos_console.core.importers.attachments import FOLDER_NAMES
from rmos_console.core.importers.files import is_folder, is_leftover, names_in, opened, parse_record, printable
from rmos_console.core.importers.found import is_partition
from rmos_console.core.log import swallowed
from rmos_console.core.records.ids import SHA256

PEEK = 64 * 1024
MAX_DEPTH = 4
"""A folder of stores is searched this deep."""

MAX_SAMPLED = 500
"""So many files of a flat folder are looked at; the first that is a run decides."""

_FIRST_MEMBER = re.compile(rb'\s*\{\s*("(?:[^"\\]|\\.)*")\s*:\s*(.)', re.DOTALL)
_EMPTY_OBJECT = re.compile(rb"\s*\{\s*\}\s*")
_EMPTY_LIST = re.compile(rb"\s*\[\s*\]\s*")
_RUN_KEYS = frozenset({"mode", "tool_id", "decision", "feasibility", "hashes", "outputs", "request_summary"})
_V2_KEYS = frozenset({"advisory_reviews", "manufacturing_candidates", "source_advisory_id", "workflow_session_id"})


class Root(NamedTuple):
    """One foreign store: where it lies and its layout."""

    path: Path
    layout: str


def detect(path: Path) -> str | None:
    """Return the layout (``patch v1 v2 saw job-log``) of the store at ``path`` or around it, or None.

    None too where a folder holds stores of several layouts: :func:`roots` lists them.
    """
    layouts = {root.layout for root in roots(path)}
    return layouts.pop() if len(layouts) == 1 else None


def roots(path: Path) -> tuple[Root, ...]:
    """Return the stores at ``path``: one where it is a store or within one, several where it is a folder of stores."""
    if path.is_file():
        layout = _file_layout(path)
        return (Root(path, layout),) if layout is not None else ()
    return tuple(_search(path, 0)) if is_folder(path) else ()


def why_nothing(path: Path) -> str:
    """Return one line for a person whose ``path`` holds no store."""
    if _is_attachments(path) or any(_is_attachments(path / name) for name in FOLDER_NAMES):
        return "it holds attachments only, files named by their sha256, and no runs; import the folder of the runs"
    if is_folder(path) and not names_in(path):
        return "the folder is empty"
    return "it is in none of the layouts patch, v1, v2, saw and job-log; name the folder or file of a run store"


def _search(folder: Path, depth: int) -> Iterator[Root]:
    within = _layout_around(folder)
    if within is not None:
        yield Root(folder, within)
        return
    if _is_attachments(folder):
        return
    claimed: set[str] = set()
    for layout, parts in _parts_in(folder):
        yield Root(folder, layout)
        claimed |= parts
    sampled = 0
    for name in names_in(folder) if depth < MAX_DEPTH else []:
        child = folder / name
        if name in claimed or child.is_symlink() or is_leftover(name):
            continue
        if is_folder(child):
            yield from _search_child(child, depth + 1)
        elif sampled < MAX_SAMPLED and name.endswith((".json", ".jsonl")):
            sampled += 1
            file_layout = _file_layout(child)
            if file_layout in {patch.LAYOUT, v2.LAYOUT}:
                yield Root(folder, patch.LAYOUT)
                return
            if file_layout is not None:
                yield Root(child, file_layout)


def _search_child(folder: Path, depth: int) -> Iterator[Root]:
    try:
        yield from _search(folder, depth)
    except BadDataError as error:
        swallowed("importers.detect", error, folder=printable(folder.name))


def _layout_around(folder: Path) -> str | None:
    """Return the layout where the folder itself is a part of a store: its folder of runs or assets, a partition."""
    if _has_partitions(folder):
        return v2.LAYOUT
    names = names_in(folder)
    if is_partition(folder.name) and any(name.endswith(".json") for name in names):
        return v2.LAYOUT
    above = [parent.name for parent in list(folder.parents)[: patch.MAX_ASSET_FOLDERS - 1]]
    if folder.name == patch.ASSETS or (patch.ASSETS in above and folder.name.isdigit()):
        return patch.LAYOUT
    return patch.LAYOUT if folder.name == patch.RUNS else None


def _parts_in(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield the layouts of which the folder is the root, each with the names in it that belong to that store."""
    if _has_partitions(folder / v2.RUNS):
        yield v2.LAYOUT, {v2.RUNS, *FOLDER_NAMES}
    if not _has_partitions(folder / patch.RUNS) and (
        is_folder(folder / patch.RUNS) or is_folder(folder / patch.ASSETS)
    ):
        yield patch.LAYOUT, {patch.RUNS, patch.ASSETS}


def _has_partitions(folder: Path) -> bool:
    return any(is_partition(name) and is_folder(folder / name) for name in _seen_in(folder))


def _is_attachments(folder: Path) -> bool:
    """Tell whether a folder is content-addressed: ``ab/cd/<sha256><ext>``."""
    for outer in [name for name in _seen_in(folder) if len(name) == 2][:4]:
        for inner in [name for name in _seen_in(folder / outer) if len(name) == 2][:4]:
            files = _seen_in(folder / outer / inner)[:4]
            if any(SHA256.fullmatch(name.split(".")[0]) and name.startswith(outer + inner) for name in files):
                return True
    return False


def _seen_in(folder: Path) -> list[str]:
    """Return the names in a folder; none where there is none or it may not be entered, which its reader will tell."""
    try:
        return names_in(folder) if is_folder(folder) else []
    except BadDataError:
        return []


def _file_layout(path: Path) -> str | None:
    """Return the layout of a file by its first bytes; a file that cannot be read has none."""
    try:
        with opened(path, path.name) as handle:
            start = handle.read(PEEK)
    except BadDataError:
        return None  # what cannot be read is named when the import of its folder meets it
    if _EMPTY_LIST.fullmatch(start):
        return saw.LAYOUT
    if _EMPTY_OBJECT.fullmatch(start):
        return v1.LAYOUT
    first = _FIRST_MEMBER.match(start)
    if first is None:
        return None
    if first[1] == b'"runs"' and first[2] in b"{[":
        return saw.LAYOUT
    if first[2] == b"{" and first[1].strip(b'"').decode("ascii", "replace") not in _RUN_KEYS | {"meta", "lineage"}:
        return v1.LAYOUT if _looks_like_runs(start) else None
    return _record_layout(path, start)


def _looks_like_runs(start: bytes) -> bool:
    """Tell whether an object of objects holds runs: their keys stand in its first part, however large the file is."""
    return any(b'"%s"' % key.encode() in start for key in ("run_id", "created_at_utc", "feasibility", "tool_id"))


def _record_layout(path: Path, start: bytes) -> str | None:
    """Return the layout of a file that is one record, or one record a line."""
    line = start.split(b"\n", 1)[0]
    keys = _keys(line)
    if keys is not None and "run_id" in keys and not keys & _RUN_KEYS:
        return None if "advisory_id" in keys else job_log.LAYOUT
    if path.suffix == ".jsonl":
        return job_log.LAYOUT if b'"run_id"' in start else None
    if b'"run_id"' not in start and b'"asset_id"' not in start:
        return None
    if path.stat().st_size > MAX_DOCUMENT_BYTES:
        return patch.LAYOUT
    keys = keys or _keys(path.read_bytes())
    if keys is None:
        return patch.LAYOUT  # a run that cannot be read still is one: it is refused by name, not passed over
    if "advisory_id" in keys or keys & _V2_KEYS:
        return v2.LAYOUT if is_partition(path.parent.name) else patch.LAYOUT
    return patch.LAYOUT if "run_id" in keys or "asset_id" in keys else None


def _keys(data: bytes) -> frozenset[str] | None:
    try:
        return frozenset(parse_record(data, "the record"))
    except BadDataError:
        return None  # a part of a record is no record; the caller looks at the whole
