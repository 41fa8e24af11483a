"""Every verb that takes an id or a name, with every hostile one: python -m tests.faults.hostile_worker FOLDER EVERY.

Works in FOLDER: ``store``, ``inputs`` (what is named to be read), ``out`` (what is named to be written), ``home``. Only
every EVERY-th name is used. One line of JSON says how many calls were answered how, and what an audit hook saw opened
elsewhere. MARK is looked at when the hostile part begins: a trace from outside is read from there on.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rmos_console.cli.main import run as rmos
from rmos_console.core import identity
from rmos_console.core.errors import RmosError
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.store import Store, create_store, open_store
from rmos_console.core.usecases import admin, browse, compare, explain, intake, review
from rmos_console.core.usecases.attach import attach
from rmos_console.core.usecases.audit import audit
from rmos_console.core.usecases.export import bundle
from rmos_console.core.usecases.export_layout import export_layout
from rmos_console.core.usecases.importing import import_paths
from tests.faults.hostile_inputs import foreign_stores
from tests.faults.hostile_names import can_be_a_file, hostile_names
from tests.faults.planted_worker import TOUCHING
from tests.store.making import run_id, seal

MARK = "the-hostile-part-begins"
KNOWN = run_id(1)
FIRST = 1000
PASSPHRASE = "correct horse battery"
CLI_EVERY = 40
WHOLESALE_EVERY = 3
Call = Callable[[], object]


def calls(store: Store, name: str, known: str, folder: Path) -> Iterator[Call]:
    """Yield every use case with a name in every place that takes one; ``known`` is a run that is there."""
    caller = Caller(by=Actor(kind="service", id="tests"), request_id=name[:100] or None)
    plain = {"mode": "saw", "tool_id": "T1", "status": "OK", "request_summary": {}}
    file = {"sha256": "0" * 64, "kind": name, "mime": name, "filename": name, "size_bytes": 1}
    yield lambda: intake.create(store, {**plain, "run_id": name}, caller)
    yield lambda: intake.create(store, {"mode": name, "tool_id": name, "status": "OK"}, caller)
    yield lambda: intake.create(store, {**plain, "attachments": [file], "outputs": {"gcode_path": name}}, caller)
    yield lambda: attach(store, known, name, engine_id=name, author=name, caller=caller)
    yield lambda: attach(store, known, f"adv {name}", document={"text": name, "kind": "note"}, caller=caller)
    yield lambda: attach(store, name, "adv", caller=caller)
    yield lambda: intake.patch_meta(store, known, {name: name}, [], caller)
    yield lambda: intake.patch_meta(store, name, {"a": 1}, [name], caller)
    yield lambda: intake.save_file(store, known, name, folder / "out/never")
    yield lambda: intake.save_file(store, name, "0" * 64, folder / "out/never")
    yield lambda: explain.explain(store, name, caller=caller)
    yield lambda: compare.diff(store, known, name)
    yield lambda: review.state(store.snapshot(), known, name)
    yield lambda: admin.add_reviewer(store, name, name, passphrase="short", by=None, caller=caller)
    yield lambda: identity.unlock(store.store_id, name, PASSPHRASE)
    yield lambda: identity.unlock(name, "somebody", PASSPHRASE)
    yield lambda: store.get_blob(name)
    yield lambda: store.has_blob(name)
    for look in (browse.show, browse.raw, browse.advisories, browse.history, browse.advisory):
        yield lambda look=look: look(store, name)  # type: ignore[misc]  # bound at once
    if can_be_a_file(name):
        there = folder / "inputs" / name
        there.write_bytes(b"what is in a name")
        yield lambda: intake.add_file(store, known, there, caller, kind="file")
        yield lambda: import_paths(store, [there], caller=caller)


def typed(name: str, folder: Path) -> Iterator[list[str]]:
    """Yield command lines with a name in every place; what the arguments of a program cannot hold is left out."""
    if "\0" in name or any("\ud800" <= each <= "\udfff" for each in name):
        return
    out = str(folder / "out/never")
    for verb in ("show", "advisories", "advisory", "explain"):
        yield [verb, "--", name]
    yield ["diff", "--", KNOWN, name]
    yield ["attach", KNOWN, "--advisory-id", name, "--engine-id", name]
    yield ["meta", "--", KNOWN, f"{name}={name}"]
    yield ["file", "save", "--", KNOWN, name, out]
    yield ["list", "--text", name, "--tool", name]
    yield ["review", KNOWN, name, "--approve", "--reviewer", name, "--text-sha256", name]


def everything(store: Store, names: list[str], folder: Path) -> Counter[str]:
    """Make every call with every name and count how they ended; a bug ends the process."""
    ended: Counter[str] = Counter()
    for number, name in enumerate(names):
        known = run_id(FIRST + number)
        seal(store, FIRST + number)
        for call in calls(store, name, known, folder):
            try:
                call()
                ended["done"] += 1
            except RmosError as error:
                ended[error.code] += 1
        if number % CLI_EVERY == 0:
            for arguments in typed(name, folder):
                ended[f"exit {rmos(['--store', str(store.path), *arguments])}"] += 1
    return ended


def wholesale(store: Store, names: list[str], folder: Path) -> dict[str, Any]:
    """Import foreign stores made of the names, and export everything again."""
    caller = Caller(by=Actor(kind="service", id="tests"))
    counts = {}
    for layout, path in foreign_stores(folder / "inputs/foreign", names).items():
        report = import_paths(store, [path], layout=layout, caller=caller).value
        counts[layout] = {"found": report.found, "imported": report.imported, "refused": len(report.refused)}
    export_layout(store, folder / "out/patch", "patch")
    export_layout(store, folder / "out/v2", "v2")
    counts["bundle"] = {"ok": bundle(store.path, folder / "out/bundle.zip").ok}
    return counts


class Elsewhere:
    """What the process opened or changed that lies nowhere it may look."""

    def __init__(self, allowed: list[str]) -> None:
        self._allowed = tuple(f"{os.path.realpath(each)}/" for each in allowed)
        self.learning = True
        self._known: set[str] = set()
        self.found: set[str] = set()
        self.seen = 0

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take an audit event in; what is opened while learning may be opened later as well."""
        if event not in TOUCHING or not isinstance(arguments[0], (str, bytes, os.PathLike)):
            return
        self.seen += 1
        path = os.path.abspath(os.fsdecode(os.fspath(arguments[0])))  # noqa: PTH100  # an audit hook: no objects
        if self.learning:
            self._known.add(path)
        elif path not in self._known and not f"{path}/".startswith(self._allowed):
            self.found.add(f"{event} {path[:300]!r}")


