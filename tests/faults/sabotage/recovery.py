"""Sabotages of recovery: torn tails are mended too rarely, never, or before their bytes are safe."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import Any

from rmos_console.core.errors import RmosError
from rmos_console.core.records.actor import Actor
from rmos_console.core.records.ids import new_id
from rmos_console.core.store import Draft, Store
from tests.faults.sabotage.seams import Patches, store_module

_MEND = ("place", "appender", "behind", "tail")


def no_tail_repair(patches: Patches) -> None:
    """Write on behind torn bytes."""
    patches.put_everywhere("recover", "mend", lambda _real: lambda *_arguments, **_options: None, *_MEND)


def recovery_only_at_open(patches: Patches) -> None:
    """Mend a torn tail when a store is opened for writing, and in no locked section after that."""
    opening = threading.local()

    def mending(real: Any) -> Any:
        def mend(*arguments: Any, **options: Any) -> None:
            if getattr(opening, "now", False):
                real(*arguments, **options)

        return mend

    def opened(real: Any) -> Any:
        def initialise(store: Store, *arguments: Any, **options: Any) -> None:
            real(store, *arguments, **options)
            if store.read_only_reason is not None:
                return
            opening.now = True
            try:
                with suppress(RmosError):  # as a store that mends at opening: what it cannot mend, it leaves
                    store.commit(Draft(Actor(kind="service", id="cli"), None, lambda _view: [], new_id("tx")))
            finally:
                opening.now = False

        return initialise

    patches.put_everywhere("recover", "mend", mending, *_MEND)
    patches.put(Store, "__init__", opened)


def quarantine_cut_early(patches: Patches) -> None:
    """Cut torn bytes off, and only then write their copy; nothing of the quarantine is synced."""
    files = store_module("files")

    def mending(_real: Any) -> Any:
        def mend(place: Any, appender: Any, behind: Any, tail: int) -> None:
            descriptor = files.open_file(place.segment(behind.segment))
            try:
                data = os.pread(descriptor, tail, behind.offset)
            finally:
                os.close(descriptor)
            appender.cut(behind)
            name = f"{behind.segment:06}-{behind.offset}-{files_digest(data)}"
            try:
                copy = files.create_file(place.quarantine / name)
                files.write_all(copy, data)
                os.close(copy)
            except OSError as error:
                raise files.store_error(error, "copying torn bytes to quarantine") from error

        return mend

    files_digest = store_module("recover").sha256_hex
    for name in ("open_file", "create_file", "write_all", "store_error"):
        patches.put(files, name, lambda real: real)  # says which one is gone, if one is
    patches.put(store_module("append").Appender, "cut", lambda real: real, "self", "behind")
    patches.put_everywhere("recover", "mend", mending, *_MEND)
