"""A fork server that kills: a warmed-up process that opens no store, whose children write until SIGKILL ends them.

Called as ``python -m tests.faults.kill_server FOLDER SEED KILLS SABOTAGE``; prints one JSON object when it is done.
How far it got stands in counts.json in that folder meanwhile. Two writers at a time share a store. After each death the
ledger is read on and held against what was acknowledged; now and then a store is judged whole and a new one begun.
"""

from __future__ import annotations

import gc
import json
import os
import random
import select
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

WRITERS = 2
MOST_LINES = 200
"""So many lines make a store old: it is judged whole and another one begun."""

USUAL_SECONDS = 0.003
"""How long a writer may write, on average, once it has opened the store."""

LONGEST_SECONDS = 20.0
TORN = 0.12
"""How often a death leaves torn bytes. SIGKILL alone hardly ever does, so they are written by hand."""

ENOUGH = 5
"""So many violations are enough to stop; a sabotaged store needs one."""


@dataclass
class Writer:
    """A child that is to be killed."""

    pid: int
    pipe: int
    first: int
    born: float
    deadline: float
    opened: bool = False
    told: bytes = b""
    doubt: dict[str, int] = field(default_factory=dict)


@dataclass
class Judge:
    """A child that judges a store whole."""

    pid: int
    pipe: int
    store: Path


