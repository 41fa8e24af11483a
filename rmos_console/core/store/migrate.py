"""Bringing a store from an older format to that of this program: first a whole copy beside it, then step by step.

Format 1 is the first, so no step is registered yet; what stands here is how the first one will be taken.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from rmos_console.core.canonical import canonical, read_json
from rmos_console.core.errors import BadDataError, DiskFullError, RmosError, StoreError
from rmos_console.core.log import logger
from rmos_console.core.store import layout
from rmos_console.core.store.files import (
    FOLDER_MODE,
    create_file,
    create_folder,
    names_in,
    open_file,
    read_file,
    replace_file,
    store_error,
    sync_folder,
    write_all,
)
from rmos_console.core.store.layout import Place, StoreFacts
from rmos_console.core.store.lock import StoreLock
from rmos_console.core.store.places import locate, write_refusal
from rmos_console.core.store.propose import now_utc
from rmos_console.core.store.release import forget_catalog
from rmos_console.core.store.state import read_condition

Step = Callable[[Place, dict[str, Any]], dict[str, Any]]
"""Brings the files of a store one format up. It is given the content of store.json and returns the new one, without
writing it. It may be cut off anywhere and called again, and must then come to the same end."""

STEPS: Final[dict[int, Step]] = {}
"""From each older format to the one after it."""

_CHUNK = 1024 * 1024
_UNFINISHED = ".part"


class Migration(NamedTuple):
    """What was done: from which format to which, and where the copy of the store as it was stands."""

    before: int
    after: int
    backup: Path | None


def migrate(path: Path, *, role: str, wait_seconds: float) -> Migration:
    """Bring the store at ``path`` to the format of this program; nothing is done where it has that already.

    Under its lock the store is copied beside itself first, named after its format and the time. store.json tells the
    new format only after each step is done, so that a migration that was cut off goes on where it was. Raises what
    opening a store raises, and :class:`StoreError` where a step is missing or fails: the message names the copy.
    """
    place = Place(path.resolve())
    found = _format(path, place)
    if found == layout.FORMAT:
        return Migration(found, found, None)
    missing = [number for number in range(found, layout.FORMAT) if number not in STEPS]
    if missing:
        raise StoreError(
            f"The store at {path} has format {found}, and this program knows no way on from format {missing[0]}. "
            "Open it with the version that wrote it and type there: rmos-console export --bundle FILE.zip",
            format=found,
        )
    with StoreLock(place, wait_seconds).held(role, now_utc):
        document = _document(place)
        _check_writable(place, document)
        backup = _back_up(place, found)
        try:
            for number in range(found, layout.FORMAT):
                document = {**STEPS[number](place, document), "format": number + 1}
                replace_file(place.facts, canonical(document) + b"\n")
            forget_catalog(place)
        except (OSError, RmosError) as error:
            raise StoreError(
                f"Bringing {path} to format {layout.FORMAT} failed ({' '.join(str(error).split())[:300]}). The store "
                f"as it was is in {backup}. Put the cause right, then type again: rmos-console doctor --migrate",
                backup=str(backup),
            ) from error
    logger.info("migrated", extra={"before": found, "after": layout.FORMAT, "backup": str(backup)})
    return Migration(found, layout.FORMAT, backup)


def _format(path: Path, place: Place) -> int:
    """Return the format of a store that may be older; raises what opening raises for anything else."""
    try:
        found = _document(place).get("format")
    except (OSError, RmosError):
        found = None
    if type(found) is int and 1 <= found < layout.FORMAT:
        return found
    return locate(path)[1].format


def _document(place: Place) -> dict[str, Any]:
    document = read_json(read_file(place.facts), name="store.json", limit=64 * 1024)
    if not isinstance(document, dict):
        raise BadDataError("store.json is no object; restore it from a copy.")
    return document


def _check_writable(place: Place, document: dict[str, Any]) -> None:
    facts = StoreFacts(
        format=layout.FORMAT,
        store_id="",
        created_at_utc="",
        group=document.get("group"),
        allow_network=document.get("allow_network") is True,
    )
    refusal = write_refusal(place, facts)
    if refusal is not None:
        raise refusal
    condition = read_condition(place.state)
    if condition is not None:
        error = condition.error()
        raise type(error)(
            f"It is noted that this store is {condition.line()}. Put that right first, with the version that wrote it: "
            "rmos-console doctor --reverify",
            **error.details,
        )


def _back_up(place: Place, found: int) -> Path:
    """Copy what a store is made of beside it, durably, and return where."""
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    target = place.root.with_name(f"{place.root.name}-format-{found}-{stamp}")
    unfinished = target.with_name(target.name + _UNFINISHED)
    files = list(_files(place))
    needed = sum(path.stat().st_size for path in files)
    medium = os.statvfs(place.root.parent)
    if medium.f_blocks and medium.f_bavail * medium.f_frsize < needed + _CHUNK:
        raise DiskFullError(f"A copy takes {needed:,} bytes beside {place.root}; free some space and try again.")
    try:
        unfinished.mkdir(mode=FOLDER_MODE)
        for folder in place.folders:
            create_folder(unfinished / folder.name)
        for path in files:
            _copy(path, unfinished / path.relative_to(place.root), unfinished)
        for folder in (*place.folders, place.root):
            sync_folder(unfinished / folder.relative_to(place.root))
        unfinished.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise store_error(error, f"copying {place.root} to {unfinished}") from error
    return target


def _files(place: Place) -> Iterator[Path]:
    """Yield the files of a copy: those of a bundle. Lock, state and catalog belong to one place."""
    yield place.facts
    for folder in (place.ledger, place.quarantine):
        yield from (folder / name for name in sorted(names_in(folder)))
    for parent, folders, files in os.walk(place.blobs):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(files))


def _copy(source: Path, target: Path, root: Path) -> None:
    made = [parent for parent in reversed(target.parents) if root in parent.parents and not parent.exists()]
    for folder in made:
        create_folder(folder)
    reading = open_file(source)
    try:
        writing = create_file(target)
        try:
            while data := os.read(reading, _CHUNK):
                write_all(writing, data)
            os.fsync(writing)
        finally:
            os.close(writing)
    finally:
        os.close(reading)
    for folder in {target.parent, *(parent.parent for parent in made)}:
        sync_folder(folder)
