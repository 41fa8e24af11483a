"""Exclusive locks of the system (flock): on a store as a whole, and on a single file of it.

The lock is taken here and not by a library because what is locked must be compared with what stands under the name: a
lock file that was deleted or replaced locks nothing. flock is dropped by the system when its holder dies, so a lock is
never stale; nothing is ever written into a lock file, and none is ever deleted.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rmos_console.core.store.files import check_folder, create_file, open_file

_BUSY = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

_gate = threading.Lock()
_held: set[int] = set()


def _let_go_in_child() -> None:
    """A forked child shares the parent's locks through its descriptors: they would outlive the parent."""
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()
    _gate.release()


os.register_at_fork(before=_gate.acquire, after_in_parent=_gate.release, after_in_child=_let_go_in_child)


def lock_file(path: Path) -> int | None:
    """Return a descriptor that holds the lock of a file, which is created if it is missing; None if another has it.

    Raises :class:`StoreError` for a link, pipe or device in its place, and :class:`OSError`.
    """
    with _gate:
        return _locked(_opened(path), path)


def lock_folder(path: Path) -> int | None:
    """Return a descriptor that holds the lock of a folder; None if another has it. Raises as :func:`lock_file` does."""
    check_folder(path)
    with _gate:
        return _locked(os.open(path, _FOLDER_FLAGS), path)


def release(descriptor: int) -> None:
    """Let a lock go."""
    with _gate:
        _held.discard(descriptor)
        os.close(descriptor)


@contextmanager
def only_one(path: Path) -> Iterator[bool]:
    """Hold the lock of a file for a while, without waiting for it; yields whether it was free."""
    descriptor = lock_file(path)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            release(descriptor)


def _opened(path: Path) -> int:
    try:
        return open_file(path, os.O_RDWR)
    except FileNotFoundError:
        with suppress(FileExistsError):
            return create_file(path)
        return open_file(path, os.O_RDWR)


def _locked(descriptor: int, path: Path) -> int | None:
    """Lock an open file; it counts only if the name still leads to it afterwards."""
    try:
        if _flock(descriptor) and _is_named(descriptor, path):
            _held.add(descriptor)
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            return False
        raise
    return True


def _is_named(descriptor: int, path: Path) -> bool:
    mine = os.fstat(descriptor)
    try:
        named = os.lstat(path)
    except FileNotFoundError:
        return False
    return (mine.st_dev, mine.st_ino) == (named.st_dev, named.st_ino)
