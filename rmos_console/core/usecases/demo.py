"""A store of made-up runs to try the console on, with two reviewers whose passphrase everybody knows.

What happens to the runs is told by ``sample/story.json``; every step goes through the use cases that people and
services call, so that a demo store is a store like any other.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from rmos_console.core import identity, resources
from rmos_console.core.canonical import read_json
from rmos_console.core.errors import RefusedError, RmosError
from rmos_console.core.explain.engine import EngineInput, Explanation
from rmos_console.core.identity import Signer
from rmos_console.core.log import use_case
from rmos_console.core.records.actor import Caller, Person
from rmos_console.core.records.record import Record
from rmos_console.core.store import Store, open_store
from rmos_console.core.usecases import admin, intake
from rmos_console.core.usecases.attach import attach
from rmos_console.core.usecases.explain import explain
from rmos_console.core.usecases.find import find_run
from rmos_console.core.usecases.progress import Progress, silent
from rmos_console.core.usecases.review import decide, queue, seen, withdraw
from rmos_console.core.usecases.state import newest_explanation

PASSPHRASE: Final = "demo passphrase"  # noqa: S105  public by design: it protects made-up decisions
"""Of every reviewer of a demo store."""

Step = Mapping[str, Any]


class DemoReport(Record):
    """The demo store: where it is, who reviews there and with which passphrase, and what waits for them.

    ``reused`` tells that it was there before; ``keys_here`` that the reviewers' keys are on this machine.
    """

    path: str
    store_id: str
    reviewers: tuple[Person, ...]
    passphrase: str
    runs: int
    queue: int
    reused: bool
    keys_here: bool


def fill(path: Path, caller: Caller, *, progress: Progress = silent) -> DemoReport:
    """Make the demo store at ``path``, or return the one that is there.

    It is filled beside its place and moved there when complete, so that no half of one is ever found. Raises
    :class:`RefusedError` where the folder holds anything else.
    """
    with use_case("demo", request_id=caller.request_id) as facts:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            report = _report(path, reused=True)
        else:
            _make(path, caller, progress)
            report = _report(path, reused=False)
        facts.update(runs=report.runs, reused=report.reused)
        return report


def _make(path: Path, caller: Caller, progress: Progress) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        workshop = Path(mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    except OSError as error:
        raise RefusedError(f"The demo cannot be made at {path}: {error.strerror}; name another folder.") from error
    try:
        _fill(workshop / path.name, caller, progress)
        if path.exists():
            path.rmdir()  # an empty folder, as looked at before
        (workshop / path.name).rename(path)
    except OSError as error:
        raise RefusedError(f"The demo cannot be put at {path}: {error.strerror}; name another folder.") from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _fill(path: Path, caller: Caller, progress: Progress) -> None:
    story = read_json(resources.path("sample/story.json").read_bytes(), name="sample/story.json")
    lines = resources.path("sample/runs.jsonl").read_bytes().splitlines()
    first, *others = story["reviewers"]
    admin.init(path, admin=first["id"], name=first["name"], passphrase=PASSPHRASE, caller=caller)
    with open_store(path) as store:
        chief = identity.unlock(store.store_id, first["id"], PASSPHRASE)
        signers = {first["id"]: chief}
        for each in others:
            admin.add_reviewer(
                store, each["id"], each["name"], passphrase=PASSPHRASE, role=each["role"], by=chief, caller=caller
            )
            signers[each["id"]] = identity.unlock(store.store_id, each["id"], PASSPHRASE)
        total = len(lines) + len(story["steps"])
        for done, line in enumerate(lines):
            progress(done, total, "creating runs")
            intake.create(store, read_json(line, name=f"sample/runs.jsonl, line {done + 1}"), caller)
        teller = _Teller(store, signers, caller)
        for done, step in enumerate(story["steps"], len(lines)):
            progress(done, total, "telling what happened to them")
            teller.tell(step)


class _Teller:
    """Plays the steps of the story on a store."""

    def __init__(self, store: Store, signers: Mapping[str, Signer], caller: Caller) -> None:
        self._store, self._signers, self._caller = store, signers, caller
        self._verbs: dict[str, Callable[[Step], object]] = {
            "explain": self._explain,
            "fail": self._fail,
            "decide": self._decide,
            "withdraw": self._withdraw,
            "policy": self._policy,
            "attach": self._attach,
            "file": self._file,
            "meta": self._meta,
        }

    def tell(self, step: Step) -> None:
        self._verbs[step["do"]](step)

    def _explain(self, step: Step) -> None:
        explain(self._store, step["run"], force=step.get("force", False), caller=self._caller)

    def _fail(self, step: Step) -> None:
        engine = _Unreachable(step["engine"], step["version"], step["reason"])
        explain(self._store, step["run"], caller=self._caller, engine=engine)

    def _decide(self, step: Step) -> None:
        view = self._store.snapshot()
        advisory_id = self._explained(step["run"])
        asset = view.asset(advisory_id)
        if asset is None:  # just named by this very view
            raise RefusedError(f"The text of {advisory_id} is missing from the demo store; make it again elsewhere.")
        decide(
            self._store,
            self._signers[step["by"]],
            step["run"],
            advisory_id,
            step["verb"],
            text_sha256=asset.text_sha256,
            reason=step["reason"],
            seen=seen(view),
            caller=self._caller,
        )

    def _withdraw(self, step: Step) -> None:
        signer = self._signers[step["by"]]
        withdraw(self._store, signer, step["run"], self._explained(step["run"]), caller=self._caller)

    def _policy(self, step: Step) -> None:
        admin.set_policy(
            self._store,
            self._signers[step["by"]],
            mode=step.get("mode"),
            second_for_red=step.get("second_for_red"),
            caller=self._caller,
        )

    def _attach(self, step: Step) -> None:
        kind = step["kind"]
        document = None
        if "text" in step:
            document = {"advisory_id": step["advisory_id"], "kind": kind, "text": step["text"]}
        attach(
            self._store,
            step["run"],
            step["advisory_id"],
            kind=kind,
            engine_id=step.get("engine"),
            engine_version=step.get("version"),
            author=step.get("author"),
            document=document,
            caller=self._caller,
        )

    def _file(self, step: Step) -> None:
        path = resources.path(f"sample/{step['path']}")
        intake.add_file(self._store, step["run"], path, self._caller, kind=step["kind"])

    def _meta(self, step: Step) -> None:
        intake.patch_meta(self._store, step["run"], dict(step["set"]), (), self._caller)

    def _explained(self, run: str) -> str:
        view = self._store.snapshot()
        advisory_id = newest_explanation(view, find_run(view, run)[0])
        if advisory_id is None:
            raise RefusedError(f"Run {run} of the demo has no explanation to decide about; make the demo elsewhere.")
        return advisory_id


class _Unreachable:
    """An engine behind a service that does not answer: what people see when an explanation fails."""

    def __init__(self, engine_id: str, version: str, reason: str) -> None:
        self.id, self.version, self._reason = engine_id, version, reason

    def explain(self, source: EngineInput) -> Explanation:
        del source
        raise RmosError(self._reason)


def _report(path: Path, *, reused: bool) -> DemoReport:
    story = read_json(resources.path("sample/story.json").read_bytes(), name="sample/story.json")
    wanted = {each["id"] for each in story["reviewers"]}
    with open_store(path) as store:
        view = store.snapshot()
        if not wanted <= view.people.keys():
            raise RefusedError(f"{path} holds a store that is not the demo; name an empty folder or a new one.")
        return DemoReport(
            path=str(path),
            store_id=store.store_id,
            reviewers=tuple(
                view.people[each] for each in sorted(wanted, key=lambda who: (who != story["reviewers"][0]["id"], who))
            ),
            passphrase=PASSPHRASE,
            runs=view.run_count,
            queue=len(queue(view)),
            reused=reused,
            keys_here=wanted <= set(identity.local_people(store.store_id)),
        )
