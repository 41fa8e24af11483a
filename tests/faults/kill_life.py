"""One life of a writer that is going to be killed: it opens a store, commits all kinds of things, and tells each one.

What it tells, one line each on a pipe: ``open``, ``ready MS`` (from opening to the end of the first commit), ``try TX
NUMBER`` before and ``ack KEY…`` after a commit, ``wrong TEXT`` for an answer that breaks a promise, ``end``.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rmos_console.core.errors import ConflictError, RmosError
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.records.events import Event, attachment_added, meta_patched
from rmos_console.core.records.run import Attachment
from rmos_console.core.store import Committed, Limits, Store, View, open_store
from rmos_console.core.usecases.attach import attach
from rmos_console.core.usecases.browse import advisory
from rmos_console.core.usecases.explain import explain
from rmos_console.core.usecases.importing import import_paths
from rmos_console.core.usecases.review import decide, queue, seen
from tests.store.making import deciding, draft, run_id, sealed

LIMITS = Limits(runs=14, bytes=64 * 1024)
CALLER = Caller(by=Actor(kind="service", id="faults"), request_id=None)
CONTENDED = 1 << 40
"""From here on go the numbers of runs that several writers seal at once."""


class Task(NamedTuple):
    """What a life is given: numbers from ``first`` on are its own; ``again`` are transactions of an earlier life that
    was killed before it knew whether they were written, with whether they are.
    """

    store: Path
    first: int
    seed: int
    signer: Signer
    imports: tuple[Path, ...]
    again: tuple[tuple[str, int, bool], ...]


def on_processor() -> float:
    """Return seconds that pass while this process does not wait for a processor: a busy machine is no slow recovery."""
    waited = int(Path("/proc/self/schedstat").read_text(encoding="ascii").split()[1])
    return time.monotonic() - waited / 1e9


class Life:
    """What a writer does until it is killed."""

    def __init__(self, task: Task, pipe: int) -> None:
        self._task = task
        self._pipe = pipe
        self._random = random.Random(task.seed)  # noqa: S311  what to do next, nothing secret
        self._number = task.first
        self._sealed: list[str] = []

    def run(self) -> None:
        """Live: retry what is in doubt, then commit whatever comes, and end in peace if nobody kills."""
        while self._number < self._task.first + 40:
            started = on_processor()
            with open_store(self._task.store, limits=LIMITS) as store:
                self._tell("open")
                self._again(store)
                self._seal(store)
                self._tell(f"ready {(on_processor() - started) * 1000:.1f}")
                # A short one closes soon, which saves the catalog: that is a moment to die, too.
                for _ in range(self._random.choice((1, 3, 12))):
                    self._act(store)
        self._tell("end")

    def _tell(self, text: str) -> None:
        os.write(self._pipe, text.replace("\n", " ")[:2000].encode() + b"\n")

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _again(self, store: Store) -> None:
        for transaction, number, written in self._task.again:
            answer = store.commit(draft(sealed(number), tx=transaction))
            if written and not answer.repeated:
                self._tell(f"wrong {transaction} was in the ledger and was written again")
            self._tell(f"ack tx:{transaction} run:{run_id(number)}")
        self._task = self._task._replace(again=())

    def _act(self, store: Store) -> None:
        acts: dict[Callable[[Store], None], int] = {
            self._seal: 44,
            self._seal_large: 2,
            self._file: 12,
            self._tickets: 12,
            self._contend: 12,
            self._attach: 8,
            self._explain: 6,
            self._review: 5,
            self._import: 3,
        }
        (act,) = self._random.choices(list(acts), list(acts.values()))
        act(store)

    def _commit(self, store: Store, number: int, *events: Event, keys: str = "") -> None:
        transaction = f"tx_{number}"
        store.commit(draft(*events, tx=transaction))
        self._tell(f"ack tx:{transaction} {keys}")

    def _seal(self, store: Store) -> None:
        number = self._next()
        self._tell(f"try tx_{number} {number}")
        self._commit(store, number, sealed(number), keys=f"run:{run_id(number)}")
        if store.snapshot().run(run_id(number)) is None:
            self._tell(f"wrong run {number} was acknowledged and cannot be read")
        self._sealed.append(run_id(number))

    def _seal_large(self, store: Store) -> None:
        number = self._next()
        large = sealed(number, outputs={"gcode_text": f"G1 X{number}\n" * 24_000})
        self._commit(store, number, large, keys=f"run:{run_id(number)}")

    def _file(self, store: Store) -> None:
        number = self._next()
        data = b"%d" % number * self._random.randrange(1, 1000)
        sha256 = store.put_blob(data)
        added = attachment_added(self._sealed[0], Attachment(sha256=sha256, kind="file", size_bytes=len(data)))
        self._commit(store, number, added)

    def _tickets(self, store: Store) -> None:
        """Two transactions that may share a line, each taking the number after the last one taken."""
        name = f"tx_{self._next()}"
        answers = store.commit_many([deciding(_ticket, tx=f"{name}{half}") for half in "ab"])
        if not all(isinstance(answer, Committed) for answer in answers):
            self._tell(f"wrong tickets were answered {answers!r}")
        self._tell(f"ack tx:{name}a tx:{name}b")

    def _contend(self, store: Store) -> None:
        """Seal a run that other writers want to seal, each with other bytes."""
        number = self._next()
        wanted = CONTENDED + time.monotonic_ns() // 4_000_000
        try:
            store.commit(deciding(lambda view: _unless_taken(view, wanted, f"T{number}"), tx=f"tx_{number}"))
        except ConflictError:
            return
        self._tell(f"ack tx:tx_{number} run:{run_id(wanted)}")

    def _attach(self, store: Store) -> None:
        name = f"adv_{self._next()}"
        text = {"advisory_id": name, "kind": "explanation", "text": f"Text {name}."}
        attach(store, self._sealed[-1], name, document=text, author="voss", caller=CALLER)
        self._tell(f"ack adv:{name}")

    def _explain(self, store: Store) -> None:
        run = explain(store, self._random.choice(self._sealed), caller=CALLER).value
        if run.explanation_status == "READY":
            self._tell(f"ack adv:{run.advisory_inputs[-1].advisory_id}")
        else:
            self._tell(f"wrong {run.run_id} was explained and is {run.explanation_status} {run.explanation_error}")

    def _review(self, store: Store) -> None:
        view = store.snapshot()
        waiting = [item for item in queue(view) if item.row.run_id in self._sealed]
        if not waiting:
            return
        item = self._random.choice(waiting)
        text = advisory(store, item.advisory_id).text_sha256
        verb = self._random.choice(("approved", "rejected"))
        done = decide(
            store,
            self._task.signer,
            item.row.run_id,
            item.advisory_id,
            "approved" if verb == "approved" else "rejected",
            text_sha256=text,
            reason="Read",
            seen=seen(view),
            caller=CALLER,
        )
        self._tell(f"ack dec:{done.value.decision_id}")

    def _import(self, store: Store) -> None:
        folder = self._random.choice(self._task.imports)
        report = import_paths(store, [folder], caller=CALLER).value
        names = [file.stem for file in (folder / "rmos_runs").iterdir()]
        if report.imported + report.already_present != len(names):
            self._tell(f"wrong import of {folder.name}: {report}")
        self._tell("ack " + " ".join(f"run:{name}" for name in names))


def _ticket(view: View) -> list[Event]:
    entry = view.run(run_id(1))
    assert entry is not None
    return [meta_patched(run_id(1), set_={"ticket": entry.meta.get("ticket", 0) + 1}, unset=[])]


def _unless_taken(view: View, number: int, tool_id: str) -> list[Event]:
    if view.run(run_id(number)) is not None:
        raise ConflictError("taken")
    return [sealed(number, tool_id=tool_id)]


def live(task: Task, pipe: int) -> None:
    """Live until killed; never returns."""
    code = 1
    try:
        Life(task, pipe).run()
        code = 0
    except RmosError as error:
        os.write(pipe, f"wrong {type(error).__name__}: {error.message}\n".encode())
    except BaseException as error:  # noqa: BLE001  told to the parent, which reports it; a traceback would be lost
        os.write(pipe, f"wrong {error!r}\n".encode()[:2000])
    finally:
        os._exit(code)