class Server:
    """Keeps the writers of one store alive for a short while each."""

    def __init__(self, folder: Path, seed: int, kills: int, enough: int) -> None:
        # Imported where a sabotage has been applied already.
        from rmos_console.core.explain.engines import find_engine  # noqa: PLC0415  see above
        from rmos_console.core.identity import unlock  # noqa: PLC0415  see above
        from tests.faults import kill_ground, kill_life  # noqa: PLC0415  see above

        find_engine()  # loads it here rather than in every child

        self._making, self._living = kill_ground, kill_life
        self._folder = folder
        self._random = random.Random(seed)  # noqa: S311  moments of death, nothing secret
        self._wanted, self._enough = kills, enough
        self._started = time.monotonic()
        self._numbers = count(1)
        self._stores = count(1)
        self._template = folder / "template"
        self._imports = kill_ground.make_imports(folder / "imports")
        _in_child(lambda: kill_ground.make_template(self._template))
        store_id = json.loads((self._template / "store.json").read_bytes())["store_id"]
        self._signer = unlock(store_id, kill_ground.PERSON, kill_ground.PASSPHRASE)
        self._doubt: list[tuple[str, int]] = []
        self._judges: list[Judge] = []
        self._ground = self._new_ground()
        self.result = {"seed": seed, "kills": 0, "acknowledged": 0, "torn": 0, "stores": 0, "lines": 0}
        self.slowest_ms = 0.0
        self.violations: list[str] = []
        gc.collect()
        gc.freeze()

    def run(self) -> None:
        """Kill as often as was asked."""
        writers = [self._fork() for _ in range(WRITERS)]
        while self.result["kills"] < self._wanted and len(self.violations) < self._enough:
            self._wait(writers)
            now = time.monotonic()
            for place, writer in enumerate(writers):
                if writer.deadline <= now:
                    if self._kill(writer):  # the other one shall meet the torn bytes while its store is open
                        for other in writers:
                            other.deadline = max(other.deadline, time.monotonic() + 0.01)
                    writers[place] = self._fork()
            if self._ground.witness.seq > MOST_LINES:
                for writer in writers:
                    self._kill(writer)
                self._retire()
                writers = [self._fork() for _ in range(WRITERS)]
        for writer in writers:
            self._kill(writer)
        self._retire()
        for judge in self._judges:
            self._hear(judge)

    def told(self) -> dict[str, Any]:
        """Return what happened so far."""
        seconds = round(time.monotonic() - self._started, 1)
        told = {"seconds": seconds, "slowest_ms": self.slowest_ms, "violations": self.violations[: self._enough]}
        return {**self.result, **told}

    def _new_ground(self) -> Any:
        return self._making.Ground(self._template, self._folder / f"store-{next(self._stores)}")

    def _fork(self) -> Writer:
        first = next(self._numbers) * 100
        known = self._ground.witness.keys
        again = tuple((name, number, f"tx:{name}" in known) for name, number in self._doubt)
        seed = self._random.randrange(1 << 32)
        task = self._living.Task(self._ground.store, first, seed, self._signer, self._imports, again)
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            self._living.live(task, write)
        os.close(write)
        os.set_blocking(read, False)
        born = time.monotonic()
        # Some die while they open, most at any moment after.
        early = self._random.random() < 0.2
        deadline = born + (self._random.uniform(0, 0.008) if early else LONGEST_SECONDS)
        writer = Writer(pid, read, first, born, deadline, doubt=dict(self._doubt))
        self._doubt = []
        return writer

    def _wait(self, writers: list[Writer]) -> None:
        """Hear the writers until one of them is to die."""
        while True:
            left = min(writer.deadline for writer in writers) - time.monotonic()
            if left <= 0:
                return
            ready, _, _ = select.select([writer.pipe for writer in writers], [], [], left)
            for writer in writers:
                if writer.pipe not in ready:
                    continue
                if not self._drain(writer):
                    writer.deadline = 0.0
                elif not writer.opened and b"open" in writer.told:
                    writer.opened = True
                    writer.deadline = min(
                        writer.deadline, time.monotonic() + self._random.expovariate(1 / USUAL_SECONDS)
                    )

    def _drain(self, writer: Writer) -> bool:
        """Read what a writer told; False once it will tell no more."""
        while True:
            try:
                data = os.read(writer.pipe, 65536)
            except BlockingIOError:
                return True
            if not data:
                return False
            writer.told += data

    def _kill(self, writer: Writer) -> bool:
        """Kill a writer and judge what it left; tells whether torn bytes were added to that."""
        os.kill(writer.pid, signal.SIGKILL)
        _, status = os.waitpid(writer.pid, 0)
        self._drain(writer)
        os.close(writer.pipe)
        if os.WIFSIGNALED(status):
            self.result["kills"] += 1
        if time.monotonic() - writer.born > LONGEST_SECONDS:
            self._complain(f"writer {writer.first} was still busy after {LONGEST_SECONDS} s: {writer.told[-200:]!r}")
        self._understand(writer)
        for wrong in self._ground.check():
            self._complain(wrong)
        torn = self._random.random() < TORN and self._ground.tear(self._random, next(self._numbers) * 100)
        self.result["torn"] += torn
        return torn

    def _understand(self, writer: Writer) -> None:
        *lines, _ = writer.told.decode().split("\n")
        for line in lines:
            word, *rest = line.split(" ")
            if word == "try":
                writer.doubt[rest[0]] = int(rest[1])
            elif word == "ack":
                keys = {key for key in rest if key}
                self.result["acknowledged"] += 1
                self._ground.acked |= keys
                writer.doubt = {name: number for name, number in writer.doubt.items() if f"tx:{name}" not in keys}
            elif word == "ready":
                self.slowest_ms = max(self.slowest_ms, float(rest[0]))
            elif word == "wrong":
                self._complain(line)
        self._doubt += writer.doubt.items()

    def _complain(self, wrong: str) -> None:
        self.violations.append(f"{self._ground.store.name}, kill {self.result['kills']}: {wrong}")

    def _retire(self) -> None:
        """Have the store judged whole by a child, and begin another."""
        ground, number = self._ground, next(self._numbers) * 100
        self.result["stores"] += 1
        self.result["lines"] += ground.witness.seq
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            _judge(lambda: list(self._making.verify(ground, number)), write)
        os.close(write)
        self._judges.append(Judge(pid, read, ground.store))
        while len(self._judges) > 1:
            self._hear(self._judges.pop(0))
        self._doubt = []
        self._ground = self._new_ground()
        (self._folder / "counts.json").write_text(json.dumps(self.told()))

    def _hear(self, judge: Judge) -> None:
        with os.fdopen(judge.pipe, "rb") as pipe:
            told = pipe.read()
        os.waitpid(judge.pid, 0)
        found = json.loads(told) if told else ["the judge died"]
        self.violations += [f"{judge.store.name}: {wrong}" for wrong in found]
        if not found:
            _in_child(lambda: shutil.rmtree(judge.store))


def _judge(verify: Any, pipe: int) -> None:
    try:
        found = verify()
    except BaseException as error:  # noqa: BLE001  told to the parent, which reports it
        found = [f"the judge met {error!r}"]
    with os.fdopen(pipe, "wb") as file:
        file.write(json.dumps(found).encode())
    os._exit(0)


def _in_child(work: Any) -> None:
    """Do something in a process of its own: the server itself never opens a store."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(pid, 0)[1] != 0:
        raise RuntimeError("a child of the fork server failed")


def main(arguments: Sequence[str]) -> None:
    """Serve until done."""
    folder, seed, kills, sabotage = arguments
    if sabotage:
        from tests.faults.sabotage import apply  # noqa: PLC0415  only where the product is to be broken

        apply(sabotage)
    server = Server(Path(folder), int(seed), int(kills), 1 if sabotage else ENOUGH)
    server.run()
    print(json.dumps(server.told()))  # noqa: T201  read by the scenario


if __name__ == "__main__":
    main(sys.argv[1:])
