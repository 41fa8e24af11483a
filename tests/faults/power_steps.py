"""A writer that dies, or cuts the power, in front of a chosen system call: no luck decides what is tried."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence

from rmos_console.core.store import Store
from tests.faults.gate import Gate
from tests.faults.loop_device import cut
from tests.faults.power_work import Job


def step_by_step(job: Job, *, action: str, at: int) -> None:
    """Do what ``job.work`` says, a plan, and ``cut`` the power or ``die`` before system call number ``at``.

    How many calls there were is the last acknowledgement, of kind ``calls``.
    """
    mount = os.open(job.store.parent, os.O_RDONLY)

    def before(number: int, _call: str, _path: str) -> None:
        if number == at:
            if action == "cut":
                cut(mount)
            os.kill(os.getpid(), signal.SIGKILL)

    gate = Gate(job.store, before)
    PLANS[job.work](job)
    job.acknowledge("calls", str(gate.calls))


def story(job: Job) -> None:
    """Everything a store is made of, in one thread: blobs, runs, a run with a large value, rotation, closing."""
    for part in _PARTS:
        with job.opened() as store:
            _tell(job, store, part)


def again(job: Job) -> None:
    """The story as a client asks it again that heard no answer; nothing is closed, so nothing is synced by that."""
    store = job.opened()
    for part in _PARTS:
        _tell(job, store, part)


def visit(job: Job) -> None:
    """Open and close: what is found is saved in the catalog, and nothing else is done."""
    with job.opened() as store:
        store.snapshot()


_PARTS = ((1, 2, 3, 4, 5), (6, 7, 8, 9, 10))


def _tell(job: Job, store: Store, part: Sequence[int]) -> None:
    blob, *runs, large = part
    job.put(store, blob)
    for number in runs:
        job.commit(store, number)
    job.create_large(store, large)


PLANS: dict[str, Callable[[Job], None]] = {each.__name__: each for each in (story, again, visit)}
