"""Somebody in the lock holder's process opens and closes its lock file: no other process may get in for that."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from rmos_console.core.errors import LockedError, RmosError
from rmos_console.core.records.events import Event
from rmos_console.core.store import View, create_store, open_store
from tests.faults.forked import Child, ChildError, Talk
from tests.faults.sound import unsound
from tests.store.making import deciding, draft, run_id, sealed

CATCHES = ("no_lock", "lockf_stray_close")
WAIT_SECONDS = 0.15


def scenario(folder: Path, seed: int, sabotage: str | None = None) -> list[str]:
    """Try to commit while another process decides inside its locked section; the same for every ``seed``."""
    del seed
    path = folder / "store"
    create_store(path)
    violations: list[str] = []
    with (
        Child(lambda talk: _hold(talk, path), sabotage) as holder,
        Child(lambda talk: _try(talk, path), sabotage) as other,
    ):
        try:
            holder.talk.hear()  # it is inside, and files were closed
            answer = other.talk.ask(2)
            if answer != "locked":
                violations.append(f"while the lock was held, another process was told {answer!r}")
            answer = holder.talk.ask("go on")
            if answer != "committed":
                violations.append(f"the holder was told {answer!r}")
            answer = other.talk.ask(3)
            if answer != "committed":
                violations.append(f"after the lock was let go, another process was told {answer!r}")
        except ChildError as error:
            violations.append(f"a process failed: {error}")
    return violations + unsound(path, [run_id(1), run_id(3)])


def _hold(talk: Talk, path: Path) -> None:
    def decide(_view: View) -> Sequence[Event]:
        closing = threading.Thread(target=_look_at_everything, args=(path,))
        closing.start()
        closing.join()
        talk.ask("inside")
        return [sealed(1)]

    with open_store(path) as store:
        try:
            store.commit(deciding(decide))
            talk.tell("committed")
        except RmosError as error:
            talk.tell(f"{error.code}: {error.message}")


def _look_at_everything(path: Path) -> None:
    """Open and close every file and folder of the store, as a backup in the same process might."""
    for folder, _, files in os.walk(path):
        os.close(os.open(folder, os.O_RDONLY))
        for file in files:
            os.close(os.open(Path(folder, file), os.O_RDONLY))


def _try(talk: Talk, path: Path) -> None:
    with open_store(path, wait_seconds=WAIT_SECONDS) as store:
        for _ in range(2):
            number = talk.hear()
            try:
                store.commit(draft(sealed(number)))
                talk.tell("committed")
            except LockedError:
                talk.tell("locked")
            except RmosError as error:
                talk.tell(f"{error.code}: {error.message}")
