"""What must hold after the fixed work was done while a system call failed: nothing is lost, nothing hides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rmos_console.core.errors import DegradedError, RmosError
from rmos_console.core.store import open_store
from rmos_console.core.store.state import read_condition
from rmos_console.core.usecases.audit import audit
from tests.faults.catalog_check import differences
from tests.faults.trace_log import calls
from tests.faults.traced_work import LIMITS, steps
from tests.faults.witness import Witness
from tests.store.making import draft, sealed


def judge(folder: Path, log: Path, said: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a store, given what the work said and what strace wrote down."""
    store = folder / "store"
    acked = {key for line in said if line.startswith("ack ") for key in line.split()[1:]}
    yield from (line for line in said if line.startswith("crash "))
    condition = read_condition(store / "state")
    degraded = condition is not None and condition.kind == "degraded"
    if condition is not None and not degraded:
        yield f"the store is noted as {condition.line()}"
    yield from _failed_syncs(store, log, degraded=degraded)
    witness = Witness(store)
    yield from witness.read_on()
    yield from (f"{key} was acknowledged and is not in the ledger" for key in acked - witness.keys.keys())
    yield from _refused(said, witness, degraded=degraded)
    if degraded:
        yield from _stays_readable(store, witness)
        return
    yield from _goes_on(folder, acked)


def _failed_syncs(store: Path, log: Path, *, degraded: bool) -> Iterator[str]:
    """An fsync of the ledger that fails for its writer is tried once, noted, and nothing is acknowledged after it.

    A saver of the catalog reads the ledger only: what it cannot sync it does not save, and its writer will hear.
    """
    writers: set[str] = set()
    failed = ""
    for call in calls(log, store):
        if failed and call.name == "fsync" and call.path == failed:
            yield f"the fsync of {failed} failed and was tried again"
        if failed and call.name == "sendto" and '"ack' in call.arguments:
            yield f"{call.arguments} was said after the fsync of {failed} had failed"
        if call.name == "openat" and call.path.startswith("ledger/"):
            (writers.discard if "O_RDONLY" in call.arguments else writers.add)(call.result)
        by_writer = call.arguments.partition("<")[0] in writers
        if (
            call.name == "fsync"
            and call.path.startswith("ledger/")
            and by_writer
            and call.failed
            and "EINTR" not in call.note
        ):
            failed = call.path
    if failed and not degraded:
        yield f"the fsync of {failed} failed and nothing was noted"


def _refused(said: Sequence[str], witness: Witness, *, degraded: bool) -> Iterator[str]:
    for line in said:
        if not line.startswith("refused "):
            continue
        _, step, code, message = line.split(" ", 3)
        if not message.strip() or "Traceback" in message or message.startswith("["):
            yield f"no message for a person: {line}"
        key = f"tx:tx_{step.removeprefix('seal_')}"
        if not degraded and key in witness.keys:
            yield f"{key} was refused ({code}) and is in the ledger"


def _stays_readable(store: Path, witness: Witness) -> Iterator[str]:
    """A store noted as degraded says so, takes nothing, and shows what lies before the noted line."""
    with open_store(store) as opened:
        if opened.read_only_reason is None:
            yield "a degraded store opens as if nothing had happened"
        opened.snapshot()
        try:
            opened.commit(draft(sealed(99)))
        except DegradedError:
            pass
        except RmosError as error:
            yield f"a degraded store refuses with {error!r}"
        else:
            yield "a degraded store takes a commit"
    again = Witness(store)
    yield from again.read_on()
    if again.seq != witness.seq:
        yield "a degraded store was written to"


def _goes_on(folder: Path, acked: set[str]) -> Iterator[str]:
    """The next writer opens without any help, and every step, tried again, has happened once in the end."""
    store = folder / "store"
    with open_store(store, limits=LIMITS) as opened:
        for name, step in steps(folder):
            try:
                step(opened)
            except RmosError as error:
                yield f"{name}, tried again, is refused: {error.message}"
        if opened.read_only_reason is not None:
            yield f"the store cannot be written: {opened.read_only_reason}"
    witness = Witness(store)
    yield from witness.read_on()
    if witness.tail():
        yield f"{len(witness.tail())} torn bytes were left"
    if len(witness.recovered) < 1:
        yield "the torn bytes of the template were never named"
    yield from (f"{key} is lost" for key in acked - witness.keys.keys())
    yield from differences(store)
    report = audit(store)
    if not report.ok:
        yield from (f"audit: {finding.file} {finding.offset} {finding.message}" for finding in report.findings)
    left = [str(file) for part in ("quarantine", "catalog") for file in (store / part).glob(".tmp-*")]
    yield from (f"{name} was left" for name in left)
