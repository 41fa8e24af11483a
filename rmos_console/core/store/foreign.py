"""Telling the folders and files of other RMOS layouts, which are imported and never written into."""

from __future__ import annotations

import json
import os
import re
from itertools import islice
from pathlib import Path

_PARTITION = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOOK = 1 << 20
_ENTRIES = 2000


def looks_foreign(path: Path) -> str | None:
    """Return the layout ``patch``, ``v1``, ``v2``, ``saw`` or ``job-log`` that ``path`` seems to hold, else None.

    Only names and the beginnings of files are looked at; an importer that reads on may still refuse every record.
    """
    if path.is_file():
        return _file_layout(path)
    if not path.is_dir() or (path / "store.json").exists():
        return None
    return _folder_layout(path)


def _folder_layout(folder: Path) -> str | None:
    names = _names(folder)
    below = [folder / "runs", folder] if "runs" in names else [folder]
    for candidate in below:
        if candidate.is_dir() and _has_partitions(candidate):
            return "v2"
    if {"_index.json", "_advisory_lookup.json", "run_attachments"} & set(names):
        return "v2"
    if {"rmos_runs", "advisory_assets"} & set(names):
        return "patch"
    for name in sorted(names):
        found = _file_layout(folder / name) if name.endswith((".json", ".jsonl")) else None
        if found is not None:
            return found
    return None


def _has_partitions(folder: Path) -> bool:
    return any(_PARTITION.fullmatch(name) and (folder / name).is_dir() for name in _names(folder))


def _names(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in islice(entries, _ENTRIES)]


def _file_layout(path: Path) -> str | None:
    if not path.is_file() or path.is_symlink():
        return None
    with path.open("rb") as file:
        head = file.read(_LOOK)
    if path.suffix == ".jsonl":
        return "job-log" if _is_job_log(head) else None
    found = _document_layout(head)
    if found is None and len(head) == _LOOK:
        return _large_layout(head)
    return found


def _is_job_log(head: bytes) -> bool:
    first = _parsed(head.split(b"\n", 1)[0])
    return isinstance(first, dict) and "run_id" in first and bool({"job_name", "post_id", "machine_id"} & first.keys())


def _document_layout(data: bytes) -> str | None:
    document = _parsed(data)
    if not isinstance(document, dict) or not document:
        return None
    runs = document.get("runs")
    if isinstance(runs, dict) and all(isinstance(run, dict) for run in runs.values()):
        return "saw"
    if isinstance(document.get("run_id"), str) and "request_summary" in document:
        return "patch"
    if all(isinstance(run, dict) and run.get("run_id") == key for key, run in document.items()):
        return "v1"
    return None


def _large_layout(head: bytes) -> str | None:
    """Judge a file too large to parse here by its first key."""
    if re.match(rb'\s*\{\s*"runs"\s*:\s*\{', head):
        return "saw"
    return "v1" if re.match(rb'\s*\{\s*"([^"\\]+)"\s*:\s*\{', head) and b'"run_id"' in head else None


def _parsed(data: bytes) -> object:
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value
