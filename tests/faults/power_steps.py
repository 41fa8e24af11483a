"""A writer that dies, or cuts the power, in front of a chosen system call: no luck decides what is tried."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

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
    with job.opened() as store:
        job.put(store, 1)
        for number in range(2, 2 + 3):
            job.commit(store, number)
    with job.opened() as store:
        job.put(store, 5)
        job.create_large(store, 6)
        for number in range(7, 7 + 3):
            job.commit(store, number)


def visit(job: Job) -> None:
    """Open and close: what is found is saved in the catalog, and nothing else is done."""
    with job.opened() as store:
        store.snapshot()


PLANS: dict[str, Callable[[Job], None]] = {"story": story, "visit": visit}