def main() -> int:
    """Warm up with harmless names, then use the hostile ones."""
    folder, every = Path(sys.argv[1]), int(sys.argv[2])
    sys.stdout = open(os.devnull, "w", encoding="utf-8", errors="replace")  # noqa: PTH123, SIM115  # what verbs print
    hook = Elsewhere([str(folder / each) for each in ("store", "inputs", "out", "home")] + python_folders())
    sys.addaudithook(hook)
    for each in ("warm", "inputs", "out"):
        (folder / each).mkdir()
    counts = []
    for store_name, names in (
        ("warm/store", ["harmless", "run_000000000002"]),
        ("store", list(hostile_names())[::every]),
    ):
        here = folder / "warm" if store_name.startswith("warm") else folder
        for each in ("inputs", "out"):
            (here / each).mkdir(exist_ok=True)
        create_store(folder / store_name)
        if here == folder:
            hook.learning = False
            Path(MARK).exists()
        with open_store(folder / store_name) as store:
            seal(store, 1)
            ended = everything(store, names, here)
            told = wholesale(store, names[::WHOLESALE_EVERY], here)
            counts.append({"names": len(names), "ended": dict(ended), "wholesale": told})
    found = [f"{each.severity} {each.message}" for each in audit(folder / "store").findings]
    answer = {**counts[-1], "elsewhere": sorted(hook.found), "seen": hook.seen, "audit": found}
    sys.__stdout__.write(json.dumps(answer) + "\n")  # type: ignore[union-attr]  # a program started by a test has one
    return 0


def python_folders() -> list[str]:
    """Return where Python and the program itself lie: modules are loaded when they are first needed."""
    return [sys.prefix, sys.base_prefix, str(Path(__file__).resolve().parents[2]), "/proc/self", f"/proc/{os.getpid()}"]


if __name__ == "__main__":
    sys.exit(main())
