"""Sabotages of mutual exclusion over processes."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from types import ModuleType
from typing import Any

import filelock._unix

from tests.faults.sabotage.seams import Patches, SeamGoneError, name_of, store_module


def no_lock(patches: Patches) -> None:
    """Take every lock of a store at once, whoever else holds it."""
    _replace(patches, take=lambda _descriptor: True, release=lambda _descriptor: None)


def lockf_stray_close(patches: Patches) -> None:
    """Lock by lockf, and close another descriptor of the lock file right after: the kernel drops the lock then.

    That is what any code in the process that merely looks at the file does to such a lock.
    """
    _replace(patches, take=_lockf, release=lambda descriptor: fcntl.lockf(descriptor, fcntl.LOCK_UN))


def _lockf(descriptor: int) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            return False
        raise
    os.close(os.open(name_of(descriptor), os.O_RDONLY))
    return True


def _replace(patches: Patches, *, take: Callable[[int], bool], release: Callable[[int], None]) -> None:
    """Replace what the lock's library does to the descriptor of a store's lock; other locks stay as they are."""
    if not any(
        getattr(value, "__module__", "").startswith("filelock") for value in vars(store_module("lock")).values()
    ):
        raise SeamGoneError("The store's lock is no longer made of filelock.")
    native: ModuleType = filelock._unix
    patches.put(native, "lock_fd_nonblocking", lambda real: _only_stores(take, real), "fd")
    patches.put(native, "unlock_fd", lambda real: _only_stores(release, real), "fd")


def _only_stores(broken: Callable[[int], Any], real: Callable[[int], Any]) -> Callable[[int], Any]:
    def chosen(descriptor: int) -> Any:
        path = name_of(descriptor)
        is_stores = path.name == "lock" and (path.parent / "store.json").exists()
        return broken(descriptor) if is_stores else real(descriptor)

    return chosen
