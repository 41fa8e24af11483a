"""Sabotages of mutual exclusion over processes."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from typing import Any

from tests.faults.sabotage.seams import Patches, name_of, store_module


def no_lock(patches: Patches) -> None:
    """Take every lock of a store at once, whoever else holds it."""
    _replace(patches, lambda _descriptor: True)


def lockf_stray_close(patches: Patches) -> None:
    """Lock by lockf, and close another descriptor of the lock file right after: the kernel drops the lock then.

    That is what any code in the process that merely looks at the file does to such a lock.
    """
    _replace(patches, _lockf)


def _lockf(descriptor: int) -> bool:
    if name_of(descriptor).is_dir():
        return True  # lockf knows files only
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            return False
        raise
    os.close(os.open(name_of(descriptor), os.O_RDONLY))
    return True


def _replace(patches: Patches, take: Callable[[int], bool]) -> None:
    """Replace how the locks of a store are taken, that of its folder and that of its file; others stay as they are."""
    patches.put(store_module("exclusive"), "_flock", lambda real: _only_stores(take, real), "descriptor")


def _only_stores(broken: Callable[[int], Any], real: Callable[[int], Any]) -> Callable[[int], Any]:
    def chosen(descriptor: int) -> Any:
        path = name_of(descriptor)
        folder = path.parent if path.name == "lock" else path
        return broken(descriptor) if (folder / "store.json").exists() else real(descriptor)

    return chosen
