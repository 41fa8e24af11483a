"""Who may write a store: its owner alone, or the members of the one group that store.json names."""

from __future__ import annotations

import grp
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rmos_console.core.errors import ReadOnlyError, RefusedError, StoreError
from rmos_console.core.store.files import SHARED_FOLDER_MODE, planted, stranger
from rmos_console.core.store.layout import Place, StoreFacts


def own_group(name: str) -> int:
    """Return the number of a group, to make a store for it.

    Raises :class:`RefusedError` where there is no such group, and where this account is not in it: it could not hand
    files to the group then.
    """
    try:
        number = grp.getgrnam(name).gr_gid
    except (KeyError, ValueError) as error:
        raise RefusedError(
            f"There is no group {name!r} on this machine; `getent group` lists those there are, `groupadd` makes one.",
            group=name,
        ) from error
    if os.geteuid() != 0 and number not in {os.getegid(), *os.getgroups()}:
        raise RefusedError(
            f"This account is not in the group {name!r}, so it cannot share a store with it. Ask an administrator for: "
            f"usermod -aG {shlex.quote(name)} USER, and sign in again.",
            group=name,
        )
    return number


def share(folder: Path, number: int) -> None:
    """Hand an empty folder to a group; what is made in it later goes to the group too."""
    os.chown(folder, -1, number)
    folder.chmod(SHARED_FOLDER_MODE)


def refusal(place: Place, facts: StoreFacts) -> StoreError | None:
    """Return why nothing is written: something in the store is no file or folder, or others may write it."""
    number = _group_number(facts)
    for path, status in _parts(place):
        kind = stranger(status)
        if kind is not None:
            return planted(path, kind)
        if path != place.root and stat.S_ISDIR(status.st_mode) != (path in place.folders):
            return planted(path, "a folder" if stat.S_ISDIR(status.st_mode) else "a file where a folder belongs")
        others = status.st_mode & stat.S_IWOTH
        foreign_group = status.st_mode & stat.S_IWGRP and (number is None or status.st_gid != number)
        if others or foreign_group:
            return ReadOnlyError(_writable_by_others(place.root, path, facts.group), file=str(path))
    return None


def _writable_by_others(root: Path, path: Path, group: str | None) -> str:
    name = shlex.quote(str(root))
    if group is None:
        way_out = f"Type: chmod -R go-w {name}"
    else:
        way_out = f"Type: chgrp -R {shlex.quote(group)} {name} && chmod -R o-w {name}"
    return f"The store is read-only: {path} is writable by others. {way_out}"


def missing(place: Place, facts: StoreFacts) -> StoreError | None:
    """Return why this account cannot write: a permission that it lacks."""
    for path, status in _parts(place):
        needed = os.W_OK | os.X_OK if stat.S_ISDIR(status.st_mode) else os.W_OK
        if path == place.facts or os.access(path, needed | os.R_OK, effective_ids=True):
            continue
        name = shlex.quote(str(place.root))
        if facts.group is None:
            way_out = "Sign in as its owner, or make a store that a group shares: init --group NAME"
        else:
            group = shlex.quote(facts.group)
            way_out = f"Its owner, or root, types: chgrp -R {group} {name} && chmod -R g+rwX {name}"
        return ReadOnlyError(f"The store is read-only: this account may not write {path}. {way_out}", file=str(path))
    return None


def _parts(place: Place) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield what every commit touches. Folders below blobs/ are looked at when something is written into them."""
    segments = (place.segment(number) for number in place.segments())
    for path in (place.root, *place.folders, place.facts, place.lock, place.state, *segments):
        with suppress(FileNotFoundError):
            yield path, os.lstat(path)


def _group_number(facts: StoreFacts) -> int | None:
    """Return the number of the group that shares the store; None for no group and for one this machine lacks."""
    if facts.group is None:
        return None
    try:
        return grp.getgrnam(facts.group).gr_gid
    except (KeyError, ValueError):
        return None
