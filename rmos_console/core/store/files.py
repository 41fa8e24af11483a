"""The file-system steps everything else in the store is made of: safe opening, durable writing, private modes."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rmos_console.core.errors import DegradedError, DiskFullError, NoStoreError, ReadOnlyError, StoreError

FILE_MODE = 0o600
FOLDER_MODE = 0o700
SHARED_FILE_MODE = 0o660
SHARED_FOLDER_MODE = 0o2770
"""Modes in a store that belongs to a group; the set-group-id bit hands the group down to what is made inside."""

TEMPORARY = ".tmp-"
"""Prefix of files that are being written; no finished file of a store starts with it."""

FACTS = "store.json"
"""The file that makes a folder a store."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_GONE = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN, errno.ENOTDIR})
_MARK = stat.S_ISGID | stat.S_IWGRP


def store_error(error: OSError, doing: str) -> StoreError:
    """Return the store's error for a failed system call while ``doing`` something (a gerund phrase)."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno in _FULL:
        return DiskFullError(f"No room while {doing} ({reason}); free some space and try again.", errno=error.errno)
    if error.errno in _FORBIDDEN:
        return ReadOnlyError(
            f"Not allowed while {doing} ({reason}); check owner and permissions, with: rmos-console doctor",
            errno=error.errno,
        )
    if error.errno == errno.EIO:
        return DegradedError(
            f"The medium failed while {doing} ({reason}); check the disk, then type: rmos-console doctor --reverify",
            errno=error.errno,
        )
    if error.errno in _GONE:
        return StoreError(
            f"Something is gone while {doing} ({reason}); is the medium still there? Connect it and open the store "
            "again.",
            errno=error.errno,
        )
    return StoreError(
        f"The system refused while {doing} ({reason}); to look for the cause, type: rmos-console doctor",
        errno=error.errno,
    )


def open_file(path: Path, flags: int = os.O_RDONLY) -> int:
    """Open a regular file of the store and return its descriptor.

    Raises :class:`StoreError` for a symbolic link, a FIFO, a device or a file with a second name (hard link), and where
    the folder of the file is a symbolic link: nothing of ours is one of these, so somebody planted it. Nothing of that
    kind is opened, because opening a device may already do something. A missing file raises
    :class:`FileNotFoundError`.
    """
    check_folder(path.parent)
    _check_regular(path, os.lstat(path))
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            raise planted(path, "a symbolic link, a pipe or a device") from error
        raise
    try:
        _check_regular(path, os.fstat(descriptor))
    except StoreError:
        os.close(descriptor)
        raise
    return descriptor


def _check_regular(path: Path, status: os.stat_result) -> None:
    kind = stranger(status)
    if kind is not None:
        raise planted(path, kind)
    if stat.S_ISDIR(status.st_mode):
        raise planted(path, "a folder where a file belongs")


def stranger(status: os.stat_result) -> str | None:
    """Return in words what a thing is that has no place in a store; None for folders and for files of one name."""
    mode = status.st_mode
    if stat.S_ISDIR(mode):
        return None
    if stat.S_ISREG(mode):
        return "a hard link" if status.st_nlink > 1 else None
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def planted(path: Path, kind: str) -> StoreError:
    """Return the error for a thing that has no place in a store; it was neither followed nor opened."""
    name = shlex.quote(str(path))
    if kind == "a hard link":  # the other name may be a backup's, and these bytes the only ones
        way_out = f"Give it bytes of its own: cp -p {name} {name}.own && mv {name}.own {name}"
    else:
        way_out = "Remove it; if it took the place of something, restore that from a copy."
    return StoreError(f"{path} is {kind}; nothing in a store is. {way_out}", file=str(path), found=kind)


def check_folder(path: Path) -> None:
    """Raise :class:`StoreError` unless ``path`` is a real folder, not a symbolic link to one."""
    status = os.lstat(path)
    if not stat.S_ISDIR(status.st_mode):
        raise planted(path, stranger(status) or "a file where a folder belongs")


def check_there(root: Path) -> None:
    """Raise :class:`NoStoreError` if a store that was opened is not there any more."""
    if not os.path.lexists(root / FACTS):
        raise NoStoreError(
            f"The store {root} is gone: it was moved or deleted, or its medium was removed. What was acknowledged is "
            "on that medium; bring it back and open the store again.",
            path=str(root),
        )


def names_in(folder: Path) -> list[str]:
    """Return the names in one of the store's folders, in no order; none if it is missing.

    Raises :class:`StoreError` where it is no real folder.
    """
    try:
        check_folder(folder)
        return os.listdir(folder)  # noqa: PTH208  # names only: no Path per file
    except FileNotFoundError:
        return []


def read_file(path: Path) -> bytes:
    """Return the bytes of a regular file of the store; raises as :func:`open_file` does."""
    with os.fdopen(open_file(path), "rb") as file:
        return file.read()


def is_shared(folder: Path) -> bool:
    """Tell whether a folder hands its group down, and lets it write: what is made inside is then shared as well."""
    return os.lstat(folder).st_mode & _MARK == _MARK


def create_file(path: Path) -> int:
    """Create a file exclusively and return its descriptor (read and write).

    Its mode is 0600 whatever the umask, or 0660 in a folder that is shared with a group.
    """
    check_folder(path.parent)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, FILE_MODE)
    os.fchmod(descriptor, SHARED_FILE_MODE if is_shared(path.parent) else FILE_MODE)
    return descriptor


def create_folder(path: Path) -> None:
    """Create a folder with mode 0700 whatever the umask, or 2770 in a folder that is shared with a group."""
    check_folder(path.parent)
    path.mkdir(mode=FOLDER_MODE)
    path.chmod(SHARED_FOLDER_MODE if is_shared(path.parent) else FOLDER_MODE)


def ensure_folder(path: Path) -> None:
    """Create one of a store's folders if it is missing: a copy may have left out what was empty.

    Raises :class:`StoreError` where something else stands in its place, and :class:`FileNotFoundError` where the store
    is gone: nothing is made in the mount point that a medium left behind.
    """
    try:
        check_folder(path)
    except FileNotFoundError:
        os.lstat(path.parent / FACTS)
        with suppress(FileExistsError):
            create_folder(path)
            sync_folder(path.parent)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; raises :class:`OSError` ENOSPC if the system takes only a part."""
    view = memoryview(data)
    while view:
        written = os.write(descriptor, view)
        if written == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        view = view[written:]


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    check_folder(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` durably: temporary file, fsync, rename, fsync of the folder.

    What stood there is replaced, never written to or followed.
    """
    with _temporary(path.parent) as (descriptor, name):
        write_all(descriptor, data)
        os.fsync(descriptor)
        name.rename(path)
    sync_folder(path.parent)


@contextmanager
def _temporary(folder: Path) -> Iterator[tuple[int, Path]]:
    """Hold a temporary file in ``folder``, locked so that nobody takes it for an orphan; it is gone afterwards."""
    descriptor, path = _locked_temporary(folder)
    try:
        yield descriptor, path
    finally:
        with suppress(FileNotFoundError):
            path.unlink()
        os.close(descriptor)


def _locked_temporary(folder: Path) -> tuple[int, Path]:
    while True:
        path = folder / f"{TEMPORARY}{secrets.token_hex(8)}"
        descriptor = create_file(path)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists():
            return descriptor, path
        os.close(descriptor)  # a sweeper removed it between creation and lock


def sweep_temporary(folder: Path) -> int:
    """Remove temporary files that nobody writes any more, and return how many; a file in use cannot be locked."""
    removed = 0
    for path in [folder / name for name in names_in(folder) if name.startswith(TEMPORARY)]:
        with suppress(FileNotFoundError, BlockingIOError, PermissionError, StoreError):
            descriptor = open_file(path)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
                removed += 1
            finally:
                os.close(descriptor)
    return removed


def write_once(folder: Path, target: Path, data: bytes) -> None:
    """Put ``data`` at ``target``, whose name is made from its content, durably; ``folder`` takes the temporary file.

    Missing folders between the two are created. A target that exists is left as it is but made durable all the same:
    its writer may not have got that far. Raises :class:`StoreError` for a link, pipe or device on the way, and
    :class:`ReadOnlyError` for a folder on the way that others may write.
    """
    below = [parent for parent in target.parents if folder in parent.parents]
    check_folder(folder)
    for parent in reversed(below):
        _step_into(parent, shared=is_shared(folder))
    if os.path.lexists(target):
        descriptor = open_file(target)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    else:
        with _temporary(folder) as (descriptor, name):
            write_all(descriptor, data)
            os.fsync(descriptor)
            name.rename(target)
    for parent in (*below, folder):
        sync_folder(parent)


def _step_into(folder: Path, *, shared: bool) -> None:
    try:
        check_folder(folder)
    except FileNotFoundError:
        with suppress(FileExistsError):
            create_folder(folder)
        check_folder(folder)
    if os.lstat(folder).st_mode & (stat.S_IWOTH if shared else stat.S_IWOTH | stat.S_IWGRP):
        who = "o" if shared else "go"
        raise ReadOnlyError(
            f"{folder} is writable by others; nothing is written there. Type: chmod {who}-w {shlex.quote(str(folder))}",
            file=str(folder),
        )
