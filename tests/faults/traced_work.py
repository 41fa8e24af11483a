"""The fixed piece of work whose system calls fail one by one, or are looked at in order: all kinds of commits."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from rmos_console.core.errors import RmosError
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.records.events import attachment_added
from rmos_console.core.records.run import Attachment
from rmos_console.core.store import Limits, Store, create_store, open_store
from rmos_console.core.usecases.attach import attach
from rmos_console.core.usecases.importing import import_paths
from tests.faults.catalog_check import forget
from tests.store.making import draft, run_id, seal, sealed
from tests.unit.importers.stores import record, write

LIMITS = Limits(runs=3, bytes=64 * 1024 * 1024)
CALLER = Caller(by=Actor(kind="service", id="faults"), request_id=None)
TORN = b'{"prev":"0123456789'
IMPORTED = "run_abcdefabcdef"

Step = Callable[[Store], list[str]]


def make_template(folder: Path) -> None:
    """Make the store to work on: its writer died within a line, and nobody saved a catalog. Beside it is an import."""
    create_store(folder / "store")
    with open_store(folder / "store", limits=LIMITS) as store:
        seal(store, 1, 2)
    forget(folder / "store")
    with (folder / "store/ledger/000001.jsonl").open("ab") as ledger:
        ledger.write(TORN)
    write(folder / f"import/rmos_runs/{IMPORTED}.json", record(IMPORTED))


def steps(folder: Path) -> Iterator[tuple[str, Step]]:
    """Yield what is done, by name; each returns the keys (see Witness) that it was told are durable now."""
    for number in (10, 11, 12):
        yield f"seal {number}", _sealing(number)
    yield "file", _file
    yield "import", lambda store: _import(store, folder / "import")
    yield "large", _large
    yield "attach", _attach
    yield "seal 13", _sealing(13)


def _sealing(number: int) -> Step:
    def act(store: Store) -> list[str]:
        store.commit(draft(sealed(number), tx=f"tx_{number}"))
        return [f"tx:tx_{number}", f"run:{run_id(number)}"]

    return act


def _file(store: Store) -> list[str]:
    sha256 = store.put_blob(b"file")
    added = attachment_added(run_id(1), Attachment(sha256=sha256, kind="file", size_bytes=4))
    store.commit(draft(added, tx="tx_file"))
    return ["tx:tx_file"]


def _import(store: Store, folder: Path) -> list[str]:
    report = import_paths(store, [folder], caller=CALLER).value
    return [f"run:{IMPORTED}"] if report.imported + report.already_present == 1 else []


def _large(store: Store) -> list[str]:
    store.commit(draft(sealed(20, outputs={"gcode_text": "G1 X1\n" * 50_000}), tx="tx_20"))
    return ["tx:tx_20", f"run:{run_id(20)}"]


def _attach(store: Store) -> list[str]:
    text = {"advisory_id": "adv_1", "kind": "explanation", "text": "The tool is too long."}
    attach(store, run_id(1), "adv_1", document=text, author="voss", caller=CALLER)
    return ["adv:adv_1"]


def work(folder: Path, line: socket.socket) -> None:
    """Do every step, in several openings of the store, and say what became of it.

    The first opening only reads, and saves a catalog of what others wrote.

    ``ack KEY…`` for what is durable, ``refused STEP CODE MESSAGE`` for an error of the product, ``crash STEP
    ERROR`` for any other, ``done`` at the end. Each goes out by a system call that is never made to fail.
    """
    todo = list(steps(folder))
    for part in ([], todo[:-1], todo[-1:]):
        try:
            with open_store(folder / "store", limits=LIMITS) as store:
                for name, step in part:
                    _do(name, store, step, line)
        except RmosError as error:
            _say(line, f"refused open {error.code} {error.message}")
        except Exception as error:  # noqa: BLE001  told to the parent, which reports it
            _say(line, f"crash open {error!r}")
    _say(line, "done")


def _do(name: str, store: Store, step: Step, line: socket.socket) -> None:
    try:
        _say(line, " ".join(["ack", *step(store)]))
    except RmosError as error:
        _say(line, f"refused {name.replace(' ', '_')} {error.code} {error.message}")
    except Exception as error:  # noqa: BLE001  told to the parent, which reports it
        _say(line, f"crash {name.replace(' ', '_')} {error!r}")


def _say(line: socket.socket, text: str) -> None:
    line.send(text.replace("\n", " ").encode() + b"\n")
