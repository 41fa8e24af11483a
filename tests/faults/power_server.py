"""A warm process that forks writers: starting an interpreter for each would take most of the time.

Called as ``python -m tests.faults.power_server [SABOTAGE]``. Each line on its standard input is a JSON array of orders;
it answers with the ids of the processes that it forked for them, and after an empty line with how each of them ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tests.faults.power_steps import step_by_step
from tests.faults.power_work import WORKS, Job
from tests.faults.workers import CHECKOUT

Order = Mapping[str, Any]


def main(arguments: Sequence[str]) -> None:
    """Serve until the standard input ends."""
    if arguments:
        from tests.faults.sabotage import apply  # noqa: PLC0415  only where the product is to be broken

        apply(arguments[0])
    for line in sys.stdin:
        pids = [_forked(order) for order in json.loads(line)]
        print(json.dumps(pids), flush=True)  # noqa: T201  the answer
        sys.stdin.readline()
        print(json.dumps([os.waitpid(pid, 0)[1] for pid in pids]), flush=True)  # noqa: T201  the answer


def _forked(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the product's log of a dying medium
    steps = order.pop("steps", None)
    job = Job(**order)
    try:
        if steps is None:
            WORKS[job.work](job)
        else:
            step_by_step(job, **steps)
    except Exception as error:  # noqa: BLE001  what the power cut made of it, unless it is older than that
        job.acknowledge("failed", f"{job.work}: {type(error).__name__}: {error}")
        os._exit(1)
    os._exit(0)


class Crew:
    """The server, seen from the scenario."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, *orders: Order) -> list[int]:
        """Fork a writer for each order; :meth:`end` must follow."""
        found: list[int] = self._ask(json.dumps(orders))
        return found

    def end(self, pids: Sequence[int], *, kill: bool) -> list[int]:
        """Wait until the writers have ended, killed or by themselves, and return their wait statuses."""
        for pid in pids if kill else []:
            os.kill(pid, signal.SIGKILL)  # not reaped yet, so it is still this process
        found: list[int] = self._ask("")
        return found

    def _ask(self, line: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the server of writers has ended; its complaint is on stderr")
        return json.loads(answer)


@contextmanager
def crew(sabotage: str | None = None) -> Iterator[Crew]:
    """Start a server, whose store is broken by ``sabotage`` if one is named."""
    arguments = [sys.executable, "-m", "tests.faults.power_server", *([sabotage] if sabotage else [])]
    with subprocess.Popen(arguments, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Crew(process)
        finally:
            process.kill()


if __name__ == "__main__":
    main(sys.argv[1:])
