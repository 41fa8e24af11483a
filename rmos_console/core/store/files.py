"""The file-system steps everything else in the store is made of: safe opening, durable writing, private modes."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rmos_console.core.errors import DegradedError, DiskFullError, ReadOnlyError, StoreError

FILE_MODE = 0o600
FOLDER_MODE = 0o700
TEMPORARY = ".tmp-"
"""Prefix of files that are being written; no finished file of a store starts with it."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def store_error(error: OSError, doing: str) -> StoreError:
    """Return the store's error for a failed system call while ``doing`` something (a gerund phrase)."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno in _FULL:
        return DiskFullError(f"No room while {doing} ({reason}); free some space and try again.", errno=error.errno)
    if error.errno in _FORBIDDEN:
        return ReadOnlyError(f"Not allowed while {doing} ({reason}); check owner and permissions.", errno=error.errno)
    if error.errno == errno.EIO:
        return DegradedError(f"The medium failed while {doing} ({reason}); check the disk.", errno=error.errno)
    return StoreError(f"The system refused while {doing} ({reason}).", errno=error.errno)


def open_file(path: Path, flags: int = os.O_RDONLY) -> int:
    """Open a regular file of the store and return its descriptor.

    Raises :class:`StoreError` for a symbolic link, a FIFO, a device or a file with a second name (hard link): nothing
    of ours is one of these, so somebody planted it. A missing file raises :class:`FileNotFoundError`.
    """
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            raise _planted(path) from error
        raise
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        os.close(descriptor)
        raise _planted(path)
    return descriptor


def _planted(path: Path) -> StoreError:
    return StoreError(
        f"{path} is a symbolic link, a hard link, or no regular file; nothing in a store is. Remove it.", file=str(path)
    )


def check_folder(path: Path) -> None:
    """Raise :class:`StoreError` unless ``path`` is a real folder, not a symbolic link to one."""
    if not stat.S_ISDIR(path.lstat().st_mode):
        raise _planted(path)


def read_file(path: Path) -> bytes:
    """Return the bytes of a regular file of the store; raises as :func:`open_file` does."""
    with os.fdopen(open_file(path), "rb") as file:
        return file.read()


def create_file(path: Path) -> int:
    """Create a file exclusively with mode 0600 whatever the umask, and return its descriptor (read and write)."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, FILE_MODE)
    os.fchmod(descriptor, FILE_MODE)
    return descriptor


def create_folder(path: Path) -> None:
    """Create a folder with mode 0700 whatever the umask."""
    path.mkdir(mode=FOLDER_MODE)
    path.chmod(FOLDER_MODE)


def ensure_folder(path: Path) -> None:
    """Create one of a store's folders if it is missing: a copy may have left out what was empty."""
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
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` durably: temporary file, fsync, rename, fsync of the folder."""
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
    for path in [path for path in folder.iterdir() if path.name.startswith(TEMPORARY)]:
        with suppress(FileNotFoundError, BlockingIOError, StoreError):
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
    its writer may not have got that far.
    """
    below = [parent for parent in target.parents if folder in parent.parents]
    for parent in reversed(below):
        with suppress(FileExistsError):
            create_folder(parent)
    if target.exists():
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
