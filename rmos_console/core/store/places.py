"""Where stores are: finding one, making one, and telling whether it may be written to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import platformdirs

from rmos_console.core.errors import (
    ForeignStoreError,
    NoStoreError,
    ReadOnlyError,
    RefusedError,
    StoreError,
)
from rmos_console.core.records.actor import Actor
from rmos_console.core.records.events import store_created
from rmos_console.core.records.ids import new_id
from rmos_console.core.store import permissions
from rmos_console.core.store.files import (
    FOLDER_MODE,
    check_folder,
    create_file,
    create_folder,
    names_in,
    replace_file,
    store_error,
    sync_folder,
    write_all,
)
from rmos_console.core.store.fold import Fold
from rmos_console.core.store.foreign import looks_foreign
from rmos_console.core.store.layout import FORMAT, Place, StoreFacts
from rmos_console.core.store.line import GENESIS, Location, encode
from rmos_console.core.store.mounts import network_reason
from rmos_console.core.store.propose import Proposal, now_utc
from rmos_console.core.store.state import create_state

DEFAULT_FOLDER = Path("data") / "rmos_runs"
ENVIRONMENT = "RMOS_RUNS_DIR"


def find_store(option: Path | None) -> Path:
    """Return where the store is looked for: ``option``, RMOS_RUNS_DIR, ./data/rmos_runs if it exists, else a folder of
    the user's. Nothing needs to be there."""
    if option is not None:
        return option
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named)
    if DEFAULT_FOLDER.exists():
        return DEFAULT_FOLDER
    return Path(platformdirs.user_data_dir("rmos-console", appauthor=False)) / "store"


def create_store(path: Path, group: str | None = None) -> None:
    """Make an empty store at ``path``, in a folder that is empty or does not exist yet.

    With ``group`` it belongs to that group: everything in it, now and later, may be read and written by its members.
    Raises :class:`ForeignStoreError` for a folder in another RMOS layout, :class:`RefusedError` for a store or any
    other folder with something in it, for an unknown group and one that this account is not in, and
    :class:`StoreError` where it cannot be made.
    """
    _refuse_occupied(path)
    reason = network_reason(path)
    if reason is not None:
        raise StoreError(f"No store is made here: {reason}")
    number = None if group is None else permissions.own_group(group)
    place = Place(path)
    made: list[Path] = []
    try:
        if not path.exists():
            path.mkdir(mode=FOLDER_MODE, parents=True)
            made.append(path)
        path.chmod(FOLDER_MODE)
        if number is not None:
            permissions.share(path, number)
        for folder in place.folders:
            create_folder(folder)
            made.append(folder)
        made += [place.lock, place.state, place.segment(1), place.facts]
        os.close(create_file(place.lock))
        create_state(place.state)
        store_id = new_id("store")
        _create_ledger(place, store_id)
        # Last, because a folder without it is no store.
        facts = StoreFacts(format=FORMAT, store_id=store_id, created_at_utc=now_utc(), group=group)
        replace_file(place.facts, facts.data())
        sync_folder(path.parent)
    except FileExistsError as error:
        raise RefusedError(f"Something else is making a store at {path}; try again.") from error
    except OSError as error:
        _take_back(made)
        raise store_error(error, f"making a store at {path}") from error


def _take_back(made: Sequence[Path]) -> None:
    """Remove what there is of a store that could not be made, so that the same call can make it later."""
    for path in reversed(made):
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)


def _refuse_occupied(path: Path) -> None:
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise RefusedError(f"{path} is no folder; name another place for the store.")
    if not path.exists():
        return
    if (path / "store.json").exists():
        raise RefusedError(f"There is a store at {path} already; it stays as it is.")
    _refuse_foreign(path)
    if any(path.iterdir()):
        raise RefusedError(f"{path} is not empty; name an empty folder or one that does not exist.")


def _refuse_foreign(path: Path) -> None:
    layout = looks_foreign(path)
    if layout is not None:
        raise ForeignStoreError(
            f"{path} is an RMOS {layout} folder, which is never written into; make a store elsewhere and type: "
            f"rmos-console --store DIR import {path}",
            layout=layout,
        )


def _create_ledger(place: Place, store_id: str) -> None:
    def no_blobs(_data: bytes) -> str:
        raise NotImplementedError  # the first event holds nothing large

    proposal = Proposal(Fold(), Location(1, 1, 0), no_blobs, lambda value: value)
    proposal.add(new_id("tx"), Actor(kind="service", id="cli"), None, [store_created(store_id)])
    descriptor = create_file(place.segment(1))
    try:
        write_all(descriptor, encode(GENESIS, 1, proposal.encoded)[0])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(place.ledger)


def locate(path: Path) -> tuple[Place, StoreFacts]:
    """Return the store at ``path``.

    Raises :class:`NoStoreError`, :class:`ForeignStoreError`, :class:`NewerStoreError`, :class:`ReadOnlyError` if it
    cannot even be read, and :class:`DamagedError` if store.json is no longer what was written.
    """
    root = path.resolve()
    place = Place(root)
    try:
        if not root.is_dir():
            raise _no_store(path)
        facts = place.read_facts()
        check_folder(place.ledger)
        names_in(place.ledger)  # asks for the permission, not for the names
    except FileNotFoundError as error:
        if not place.facts.exists():
            raise _no_store(path) from error
        raise NoStoreError(
            f"The store at {path} has no ledger folder; restore it from a copy, then type: rmos-console doctor"
        ) from error
    except NotADirectoryError as error:
        raise _no_store(path) from error
    except PermissionError as error:
        raise ReadOnlyError(
            f"The store at {path} may not be read by this account; what to change says: rmos-console doctor"
        ) from error
    except OSError as error:
        raise store_error(error, f"opening the store at {path}") from error
    return place, facts


def _no_store(path: Path) -> NoStoreError:
    if path.exists():
        _refuse_foreign(path)
        found = f"There is no store at {path}" if path.is_dir() else f"{path} is no folder"
    else:
        found = f"There is no folder {path}"
    return NoStoreError(f"{found}; make a store with: rmos-console --store {path} init", path=str(path))


def write_refusal(place: Place, facts: StoreFacts) -> StoreError | None:
    """Return why the store may not be written to here and now, or None."""
    try:
        return (
            permissions.refusal(place, facts)
            or _medium_refusal(place.root)
            or permissions.missing(place, facts)
            or _network_refusal(place.root, facts)
        )
    except OSError as error:
        return store_error(error, f"looking at {place.root}")


def _medium_refusal(root: Path) -> StoreError | None:
    if os.statvfs(root).f_flag & os.ST_RDONLY:
        return ReadOnlyError(
            f"The store is read-only: {root} is on a medium mounted read-only. Mount it for writing, or export a copy."
        )
    return None


def _network_refusal(root: Path, facts: StoreFacts) -> StoreError | None:
    reason = None if facts.allow_network else network_reason(root)
    if reason is None:
        return None
    return ReadOnlyError(
        f'The store is read-only: {reason} If only one machine ever writes, "allow_network":true in store.json '
        "allows it."
    )
